/* The shared table of fits through the C ABI: the same bits for 1, 2 and 7 threads, written to $HOTLOOP_RESULTS/c/<name>.f64 for the comparison
   between languages. The head of tests/cases/exciton_fit.txt says what a row means. */
#include "harness.h"
#include "results.h"

#include <hotloop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char name[64], set[64];
    ptrdiff_t n_conf, n_site, n_grid;
    double x_from, x_step, fwhm, fwhm_cd;
    int frequency_prefactor, deleted, ld, variants, drawn;
} fit_case;

enum { MISFIT, GRADIENT, ABSORPTION, CD, LD, ABSORPTION_ROWS, CD_ROWS, LD_ROWS, VALUES, ERRORS, COVARIANCE, CORRELATION, N_RESULTS };

static double *numbers(ptrdiff_t count)
{
    double *memory = malloc((size_t)count * sizeof *memory + 1);
    if (!memory)
        exit(2);
    return memory;
}

static void compute(const fit_case *row, double **results, size_t *lengths)
{
    static const double axis[3] = {1.0, -2.0, 0.5}, weights[2] = {1.0, -0.5};
    const ptrdiff_t n = row->n_site, m = row->n_conf, g = row->n_grid, g_ld = row->ld ? g : 0, one_matrix[3] = {0, n, 1}, one_geometry[3] = {0, 3, 1};
    const ptrdiff_t *matrices = row->drawn ? one_matrix : NULL, *vectors = row->drawn ? one_geometry : NULL;
    char path[256];
    size_t bytes;
    double *data, *h, *mu, *r, *grid = numbers(g), *absorption = numbers(g), *cd = numbers(g), *ld = numbers(g), *start = numbers(n + 3),
                              *prior = numbers(n + 3), *prior_sigma = numbers(n + 3), *factor = numbers(2 * n), *sigma = numbers(n * n),
                              *energies = numbers(2 * n);
    unsigned char *deleted = calloc((size_t)(3 * n), 1);
    int32_t(*parameters)[3] = calloc((size_t)(n + 3), sizeof *parameters);
    ptrdiff_t i, stored, count = 0;
    hl_exciton_options options;
    hl_exciton_sample sample;
    hl_exciton_fit_options how;
    int k;

    snprintf(path, sizeof path, "tests/cases/%s.f64", row->set);
    data = read_file(path, &bytes);
    stored = (ptrdiff_t)(bytes / sizeof(double)) / (n * n + 6 * n);
    h = data, mu = h + stored * n * n, r = mu + stored * n * 3;
    for (i = 0; i < g; i++) {
        grid[i] = row->x_from + (double)i * row->x_step;
        absorption[i] = (double)(37 * i % 101) / 4.0;
        cd[i] = (double)(53 * i % 97 - 48) / 8.0;
        ld[i] = (double)(29 * i % 89 - 44) / 2.0;
    }
    for (i = 0; i < n; i++) {
        deleted[i] = i + 1 == row->deleted;
        factor[2 * i] = 30.0 + 2.0 * (double)i, factor[2 * i + 1] = 10.0 - (double)i;
        energies[i] = 0.0, energies[n + i] = 4.0 * (double)(i + 1);
        if (!deleted[i])
            parameters[count][0] = HL_PARAMETER_SITE_ENERGY, parameters[count++][1] = (int32_t)i;
    }
    for (i = 0; i < n * n; i++)
        sigma[i] = 2.0;
    parameters[count][0] = HL_PARAMETER_SCALE, parameters[count++][1] = HL_SPECTRUM_ALL;
    parameters[count][0] = HL_PARAMETER_SHIFT, parameters[count++][1] = HL_SPECTRUM_ABSORPTION;
    if (row->variants)
        parameters[count][0] = HL_PARAMETER_VARIANT_SITE_ENERGY, parameters[count][1] = 0, parameters[count++][2] = 1;
    for (i = 0; i < count; i++) {
        const int is_scale = parameters[i][0] == HL_PARAMETER_SCALE;
        start[i] = is_scale ? 1.25 : 2.0 * (double)(5 * i % 7 - 3);
        prior[i] = is_scale ? 1.0 : 0.0, prior_sigma[i] = 50.0;
    }

    hl_exciton_options_init(&options, sizeof options);
    hl_exciton_sample_init(&sample, sizeof sample);
    options.fwhm = row->fwhm, options.fwhm_cd = row->fwhm_cd, options.frequency_prefactor = row->frequency_prefactor;
    options.deleted = deleted, options.sample = &sample;
    sample.n_ld = g_ld, sample.ld_grid = grid, sample.ld_measured = ld, sample.axis = axis;
    deleted[3 * n - 1] = 1;
    if (row->variants)
        sample.n_variant = 2, sample.variant_weights = weights, sample.variant_deleted = deleted + n, sample.variant_energies = energies;
    if (row->drawn)
        sample.n_factor = 2, sample.site_factor = factor, sample.coupling_sigma = sigma, sample.seed = 11, sample.first_member = 3;
    {
        const size_t l = (size_t)count, p = (size_t)g, q = (size_t)g_ld, all[N_RESULTS] = {1, l, p, p, q, p * l, p * l, q * l, l, l, l * l, l * l};
        for (k = 0; k < N_RESULTS; k++)
            lengths[k] = all[k], results[k] = numbers((ptrdiff_t)all[k]);
    }
    sample.ld = results[LD];
    expect(hl_exciton_residual_gradient(m, n, g, g, count, h, matrices, mu, vectors, r, vectors, NULL, NULL, grid, NULL, absorption, NULL, NULL, NULL,
                                        grid, NULL, cd, NULL, NULL, NULL, &parameters[0][0], NULL, start, NULL, results[MISFIT], results[GRADIENT],
                                        NULL, results[ABSORPTION], NULL, results[CD], NULL, &options) == HL_OK, "%s", hl_last_error_message());
    sample.ld = NULL, sample.ld_jacobian = results[LD_ROWS];
    expect(hl_exciton_jacobian(m, n, g, g, count, h, matrices, mu, vectors, r, vectors, NULL, NULL, grid, NULL, grid, NULL, &parameters[0][0], NULL,
                               start, NULL, NULL, NULL, NULL, NULL, results[ABSORPTION_ROWS], NULL, results[CD_ROWS], NULL, &options) == HL_OK,
           "%s", hl_last_error_message());
    sample.ld_jacobian = NULL;
    hl_exciton_fit_options_init(&how, sizeof how);
    how.max_iterations = 4, how.prior = prior, how.prior_sigma = prior_sigma;
    memcpy(results[VALUES], start, (size_t)count * sizeof *start);
    expect(hl_exciton_fit(m, n, g, g, count, h, matrices, mu, vectors, r, vectors, NULL, NULL, grid, NULL, absorption, NULL, NULL, NULL, grid, NULL,
                          cd, NULL, NULL, NULL, &parameters[0][0], NULL, results[VALUES], NULL, results[ERRORS], NULL, results[COVARIANCE], NULL,
                          results[CORRELATION], NULL, NULL, NULL, NULL, NULL, NULL, &options, &how) == HL_OK, "%s", hl_last_error_message());
    free(data), free(grid), free(absorption), free(cd), free(ld), free(start), free(prior), free(prior_sigma), free(factor), free(sigma);
    free(energies), free(deleted), free(parameters);
}

int main(void)
{
    static const int32_t threads[3] = {1, 2, 7};
    size_t bytes;
    char *text = read_file("tests/cases/exciton_fit.txt", &bytes), *line, *rest = text;
    while ((line = strtok_r(rest, "\n", &rest))) {
        fit_case row;
        double *results[3][N_RESULTS];
        size_t lengths[N_RESULTS];
        int t, k;
        if (*line == '#' || !*line)
            continue;
        if (sscanf(line, "%63s %63s %td %td %lf %lf %td %lf %lf %d %d %d %d %d", row.name, row.set, &row.n_conf, &row.n_site, &row.x_from,
                   &row.x_step, &row.n_grid, &row.fwhm, &row.fwhm_cd, &row.frequency_prefactor, &row.deleted, &row.ld, &row.variants,
                   &row.drawn) != 14) {
            fprintf(stderr, "tests/cases/exciton_fit.txt: a row that is not understood: %s\n", line);
            return 2;
        }
        test("case %s: the same bits with 1, 2 and 7 threads", row.name);
        for (t = 0; t < 3; t++) {
            hl_set_num_threads_local(threads[t]);
            compute(&row, results[t], lengths);
            for (k = 0; k < N_RESULTS; k++)
                expect(!memcmp(results[0][k], results[t][k], 8 * lengths[k]), "result %d has other bits with %d threads", k, (int)threads[t]);
        }
        test("case %s: written for the comparison between languages", row.name);
        write_results(row.name, results[0], lengths, N_RESULTS);
        for (t = 0; t < 3; t++)
            for (k = 0; k < N_RESULTS; k++)
                free(results[t][k]);
    }
    hl_set_num_threads_local(0);
    free(text);
    return finish("fit cases");
}
