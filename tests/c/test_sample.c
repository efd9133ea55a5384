/* Samples of fits through the C ABI: linear dichroism, sums over variants, disorder that is drawn on the fly. */
#include <hotloop.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

enum { CONF = 60, SITE = 5, POINT = 120, LD_POINT = 80, VARIANT = 2, FACTOR = 3, PARAMETER = SITE + 4 };

static double hamiltonians[CONF][SITE][SITE], members[CONF][SITE][SITE], dipoles[SITE][3], positions[SITE][3];
static double grid[POINT], ld_grid[LD_POINT], measured[POINT], ld_measured[LD_POINT], site_factor[SITE][FACTOR], coupling_sigma[SITE][SITE];
static const ptrdiff_t shared[3] = {0, 3, 1}, one_matrix[3] = {0, SITE, 1};
static const double axis[3] = {0.0, -3.0, 4.0}, weights[VARIANT] = {1.0, -0.6};
static const uint8_t deleted[VARIANT][SITE] = {{0, 0, 0, 0, 0}, {0, 0, 0, 1, 0}};
static const double energies[VARIANT][SITE] = {{0.0, 0.0, 0.0, 0.0, 0.0}, {0.0, 35.0, 0.0, 0.0, -10.0}};
static int32_t parameters[PARAMETER][3];
static double truth[PARAMETER], neutral[PARAMETER];
static double misfit, gradient[PARAMETER], absorption[POINT], ld[LD_POINT];

static void set_up(void)
{
    unsigned long long seed = 11;
    ptrdiff_t c, i, j, k;
    for (c = 0; c < CONF; c++)
        for (i = 0; i < SITE; i++) {
            hamiltonians[c][i][i] = 12300.0 + 90.0 * (double)i + 60.0 * random_uniform(&seed);
            for (j = 0; j < i; j++) hamiltonians[c][i][j] = hamiltonians[c][j][i] = 60.0 * random_uniform(&seed) - 30.0;
        }
    for (i = 0; i < SITE; i++) {
        for (k = 0; k < 3; k++) {
            dipoles[i][k] = 4.0 * random_uniform(&seed) - 2.0;
            positions[i][k] = 30.0 * random_uniform(&seed);
        }
        for (k = 0; k < FACTOR; k++) site_factor[i][k] = 60.0 * random_uniform(&seed) - 30.0;
        for (k = 0; k < SITE; k++) coupling_sigma[i][k] = 8.0 * random_uniform(&seed);
        parameters[i][0] = HL_PARAMETER_SITE_ENERGY, parameters[i][1] = (int32_t)i;
        truth[i] = 40.0 * random_uniform(&seed) - 20.0;
    }
    parameters[SITE][0] = HL_PARAMETER_VARIANT_SITE_ENERGY, parameters[SITE][1] = 2, parameters[SITE][2] = 1, truth[SITE] = 45.0;
    parameters[SITE + 1][0] = HL_PARAMETER_SCALE, parameters[SITE + 1][1] = HL_SPECTRUM_LD, truth[SITE + 1] = 0.7, neutral[SITE + 1] = 1.0;
    parameters[SITE + 2][0] = HL_PARAMETER_OFFSET, parameters[SITE + 2][1] = HL_SPECTRUM_LD, truth[SITE + 2] = 0.02;
    parameters[SITE + 3][0] = HL_PARAMETER_VARIANT_WEIGHT, parameters[SITE + 3][1] = 1, truth[SITE + 3] = -0.45, neutral[SITE + 3] = weights[1];
    for (i = 0; i < POINT; i++) grid[i] = 11900.0 + 9.0 * (double)i;
    for (i = 0; i < LD_POINT; i++) ld_grid[i] = 11950.0 + 12.0 * (double)i;
}

static void begin(hl_exciton_options *options, hl_exciton_sample *sample)
{
    expect(hl_exciton_options_init(options, sizeof *options) == HL_OK && hl_exciton_sample_init(sample, sizeof *sample) == HL_OK, "init");
    options->sample = sample;
}

static void with_ld(hl_exciton_sample *sample)
{
    sample->n_ld = LD_POINT, sample->ld_grid = ld_grid, sample->ld_measured = ld_measured, sample->axis = axis, sample->ld = ld;
}

static void with_variants(hl_exciton_sample *sample)
{
    sample->n_variant = VARIANT, sample->variant_weights = weights, sample->variant_deleted = &deleted[0][0];
    sample->variant_energies = &energies[0][0];
}

static void with_disorder(hl_exciton_sample *sample)
{
    sample->n_factor = FACTOR, sample->site_factor = &site_factor[0][0], sample->coupling_sigma = &coupling_sigma[0][0];
    sample->seed = 9, sample->first_member = 4;
}

static hl_status model(const double *matrices, const ptrdiff_t *strides, const double *values, const hl_exciton_options *options)
{
    return hl_exciton_jacobian(CONF, SITE, POINT, 0, PARAMETER, matrices, strides, &dipoles[0][0], shared, &positions[0][0], shared, NULL, NULL,
                               grid, NULL, NULL, NULL, &parameters[0][0], NULL, values, NULL, absorption, NULL, NULL, NULL, NULL, NULL, NULL,
                               NULL, options);
}

static hl_status compare(const double *matrices, const ptrdiff_t *strides, const double *values, const hl_exciton_options *options)
{
    return hl_exciton_residual_gradient(CONF, SITE, POINT, 0, PARAMETER, matrices, strides, &dipoles[0][0], shared, &positions[0][0], shared,
                                        NULL, NULL, grid, NULL, measured, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                        &parameters[0][0], NULL, values, NULL, &misfit, gradient, NULL, absorption, NULL, NULL, NULL, options);
}

static void spectra(void)
{
    static double expected[LD_POINT], sum[POINT], moved[CONF][SITE][SITE];
    hl_exciton_options options;
    hl_exciton_sample sample;
    double peak = 0.0;
    ptrdiff_t i, c, v;

    test("linear dichroism is that of hl_exciton_linear_dichroism");
    begin(&options, &sample), with_ld(&sample);
    sample.fwhm_ld = 50.0, sample.n_variant = 0;
    neutral[SITE + 1] = 1.0;
    parameters[SITE][0] = HL_PARAMETER_SHIFT, parameters[SITE][1] = HL_SPECTRUM_ABSORPTION; /* no variants, none of theirs */
    parameters[SITE + 3][0] = HL_PARAMETER_SHIFT, parameters[SITE + 3][1] = HL_SPECTRUM_LD, neutral[SITE + 3] = 0.0;
    expect(model(&hamiltonians[0][0][0], NULL, neutral, &options) == HL_OK, "%s", hl_last_error_message());
    parameters[SITE][0] = HL_PARAMETER_VARIANT_SITE_ENERGY, parameters[SITE][1] = 2;
    parameters[SITE + 3][0] = HL_PARAMETER_VARIANT_WEIGHT, parameters[SITE + 3][1] = 1, neutral[SITE + 3] = weights[1];
    hl_exciton_options_init(&options, sizeof options);
    options.cutoff = INFINITY, options.broadening = HL_BROADENING_DIRECT, options.fwhm = 50.0;
    expect(hl_exciton_linear_dichroism(CONF, SITE, LD_POINT, &hamiltonians[0][0][0], NULL, &dipoles[0][0], shared, NULL, NULL, ld_grid, NULL,
                                       axis, NULL, expected, NULL, &options) == HL_OK, "%s", hl_last_error_message());
    for (i = 0; i < LD_POINT; i++) peak = fmax(peak, fabs(expected[i]));
    for (i = 0; i < LD_POINT; i++) expect(fabs(ld[i] - expected[i]) <= 1e-12 * peak, "point %d: %g %g", (int)i, ld[i], expected[i]);

    test("a sum over variants is the sum of their spectra");
    for (v = 0; v < VARIANT; v++) {
        static double part[POINT];
        memcpy(moved, hamiltonians, sizeof moved);
        for (c = 0; c < CONF; c++)
            for (i = 0; i < SITE; i++) moved[c][i][i] += energies[v][i];
        hl_exciton_options_init(&options, sizeof options);
        options.cutoff = INFINITY, options.broadening = HL_BROADENING_DIRECT, options.deleted = deleted[v];
        expect(hl_exciton_spectrum(CONF, SITE, POINT, &moved[0][0][0], NULL, &dipoles[0][0], shared, NULL, NULL, NULL, NULL, grid, NULL, part,
                                   NULL, NULL, NULL, &options) == HL_OK, "%s", hl_last_error_message());
        for (i = 0; i < POINT; i++) sum[i] += weights[v] * part[i], peak = fmax(peak, fabs(part[i]));
    }
    begin(&options, &sample), with_variants(&sample);
    expect(model(&hamiltonians[0][0][0], NULL, neutral, &options) == HL_OK, "%s", hl_last_error_message());
    for (i = 0; i < POINT; i++) expect(fabs(absorption[i] - sum[i]) <= 1e-12 * peak, "point %d: %g %g", (int)i, absorption[i], sum[i]);
}

static void drawn(void)
{
    double first_gradient[PARAMETER], first_misfit, first_ld[LD_POINT];
    hl_exciton_options options;
    hl_exciton_sample sample;
    int32_t threads;
    test("a drawn ensemble has the bits of the same ensemble in memory, for any number of threads");
    expect(hl_exciton_disorder(CONF, SITE, FACTOR, &hamiltonians[0][0][0], NULL, &site_factor[0][0], NULL, &coupling_sigma[0][0], NULL, 9, 4,
                               &members[0][0][0], NULL) == HL_OK, "%s", hl_last_error_message());
    begin(&options, &sample), with_ld(&sample), with_variants(&sample);
    expect(compare(&members[0][0][0], NULL, truth, &options) == HL_OK, "%s", hl_last_error_message());
    memcpy(first_gradient, gradient, sizeof gradient), memcpy(first_ld, ld, sizeof ld), first_misfit = misfit;
    with_disorder(&sample);
    for (threads = 1; threads <= 7; threads += 3) {
        hl_set_num_threads_local(threads);
        memset(gradient, 0, sizeof gradient), memset(ld, 0, sizeof ld);
        expect(compare(&hamiltonians[0][0][0], one_matrix, truth, &options) == HL_OK, "%s", hl_last_error_message());
        expect(!memcmp(first_gradient, gradient, sizeof gradient) && !memcmp(first_ld, ld, sizeof ld) && first_misfit == misfit, "other bits");
    }
    hl_set_num_threads_local(0);
}

static void fits(void)
{
    double values[PARAMETER];
    hl_exciton_options options;
    hl_exciton_sample sample;
    hl_exciton_fit_result result;
    ptrdiff_t p;
    test("what a mutation moves, and a weight, are found again from a difference and linear dichroism of a drawn ensemble");
    begin(&options, &sample), with_ld(&sample), with_variants(&sample), with_disorder(&sample);
    sample.ld = ld_measured, sample.ld_measured = NULL;
    expect(model(&hamiltonians[0][0][0], one_matrix, truth, &options) == HL_OK, "%s", hl_last_error_message());
    memcpy(measured, absorption, sizeof measured);
    with_ld(&sample);
    memcpy(values, neutral, sizeof values);
    expect(hl_exciton_fit(CONF, SITE, POINT, 0, PARAMETER, &hamiltonians[0][0][0], one_matrix, &dipoles[0][0], shared, NULL, NULL, NULL, NULL,
                          grid, NULL, measured, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &parameters[0][0], NULL, values, NULL,
                          NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &result, &options, NULL) == HL_OK,
           "%s", hl_last_error_message());
    for (p = 0; p < PARAMETER; p++) expect(fabs(values[p] - truth[p]) < 1e-6, "value %d is %.9g", (int)p, values[p]);
    expect(result.degrees_of_freedom == POINT + LD_POINT - PARAMETER, "%d", (int)result.degrees_of_freedom);
    for (p = 0; p < LD_POINT; p++) expect(fabs(ld[p] - ld_measured[p]) < 1e-6, "the model of linear dichroism");
}

static void refused(const hl_exciton_options *options, hl_status expected, const char *words)
{
    hl_status status;
    ptrdiff_t i;
    misfit = -77.0;
    for (i = 0; i < LD_POINT; i++) ld[i] = -77.0;
    status = compare(&hamiltonians[0][0][0], NULL, neutral, options);
    expect(status == expected && strstr(hl_last_error_message(), words) != NULL, "status %d instead of %d: \"%s\" does not say \"%s\"",
           (int)status, (int)expected, hl_last_error_message(), words);
    for (i = 0; i < LD_POINT; i++) expect(ld[i] == -77.0 && misfit == -77.0, "an output was touched");
}

static void bad_samples(void)
{
    static double rows[LD_POINT][PARAMETER], changed[VARIANT][SITE], sigma[SITE][SITE];
    static const double no_axis[3] = {0.0, 0.0, 0.0}, odd_axis[3] = {1.0, NAN, 0.0}, odd_weights[VARIANT] = {1.0, INFINITY}, too_large[VARIANT] = {1.0, -1e308};
    static const uint8_t all_deleted[VARIANT][SITE] = {{0, 0, 1, 0, 0}, {0, 0, 1, 0, 0}}, second[VARIANT][SITE] = {{0}, {0, 0, 1, 0, 0}};
    hl_exciton_options options;
    hl_exciton_sample sample;
    test("what is wrong with a sample is named, and nothing is written");
#define TRY(change, status, words) begin(&options, &sample), with_ld(&sample), with_variants(&sample), change, refused(&options, status, words)
    TRY(sample.n_ld = -1, HL_ERR_SHAPE, "n_ld: is -1");
    TRY(sample.n_variant = -2, HL_ERR_SHAPE, "n_variant: is -2");
    TRY(sample.n_factor = -3, HL_ERR_SHAPE, "n_factor: is -3");
    TRY(sample.ld_grid = NULL, HL_ERR_NULL, "ld_grid: is NULL");
    TRY(sample.ld_measured = NULL, HL_ERR_NULL, "ld_measured: is NULL");
    TRY(sample.axis = NULL, HL_ERR_NULL, "axis: is NULL");
    TRY(sample.variant_weights = NULL, HL_ERR_NULL, "variant_weights: is NULL");
    TRY(sample.variant_weights = too_large, HL_ERR_ARGUMENT, "variant_weights: element 1 is -1e308");
    TRY(sample.n_factor = 2, HL_ERR_NULL, "site_factor: is NULL");
    TRY(sample.axis = no_axis, HL_ERR_ARGUMENT, "axis: has length 0");
    TRY(sample.axis = odd_axis, HL_ERR_NONFINITE, "axis: element 1 is NaN");
    TRY(sample.variant_weights = odd_weights, HL_ERR_NONFINITE, "variant_weights: element 1 is inf");
    TRY(sample.variant_deleted = &all_deleted[0][0], HL_ERR_ARGUMENT, "parameters: row 2 names site 2, which is deleted");
    TRY(sample.variant_deleted = &second[0][0], HL_ERR_ARGUMENT, "parameters: row 5 names site 2, which variant 1 deletes");
    TRY(sample.n_variant = 1, HL_ERR_ARGUMENT, "parameters: row 5 names variant 1; there are 1");
    TRY(parameters[SITE + 3][1] = 2, HL_ERR_ARGUMENT, "parameters: row 8 names variant 2; there are 2");
    TRY(parameters[SITE + 3][1] = -1, HL_ERR_ARGUMENT, "parameters: row 8 names variant -1");
    parameters[SITE + 3][1] = 1;
    TRY(sample.fwhm_ld = -4.0, HL_ERR_OPTION, "fwhm_ld: is -4");
    TRY(sample.ld_jacobian = &rows[0][0], HL_ERR_OPTION, "ld_jacobian: is given");
    TRY(sample.ld = (double *)((char *)ld + 4), HL_ERR_ALIGNMENT, "ld: address");
    TRY(sample.ld = ld_measured, HL_ERR_ALIAS, "ld: shares memory with ld_measured");
    TRY(sample.struct_size = 3, HL_ERR_OPTION, "struct_size: is 3");
    changed[1][4] = NAN;
    TRY(sample.variant_energies = &changed[0][0], HL_ERR_NONFINITE, "variant_energies: element (1, 4) is NaN");
    sigma[3][1] = -1.0;
    TRY((with_disorder(&sample), sample.coupling_sigma = &sigma[0][0]), HL_ERR_ARGUMENT, "coupling_sigma: element (3, 1) is -1");
    TRY(ld_grid[7] = ld_grid[6], HL_ERR_ARGUMENT, "ld_grid: point 7");
    ld_grid[7] = 11950.0 + 12.0 * 7.0;
#undef TRY

    test("functions that know no samples refuse them");
    begin(&options, &sample);
    expect(hl_exciton_spectrum(CONF, SITE, POINT, &hamiltonians[0][0][0], NULL, &dipoles[0][0], shared, NULL, NULL, NULL, NULL, grid, NULL,
                               absorption, NULL, NULL, NULL, &options) == HL_ERR_OPTION && strstr(hl_last_error_message(), "sample: is given"),
           "%s", hl_last_error_message());
    expect(hl_exciton_sample_init(&sample, 2) == HL_ERR_OPTION, "init");
    expect(hl_exciton_sample_init(NULL, sizeof sample) == HL_ERR_NULL && strstr(hl_last_error_message(), "sample: is NULL"), "%s",
           hl_last_error_message());
}

int main(void)
{
    set_up();
    spectra();
    drawn();
    fits();
    bad_samples();
    return finish("samples");
}
