/*
 * Runs a command once and prints its wait status and the peak memory, in KiB, of the largest process
 * that it consists of:
 *
 *     peak FILE [ARG...]
 *
 * Each process is stopped as it exits (ptrace) and its own account is read. Why not the ru_maxrss of
 * wait4: since Linux 6.2 it is a sum over processors that may lack 32 pages for each of them, which is
 * as much as a small plugin has, and it includes the parent's memory before the exec.
 */
#include "sys.h"
#include <linux/ptrace.h>
#include <linux/wait.h>

static volatile long exec_failed;
static char text[8192];

/* Not inlined: see launch.c. */
__attribute__((noinline)) static long spawn(char **argv, char **envp) {
    long child = start_child();
    if (child == 0) {
        sys(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);
        exec_failed = -sys(SYS_execve, (long)argv[0], (long)argv, (long)envp, 0);
        sys(SYS_exit_group, 127, 0, 0, 0);
    }
    return child;
}

/* The number behind `key` in /proc/PID/`file`, 0 if there is none. */
static unsigned long read_number(long pid, const char *file, const char *key) {
    char path[64], *end = put_text(put_number(put_text(path, "/proc/"), (unsigned long)pid), "/");
    *put_text(end, file) = '\0';
    long fd = sys(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) return 0;
    long got = sys(SYS_read, fd, (long)text, sizeof text - 1, 0);
    sys(SYS_close, fd, 0, 0, 0);
    text[got > 0 ? got : 0] = '\0';
    for (char *line = text; *line; line++) {
        const char *rest = key;
        while (*rest && *line == *rest) line++, rest++;
        if (!*rest) {
            unsigned long number = 0;
            while (*line == ' ' || *line == '\t') line++;
            while (*line >= '0' && *line <= '9') number = number * 10 + (unsigned long)(*line++ - '0');
            return number;
        }
        while (*line && *line != '\n') line++;
        if (!*line) break;
    }
    return 0;
}

static int program(int argc, char **argv, char **envp) {
    if (argc < 2) return 2;
    long results = sys(SYS_fcntl, 1, F_DUPFD_CLOEXEC, 3, 0);
    long nowhere = sys(SYS_openat, AT_FDCWD, (long)"/dev/null", O_RDWR | O_CLOEXEC, 0);
    if (results < 0 || nowhere < 0) return 2;
    for (int fd = 0; fd <= 2; fd++) sys(SYS_dup3, nowhere, fd, 0, 0);

    long child = spawn(argv + 1, envp);
    int status = 0;
    if (child < 0 || exec_failed || sys(SYS_wait4, child, (long)&status, __WALL, 0) != child) return 2;
    long options = PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                   PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (sys(SYS_ptrace, PTRACE_SETOPTIONS, child, 0, options) < 0) return 2;
    sys(SYS_ptrace, PTRACE_CONT, child, 0, 0);

    unsigned long peak = 0;
    for (;;) {
        long pid = sys(SYS_wait4, -1, (long)&status, __WALL, 0);
        if (pid < 0) return 2;
        if ((status & 0xff) != 0x7f) { /* it ended */
            if (pid == child) break;
            continue;
        }
        long signal = (status >> 8) & 0xff, event = status >> 16;
        if (event == PTRACE_EVENT_EXIT) {
            unsigned long most = read_number(pid, "status", "VmHWM:");
            unsigned long last = read_number(pid, "smaps_rollup", "Rss:");
            if (most < last) most = last;
            if (peak < most) peak = most;
        }
        /* Stops that come from being traced are not the process's own signals. */
        if (event || signal == SIGTRAP || signal == SIGSTOP) signal = 0;
        sys(SYS_ptrace, PTRACE_CONT, pid, 0, signal);
    }

    char line[64], *end = put_number(line, (unsigned long)status);
    end = put_text(put_number(put_text(end, " "), peak), "\n");
    sys(SYS_write, results, (long)line, end - line, 0);
    return 0;
}
