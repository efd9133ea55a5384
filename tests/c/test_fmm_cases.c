/* The shared table of direct sums through the C ABI: every row is right, has the same bits in every memory layout, raises no
   floating-point exception, and its results are written to $HOTLOOP_RESULTS/c/<name>.f64 for the comparison between languages. */
#include "either.h"
#include "harness.h"
#include "results.h"

#include <fenv.h>
#include <hotloop.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char name[64];
    ptrdiff_t n_source, n_target, n_vectors; /* n_target: of the sums, also where there are no targets */
    int has_targets, bits, kernel, layout;
    double screening;
} fmm_case;

typedef struct {
    double *sources, *targets, *charges;
} numbers;

/* Potentials, gradients, and potentials of the call without gradients. */
enum { POTENTIALS, GRADIENTS, ALONE, N_RESULTS };

static numbers numbers_of(const fmm_case *row)
{
    numbers n = {memory_for((size_t)row->n_source * 24), memory_for((size_t)row->n_target * 24),
                 memory_for((size_t)(row->n_vectors * row->n_source) * 8)};
    ptrdiff_t i;
    for (i = 0; i < 3 * row->n_source; i++)
        n.sources[i] = (double)((7919 * i + 104729) % 65536) / 65536.0;
    for (i = 0; i < 3 * row->n_target; i++)
        n.targets[i] = row->has_targets ? (double)((6271 * i + 331) % 65536) / 32768.0 - 0.5 : n.sources[i];
    for (i = 0; i < row->n_vectors * row->n_source; i++)
        n.charges[i] = (double)((37 * i + 11) % 128) / 64.0 - 1.0;
    return n;
}

static hl_status sums(const fmm_case *row, const strided *sources, const strided *targets, const strided *charges, strided *potentials,
                      strided *gradients, const hl_direct_options *options)
{
    const void *t = row->has_targets ? targets->first : NULL;
    void *g = gradients ? gradients->first : NULL;
    const ptrdiff_t *gs = gradients ? gradients->strides : NULL;
    if (row->bits == 32)
        return hl_direct_f32(row->n_source, row->n_target, row->n_vectors, sources->first, sources->strides, t, targets->strides,
                             charges->first, charges->strides, potentials->first, potentials->strides, g, gs, options);
    return hl_direct(row->n_source, row->n_target, row->n_vectors, sources->first, sources->strides, t, targets->strides, charges->first,
                     charges->strides, potentials->first, potentials->strides, g, gs, options);
}

/* Runs a row in a layout; the results are in C order. */
static void compute(const fmm_case *row, const numbers *n, int layout, double **results)
{
    const ptrdiff_t points[2] = {row->n_source, 3}, targets_dims[2] = {row->n_target, 3}, charges_dims[2] = {row->n_vectors, row->n_source},
                    out[3] = {row->n_vectors, row->n_target, 3};
    const size_t count = (size_t)(row->n_vectors * row->n_target);
    strided sources = either_new(row->bits, layout, 2, points, n->sources), targets = either_new(row->bits, layout, 2, targets_dims, n->targets),
            charges = either_new(row->bits, layout, 2, charges_dims, n->charges), potentials = either_new(row->bits, layout, 2, out, NULL),
            gradients = either_new(row->bits, layout, 3, out, NULL), alone = either_new(row->bits, layout, 2, out, NULL);
    hl_direct_options options;
    hl_direct_options_init(&options, sizeof options);
    options.kernel = row->kernel;
    options.screening = row->screening;
    expect(sums(row, &sources, &targets, &charges, &potentials, &gradients, &options) == HL_OK, "%s", hl_last_error_message());
    expect(sums(row, &sources, &targets, &charges, &alone, NULL, &options) == HL_OK, "%s", hl_last_error_message());
    results[POTENTIALS] = memory_for(count * 8);
    results[GRADIENTS] = memory_for(count * 24);
    results[ALONE] = memory_for(count * 8);
    either_take(&potentials, results[POTENTIALS]);
    either_take(&gradients, results[GRADIENTS]);
    either_take(&alone, results[ALONE]);
    strided_free(&sources);
    strided_free(&targets);
    strided_free(&charges);
}

/* One pair after another, in the order of the formula. */
static void check(const fmm_case *row, const numbers *n, double **results)
{
    const double pi = 3.14159265358979323846, tolerance = row->bits == 32 ? 1.5e-6 : 2e-12;
    ptrdiff_t v, i, j;
    int k;
    for (v = 0; v < row->n_vectors; v++)
        for (i = 0; i < row->n_target; i++) {
            const double *x = n->targets + 3 * i;
            const ptrdiff_t at = v * row->n_target + i;
            long double sum[4] = {0, 0, 0, 0}, magnitude[4] = {0, 0, 0, 0};
            for (j = 0; j < row->n_source; j++) {
                const double *y = n->sources + 3 * j;
                const double d[3] = {x[0] - y[0], x[1] - y[1], x[2] - y[2]}, r = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
                double term, terms[4];
                if (r == 0.0)
                    continue;
                term = n->charges[v * row->n_source + j] * exp(-row->screening * r) / (4.0 * pi * r);
                terms[0] = term;
                for (k = 0; k < 3; k++)
                    terms[1 + k] = -term * (1.0 + row->screening * r) * d[k] / (r * r);
                for (k = 0; k < 4; k++) {
                    sum[k] += terms[k];
                    magnitude[k] += fabs(terms[k]);
                }
            }
            for (k = 0; k < 4; k++) {
                const double found = k ? results[GRADIENTS][3 * at + k - 1] : results[POTENTIALS][at];
                expect(fabsl(found - sum[k]) <= tolerance * magnitude[k], "component %d of target %td, vector %td: %.17g, expected %.17Lg", k, i,
                       v, found, sum[k]);
            }
            expect(fabsl(results[ALONE][at] - sum[0]) <= tolerance * magnitude[0], "potential of target %td without gradients: %.17g", i,
                   results[ALONE][at]);
        }
}

int main(void)
{
    static const char *const layout_names[] = {"contiguous", "reversed", "every second element", "column-major"};
    size_t bytes;
    char *text = read_file("tests/cases/fmm.txt", &bytes), *line, *rest = text;
    while ((line = strtok_r(rest, "\n", &rest))) {
        fmm_case row;
        numbers n;
        double *results[N_RESULTS], *again[N_RESULTS];
        size_t lengths[N_RESULTS];
        int layout, raised, k;
        if (*line == '#' || !*line)
            continue;
        if (sscanf(line, "%63s %td %td %td %d %d %lf %d", row.name, &row.n_source, &row.n_target, &row.n_vectors, &row.bits, &row.kernel,
                   &row.screening, &row.layout) != 8) {
            fprintf(stderr, "tests/cases/fmm.txt: a row that is not understood: %s\n", line);
            return 2;
        }
        row.has_targets = row.n_target > 0;
        if (!row.has_targets)
            row.n_target = row.n_source;
        n = numbers_of(&row);
        lengths[POTENTIALS] = lengths[ALONE] = (size_t)(row.n_vectors * row.n_target);
        lengths[GRADIENTS] = 3 * lengths[POTENTIALS];

        test("case %s: no invalid operation, division by zero or overflow on ordinary input", row.name);
        hl_set_num_threads_local(1);
        feclearexcept(FE_ALL_EXCEPT);
        compute(&row, &n, row.layout, results);
        raised = fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
        hl_set_num_threads_local(0);
        expect(raised == 0, "raised: %s%s%s", raised & FE_INVALID ? "invalid " : "", raised & FE_DIVBYZERO ? "division by zero " : "",
               raised & FE_OVERFLOW ? "overflow" : "");
        test("case %s: written for the comparison between languages", row.name);
        write_results(row.name, results, lengths, N_RESULTS);
        test("case %s: sums of single pairs", row.name);
        check(&row, &n, results);
        for (layout = CONTIGUOUS; layout <= COLUMN_MAJOR; layout++) {
            test("case %s: %s arrays give the same bits", row.name, layout_names[layout]);
            compute(&row, &n, layout, again);
            for (k = 0; k < N_RESULTS; k++) {
                expect(!memcmp(results[k], again[k], 8 * lengths[k]), "result %d has other bits", k);
                free(again[k]);
            }
        }
        for (k = 0; k < N_RESULTS; k++)
            free(results[k]);
        free(n.sources);
        free(n.targets);
        free(n.charges);
    }
    free(text);
    return finish("fmm cases");
}
