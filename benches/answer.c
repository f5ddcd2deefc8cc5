/* A foreign plugin that costs as little as one can: a line of text with one value. */
#include "sys.h"

static int program(int argc, char **argv, char **envp) {
    (void)argc, (void)argv, (void)envp;
    static const char line[] = "ANSWER OK - all is well | value=42;50;60;0;100\n";
    sys(SYS_write, 1, (long)line, sizeof line - 1, 0);
    return 0;
}
