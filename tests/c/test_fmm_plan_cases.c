/* The shared table of fast multipole plans through the C ABI: every row is as near to the direct sums as its order promises, has the same
   bits in every memory layout on any number of threads, and the same again from a plan that got its points later; the results are written
   to $HOTLOOP_RESULTS/c/<name>.f64 for the comparison between languages. */
#include "either.h"
#include "harness.h"
#include "results.h"

#include <hotloop.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char name[64];
    ptrdiff_t n_source, n_target, n_vectors, order, leaf_size; /* n_target: of the sums, also where there are no targets */
    int has_targets, bits, points, kernel, precision, balance, layout;
    double screening, eps;
} plan_case;

typedef struct {
    double *sources, *targets, *charges;
} numbers;

/* As the table's head says. */
enum { POTENTIALS, GRADIENTS, ALONE, ESTIMATE, SIZES, N_RESULTS, N_SIZES = 7 };

static double u(ptrdiff_t i) { return (double)((7 * i * i * i + 31 * i * i + 7919 * i + 104729) % 65521) / 65536.0; }

/* Coordinate i of the sources. */
static double coordinate(int points, ptrdiff_t i)
{
    const ptrdiff_t j = i / 3;
    switch (points) {
    case 1: return u(i) / (double)(1 << j % 7) + (double)(j % 3) / 4.0;
    case 2: return u(i - 3 * (j % 4));
    case 3: return i % 3 == 2 ? 0.5 : u(i);
    case 4: return (double)(j / (i % 3 == 0 ? 1 : i % 3 == 1 ? 11 : 121) % 11) / 8.0;
    default: return u(i);
    }
}

static numbers numbers_of(const plan_case *row)
{
    numbers n = {memory_for((size_t)row->n_source * 24), memory_for((size_t)row->n_target * 24),
                 memory_for((size_t)(row->n_vectors * row->n_source) * 8)};
    const ptrdiff_t first = !row->has_targets ? 0 : row->points == 2 ? 4 : 50000;
    ptrdiff_t i;
    for (i = 0; i < 3 * row->n_source; i++)
        n.sources[i] = coordinate(row->points, i);
    for (i = 0; i < 3 * row->n_target; i++)
        n.targets[i] = coordinate(row->points, 3 * first + i);
    for (i = 0; i < row->n_vectors * row->n_source; i++)
        n.charges[i] = (double)((37 * i + 11) % 128) / 64.0 - 1.0;
    return n;
}

/* Functions of the row's precision; arrays as the C functions take them. */
static hl_status create(const plan_case *row, hl_fmm_plan **plan, const strided *x, const strided *t, const hl_fmm_options *options)
{
    const void *targets = row->has_targets ? t->first : NULL;
    return row->bits == 32
               ? hl_fmm_plan_create_f32(plan, row->n_source, row->n_target, x->first, x->strides, targets, t->strides, options)
               : hl_fmm_plan_create(plan, row->n_source, row->n_target, x->first, x->strides, targets, t->strides, options);
}

static hl_status set_points(const plan_case *row, hl_fmm_plan *plan, const strided *x, const strided *t)
{
    const void *targets = row->has_targets ? t->first : NULL;
    return row->bits == 32 ? hl_fmm_set_points_f32(plan, row->n_source, row->n_target, x->first, x->strides, targets, t->strides, NULL)
                           : hl_fmm_set_points(plan, row->n_source, row->n_target, x->first, x->strides, targets, t->strides, NULL);
}

static hl_status evaluate(const plan_case *row, const hl_fmm_plan *plan, const strided *q, const strided *p, const strided *g)
{
    void *gradients = g ? g->first : NULL;
    const ptrdiff_t *gs = g ? g->strides : NULL, n = row->n_source, m = row->n_target, k = row->n_vectors;
    return row->bits == 32 ? hl_fmm_evaluate_f32(plan, n, m, k, q->first, q->strides, p->first, p->strides, gradients, gs, NULL)
                           : hl_fmm_evaluate(plan, n, m, k, q->first, q->strides, p->first, p->strides, gradients, gs, NULL);
}

static hl_status estimate(const plan_case *row, const hl_fmm_plan *plan, const strided *q, const strided *p, double *error)
{
    const ptrdiff_t n = row->n_source, m = row->n_target;
    return row->bits == 32 ? hl_fmm_estimate_error_f32(plan, n, m, q->first, q->strides + 1, p->first, p->strides + 1, 40, 3, error, NULL)
                           : hl_fmm_estimate_error(plan, n, m, q->first, q->strides + 1, p->first, p->strides + 1, 40, 3, error, NULL);
}

/* Runs a row in a layout; the results are in C order. `late`: the plan is made for two points and gets the row's afterwards. */
static void compute(const plan_case *row, const numbers *n, int layout, int late, double **results)
{
    const ptrdiff_t points[2] = {row->n_source, 3}, targets_dims[2] = {row->n_target, 3}, charges_dims[2] = {row->n_vectors, row->n_source},
                    out[3] = {row->n_vectors, row->n_target, 3};
    const size_t count = (size_t)(row->n_vectors * row->n_target);
    strided sources = either_new(row->bits, layout, 2, points, n->sources), targets = either_new(row->bits, layout, 2, targets_dims, n->targets),
            charges = either_new(row->bits, layout, 2, charges_dims, n->charges), potentials = either_new(row->bits, layout, 2, out, NULL),
            gradients = either_new(row->bits, layout, 3, out, NULL), alone = either_new(row->bits, layout, 2, out, NULL);
    hl_fmm_plan *plan = NULL;
    hl_fmm_plan_stats stats;
    hl_fmm_options options;
    int k;
    hl_fmm_options_init(&options, sizeof options);
    options.kernel = row->kernel;
    options.screening = row->screening;
    options.precision = row->precision;
    options.order = row->order;
    options.eps = row->order ? options.eps : row->eps;
    options.leaf_size = row->leaf_size;
    options.balance = row->balance;
    if (late) {
        static const double two[6] = {0, 0, 0, 3, 2, 1};
        static const float two_singles[6] = {0, 0, 0, 3, 2, 1};
        expect((row->bits == 32 ? hl_fmm_plan_create_f32(&plan, 2, 2, two_singles, NULL, NULL, NULL, &options)
                                : hl_fmm_plan_create(&plan, 2, 2, two, NULL, NULL, NULL, &options)) == HL_OK,
               "%s", hl_last_error_message());
        expect(set_points(row, plan, &sources, &targets) == HL_OK, "%s", hl_last_error_message());
    } else {
        expect(create(row, &plan, &sources, &targets, &options) == HL_OK, "%s", hl_last_error_message());
    }
    strided_free(&sources); /* a plan keeps no pointer to its points */
    strided_free(&targets);
    expect(evaluate(row, plan, &charges, &potentials, &gradients) == HL_OK, "%s", hl_last_error_message());
    expect(evaluate(row, plan, &charges, &alone, NULL) == HL_OK, "%s", hl_last_error_message());
    results[POTENTIALS] = memory_for(count * 8);
    results[GRADIENTS] = memory_for(count * 24);
    results[ALONE] = memory_for(count * 8);
    results[ESTIMATE] = memory_for(8);
    results[SIZES] = memory_for(N_SIZES * 8);
    *results[ESTIMATE] = 0.0;
    if (count > 0)
        expect(estimate(row, plan, &charges, &potentials, results[ESTIMATE]) == HL_OK, "%s", hl_last_error_message());
    stats.struct_size = sizeof stats;
    expect(hl_fmm_stats(plan, &stats) == HL_OK, "%s", hl_last_error_message());
    {
        const double sizes[N_SIZES] = {(double)stats.levels,       (double)stats.boxes, (double)stats.leaves, (double)stats.near_pairs,
                                       (double)stats.translations, (double)stats.finer, (double)stats.coarser};
        for (k = 0; k < N_SIZES; k++)
            results[SIZES][k] = sizes[k];
    }
    either_take(&potentials, results[POTENTIALS]);
    either_take(&gradients, results[GRADIENTS]);
    either_take(&alone, results[ALONE]);
    strided_free(&charges);
    hl_fmm_plan_destroy(plan);
}

/* Of the norm of the exact numbers. */
static double error_of(const double *found, const double *exact, size_t count)
{
    double difference = 0.0, norm = 0.0;
    size_t i;
    for (i = 0; i < count; i++) {
        difference += (found[i] - exact[i]) * (found[i] - exact[i]);
        norm += exact[i] * exact[i];
    }
    return difference > 0.0 ? sqrt(difference / norm) : 0.0;
}

static void check(const plan_case *row, const numbers *n, double **results)
{
    /* docs/fmm.md, by order; single precision has 1e-6 at best. Gradients are less accurate, by a factor of ten at most here. */
    static const double errors[] = {0, 0, 4e-2, 4e-3, 6e-4, 6e-5, 6e-6, 9e-7};
    const double promised = row->order ? errors[row->order] : row->eps, tolerance = row->bits == 32 ? fmax(promised, 1e-6) : promised;
    const size_t count = (size_t)(row->n_vectors * row->n_target);
    double *potentials = memory_for(count * 8), *gradients = memory_for(count * 24), error;
    hl_direct_options options;
    hl_direct_options_init(&options, sizeof options);
    options.kernel = row->kernel;
    options.screening = row->screening;
    expect(hl_direct(row->n_source, row->n_target, row->n_vectors, n->sources, NULL, row->has_targets ? n->targets : NULL, NULL, n->charges, NULL,
                     potentials, NULL, gradients, NULL, &options) == HL_OK,
           "%s", hl_last_error_message());
    error = error_of(results[POTENTIALS], potentials, count);
    expect(error <= tolerance, "error of potentials %g", error);
    error = error_of(results[ALONE], potentials, count);
    expect(error <= tolerance, "error of potentials without gradients %g", error);
    error = error_of(results[GRADIENTS], gradients, 3 * count);
    expect(error <= 10.0 * tolerance, "error of gradients %g", error);
    expect(*results[ESTIMATE] <= 3.0 * tolerance, "estimated error %g", *results[ESTIMATE]);
    free(potentials);
    free(gradients);
}

static void drop(double **results)
{
    int k;
    for (k = 0; k < N_RESULTS; k++)
        free(results[k]);
}

int main(void)
{
    static const int threads[] = {1, 2, 7, 2}, layouts[] = {CONTIGUOUS, REVERSED, SPACED, COLUMN_MAJOR};
    size_t bytes;
    char *text = read_file("tests/cases/fmm_plan.txt", &bytes), *line, *rest = text;
    while ((line = strtok_r(rest, "\n", &rest))) {
        plan_case row;
        numbers n;
        double *results[N_RESULTS], *again[N_RESULTS];
        size_t lengths[N_RESULTS];
        int k, which;
        if (*line == '#' || !*line)
            continue;
        if (sscanf(line, "%63s %td %td %td %d %d %d %lf %d %td %lf %td %d %d", row.name, &row.n_source, &row.n_target, &row.n_vectors, &row.bits,
                   &row.points, &row.kernel, &row.screening, &row.precision, &row.order, &row.eps, &row.leaf_size, &row.balance, &row.layout) != 14) {
            fprintf(stderr, "tests/cases/fmm_plan.txt: a row that is not understood: %s\n", line);
            return 2;
        }
        row.has_targets = row.n_target >= 0;
        if (!row.has_targets)
            row.n_target = row.n_source;
        n = numbers_of(&row);
        lengths[POTENTIALS] = lengths[ALONE] = (size_t)(row.n_vectors * row.n_target);
        lengths[GRADIENTS] = 3 * lengths[POTENTIALS];
        lengths[ESTIMATE] = 1;
        lengths[SIZES] = N_SIZES;

        test("case %s: written for the comparison between languages", row.name);
        compute(&row, &n, row.layout, 0, results);
        write_results(row.name, results, lengths, N_RESULTS);
        test("case %s: the direct sums, to what the order promises", row.name);
        check(&row, &n, results);
        for (which = 0; which < 4; which++) {
            test("case %s: the same bits in layout %d on %d threads%s", row.name, layouts[which], threads[which], which == 3 ? ", of points set later" : "");
            hl_set_num_threads_local(threads[which]);
            compute(&row, &n, layouts[which], which == 3, again);
            hl_set_num_threads_local(0);
            for (k = 0; k < N_RESULTS; k++)
                expect(!memcmp(results[k], again[k], 8 * lengths[k]), "result %d has other bits", k);
            drop(again);
        }
        drop(results);
        free(n.sources);
        free(n.targets);
        free(n.charges);
    }
    free(text);
    hl_fmm_forget_operators();
    return finish("fmm plan cases");
}
