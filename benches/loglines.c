/*
 * Writes a log such as a hospital's log server keeps: syslog, applications, an HL7 interface and a database's alert
 * log, in one file, with the lengths that such lines have (10 to 600 bytes, 120 in the mean).
 *
 *     loglines BYTES HITS_PER_MILLION KINDS SEED <benches/logscan/patterns.txt
 *
 * So many lines of a million are made from one of the first KINDS templates of standard input, each behind a tab
 * and the pattern that it fits. The same arguments give the same bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint32_t any(uint32_t below) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (uint32_t)((state >> 32) * below >> 32);
}

static const char *const HOSTS[] = {"kisdb01", "kisdb02", "app-prod-3", "app-prod-4", "hl7gw", "mail1", "fw-edge", "pacs"};
static const char *const WORDS[] = {"order", "result", "patient", "label", "document", "appointment", "billing", "image",
                                    "archive", "worklist", "session", "transfer", "printer", "ward", "lab", "pharmacy"};
static const char *const USERS[] = {"backup", "oracle", "root", "svc-kis", "svc-pacs", "nagios", "postgres", "www-data"};
static const char *const LEVELS[] = {"INFO ", "INFO ", "INFO ", "DEBUG", "DEBUG", "WARN ", "ERROR"};
#define PICK(list) list[any(sizeof list / sizeof *list)]

/* In templates: {t} {T} {A} times of syslog, ISO and applications; {h}ost {w}ord {u}ser {L}evel {i}p, {n}umber, {s}mall
 * number, {p}id, he{x}. */
static const struct { unsigned weight; const char *text; } LINES[] = {
    {60, "{t} {h} sshd[{p}]: Accepted publickey for {u} from {i} port {p} ssh2: RSA SHA256:{x}{x}{x}"},
    {40, "{t} {h} sshd[{p}]: pam_unix(sshd:session): session opened for user {u}(uid={s}) by (uid=0)"},
    {40, "{t} {h} sshd[{p}]: pam_unix(sshd:session): session closed for user {u}"},
    {50, "{t} {h} CRON[{p}]: ({u}) CMD (test -x /usr/local/bin/{w} && /usr/local/bin/{w} --quiet --max {n})"},
    {40, "{t} {h} systemd[1]: Started {w}-{s}.service - Periodic {w} of the {w} queue."},
    {20, "{t} {h} systemd[1]: {w}-{s}.service: Deactivated successfully."},
    {30, "{t} {h} postfix/smtpd[{p}]: connect from unknown[{i}]"},
    {40, "{t} {h} postfix/smtp[{p}]: {x}: to=<{w}@example.org>, relay=mx.example.org[{i}]:25, delay=0.{s}, delays=0.01/0/0.{s}/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {x})"},
    {40, "{t} {h} kernel: [{n}.{n}] IN=eth0 OUT= MAC=52:54:00:12:35:02 SRC={i} DST={i} LEN={s} TOS=0x00 PREC=0x00 TTL=63 ID={n} DF PROTO=TCP SPT={p} DPT=443 WINDOW=64240 RES=0x00 SYN URGP=0"},
    {10, "{t} {h} kernel: [{n}.{n}] perf: interrupt took too long ({n} > {n}), lowering kernel.perf_event_max_sample_rate to {n}"},
    {20, "{t} {h} dhclient[{p}]: DHCPACK of {i} from {i}"},
    {100, "{A} {L} [http-nio-8080-exec-{s}] org.example.kis.{w}.OrderService - {w} {n} stored in {s} ms (queue {s}, retries 0)"},
    {80, "{A} {L} [pool-{s}-thread-{s}] org.example.kis.{w}.Worker - {w} {n}: {s} of {s} items done, no errors, {n} bytes"},
    {50, "{A} INFO  [http-nio-8080-exec-{s}] access - {i} \"GET /api/v2/{w}/{n}?view=full&page={s} HTTP/1.1\" 200 {n} \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\" {s}ms"},
    {20, "{A} WARN  [scheduler-{s}] org.example.kis.{w}.Cache - cache of {w} is {s} % full, {n} entries removed; next check in {s} s"},
    {20, "{A} ERROR [http-nio-8080-exec-{s}] org.example.kis.{w}.Gateway - {w} {n} failed and is tried again (attempt 1 of 3): timeout of {s} ms exceeded"},
    {40, "\tat org.example.kis.{w}.Gateway.send(Gateway.java:{s})"},
    {20, "\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1{s})"},
    {60, "{T} hl7d[{p}]: IN {i}:{p} MSH|^~\\&|LAB|SITE|KIS|SITE|20261123{n}||ORU^R01^ORU_R01|MSG{n}|P|2.5|||AL|NE||UNICODE UTF-8"},
    {40, "{T} hl7d[{p}]: OUT {i}:{p} MSH|^~\\&|KIS|SITE|LAB|SITE|20261123{n}||ACK^R01^ACK|ACK{n}|P|2.5 MSA|AA|MSG{n}"},
    {20, "{T} hl7d[{p}]: IN {i}:{p} PID|1||{n}^^^SITE^PI||XXX^XXX||19700101|U OBR|1|{n}|{n}|24323-8^COMPREHENSIVE METABOLIC PANEL^LN|||20261123{n} OBX|1|NM|2345-7^GLUCOSE^LN||{s}|mg/dL|70-99|N|||F OBX|2|NM|3094-0^UREA NITROGEN^LN||{s}|mg/dL|7-20|N|||F OBX|3|NM|2160-0^CREATININE^LN||1.{s}|mg/dL|0.5-1.2|N|||F OBX|4|NM|2951-2^SODIUM^LN||1{s}|mmol/L|136-145|N|||F OBX|5|NM|2823-3^POTASSIUM^LN||4.{s}|mmol/L|3.5-5.1|N|||F"},
    {25, "{T}"},
    {15, "Thread 1 advanced to log sequence {n} (LGWR switch),  current SCN: {n}{n}"},
    {15, "  Current log# {s} seq# {n} mem# 0: +DATA/KIS/ONLINELOG/group_{s}.{n}.{n}"},
    {10, "ARC{s} (PID:{p}): Archived Log entry {n} added for T-1.S-{n} ID 0x{x} LAD:1"},
    {5, "Completed checkpoint up to RBA [0x{x}.2.10], SCN: {n}{n}"},
    {5, "Resize operation completed for file# {s}, old size {n}K, new size {n}K"},
};

static uint64_t millis = 21600000;
static char out[1 << 20];
static size_t filled;

static void put(const char *text) {
    size_t size = strlen(text);
    memcpy(out + filled, text, size);
    filled += size;
}

static void number(uint64_t value, int width) {
    char digits[24], *at = digits + sizeof digits - 1;
    *at = 0;
    do *--at = (char)('0' + value % 10), value /= 10, width--;
    while (value || width > 0);
    put(at);
}

static void time_of_day(char between) {
    uint64_t seconds = millis / 1000 % 86400;
    number(seconds / 3600, 2), put(":"), number(seconds / 60 % 60, 2), put(":"), number(seconds % 60, 2);
    if (between) out[filled++] = between, number(millis % 1000, 3);
}

static void field(char code) {
    static const uint32_t POWERS[] = {10, 100, 1000, 10000, 100000, 1000000};
    switch (code) {
    case 't': put("Nov 23 "), time_of_day(0); break;
    case 'T': put("2026-11-23T"), time_of_day('.'), put("+01:00"); break;
    case 'A': put("2026-11-23 "), time_of_day(','); break;
    case 'h': put(PICK(HOSTS)); break;
    case 'w': put(PICK(WORDS)); break;
    case 'u': put(PICK(USERS)); break;
    case 'L': put(PICK(LEVELS)); break;
    case 'i': put("10."), number(any(40), 1), put("."), number(any(256), 1), put("."), number(any(256), 1); break;
    case 'n': number(any(PICK(POWERS)), 1); break;
    case 's': number(any(100), 1); break;
    case 'p': number(1000 + any(60000), 1); break;
    case 'x':
        for (int i = 0; i < 10; i++) out[filled++] = "0123456789ABCDEF"[any(16)];
        break;
    default: fprintf(stderr, "no field {%c}\n", code), exit(2);
    }
}

static void line(const char *template) {
    millis += any(40);
    for (; *template; template++) {
        if (template[0] == '{' && template[1] && template[2] == '}') field(template[1]), template += 2;
        else out[filled++] = *template;
    }
    out[filled++] = '\n';
}

int main(int argc, char **argv) {
    static char *hits[1000];
    static unsigned char pick[2000];
    unsigned all = 0, have = 0;
    if (argc != 5) return 2;
    uint64_t bytes = strtoull(argv[1], 0, 10), written = 0;
    uint32_t rate = (uint32_t)atoi(argv[2]), kinds = (uint32_t)atoi(argv[3]);
    state = strtoull(argv[4], 0, 10) * 0x9E3779B97F4A7C15 + 1;
    for (unsigned i = 0; i < sizeof LINES / sizeof *LINES; i++)
        for (unsigned n = 0; n < LINES[i].weight; n++) pick[all++] = (unsigned char)i;
    char text[2000];
    while (have < kinds && have < 1000 && fgets(text, sizeof text, stdin)) {
        char *tab = strchr(text, '\t');
        if (!tab) continue;
        tab[strcspn(tab, "\n")] = 0;
        hits[have++] = strdup(tab + 1);
    }
    if (have < kinds) return 2;
    while (written + filled < bytes) {
        line(any(1000000) < rate ? hits[any(kinds)] : LINES[pick[any(all)]].text);
        if (filled > sizeof out - 4096 || written + filled >= bytes) {
            if (fwrite(out, 1, filled, stdout) != filled) return 1;
            written += filled, filled = 0;
        }
    }
    return fflush(stdout) != 0;
}
