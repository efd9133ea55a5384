/* Memory of fast multipole plans. Where it cannot be had the answer is HL_ERR_ALLOC: each allocation is refused in turn, for every
   function that makes, changes or uses a plan; the call gives back what it took, and the plan is as it was. What hl_fmm_stats says of a
   plan's memory is what the heap has of it, within a tenth. */
#include "harness.h"
#include "heap.h"

#include <hotloop.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 500, LARGE = 100000 };
enum function { CREATE, SET_POINTS, EVALUATE, ESTIMATE, N_FUNCTIONS };

static const char *const names[N_FUNCTIONS] = {"hl_fmm_plan_create", "hl_fmm_set_points", "hl_fmm_evaluate", "hl_fmm_estimate_error"};
/* What is no workspace but an error's text, a list of arrays, the plan itself without its arrays. */
enum { SMALL = 1000 };

static double points[3 * FEW], others[3 * FEW], charges[FEW], potentials[FEW], gradients[3 * FEW];
static hl_fmm_options options;
static hl_fmm_plan *plan;

static hl_status perform(enum function f)
{
    hl_fmm_plan *made = NULL;
    double error;
    hl_status status;
    switch (f) {
    case CREATE:
        status = hl_fmm_plan_create(&made, FEW, FEW, points, NULL, others, NULL, &options);
        expect((status == HL_OK) == (made != NULL), "status %d and plan %p", status, (void *)made);
        hl_fmm_plan_destroy(made);
        return status;
    case SET_POINTS: return hl_fmm_set_points(plan, FEW, FEW, others, NULL, NULL, NULL, NULL);
    case EVALUATE: return hl_fmm_evaluate(plan, FEW, FEW, 1, charges, NULL, potentials, NULL, gradients, NULL, NULL);
    default: return hl_fmm_estimate_error(plan, FEW, FEW, charges, NULL, potentials, NULL, FEW, 3, &error, NULL);
    }
}

/* Potentials and gradients of the plan as it is, which a refused call leaves alone. */
static void results_of(double *into)
{
    expect(perform(EVALUATE) == HL_OK, "%s", hl_last_error_message());
    memcpy(into, potentials, sizeof potentials);
    memcpy(into + FEW, gradients, sizeof gradients);
}

/* Allocation after allocation finds no memory, and none after it either, until a call needs no more of them than there are. */
static void one_after_the_other(enum function f, const char *which)
{
    static double before[4 * FEW], after[4 * FEW];
    long good, held;
    hl_status status = HL_ERR_ALLOC;
    test("%s, %s: memory that cannot be had is a status", names[f], which);
    results_of(before);
    if (f != SET_POINTS)
        expect(perform(f) == HL_OK, "%s", hl_last_error_message());
    hl_fmm_forget_operators(); /* what is kept for later plans */
    held = heap_in_use();
    for (good = 0; good < 20000; good++) {
        heap_refuse(SMALL, good);
        status = perform(f);
        heap_refuse(0, -1);
        hl_fmm_forget_operators();
        if (status == HL_OK)
            break;
        expect(status == HL_ERR_ALLOC && strstr(hl_last_error_message(), "bytes of workspace"), "allocation %ld: status %d, \"%s\"", good, status,
               hl_last_error_message());
        expect(heap_in_use() - held < 4096, "allocation %ld: %ld bytes stay", good, heap_in_use() - held);
    }
    expect(status == HL_OK && good > 1, "%ld allocations were refused", good);
    if (f == SET_POINTS)
        return;
    results_of(after);
    expect(!memcmp(before, after, sizeof before), "other bits when there is memory again");
}

/* For set_points: after each refusal the plan has its old points. */
static void a_plan_keeps_its_points(void)
{
    static double before[4 * FEW], after[4 * FEW];
    long good;
    test("hl_fmm_set_points: without memory the plan is as it was");
    results_of(before);
    for (good = 0; good < 40; good += 1 + good / 3) {
        heap_refuse(SMALL, good);
        expect(perform(SET_POINTS) == HL_ERR_ALLOC, "allocation %ld: no HL_ERR_ALLOC", good);
        heap_refuse(0, -1);
        results_of(after);
        expect(!memcmp(before, after, sizeof before), "allocation %ld: another plan", good);
    }
}

static void refusals(void)
{
    static const struct {
        const char *which;
        int kernel, precision;
    } plans[] = {{"Laplace", HL_KERNEL_LAPLACE, HL_FMM_PRECISION_DOUBLE}, {"Yukawa, mixed", HL_KERNEL_YUKAWA, HL_FMM_PRECISION_MIXED}};
    size_t k;
    int f;
    for (k = 0; k < sizeof plans / sizeof *plans; k++) {
        hl_fmm_options_init(&options, sizeof options);
        options.kernel = plans[k].kernel;
        options.screening = plans[k].kernel == HL_KERNEL_YUKAWA ? 1.0 : 0.0;
        options.precision = plans[k].precision;
        options.order = 3;
        options.leaf_size = 8; /* so that every operator runs */
        test("%s: a plan", plans[k].which);
        expect(hl_fmm_plan_create(&plan, FEW, FEW, points, NULL, others, NULL, &options) == HL_OK, "%s", hl_last_error_message());
        for (f = CREATE; f < N_FUNCTIONS; f++) {
            if (f == SET_POINTS)
                a_plan_keeps_its_points();
            one_after_the_other((enum function)f, plans[k].which);
        }
        hl_fmm_plan_destroy(plan);
    }
    hl_fmm_forget_operators();
}

/* OpenBLAS, which makes operators, takes 128 MiB of addresses for itself, and asks for them again and again where there are not so many. */
static int make_without_a_buffer(const void *unused)
{
    (void)unused;
    hl_fmm_options_init(&options, sizeof options);
    options.leaf_size = 8;
    if (limit_addresses(64))
        return 3;
    if (perform(CREATE) != HL_ERR_ALLOC || !strstr(hl_last_error_message(), "OpenBLAS"))
        return 4;
    return lift_limit() == 0 && perform(CREATE) == HL_OK ? 0 : 5;
}

static void no_buffer(void)
{
    test("where OpenBLAS cannot have its buffer a plan is refused, and with more memory it is made");
    in_a_child(make_without_a_buffer, NULL);
}

static void within_a_tenth(const char *what, long said, long measured)
{
    expect(labs(said - measured) <= measured / 10, "%s: said %ld, measured %ld", what, said, measured);
}

/* As many vectors of charges as are evaluated together: what an evaluation has at most is for these. */
enum { VECTORS = 4 };

/* The plan of so many points, in single precision where asked for. With low orders or large leaves near pairs need the most. */
static void sizes(const char *which, int is_sphere, int is_single, ptrdiff_t n_target, int order, int leaf_size)
{
    double *sources = malloc(LARGE * 24), *targets = malloc(LARGE * 24), *q = calloc(VECTORS * LARGE, 8);
    double *p = malloc(VECTORS * LARGE * 8), *g = malloc(VECTORS * LARGE * 24);
    float *single = malloc(LARGE * 12), *single_targets = malloc(LARGE * 12);
    unsigned long long state = 17;
    long before, of_points, of_evaluation;
    hl_fmm_plan *first = NULL, *second = NULL;
    hl_fmm_plan_stats stats;
    ptrdiff_t i;
    test("%s: a plan's memory is what it says", which);
    for (i = 0; i < 3 * LARGE; i++) {
        sources[i] = random_uniform(&state) - 0.5;
        targets[i] = random_uniform(&state) - 0.5;
    }
    for (i = 0; i < LARGE; i++) {
        double *x = sources + 3 * i, r = sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
        int k;
        for (k = 0; k < 3 && is_sphere; k++)
            x[k] /= r;
        q[i] = random_uniform(&state);
    }
    for (i = 0; i < 3 * LARGE; i++) {
        single[i] = (float)sources[i];
        single_targets[i] = (float)targets[i];
    }
#define PLAN(made)                                                                                                                       \
    (is_single ? hl_fmm_plan_create_f32(&made, LARGE, n_target, single, NULL, n_target == LARGE ? NULL : single_targets, NULL, &options)  \
               : hl_fmm_plan_create(&made, LARGE, n_target, sources, NULL, n_target == LARGE ? NULL : targets, NULL, &options))
    hl_fmm_forget_operators();
    hl_fmm_options_init(&options, sizeof options);
    options.order = order;
    options.leaf_size = leaf_size;
    before = heap_in_use();
    expect(PLAN(first) == HL_OK, "%s", hl_last_error_message());
    of_points = heap_in_use();
    expect(PLAN(second) == HL_OK, "%s", hl_last_error_message());
    of_points = heap_in_use() - of_points; /* operators are shared */
    stats.struct_size = sizeof stats;
    expect(hl_fmm_stats(first, &stats) == HL_OK, "%s", hl_last_error_message());
    within_a_tenth("points, tree and lists", (long)stats.bytes_of_points, of_points);
    within_a_tenth("operators", (long)stats.bytes_of_operators, heap_in_use() - before - 2 * of_points);
    of_evaluation = heap_watch();
    expect(hl_fmm_evaluate(first, LARGE, n_target, VECTORS, q, NULL, p, NULL, g, NULL, NULL) == HL_OK, "%s", hl_last_error_message());
    of_evaluation = heap_peak() - of_evaluation;
    within_a_tenth("an evaluation", (long)stats.bytes_of_evaluation, of_evaluation);
    hl_fmm_plan_destroy(first);
    hl_fmm_plan_destroy(second);
    hl_fmm_forget_operators();
    expect(heap_in_use() - before < 4096, "%ld bytes stay", heap_in_use() - before);
    free(sources), free(targets), free(q), free(p), free(g), free(single), free(single_targets);
}

int main(void)
{
    unsigned long long state = 5;
    int i;
    for (i = 0; i < 3 * FEW; i++) {
        /* half of the points in a corner, so that boxes meet finer and coarser ones */
        points[i] = random_uniform(&state) * (i < 3 * FEW / 2 ? 1.0 : 0.05);
        others[i] = random_uniform(&state) * (i < 3 * FEW / 2 ? 1.0 : 0.05);
    }
    for (i = 0; i < FEW; i++)
        charges[i] = random_uniform(&state) - 0.5;
    hl_set_num_threads_local(1);
    no_buffer(); /* before OpenBLAS has any */
    refusals();
    sizes("cube", 0, 0, LARGE, 7, 0);
    sizes("sphere", 1, 0, LARGE, 7, 0);
    sizes("single precision", 0, 1, LARGE, 7, 0);
    sizes("separate targets", 0, 0, 60000, 7, 0);
    sizes("order 3", 0, 0, LARGE, 3, 0);
    sizes("order 3 in single precision", 0, 1, LARGE, 3, 0);
    sizes("large leaves", 0, 0, LARGE, 4, 400);
    sizes("large leaves on a sphere", 1, 0, LARGE, 2, 400);
    sizes("large leaves in single precision", 0, 1, LARGE, 2, 400);
    return finish("fmm memory");
}
