/*
 * Runs a command a number of times, one after the other, and prints a line for each run:
 *
 *     launch RUNS one|any KEPT PLACE FILE [ARG...]
 *     wait-status cpu-us wall-ns
 *
 * Before each run, outside of what is measured, the bytes of the file KEPT are written to PLACE: the memory
 * that the command shall find, or - - for none.
 *
 * The CPU time is user and system time of the command and of its children, waited for or not. Why a
 * program of its own: what happens between the fork and the exec is counted to the command, so that
 * part has to be nothing (vfork, no signal handlers to reset), and the same for all. With `one`, all
 * runs are on one processor, the last that we may use: moved between two, a short process finds cold
 * caches, at random, and costs up to three times as much.
 */
#include "sys.h"
#include <linux/prctl.h>
#include <sys/resource.h>
#include <time.h>

static volatile long exec_failed;

static unsigned long now(void) {
    struct timespec time;
    sys(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&time, 0, 0);
    return (unsigned long)time.tv_sec * 1000000000 + (unsigned long)time.tv_nsec;
}

/* Not inlined: the child borrows this frame, and must find nothing here that the parent still needs. */
__attribute__((noinline)) static long spawn(char **argv, char **envp) {
    long child = start_child();
    if (child == 0) {
        exec_failed = -sys(SYS_execve, (long)argv[0], (long)argv, (long)envp, 0);
        sys(SYS_exit_group, 127, 0, 0, 0);
    }
    return child;
}

static unsigned long micros(struct timeval *time) {
    return (unsigned long)time->tv_sec * 1000000 + (unsigned long)time->tv_usec;
}

static void stay_on_one_processor(void) {
    static unsigned long allowed[128];
    const long word = 8 * sizeof *allowed;
    long bytes = sys(SYS_sched_getaffinity, 0, sizeof allowed, (long)allowed, 0);
    long cpu = bytes * 8 - 1;
    while (cpu >= 0 && !(allowed[cpu / word] >> cpu % word & 1)) cpu--;
    for (long i = 0; i < 128; i++) allowed[i] = 0;
    if (cpu < 0) return;
    allowed[cpu / word] = 1UL << cpu % word;
    sys(SYS_sched_setaffinity, 0, sizeof allowed, (long)allowed, 0);
}

static char memory[1 << 20];

static long read_memory(const char *path) {
    long fd = sys(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0), size = 0, got;
    if (fd < 0) return fd;
    while ((got = sys(SYS_read, fd, (long)memory + size, (long)sizeof memory - size, 0)) > 0) size += got;
    sys(SYS_close, fd, 0, 0, 0);
    return got < 0 ? got : size;
}

/* In place, which costs the file system least: what a new file brings along would be counted to the command. */
static int restore(const char *path, long size) {
    long fd = sys(SYS_openat, AT_FDCWD, (long)path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return 0;
    long put = sys(SYS_write, fd, (long)memory, size, 0);
    sys(SYS_ftruncate, fd, size, 0, 0);
    sys(SYS_close, fd, 0, 0, 0);
    return put == size;
}

static int program(int argc, char **argv, char **envp) {
    unsigned long runs = 0;
    if (argc < 6) return 2;
    for (char *digit = argv[1]; *digit; digit++) runs = runs * 10 + (unsigned long)(*digit - '0');

    /* The results go to our output; the command's own text goes nowhere. */
    long results = sys(SYS_fcntl, 1, F_DUPFD_CLOEXEC, 3, 0);
    long nowhere = sys(SYS_openat, AT_FDCWD, (long)"/dev/null", O_RDWR | O_CLOEXEC, 0);
    if (results < 0 || nowhere < 0) return 2;
    for (int fd = 0; fd <= 2; fd++) sys(SYS_dup3, nowhere, fd, 0, 0);

    const char *place = argv[4][0] == '-' ? 0 : argv[4];
    long size = place ? read_memory(argv[3]) : 0;
    if (size < 0 || size == sizeof memory) return 2;

    /* A process that the command leaves behind comes to us, and its time is counted as well. */
    sys(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0);
    /* A process group that is young, as schedulers make one for each plugin. */
    sys(SYS_setpgid, 0, 0, 0, 0);
    if (argv[2][0] == 'o') stay_on_one_processor();
    while (runs--) {
        struct rusage usage;
        int status = 0;
        if (place && !restore(place, size)) return 2;
        unsigned long start = now();
        long child = spawn(argv + 5, envp);
        if (child < 0 || exec_failed) return 2;
        if (sys(SYS_wait4, child, (long)&status, 0, (long)&usage) != child) return 2;
        unsigned long wall = now() - start, cpu = micros(&usage.ru_utime) + micros(&usage.ru_stime);
        while (sys(SYS_wait4, -1, 0, 0, (long)&usage) > 0) cpu += micros(&usage.ru_utime) + micros(&usage.ru_stime);

        char line[100], *end = put_number(line, (unsigned long)status);
        end = put_number(put_text(end, " "), cpu);
        end = put_number(put_text(end, " "), wall);
        end = put_text(end, "\n");
        sys(SYS_write, results, (long)line, end - line, 0);
    }
    return 0;
}
