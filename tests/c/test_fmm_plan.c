/* Fast multipole plans through the C ABI: every array in turn NULL, misaligned, out of reach and overlapping, absurd dimensions, layouts
   and thread counts that must not show in the bits, options, memory. Values are Python's to test, beside a look here at direct sums. */
#include "harness.h"
#include "heap.h"
#include "strided.h"

#include <hotloop.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SOURCES = 900, TARGETS = 350, VECTORS = 2, LARGEST = 3 * VECTORS * SOURCES };

/* What a call is about, in the order of the prototypes. */
enum function { CREATE, SET_POINTS, EVALUATE, ESTIMATE, N_FUNCTIONS };
static const char *const names[N_FUNCTIONS] = {"hl_fmm_plan_create", "hl_fmm_set_points", "hl_fmm_evaluate", "hl_fmm_estimate_error"};

typedef struct {
    const char *name;
    int rank, is_output, may_be_null;
    ptrdiff_t dims[3];
} array;

static const array arrays[N_FUNCTIONS][3] = {
    {{"sources", 2, 0, 0, {SOURCES, 3, 0}}, {"targets", 2, 0, 1, {TARGETS, 3, 0}}, {NULL, 0, 0, 0, {0, 0, 0}}},
    {{"sources", 2, 0, 0, {SOURCES, 3, 0}}, {"targets", 2, 0, 1, {TARGETS, 3, 0}}, {NULL, 0, 0, 0, {0, 0, 0}}},
    {{"charges", 2, 0, 0, {VECTORS, SOURCES, 0}}, {"potentials", 2, 1, 1, {VECTORS, TARGETS, 0}}, {"gradients", 3, 1, 1, {VECTORS, TARGETS, 3}}},
    {{"charges", 1, 0, 0, {SOURCES, 0, 0}}, {"potentials", 1, 0, 0, {TARGETS, 0, 0}}, {NULL, 0, 0, 0, {0, 0, 0}}},
};

typedef struct {
    enum function f;
    ptrdiff_t n_source, n_target, n_vectors, n_sample;
    hl_fmm_plan *plan;
    void *p[3];
    const ptrdiff_t *s[3];
    strided owned[3];
    hl_fmm_options *options;
} call;

static hl_fmm_plan *plan;

static hl_status perform(call *c)
{
    void **p = c->p;
    const ptrdiff_t **s = c->s;
    hl_fmm_plan *made = NULL;
    double error = -7.0;
    hl_status status;
    switch (c->f) {
    case CREATE:
        status = hl_fmm_plan_create(&made, c->n_source, c->n_target, p[0], s[0], p[1], s[1], c->options);
        expect((status == HL_OK) == (made != NULL), "status %d and plan %p", status, (void *)made);
        hl_fmm_plan_destroy(made);
        return status;
    case SET_POINTS: return hl_fmm_set_points(c->plan, c->n_source, c->n_target, p[0], s[0], p[1], s[1], c->options);
    case EVALUATE: return hl_fmm_evaluate(c->plan, c->n_source, c->n_target, c->n_vectors, p[0], s[0], p[1], s[1], p[2], s[2], c->options);
    default:
        status = hl_fmm_estimate_error(c->plan, c->n_source, c->n_target, p[0], s[0], p[1], s[1], c->n_sample, 3, &error, c->options);
        expect((status == HL_OK) == (error > -7.0), "status %d and error %g", status, error);
        return status;
    }
}

static size_t count_of(const array *a)
{
    size_t count = 1;
    int axis;
    for (axis = 0; axis < a->rank; axis++)
        count *= (size_t)a->dims[axis];
    return count;
}

static void set(call *c, enum function f, int layout)
{
    static double values[LARGEST];
    int which;
    memset(c, 0, sizeof *c);
    c->f = f;
    c->n_source = SOURCES;
    c->n_target = TARGETS;
    c->n_vectors = VECTORS;
    c->n_sample = 20;
    c->plan = plan;
    for (which = 0; which < 3 && arrays[f][which].name; which++) {
        const array *a = &arrays[f][which];
        unsigned long long state = 5u + (unsigned)which;
        size_t k;
        c->owned[which] = strided_new(layout, sizeof(double), a->rank, a->dims);
        for (k = 0; k < count_of(a); k++)
            values[k] = random_uniform(&state);
        if (!a->is_output)
            strided_put(&c->owned[which], values);
        c->p[which] = c->owned[which].first;
        c->s[which] = c->owned[which].strides;
    }
}

static void drop(call *c)
{
    int which;
    for (which = 0; which < 3 && arrays[c->f][which].name; which++)
        strided_free(&c->owned[which]);
}

/* The call is refused for this reason, the message names the argument, and no output has changed. */
static void refused(call *c, hl_status status, const char *name)
{
    unsigned char *before[3] = {0};
    hl_status found;
    int which;
    for (which = 0; which < 3 && arrays[c->f][which].name; which++) {
        before[which] = malloc(c->owned[which].bytes);
        memcpy(before[which], c->owned[which].memory, c->owned[which].bytes);
    }
    found = perform(c);
    expect(found == status, "status %d instead of %d (%s)", found, status, hl_last_error_message());
    expect(strstr(hl_last_error_message(), name) != NULL, "\"%s\" does not name %s", hl_last_error_message(), name);
    for (which = 0; which < 3 && before[which]; which++) {
        expect(!memcmp(before[which], c->owned[which].memory, c->owned[which].bytes), "%s was written", arrays[c->f][which].name);
        free(before[which]);
    }
    drop(c);
}

static void bad_arrays(enum function f)
{
    static const ptrdiff_t far[3] = {PTRDIFF_MAX / 2, PTRDIFF_MAX / 4, 1}, bad[] = {-1, PTRDIFF_MIN, PTRDIFF_MAX};
    int which, other, k;
    call c;
    for (which = 0; which < 3 && arrays[f][which].name; which++) {
        const array *a = &arrays[f][which];
        ptrdiff_t strides[3] = {0, 0, 0};
        if (!a->may_be_null) {
            test("%s: %s NULL", names[f], a->name);
            set(&c, f, CONTIGUOUS);
            c.p[which] = NULL;
            refused(&c, HL_ERR_NULL, a->name);
        }
        test("%s: %s misaligned", names[f], a->name);
        set(&c, f, CONTIGUOUS);
        c.p[which] = (char *)c.p[which] + 1;
        refused(&c, HL_ERR_ALIGNMENT, a->name);
        test("%s: strides of %s beyond memory", names[f], a->name);
        set(&c, f, CONTIGUOUS);
        c.s[which] = far;
        refused(&c, HL_ERR_STRIDE, a->name);
        if (!a->is_output) {
            test("%s: NaN in %s", names[f], a->name);
            set(&c, f, CONTIGUOUS);
            ((double *)c.p[which])[7] = NAN;
            refused(&c, HL_ERR_NONFINITE, a->name);
            continue;
        }
        test("%s: stride 0 in %s", names[f], a->name);
        set(&c, f, CONTIGUOUS);
        strides[a->rank - 1] = 1;
        c.s[which] = strides;
        refused(&c, HL_ERR_STRIDE, a->name);
        for (other = 0; other < 3; other++)
            if (other != which) {
                test("%s: %s on %s", names[f], a->name, arrays[f][other].name);
                set(&c, f, CONTIGUOUS);
                c.p[which] = c.p[other];
                refused(&c, HL_ERR_ALIAS, a->name);
            }
    }
    for (k = 0; k < 3; k++) {
        test("%s: n_source = %td", names[f], bad[k]);
        set(&c, f, CONTIGUOUS);
        c.n_source = bad[k];
        refused(&c, HL_ERR_SHAPE, bad[k] < 0 ? "n_source" : "");
        test("%s: n_target = %td", names[f], bad[k]);
        set(&c, f, CONTIGUOUS);
        c.n_target = bad[k];
        refused(&c, HL_ERR_SHAPE, bad[k] < 0 ? "n_target" : "");
    }
    if (f != CREATE) {
        test("%s: no plan", names[f]);
        set(&c, f, CONTIGUOUS);
        c.plan = NULL;
        refused(&c, HL_ERR_NULL, "plan");
    }
}

static void layouts_and_threads(void)
{
    static const int layouts[] = {CONTIGUOUS, REVERSED, SPACED, COLUMN_MAJOR};
    static double first[3][LARGEST], other[LARGEST];
    size_t l;
    int which, threads;
    for (l = 0; l < 4; l++)
        for (threads = 1; threads <= 7; threads += 3) {
            call c;
            test("hl_fmm_evaluate: layout %d on %d threads", layouts[l], threads);
            set(&c, EVALUATE, layouts[l]);
            hl_set_num_threads_local(threads);
            expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
            hl_set_num_threads_local(0);
            for (which = 1; which < 3; which++) {
                const size_t bytes = sizeof(double) * count_of(&arrays[EVALUATE][which]);
                expect(strided_gaps_untouched(&c.owned[which]), "memory beside %s was written", arrays[EVALUATE][which].name);
                strided_get(&c.owned[which], other);
                if (l == 0 && threads == 1)
                    memcpy(first[which], other, bytes);
                expect(!memcmp(first[which], other, bytes), "%s has other bits", arrays[EVALUATE][which].name);
            }
            drop(&c);
        }
}

/* A program that was compiled against a shorter struct has points in open space. */
static void older_options(void)
{
    const double points[6] = {0, 0, 0, 0.5, 0, 0}, charges[2] = {1, 1};
    double open[2], older[2], cell[2];
    hl_fmm_options options;
    hl_fmm_plan *made[3] = {NULL, NULL, NULL};
    test("options without a period");
    hl_fmm_options_init(&options, sizeof options);
    expect(options.period == 0.0, "period %g", options.period);
    expect(hl_fmm_plan_create(&made[0], 2, 2, points, NULL, NULL, NULL, &options) == HL_OK, "%s", hl_last_error_message());
    options.period = 1.0;
    expect(hl_fmm_plan_create(&made[1], 2, 2, points, NULL, NULL, NULL, &options) == HL_OK, "%s", hl_last_error_message());
    options.struct_size = offsetof(hl_fmm_options, period);
    expect(hl_fmm_plan_create(&made[2], 2, 2, points, NULL, NULL, NULL, &options) == HL_OK, "%s", hl_last_error_message());
    hl_fmm_evaluate(made[0], 2, 2, 1, charges, NULL, open, NULL, NULL, NULL, NULL);
    hl_fmm_evaluate(made[1], 2, 2, 1, charges, NULL, cell, NULL, NULL, NULL, NULL);
    hl_fmm_evaluate(made[2], 2, 2, 1, charges, NULL, older, NULL, NULL, NULL, NULL);
    expect(open[0] == older[0] && open[1] == older[1] && open[0] != cell[0], "%g %g %g", open[0], older[0], cell[0]);
    hl_fmm_plan_destroy(made[0]);
    hl_fmm_plan_destroy(made[1]);
    hl_fmm_plan_destroy(made[2]);
}

static void options_of_plans(void)
{
    hl_fmm_options options;
    call c;
    hl_fmm_options_init(&options, sizeof options);
#define BAD_FIELD(field, value)                                                                                                       \
    do {                                                                                                                              \
        hl_fmm_options bad = options;                                                                                                 \
        bad.field = value;                                                                                                            \
        test("options: %s", #field " = " #value);                                                                                     \
        set(&c, CREATE, CONTIGUOUS);                                                                                                  \
        c.options = &bad;                                                                                                             \
        refused(&c, HL_ERR_OPTION, #field);                                                                                           \
    } while (0)
    BAD_FIELD(kernel, 2);
    BAD_FIELD(precision, -1);
    BAD_FIELD(screening, 1.0);
    BAD_FIELD(eps, 0.0);
    BAD_FIELD(eps, NAN);
    BAD_FIELD(eps, 1e-30);
    BAD_FIELD(order, 1);
    BAD_FIELD(order, PTRDIFF_MAX);
    BAD_FIELD(leaf_size, -1);
    BAD_FIELD(max_level, 21);
    BAD_FIELD(max_level, -1);
    BAD_FIELD(translations, 4);
    BAD_FIELD(translations, -1);
    BAD_FIELD(balance, 2);
    BAD_FIELD(balance, -1);
    BAD_FIELD(period, -1.0);
    BAD_FIELD(period, NAN);
    BAD_FIELD(period, INFINITY);
    BAD_FIELD(period, 1e-200);
    BAD_FIELD(struct_size, 3);
    test("no place for a plan");
    set(&c, CREATE, CONTIGUOUS);
    expect(hl_fmm_plan_create(NULL, SOURCES, TARGETS, c.p[0], NULL, c.p[1], NULL, NULL) == HL_ERR_NULL, "%s", hl_last_error_message());
    drop(&c);
    test("nothing to write");
    set(&c, EVALUATE, CONTIGUOUS);
    c.p[1] = c.p[2] = NULL;
    refused(&c, HL_ERR_NULL, "potentials");
    test("other numbers of points than the plan's");
    set(&c, EVALUATE, CONTIGUOUS);
    c.n_source = SOURCES - 1;
    refused(&c, HL_ERR_SHAPE, "n_source");
    test("no sample");
    set(&c, ESTIMATE, CONTIGUOUS);
    c.n_sample = 0;
    refused(&c, HL_ERR_SHAPE, "n_sample");
    test("sizes of a plan: a struct of no version");
    {
        hl_fmm_plan_stats stats;
        stats.struct_size = 3;
        expect(hl_fmm_stats(plan, &stats) == HL_ERR_OPTION && hl_fmm_stats(plan, NULL) == HL_ERR_NULL, "%s", hl_last_error_message());
    }
}

/* A plan and its evaluations leave nothing behind, beside the operators, which hl_fmm_forget_operators frees. */
static void memory(void)
{
    long before;
    call c;
    int k;
    test("what plans ask for is given back");
    set(&c, CREATE, CONTIGUOUS);
    expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
    before = heap_in_use();
    for (k = 0; k < 3; k++)
        expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
    expect(heap_in_use() - before < 4096, "%ld bytes stay", heap_in_use() - before);
    drop(&c);
}

static void values(void)
{
    static double exact[VECTORS * TARGETS];
    double error = 0.0, norm = 0.0;
    const double *found;
    call c, points;
    ptrdiff_t i;
    test("potentials are the direct sums");
    set(&points, CREATE, CONTIGUOUS);
    set(&c, EVALUATE, CONTIGUOUS);
    expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
    expect(hl_direct(SOURCES, TARGETS, VECTORS, points.p[0], NULL, points.p[1], NULL, c.p[0], NULL, exact, NULL, NULL, NULL, NULL) == HL_OK,
           "%s", hl_last_error_message());
    found = c.p[1];
    for (i = 0; i < VECTORS * TARGETS; i++) {
        error += (found[i] - exact[i]) * (found[i] - exact[i]);
        norm += exact[i] * exact[i];
    }
    expect(sqrt(error / norm) < 1e-6, "relative error %g", sqrt(error / norm));
    drop(&c);
    drop(&points);
}

/* Operators go to a file and come back; names that are none. */
static void files(void)
{
    static double before[VECTORS * TARGETS];
    char name[64];
    hl_fmm_options options;
    hl_fmm_plan *again = NULL;
    call c, points;
    snprintf(name, sizeof name, "hotloop-operators-%ld", (long)getpid());
    test("operators from a file give the same bits");
    hl_fmm_options_init(&options, sizeof options);
    options.leaf_size = 30;
    set(&c, EVALUATE, CONTIGUOUS);
    expect(perform(&c) == HL_OK, "%s", hl_last_error_message());
    memcpy(before, c.p[1], sizeof before);
    expect(hl_fmm_save_operators(plan, name) == HL_OK, "%s", hl_last_error_message());
    hl_fmm_forget_operators();
    expect(hl_fmm_load_operators(name) == HL_OK, "%s", hl_last_error_message());
    set(&points, CREATE, CONTIGUOUS);
    expect(hl_fmm_plan_create(&again, SOURCES, TARGETS, points.p[0], NULL, points.p[1], NULL, &options) == HL_OK, "%s", hl_last_error_message());
    c.plan = again;
    expect(perform(&c) == HL_OK && !memcmp(before, c.p[1], sizeof before), "other bits; %s", hl_last_error_message());
    hl_fmm_plan_destroy(again);
    drop(&points);
    drop(&c);
    remove(name);
    test("files that cannot be");
    expect(hl_fmm_load_operators(name) == HL_ERR_IO && strstr(hl_last_error_message(), name), "%s", hl_last_error_message());
    expect(hl_fmm_save_operators(plan, "no directory/of operators") == HL_ERR_IO, "%s", hl_last_error_message());
    expect(hl_fmm_save_operators(plan, "") == HL_ERR_ARGUMENT && hl_fmm_load_operators("") == HL_ERR_ARGUMENT, "%s", hl_last_error_message());
    expect(hl_fmm_save_operators(plan, NULL) == HL_ERR_NULL && hl_fmm_load_operators(NULL) == HL_ERR_NULL, "%s", hl_last_error_message());
    expect(hl_fmm_save_operators(NULL, name) == HL_ERR_NULL, "%s", hl_last_error_message());
}

int main(void)
{
    hl_fmm_options options;
    call c;
    int f;
    hl_fmm_options_init(&options, sizeof options);
    options.leaf_size = 30; /* so that every operator runs */
    set(&c, CREATE, CONTIGUOUS);
    if (hl_fmm_plan_create(&plan, SOURCES, TARGETS, c.p[0], NULL, c.p[1], NULL, &options) != HL_OK)
        return 2;
    drop(&c);
    for (f = 0; f < N_FUNCTIONS; f++)
        bad_arrays((enum function)f);
    values(); /* after refusals: the plan is as it was */
    layouts_and_threads();
    options_of_plans();
    older_options();
    memory();
    files();
    hl_fmm_plan_destroy(plan);
    hl_fmm_forget_operators();
    return finish("fmm plans");
}
