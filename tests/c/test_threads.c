/* Thread counts: who wins over whom, what is refused, and that results are the same bits whatever the count; many host threads at
   once, on their own small stacks, with hl_shutdown in between. */
#include "harness.h"
#include "problem.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Small and large problems with the answers of one thread. */
static problem shared[4];
static const ptrdiff_t shared_shapes[4][3] = {{1, 7, 60}, {64, 8, 400}, {5, 24, 100}, {1, 150, 50}};

static void refused_counts(void)
{
    static const int32_t bad[] = {-1, -1000, HL_MAX_THREADS + 1, 1000000, INT32_MAX, INT32_MIN};
    size_t k;
    for (k = 0; k < sizeof bad / sizeof *bad; k++) {
        hl_status status;
        char digits[32];
        test("%d threads are refused, for the process and for the thread, and nothing changes", bad[k]);
        expect(hl_set_num_threads(3) == HL_OK, "%s", hl_last_error_message());
        hl_set_num_threads_local(0);
        status = hl_set_num_threads(bad[k]);
        snprintf(digits, sizeof digits, "%d", bad[k]);
        expect(status == HL_ERR_ARGUMENT, "hl_set_num_threads gives %d", status);
        expect(strstr(hl_last_error_message(), "hl_set_num_threads") && strstr(hl_last_error_message(), digits), "message \"%s\"",
               hl_last_error_message());
        expect(hl_set_num_threads_local(bad[k]) == -1, "hl_set_num_threads_local accepts it");
        expect(strstr(hl_last_error_message(), "hl_set_num_threads_local") && strstr(hl_last_error_message(), digits), "message \"%s\"",
               hl_last_error_message());
        expect(hl_get_num_threads() == 3, "hl_get_num_threads is %d", hl_get_num_threads());
    }
}

static void *count_elsewhere(void *count)
{
    *(int32_t *)count = hl_get_num_threads();
    return NULL;
}

static void precedence(void)
{
    int32_t by_default, elsewhere;
    pthread_t thread;
    test("hl_set_num_threads(0) goes back to the default");
    hl_set_num_threads_local(0);
    expect(hl_set_num_threads(0) == HL_OK, "%s", hl_last_error_message());
    by_default = hl_get_num_threads();
    expect(by_default >= 1, "the default is %d", by_default);
    hl_set_num_threads(by_default + 3);
    expect(hl_get_num_threads() == by_default + 3, "%d", hl_get_num_threads());
    hl_set_num_threads(0);
    expect(hl_get_num_threads() == by_default, "%d instead of %d", hl_get_num_threads(), by_default);

    test("the largest count allowed is accepted");
    expect(hl_set_num_threads(HL_MAX_THREADS) == HL_OK && hl_get_num_threads() == HL_MAX_THREADS, "%d", hl_get_num_threads());
    hl_set_num_threads(0);

    test("the thread's own count wins over the process', returns the old one, 0 inherits");
    hl_set_num_threads(5);
    expect(hl_set_num_threads_local(2) == 0, "the old local count is not 0");
    expect(hl_get_num_threads() == 2, "%d", hl_get_num_threads());
    expect(hl_set_num_threads_local(4) == 2, "the old local count is not 2");
    expect(hl_get_num_threads() == 4, "%d", hl_get_num_threads());
    pthread_create(&thread, NULL, count_elsewhere, &elsewhere);
    pthread_join(thread, NULL);
    expect(elsewhere == 5, "another thread sees %d", elsewhere);
    expect(hl_set_num_threads_local(0) == 4, "the old local count is not 4");
    expect(hl_get_num_threads() == 5, "%d", hl_get_num_threads());
    hl_set_num_threads(0);
}

static void same_bits(void)
{
    static const int32_t counts[] = {2, 3, 7, 16};
    static const ptrdiff_t shapes[][3] = {{1, 7, 100}, {3, 1, 50}, {501, 7, 700}, {257, 8, 1510}, {40, 24, 300}, {9, 60, 200}, {2, 200, 100}};
    size_t s, k;
    for (s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        problem one = problem_new(shapes[s][0], shapes[s][1], shapes[s][2]);
        hl_set_num_threads_local(1);
        expect(problem_spectrum(&one, NULL) == HL_OK, "%s", hl_last_error_message());
        for (k = 0; k < sizeof counts / sizeof *counts; k++) {
            problem many = problem_share(&one);
            test("%td configurations of %td sites: %d threads give the bits of one", shapes[s][0], shapes[s][1], counts[k]);
            hl_set_num_threads_local(counts[k]);
            expect(problem_spectrum(&many, NULL) == HL_OK, "%s", hl_last_error_message());
            expect(problem_same_bits(&one, &many), "other bits");
            problem_free_outputs(&many);
        }
        problem_free(&one);
    }
    hl_set_num_threads_local(0);
}

/* Where the arrays lie in memory changes no bit: vector instructions and LAPACK see aligned copies of one matrix at a time. */
static void any_alignment(void)
{
    static const ptrdiff_t sites[] = {7, 24, 130};
    size_t s;
    for (s = 0; s < sizeof sites / sizeof *sites; s++) {
        problem plain = problem_new(5, sites[s], 301);
        const size_t matrices = (size_t)(5 * sites[s] * sites[s]), vectors = (size_t)(15 * sites[s]), points = 301;
        double *room = malloc((matrices + 2 * vectors + 3 * points + 16) * sizeof *room);
        size_t shift;
        test("%td sites: the same bits wherever the arrays begin in a cache line", sites[s]);
        expect(problem_spectrum(&plain, NULL) == HL_OK, "%s", hl_last_error_message());
        for (shift = 0; shift < 8; shift++) {
            problem moved = plain;
            moved.hamiltonians = memcpy(room + shift, plain.hamiltonians, matrices * sizeof *room);
            moved.dipoles = memcpy(moved.hamiltonians + matrices, plain.dipoles, vectors * sizeof *room);
            moved.positions = memcpy(moved.dipoles + vectors, plain.positions, vectors * sizeof *room);
            moved.grid = memcpy(moved.positions + vectors, plain.grid, points * sizeof *room);
            moved.absorption = moved.grid + points;
            moved.cd = moved.absorption + points;
            expect(problem_spectrum(&moved, NULL) == HL_OK, "%s", hl_last_error_message());
            expect(problem_same_bits(&plain, &moved), "other bits when moved by %zu elements", shift);
        }
        free(room);
        problem_free(&plain);
    }
}

/* A host's clean-up runs when a thread ends, after the library's own thread-local storage is gone. */
static pthread_key_t clean_up_key;
static atomic_int clean_up_status[3];

static void clean_up(void *nothing)
{
    double value = 1.0, converted = 0.0;
    problem mine = problem_share(&shared[0]);
    (void)nothing;
    atomic_store(&clean_up_status[0], hl_units_convert(-1, &value, NULL, &converted, NULL, 0, 0));
    atomic_store(&clean_up_status[1], problem_spectrum(&mine, NULL) == HL_OK && problem_same_bits(&mine, &shared[0]) ? 0 : -99);
    atomic_store(&clean_up_status[2], hl_last_error_message() && hl_config() && hl_set_num_threads_local(2) >= -1 ? 0 : -99);
    problem_free_outputs(&mine);
}

static void *end_with_clean_up(void *key_value)
{
    pthread_setspecific(clean_up_key, key_value);
    expect(hl_units_convert(-1, NULL, NULL, NULL, NULL, 0, 0) == HL_ERR_SHAPE, "a bad call passed"); /* now there is a message to destroy */
    hl_config();
    return NULL;
}

static void calls_at_thread_end(void)
{
    FILE *page = tmpfile();
    pthread_t thread;
    int err;
    test("calls from a destructor of thread-specific data, when the thread has ended already, work and print nothing");
    if (!expect(page != NULL, "tmpfile failed"))
        return;
    pthread_key_create(&clean_up_key, clean_up);
    fflush(stderr);
    err = dup(2);
    dup2(fileno(page), 2);
    pthread_create(&thread, NULL, end_with_clean_up, &clean_up_key);
    pthread_join(thread, NULL);
    dup2(err, 2);
    close(err);
    expect(atomic_load(&clean_up_status[0]) == HL_ERR_SHAPE && atomic_load(&clean_up_status[1]) == 0 && atomic_load(&clean_up_status[2]) == 0,
           "statuses %d %d %d", atomic_load(&clean_up_status[0]), atomic_load(&clean_up_status[1]), atomic_load(&clean_up_status[2]));
    fseek(page, 0, SEEK_END);
    expect(ftell(page) == 0, "%ld bytes were printed to stderr", ftell(page));
    fclose(page);
    pthread_key_delete(clean_up_key);
}

/* What every thread of the crowd does: small and large problems, good and bad calls, its own thread count. */
static atomic_int stop;

static void *hammer(void *number)
{
    const int id = *(int *)number;
    int round;
    for (round = 0; round < 60; round++) {
        const int k = (round * 5 + id) % 4;
        problem mine = problem_share(&shared[k]);
        char expected[128];
        hl_set_num_threads_local((id + round) % 4);
        expect(problem_spectrum(&mine, NULL) == HL_OK, "thread %d: %s", id, hl_last_error_message());
        expect(problem_same_bits(&shared[k], &mine), "thread %d, round %d, problem %d: other bits", id, round, k);
        expect(hl_units_convert(-id - 1, NULL, NULL, NULL, NULL, 0, 0) == HL_ERR_SHAPE, "thread %d: a bad call passed", id);
        snprintf(expected, sizeof expected, "%d", -id - 1);
        expect(strstr(hl_last_error_message(), expected) != NULL, "thread %d has another's message: %s", id, hl_last_error_message());
        expect(strstr(hl_config(), "simd: ") != NULL, "thread %d: hl_config is %s", id, hl_config());
        problem_free_outputs(&mine);
    }
    return NULL;
}

static void *shut_down_again_and_again(void *nothing)
{
    while (!atomic_load(&stop))
        expect(hl_shutdown() == HL_OK, "hl_shutdown: %s", hl_last_error_message());
    return nothing;
}

static void crowd(int with_shutdown)
{
    pthread_t threads[8], closer;
    int ids[8], k;
    test("eight host threads at once, small and large problems, own thread counts%s: right bits, own messages",
         with_shutdown ? ", hl_shutdown all the time" : "");
    atomic_store(&stop, 0);
    if (with_shutdown)
        pthread_create(&closer, NULL, shut_down_again_and_again, NULL);
    for (k = 0; k < 8; k++) {
        ids[k] = k;
        pthread_create(&threads[k], NULL, hammer, &ids[k]);
    }
    for (k = 0; k < 8; k++)
        pthread_join(threads[k], NULL);
    atomic_store(&stop, 1);
    if (with_shutdown)
        pthread_join(closer, NULL);
}

/* Threads of this process whose name begins with hotloop-. */
static int workers(void)
{
    char path[300], name[32];
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *task;
    int count = 0;
    while (tasks && (task = readdir(tasks))) {
        FILE *file;
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        file = fopen(path, "r");
        if (!file)
            continue;
        count += fgets(name, sizeof name, file) && !strncmp(name, "hotloop-", 8);
        fclose(file);
    }
    if (tasks)
        closedir(tasks);
    return count;
}

static void few_workers(void)
{
    ptrdiff_t m;
    test("problems of many sizes do not leave a pool of workers each");
    expect(hl_shutdown() == HL_OK, "%s", hl_last_error_message());
    hl_set_num_threads_local(16);
    for (m = 1; m <= 20; m++) {
        problem p = problem_new(16 * m, 60, 10); /* m to 8 m chunks of work, as wide as the vectors are */
        expect(problem_spectrum(&p, NULL) == HL_OK, "%s", hl_last_error_message());
        problem_free(&p);
    }
    expect(workers() >= 16 && workers() <= 2 * 16, "%d workers", workers());
    hl_set_num_threads_local(0);
}

static void shutdown_ends_the_workers(void)
{
    problem mine = problem_share(&shared[1]);
    const double start = seconds();
    test("hl_shutdown ends the worker threads");
    hl_set_num_threads_local(3);
    expect(problem_spectrum(&mine, NULL) == HL_OK && workers() >= 3, "there were %d workers", workers());
    expect(hl_shutdown() == HL_OK, "%s", hl_last_error_message());
    while (workers() > 0 && seconds() - start < 5.0) /* the kernel lists a joined thread for a moment more */
        usleep(1000);
    expect(workers() == 0, "%d workers are left", workers());
    hl_set_num_threads_local(0);
    problem_free_outputs(&mine);
}

static void shutdown_and_again(void)
{
    problem again = problem_share(&shared[1]);
    int k;
    test("hl_shutdown, then everything works again");
    for (k = 0; k < 3; k++) {
        hl_set_num_threads_local(3);
        expect(problem_spectrum(&again, NULL) == HL_OK && problem_same_bits(&again, &shared[1]), "round %d", k);
        expect(hl_shutdown() == HL_OK && hl_shutdown() == HL_OK, "hl_shutdown: %s", hl_last_error_message());
    }
    hl_set_num_threads_local(0);
    problem_free_outputs(&again);
}

static void *on_a_small_stack(void *count)
{
    int k;
    hl_set_num_threads_local(*(int *)count);
    for (k = 0; k < 4; k++) {
        problem mine = problem_share(&shared[k]);
        expect(problem_spectrum(&mine, NULL) == HL_OK && problem_same_bits(&mine, &shared[k]), "problem %d: %s", k, hl_last_error_message());
        problem_free_outputs(&mine);
    }
    return NULL;
}

static void small_stacks(void)
{
    int counts[2] = {1, 2}, k;
    for (k = 0; k < 2; k++) {
        pthread_attr_t attributes;
        pthread_t thread;
        test("a host thread with a stack of 256 KiB can call with %d thread(s)", counts[k]);
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, 256 * 1024);
        pthread_create(&thread, &attributes, on_a_small_stack, &counts[k]);
        pthread_join(thread, NULL);
        pthread_attr_destroy(&attributes);
    }
}

int main(void)
{
    int k;
    refused_counts();
    precedence();
    same_bits();
    test("problems for the crowd are solved with one thread");
    hl_set_num_threads_local(1);
    for (k = 0; k < 4; k++) {
        shared[k] = problem_new(shared_shapes[k][0], shared_shapes[k][1], shared_shapes[k][2]);
        expect(problem_spectrum(&shared[k], NULL) == HL_OK, "%s", hl_last_error_message());
    }
    hl_set_num_threads_local(0);
    crowd(0);
    few_workers();
    shutdown_ends_the_workers();
    shutdown_and_again();
    crowd(1);
    any_alignment();
    calls_at_thread_end();
    small_stacks();
    for (k = 0; k < 4; k++)
        problem_free(&shared[k]);
    return finish("threads");
}
