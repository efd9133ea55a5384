/* What sets the default number of threads: HOTLOOP_NUM_THREADS, OMP_NUM_THREADS, RAYON_NUM_THREADS, the processor affinity; and
   HOTLOOP_SIMD. The environment is read once in a process, so each row runs this program again as a child that reports. */
#include "harness.h"
#include "problem.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child: thread count, status of a computation, its first bits, and hl_config(). */
static int report(void)
{
    problem p = problem_new(20, 8, 100);
    hl_status status;
    printf("threads %d\n", hl_get_num_threads());
    status = problem_spectrum(&p, NULL);
    printf("status %d\n", status);
    printf("message %s\n", status == HL_OK ? "" : hl_last_error_message());
    printf("%s", hl_config());
    return 0;
}

/* Runs the child with NAME=VALUE settings; nothing of these variables is inherited. Cores > 0 limits its affinity. */
static void child(const char *const *settings, int cores, char *output, size_t size)
{
    int ends[2], status;
    size_t length = 0;
    ssize_t got;
    pid_t pid;
    if (pipe(ends))
        exit(2);
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        static char *const arguments[] = {(char *)"test_environment", (char *)"report", NULL};
        dup2(ends[1], 1);
        close(ends[0]);
        unsetenv("HOTLOOP_NUM_THREADS");
        unsetenv("OMP_NUM_THREADS");
        unsetenv("RAYON_NUM_THREADS");
        for (; *settings; settings++)
            putenv((char *)(size_t)*settings);
        if (cores > 0) {
            cpu_set_t old, set;
            int cpu, left = cores;
            sched_getaffinity(0, sizeof old, &old);
            CPU_ZERO(&set);
            for (cpu = 0; cpu < CPU_SETSIZE && left > 0; cpu++)
                if (CPU_ISSET(cpu, &old)) {
                    CPU_SET(cpu, &set);
                    left--;
                }
            sched_setaffinity(0, sizeof set, &set);
        }
        execv("/proc/self/exe", arguments);
        _exit(127);
    }
    close(ends[1]);
    while (length + 1 < size && (got = read(ends[0], output + length, size - 1 - length)) > 0)
        length += (size_t)got;
    output[length] = 0;
    close(ends[0]);
    waitpid(pid, &status, 0);
    expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with wait status %d", status);
}

static int threads_in(const char *output)
{
    int threads = -1;
    sscanf(output, "threads %d", &threads);
    return threads;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *claim;
        const char *settings[4];
        int threads; /* 0: the cores that this process may use */
    } rows[] = {
        {"without variables: the cores that this process may use", {NULL}, 0},
        {"HOTLOOP_NUM_THREADS counts", {"HOTLOOP_NUM_THREADS=5", NULL}, 5},
        {"OMP_NUM_THREADS counts", {"OMP_NUM_THREADS=6", NULL}, 6},
        {"the first number of an OMP_NUM_THREADS list counts", {"OMP_NUM_THREADS=4,2", NULL}, 4},
        {"RAYON_NUM_THREADS counts", {"RAYON_NUM_THREADS=3", NULL}, 3},
        {"HOTLOOP_NUM_THREADS wins over OMP_NUM_THREADS", {"OMP_NUM_THREADS=6", "HOTLOOP_NUM_THREADS=5", NULL}, 5},
        {"OMP_NUM_THREADS wins over RAYON_NUM_THREADS", {"RAYON_NUM_THREADS=3", "OMP_NUM_THREADS=6", NULL}, 6},
        {"all three: HOTLOOP_NUM_THREADS wins", {"RAYON_NUM_THREADS=3", "OMP_NUM_THREADS=6", "HOTLOOP_NUM_THREADS=1", NULL}, 1},
        {"an empty variable is as none", {"HOTLOOP_NUM_THREADS=", "OMP_NUM_THREADS=6", NULL}, 6},
        {"words are ignored, the next variable counts", {"HOTLOOP_NUM_THREADS=many", "OMP_NUM_THREADS=6", NULL}, 6},
        {"0 is ignored, the next variable counts", {"HOTLOOP_NUM_THREADS=0", "OMP_NUM_THREADS=6", NULL}, 6},
        {"a negative number is ignored", {"HOTLOOP_NUM_THREADS=-4", "RAYON_NUM_THREADS=2", NULL}, 2},
        {"an absurd number is ignored", {"HOTLOOP_NUM_THREADS=99999999999999999999", "RAYON_NUM_THREADS=2", NULL}, 2},
        {"more than HL_MAX_THREADS is ignored", {"HOTLOOP_NUM_THREADS=100000", "RAYON_NUM_THREADS=2", NULL}, 2},
        {"blanks round the number are no matter", {"HOTLOOP_NUM_THREADS= 5 ", NULL}, 5},
    };
    static const char *const none[] = {NULL};
    static const char *const levels[] = {"HOTLOOP_SIMD=nonsense", "HOTLOOP_SIMD=neon", NULL};
    static char output[8192];
    cpu_set_t cores;
    size_t k;
    if (argc > 1 && !strcmp(argv[1], "report"))
        return report();
    sched_getaffinity(0, sizeof cores, &cores);
    for (k = 0; k < sizeof rows / sizeof *rows; k++) {
        const int expected = rows[k].threads ? rows[k].threads : CPU_COUNT(&cores);
        test("environment: %s", rows[k].claim);
        child(rows[k].settings, 0, output, sizeof output);
        expect(threads_in(output) == expected, "%d threads instead of %d", threads_in(output), expected);
        expect(strstr(output, "status 0") != NULL, "the computation failed: %s", output);
    }
    test("environment: a process bound to one core uses one thread");
    child(none, 1, output, sizeof output);
    expect(threads_in(output) == 1, "%d threads", threads_in(output));
    for (k = 0; levels[k]; k++) {
        const char *level[2] = {levels[k], NULL};
        test("environment: %s, which this machine lacks, is an option error that names it", levels[k]);
        child(level, 0, output, sizeof output);
        expect(strstr(output, "status 8") != NULL && strstr(output, "HOTLOOP_SIMD") != NULL, "%s", output);
    }
    test("hl_config: \"key: value\" lines that name the SIMD level, the threads and where they come from, and OpenBLAS");
    {
        static const char *const set[] = {"HOTLOOP_NUM_THREADS=5", NULL};
        child(set, 0, output, sizeof output);
        expect(strstr(output, "simd: ") && strstr(output, "threads: 5") && strstr(output, "HOTLOOP_NUM_THREADS") && strstr(output, "openblas"),
               "%s", output);
    }
    return finish("environment");
}
