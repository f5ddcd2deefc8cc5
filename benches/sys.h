/*
 * System calls without a C library, so that the helpers of the benchmark cost what the kernel costs
 * and no more: a libc's start executes CPUID dozens of times, and each traps in a virtual machine.
 *
 * A helper includes this file and defines `program`. Built with -nostdlib on x86_64 and aarch64;
 * elsewhere with -DWITH_LIBC, on the libc's start and its syscall().
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>

static int program(int argc, char **argv, char **envp);

#if defined(WITH_LIBC)

#include <errno.h>
#include <unistd.h>

/* As the kernel gives it: a result, or a negative errno. */
static long sys(long number, long a, long b, long c, long d) {
    long result = syscall(number, a, b, c, d);
    return result == -1 ? -errno : result;
}

#define start_child() vfork()

int main(int argc, char **argv, char **envp) { return program(argc, argv, envp); }

#else

/* The child runs in our memory until its exec; its frame must not be left before that. */
#define start_child() sys(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0)

#if defined(__x86_64__)

__asm__(".globl _start\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call begin\n");

static inline long sys(long number, long a, long b, long c, long d) {
    register long fourth __asm__("r10") = d;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

__asm__(".globl _start\n"
        "_start:\n"
        "    mov x29, #0\n"
        "    mov x30, #0\n"
        "    mov x0, sp\n"
        "    and sp, x0, #-16\n"
        "    bl begin\n");

static inline long sys(long number, long a, long b, long c, long d) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}

#else
#error "no start code for this machine: build with -DWITH_LIBC"
#endif

/* The stack at the start of a process: argc, argv, a null, the environment, a null. */
__attribute__((noreturn, used)) void begin(long *stack) {
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);
    sys(SYS_exit_group, program(argc, argv, argv + argc + 1), 0, 0, 0);
    __builtin_unreachable();
}

#endif

/* Text is gathered in a buffer of the caller's: no allocation, one write. */
static inline char *put_text(char *at, const char *text) {
    while (*text) *at++ = *text++;
    return at;
}

static inline char *put_number(char *at, unsigned long number) {
    char digits[20];
    int count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count) *at++ = digits[--count];
    return at;
}
