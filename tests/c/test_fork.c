/* fork: the child of a process that used threads can use threads, also when another host thread was inside a call. An alarm ends a
   child that hangs, or the parent does. */
#include "harness.h"
#include "kuramoto_run.h"
#include "problem.h"
#include "strided.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static problem expected_small, expected_large;

/* Large enough for several threads. */
static const kuramoto_case systems[] = {
    {.name = "lattice", .rank = 2, .shape = {300, 400}, .bits = 64, .boundary = {1, 0}, .dt = 0.0625, .n_steps = 3, .noise = 0.5, .layout = COLUMN_MAJOR},
    {.name = "network", .rank = 1, .shape = {50001}, .bits = 32, .method = HL_METHOD_DORMAND_PRINCE, .dt = 0.0625, .n_steps = 1, .atol = 1e-3,
     .model = NETWORK, .index_bits = 32, .degree = 6},
};
enum { N_SYSTEMS = sizeof systems / sizeof *systems };
static kuramoto_inputs inputs[N_SYSTEMS];
static kuramoto_results expected[N_SYSTEMS];
static atomic_int stop;

/* In the child: both problems with this many threads; the exit status says what went wrong. */
static void compute_and_leave(int threads, int compare)
{
    problem small = problem_share(&expected_small), large = problem_share(&expected_large);
    int k;
    alarm(30);
    if (hl_set_num_threads_local(threads) < 0)
        _exit(3);
    if (problem_spectrum(&small, NULL) != HL_OK || problem_spectrum(&large, NULL) != HL_OK)
        _exit(4);
    if (compare && (!problem_same_bits(&small, &expected_small) || !problem_same_bits(&large, &expected_large)))
        _exit(5);
    for (k = 0; k < N_SYSTEMS; k++) {
        const kuramoto_results results = kuramoto_run(&systems[k], &inputs[k], systems[k].layout);
        if (compare && !kuramoto_same_bits(&results, &expected[k]))
            _exit(7);
    }
    if (hl_shutdown() != HL_OK || !*hl_config())
        _exit(6);
    _exit(0);
}

static int fork_and_compute(int threads, int compare)
{
    pid_t pid;
    fflush(stdout);
    pid = fork();
    if (pid == 0)
        compute_and_leave(threads, compare);
    return expect_child(pid, 40.0);
}

static void *keep_computing(void *which)
{
    problem mine = problem_share(which);
    hl_set_num_threads_local(2);
    while (!atomic_load(&stop))
        expect(problem_spectrum(&mine, NULL) == HL_OK && *hl_config(), "%s", hl_last_error_message());
    problem_free_outputs(&mine);
    return NULL;
}

static void *keep_integrating(void *unused)
{
    int k = 0;
    (void)unused;
    hl_set_num_threads_local(2);
    while (!atomic_load(&stop)) {
        kuramoto_results results = kuramoto_run(&systems[k], &inputs[k], systems[k].layout);
        expect(kuramoto_same_bits(&results, &expected[k]), "%s: other bits", systems[k].name);
        kuramoto_results_free(&results);
        k = (k + 1) % N_SYSTEMS;
    }
    return NULL;
}

/* The child forks once more. */
static void grandchild(void)
{
    int status;
    pid_t pid;
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        problem small = problem_share(&expected_small);
        alarm(30);
        hl_set_num_threads_local(3);
        if (problem_spectrum(&small, NULL) != HL_OK)
            _exit(4);
        pid = fork();
        if (pid == 0)
            compute_and_leave(2, 1);
        waitpid(pid, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 9);
    }
    expect_child(pid, 80.0);
}

int main(void)
{
    pthread_t threads[3];
    problem again;
    int k;
    expected_small = problem_new(96, 8, 300);
    expected_large = problem_new(2, 120, 50);
    for (k = 0; k < N_SYSTEMS; k++)
        inputs[k] = kuramoto_inputs_new(&systems[k]);
    test("a child of a process that has not computed yet computes");
    fork_and_compute(2, 0);
    hl_set_num_threads_local(2);
    test("the parent computes with two threads");
    expect(problem_spectrum(&expected_small, NULL) == HL_OK && problem_spectrum(&expected_large, NULL) == HL_OK, "%s", hl_last_error_message());
    for (k = 0; k < N_SYSTEMS; k++)
        expected[k] = kuramoto_run(&systems[k], &inputs[k], systems[k].layout);
    for (k = 1; k <= 4; k++) {
        test("after the parent used two threads, a child uses %d", k);
        fork_and_compute(k, 1);
    }
    test("the parent goes on after its forks");
    again = problem_share(&expected_small);
    expect(problem_spectrum(&again, NULL) == HL_OK && problem_same_bits(&again, &expected_small), "%s", hl_last_error_message());
    test("a child's child uses threads");
    grandchild();
    test("fork while three other threads are inside calls: every child finishes");
    pthread_create(&threads[0], NULL, keep_computing, &expected_small);
    pthread_create(&threads[1], NULL, keep_computing, &expected_large);
    pthread_create(&threads[2], NULL, keep_integrating, NULL);
    for (k = 0; k < 40 && fork_and_compute(1 + k % 3, 1); k++)
        usleep((useconds_t)(k * 137 % 2000));
    atomic_store(&stop, 1);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    pthread_join(threads[2], NULL);
    return finish("fork");
}
