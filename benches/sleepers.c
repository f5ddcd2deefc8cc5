/*
 * Fills the process table: forks COUNT children that sleep, says "ready NUMBER", and ends them when
 * its standard input ends, which it does however the benchmark ends.
 *
 *     bench-sleeper COUNT [ARG...]
 *
 * The children have this command line; every tenth is called bench-rare. Built as `bench-sleeper`.
 */
#include "sys.h"
#include <sys/prctl.h>

static void sleep_for_ever(long parent, int rare) {
    /* The backstop, should the parent be killed. */
    sys(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
    if (sys(SYS_getppid, 0, 0, 0, 0) != parent) return;
    if (rare) sys(SYS_prctl, PR_SET_NAME, (long)"bench-rare", 0, 0);
    for (;;) sys(SYS_ppoll, 0, 0, 0, 0);
}

static int program(int argc, char **argv, char **envp) {
    (void)envp;
    unsigned long count = 0, started = 0;
    if (argc < 2) return 2;
    for (char *digit = argv[1]; *digit; digit++) count = count * 10 + (unsigned long)(*digit - '0');

    sys(SYS_setsid, 0, 0, 0, 0);
    long self = sys(SYS_getpid, 0, 0, 0, 0);
    while (started < count) {
        long child = sys(SYS_clone, SIGCHLD, 0, 0, 0);
        if (child == 0) {
            sleep_for_ever(self, started % 10 == 9);
            return 0;
        }
        if (child < 0) break; /* the limit of processes; the number is in the answer */
        started++;
    }

    char line[40], *end = put_text(put_number(put_text(line, "ready "), started), "\n");
    sys(SYS_write, 1, (long)line, end - line, 0);
    while (sys(SYS_read, 0, (long)line, sizeof line, 0) > 0) {
    }

    /* To the whole group, of which this process alone does not take it. */
    unsigned long blocked = 1UL << (SIGTERM - 1);
    sys(SYS_rt_sigprocmask, SIG_BLOCK, (long)&blocked, 0, sizeof blocked);
    sys(SYS_kill, 0, SIGTERM, 0, 0);
    while (sys(SYS_wait4, -1, 0, 0, 0) > 0) {
    }
    return 0;
}
