/* Fast multipole plans and threads: one plan evaluated by many host threads at once with charges of their own, whatever a child of the
   process does with it, and nobody changes a plan that is in use. */
#include "harness.h"

#include <hotloop.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POINTS = 3000, HOSTS = 8, ROUNDS = 3 };

static double points[3 * POINTS], charges[HOSTS][POINTS], expected[HOSTS][4 * POINTS];
static hl_fmm_plan *plan;

/* Potentials and gradients of the charges of a host thread. */
static hl_status evaluate(int host, double *results, const hl_fmm_options *options)
{
    return hl_fmm_evaluate(plan, POINTS, POINTS, 1, charges[host], NULL, results, NULL, results + POINTS, NULL, options);
}

static int same_as_expected(int host)
{
    double *results = calloc(4 * POINTS, sizeof *results);
    const int same = results && evaluate(host, results, NULL) == HL_OK && !memcmp(results, expected[host], sizeof expected[host]);
    free(results);
    return same;
}

static void *a_host(void *number)
{
    const int host = *(const int *)number;
    int round;
    hl_set_num_threads_local(1 + host % 3);
    for (round = 0; round < ROUNDS; round++)
        expect(same_as_expected(host), "host thread %d has other bits in round %d", host, round);
    return NULL;
}

static void many_hosts(void)
{
    pthread_t hosts[HOSTS];
    int numbers[HOSTS], k;
    test("%d host threads with charges of their own have the bits of one after another", HOSTS);
    for (k = 0; k < HOSTS; k++) {
        numbers[k] = k;
        pthread_create(&hosts[k], NULL, a_host, &numbers[k]);
    }
    for (k = 0; k < HOSTS; k++)
        pthread_join(hosts[k], NULL);
}

/* What a callback of an evaluation has seen of its own plan. */
typedef struct {
    int calls, busy, readable;
} witness;

static int32_t look_at_the_plan(void *user, int64_t done, int64_t total)
{
    witness *seen = user;
    hl_fmm_plan_stats stats;
    double seconds_of_each[HL_FMM_N_TIMINGS];
    (void)done, (void)total;
    stats.struct_size = sizeof stats;
    seen->calls++;
    seen->busy += hl_fmm_set_points(plan, 2, 2, points, NULL, NULL, NULL, NULL) == HL_ERR_BUSY && strstr(hl_last_error_message(), "plan");
    seen->readable += hl_fmm_stats(plan, &stats) == HL_OK && stats.n_source == POINTS && hl_fmm_timings(plan, seconds_of_each, NULL) == HL_OK;
    return 0;
}

static void busy(void)
{
    static double results[4 * POINTS];
    witness seen = {0, 0, 0};
    hl_fmm_options options;
    double error;
    hl_fmm_options_init(&options, sizeof options);
    options.progress = look_at_the_plan;
    options.progress_user = &seen;
    test("a plan in evaluation is not changed, and says so");
    expect(evaluate(0, results, &options) == HL_OK, "%s", hl_last_error_message());
    expect(seen.calls > 1 && seen.busy == seen.calls, "busy in %d of %d calls", seen.busy, seen.calls);
    expect(seen.readable == seen.calls, "sizes and times in %d of %d calls", seen.readable, seen.calls);
    expect(!memcmp(results, expected[0], sizeof results), "other bits");
    test("a plan whose error is estimated is not changed");
    memset(&seen, 0, sizeof seen);
    expect(hl_fmm_estimate_error(plan, POINTS, POINTS, charges[0], NULL, results, NULL, POINTS, 1, &error, &options) == HL_OK, "%s",
           hl_last_error_message());
    expect(seen.calls > 1 && seen.busy == seen.calls && seen.readable == seen.calls, "busy in %d of %d calls", seen.busy, seen.calls);
}

static int32_t use_the_plan(void *user, int64_t done, int64_t total)
{
    static double results[4 * POINTS];
    witness *seen = user;
    hl_fmm_plan_stats stats;
    (void)done, (void)total;
    stats.struct_size = sizeof stats;
    seen->calls++;
    seen->busy += evaluate(1, results, NULL) == HL_ERR_BUSY && hl_fmm_stats(plan, &stats) == HL_ERR_BUSY &&
                  hl_fmm_set_points(plan, 2, 2, points, NULL, NULL, NULL, NULL) == HL_ERR_BUSY;
    return 0;
}

static void changing(void)
{
    witness seen = {0, 0, 0};
    hl_fmm_options options;
    hl_fmm_options_init(&options, sizeof options);
    options.progress = use_the_plan;
    options.progress_user = &seen;
    test("a plan that gets new points is not used meanwhile");
    expect(hl_fmm_set_points(plan, POINTS, POINTS, points, NULL, NULL, NULL, &options) == HL_OK, "%s", hl_last_error_message());
    expect(seen.calls > 1 && seen.busy == seen.calls, "busy in %d of %d calls", seen.busy, seen.calls);
    expect(same_as_expected(1), "the same points give other bits");
}

/* In a child: the parent's plan, then new points, then a plan of its own. A plan that was in use when the process forked stays in use in the child, whose
 * copy nobody will ever leave. */
static int as_a_child(int threads, int may_be_in_use)
{
    static double other[4 * POINTS];
    hl_fmm_plan *own = NULL;
    hl_status status;
    alarm(30);
    hl_set_num_threads_local(threads);
    if (!same_as_expected(threads))
        return 3;
    status = hl_fmm_set_points(plan, POINTS, POINTS, points, NULL, NULL, NULL, NULL);
    if ((status != HL_OK && !(may_be_in_use && status == HL_ERR_BUSY)) || !same_as_expected(threads))
        return 4;
    hl_fmm_forget_operators();
    if (hl_fmm_plan_create(&own, POINTS, POINTS, points, NULL, NULL, NULL, NULL) != HL_OK ||
        hl_fmm_evaluate(own, POINTS, POINTS, 1, charges[0], NULL, other, NULL, NULL, NULL, NULL) != HL_OK)
        return 5;
    hl_fmm_plan_destroy(own);
    return hl_fmm_plan_destroy(plan) == HL_OK && hl_shutdown() == HL_OK ? 0 : 6;
}

static void fork_once(int threads, int may_be_in_use)
{
    pid_t pid;
    fflush(stdout);
    pid = fork();
    if (pid == 0)
        _exit(as_a_child(threads, may_be_in_use));
    expect_child(pid, 40.0);
}

static void forks(void)
{
    pthread_t hosts[2];
    int numbers[2] = {5, 7}, k;
    for (k = 1; k <= 3; k++) {
        test("a child evaluates its parent's plan on %d threads", k);
        fork_once(k, 0);
    }
    test("a child of a process whose other threads are in evaluations");
    for (k = 0; k < 2; k++)
        pthread_create(&hosts[k], NULL, a_host, &numbers[k]);
    for (k = 0; k < 4; k++)
        fork_once(1 + k % 2, 1);
    for (k = 0; k < 2; k++)
        pthread_join(hosts[k], NULL);
    test("the parent's plan is as it was");
    expect(same_as_expected(2), "other bits");
}

int main(void)
{
    unsigned long long state = 11;
    hl_fmm_options options;
    int k, i;
    for (i = 0; i < 3 * POINTS; i++)
        points[i] = random_uniform(&state) * (i % 2 ? 1.0 : random_uniform(&state));
    for (k = 0; k < HOSTS; k++)
        for (i = 0; i < POINTS; i++)
            charges[k][i] = random_uniform(&state) - 0.5;
    hl_fmm_options_init(&options, sizeof options);
    options.order = 4;
    options.leaf_size = 30;
    test("the results of one thread after another");
    hl_set_num_threads_local(2);
    expect(hl_fmm_plan_create(&plan, POINTS, POINTS, points, NULL, NULL, NULL, &options) == HL_OK, "%s", hl_last_error_message());
    for (k = 0; k < HOSTS; k++)
        expect(evaluate(k, expected[k], NULL) == HL_OK, "%s", hl_last_error_message());
    expect(memcmp(expected[0], expected[1], sizeof expected[0]), "other charges give other potentials");
    many_hosts();
    busy();
    changing();
    forks();
    hl_fmm_plan_destroy(plan);
    hl_fmm_forget_operators();
    return finish("fmm threads");
}
