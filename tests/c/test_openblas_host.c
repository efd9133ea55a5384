/* A host that uses OpenBLAS itself, through the same shared library: its number of OpenBLAS threads is what it was after hotloop's
   calls (large matrices go to LAPACK), also when several host threads call at once. Linked with -lopenblas. */
#include "harness.h"
#include "problem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

extern void openblas_set_num_threads(int n);
extern int openblas_get_num_threads(void);

static problem large;

static void *call(void *nothing)
{
    problem mine = problem_share(&large);
    int k;
    for (k = 0; k < 3; k++)
        expect(problem_spectrum(&mine, NULL) == HL_OK && problem_same_bits(&mine, &large), "%s", hl_last_error_message());
    problem_free_outputs(&mine);
    return nothing;
}

static atomic_int stop;

static void *keep_calling(void *nothing)
{
    problem mine = problem_share(&large);
    hl_set_num_threads_local(1);
    while (!atomic_load(&stop))
        expect(problem_spectrum(&mine, NULL) == HL_OK, "%s", hl_last_error_message());
    problem_free_outputs(&mine);
    return nothing;
}

/* A process that only ever used one hotloop thread a call (no pool) forks while another of its threads is in LAPACK. */
static void fork_during_calls(void)
{
    pthread_t thread;
    int k, before;
    openblas_set_num_threads(2);
    before = openblas_get_num_threads();
    test("fork while another thread's call holds OpenBLAS at one thread: the child has the host's %d threads, and computes", before);
    hl_set_num_threads_local(1);
    atomic_store(&stop, 0);
    pthread_create(&thread, NULL, keep_calling, NULL);
    for (k = 0; k < 30; k++) {
        pid_t pid;
        usleep((useconds_t)(1000 + 733 * k % 5000));
        fflush(stdout);
        pid = fork();
        if (pid == 0) {
            problem mine = problem_share(&large);
            alarm(60);
            if (openblas_get_num_threads() != before)
                _exit(3);
            if (k % 5 == 0 && problem_spectrum(&mine, NULL) != HL_OK)
                _exit(4);
            if (openblas_get_num_threads() != before)
                _exit(5);
            _exit(0);
        }
        if (!expect_child(pid, 70.0))
            break;
    }
    atomic_store(&stop, 1);
    pthread_join(thread, NULL);
    expect(openblas_get_num_threads() == before, "in the parent they are %d", openblas_get_num_threads());
}

int main(void)
{
    static const int counts[] = {1, 2, 3};
    size_t k;
    large = problem_new(2, 300, 50);
    fork_during_calls(); /* first: later calls may have pools */
    for (k = 0; k < sizeof counts / sizeof *counts; k++) {
        pthread_t threads[4];
        int before, t;
        openblas_set_num_threads(counts[k]);
        before = openblas_get_num_threads();
        test("OpenBLAS' %d host thread(s) are the same after a call with 300 sites", before);
        expect(problem_spectrum(&large, NULL) == HL_OK, "%s", hl_last_error_message());
        expect(openblas_get_num_threads() == before, "they are %d", openblas_get_num_threads());
        test("OpenBLAS' %d host thread(s) are the same after four host threads called at once, with the same bits", before);
        for (t = 0; t < 4; t++)
            pthread_create(&threads[t], NULL, call, NULL);
        for (t = 0; t < 4; t++)
            pthread_join(threads[t], NULL);
        expect(openblas_get_num_threads() == before, "they are %d", openblas_get_num_threads());
        test("OpenBLAS' %d host thread(s) are the same after a refused call", before);
        large.hamiltonians[1] += 1.0;
        expect(problem_spectrum(&large, NULL) == HL_ERR_ARGUMENT, "an asymmetric matrix passed");
        large.hamiltonians[1] -= 1.0;
        expect(openblas_get_num_threads() == before, "they are %d", openblas_get_num_threads());
    }
    problem_free(&large);
    return finish("openblas host");
}
