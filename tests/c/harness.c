/* Counting and telling for the test programs; see harness.h. */
#include "harness.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char current[512];
static int current_holds, in_test, passed, failed;

static void count_current(void)
{
    if (in_test && current_holds)
        passed++;
    else if (in_test)
        failed++;
    in_test = 0;
}

void test(const char *claim, ...)
{
    va_list arguments;
    pthread_mutex_lock(&lock);
    count_current();
    va_start(arguments, claim);
    vsnprintf(current, sizeof current, claim, arguments);
    va_end(arguments);
    in_test = 1;
    current_holds = 1;
    pthread_mutex_unlock(&lock);
}

int expect(int holds, const char *found, ...)
{
    va_list arguments;
    if (holds)
        return 1;
    pthread_mutex_lock(&lock);
    if (current_holds)
        printf("FAILED: %s\n", current);
    current_holds = 0;
    printf("    ");
    va_start(arguments, found);
    vprintf(found, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
    pthread_mutex_unlock(&lock);
    return 0;
}

int finish(const char *program)
{
    count_current();
    printf("%s: %d passed, %d failed\n", program, passed, failed);
    return failed > 0;
}

void *read_file(const char *path, size_t *bytes)
{
    FILE *file = fopen(path, "rb");
    long size;
    char *data;
    if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0) {
        fprintf(stderr, "cannot read %s: run the tests from the repository's root\n", path);
        exit(2);
    }
    rewind(file);
    data = malloc((size_t)size + 1);
    if (!data || fread(data, 1, (size_t)size, file) != (size_t)size) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(2);
    }
    data[size] = 0;
    fclose(file);
    *bytes = (size_t)size;
    return data;
}

static uint64_t next_random(unsigned long long *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

double random_uniform(unsigned long long *state)
{
    return (double)(next_random(state) >> 11) / 9007199254740992.0;
}

ptrdiff_t random_between(unsigned long long *state, ptrdiff_t low, ptrdiff_t high)
{
    return low + (ptrdiff_t)(next_random(state) % (uint64_t)(high - low + 1));
}

double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int expect_child(int pid, double limit)
{
    const double start = seconds();
    int status;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (seconds() - start > limit) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            return expect(0, "child %d hung for %g s", pid, limit);
        }
        usleep(500);
    }
    return expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with exit status %d, signal %d",
                  WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

int in_a_child(int (*body)(const void *what), const void *what)
{
    pid_t pid;
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        alarm(60);
        _exit(body(what));
    }
    return expect_child(pid, 80.0);
}

static rlim_t addresses_before;

int limit_addresses(unsigned long spare_mebibytes)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    struct rlimit limit;
    const int is_read = file && fscanf(file, "%lu", &pages) == 1;
    if (file)
        fclose(file);
    if (!is_read || getrlimit(RLIMIT_AS, &limit))
        return -1;
    addresses_before = limit.rlim_cur;
    limit.rlim_cur = pages * (unsigned long)sysconf(_SC_PAGESIZE) + (spare_mebibytes << 20);
    return setrlimit(RLIMIT_AS, &limit);
}

int lift_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit))
        return -1;
    limit.rlim_cur = addresses_before;
    return setrlimit(RLIMIT_AS, &limit);
}
