/* Derivatives, fits, couplings and disorder through the C ABI: what is refused names its argument and writes nothing; any layout and
   number of threads gives the same bits; a fit finds what made its spectra. */
#include <hotloop.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

enum { CONF = 5, SITE = 4, POINT = 150, CD_POINT = 90, PARAMETER = 6 };

static double hamiltonians[CONF][SITE][SITE], dipoles[CONF][SITE][3], positions[CONF][SITE][3];
static double grid[POINT], measured[POINT], sigma[POINT], cd_grid[CD_POINT], cd_measured[CD_POINT];
static const int32_t parameters[PARAMETER][3] = {{HL_PARAMETER_SITE_ENERGY, 0, 0}, {HL_PARAMETER_SITE_ENERGY, 2, 0},
                                                 {HL_PARAMETER_COUPLING, 1, 3},    {HL_PARAMETER_DIPOLE_SCALE, 1, 0},
                                                 {HL_PARAMETER_FWHM, HL_SPECTRUM_BOTH, 0}, {HL_PARAMETER_SCALE, HL_SPECTRUM_CD, 0}};
static const double truth[PARAMETER] = {25.0, -12.0, 6.0, 1.1, 80.0, 0.7};
static const double neutral[PARAMETER] = {0.0, 0.0, 0.0, 1.0, 70.0, 1.0};

static void set_up(void)
{
    unsigned long long seed = 7;
    ptrdiff_t c, i, j, k;
    for (c = 0; c < CONF; c++)
        for (i = 0; i < SITE; i++) {
            hamiltonians[c][i][i] = 12300.0 + 90.0 * (double)i + 60.0 * random_uniform(&seed);
            for (j = 0; j < i; j++) hamiltonians[c][i][j] = hamiltonians[c][j][i] = 60.0 * random_uniform(&seed) - 30.0;
            for (k = 0; k < 3; k++) {
                dipoles[c][i][k] = 4.0 * random_uniform(&seed) - 2.0;
                positions[c][i][k] = 30.0 * random_uniform(&seed);
            }
        }
    for (i = 0; i < POINT; i++) {
        grid[i] = 11900.0 + 8.0 * (double)i + 2.0 * random_uniform(&seed);
        sigma[i] = 0.5 + random_uniform(&seed);
    }
    for (i = 0; i < CD_POINT; i++) cd_grid[i] = 12000.0 + 10.0 * (double)i;
}

/* The arguments of hl_exciton_residual_gradient; changed by a test, then passed. */
typedef struct {
    ptrdiff_t n_conf, n_site, n_absorption, n_cd, n_parameter;
    const double *h, *mu, *r, *w, *ag, *am, *as, *cg, *cm, *cs;
    const int32_t *parameters;
    const double *values;
    double *misfit, *gradient, *absorption, *cd;
    const hl_exciton_options *options;
} request;

static double misfit, gradient[PARAMETER], absorption[POINT], cd[CD_POINT];

static request all(void)
{
    request q;
    memset(&q, 0, sizeof q);
    q.n_conf = CONF, q.n_site = SITE, q.n_absorption = POINT, q.n_cd = CD_POINT, q.n_parameter = PARAMETER;
    q.h = &hamiltonians[0][0][0], q.mu = &dipoles[0][0][0], q.r = &positions[0][0][0];
    q.ag = grid, q.am = measured, q.as = sigma, q.cg = cd_grid, q.cm = cd_measured;
    q.parameters = &parameters[0][0], q.values = neutral;
    q.misfit = &misfit, q.gradient = gradient, q.absorption = absorption, q.cd = cd;
    return q;
}

static hl_status perform(const request *q)
{
    return hl_exciton_residual_gradient(q->n_conf, q->n_site, q->n_absorption, q->n_cd, q->n_parameter, q->h, NULL, q->mu, NULL, q->r,
                                        NULL, q->w, NULL, q->ag, NULL, q->am, NULL, q->as, NULL, q->cg, NULL, q->cm, NULL, q->cs, NULL,
                                        q->parameters, NULL, q->values, NULL, q->misfit, q->gradient, NULL, q->absorption, NULL, q->cd,
                                        NULL, q->options);
}

static void refused(const request *q, hl_status expected, const char *words)
{
    hl_status status;
    ptrdiff_t i;
    int untouched;
    misfit = -77.0;
    for (i = 0; i < PARAMETER; i++) gradient[i] = -77.0;
    for (i = 0; i < POINT; i++) absorption[i] = -77.0;
    status = perform(q);
    expect(status == expected, "status %d instead of %d: %s", (int)status, (int)expected, hl_last_error_message());
    expect(strstr(hl_last_error_message(), "hl_exciton_residual_gradient: ") == hl_last_error_message() &&
               strstr(hl_last_error_message(), words) != NULL,
           "\"%s\" does not say \"%s\"", hl_last_error_message(), words);
    untouched = misfit == -77.0;
    for (i = 0; i < PARAMETER; i++) untouched &= gradient[i] == -77.0;
    for (i = 0; i < POINT; i++) untouched &= absorption[i] == -77.0 || q->absorption != absorption;
    expect(untouched, "an output was touched");
}

static void bad_arguments(void)
{
    static const int32_t unknown[3] = {11, 0, 0}, same[2][3] = {{0, 1, 0}, {0, 1, 5}}, far[3] = {0, SITE, 0}, axis[3] = {4, 0, 3};
    static const double nan_values[PARAMETER] = {0.0, NAN, 0.0, 1.0, 70.0, 1.0}, huge_values[PARAMETER] = {0.0, 1e200, 0.0, 1.0, 70.0, 1.0};
    static const double large_values[PARAMETER] = {0.0, 0.0, 0.0, 1e70, 70.0, 1e100};
    request q;
    hl_exciton_options options;
    double kept;

    test("what is wrong is named, and nothing is written");
    q = all(), q.n_conf = -1, refused(&q, HL_ERR_SHAPE, "n_conf: is -1");
    q = all(), q.n_parameter = -3, refused(&q, HL_ERR_SHAPE, "n_parameter: is -3");
    q = all(), q.n_conf = 0, refused(&q, HL_ERR_SHAPE, "n_conf: is 0");
    q = all(), q.h = NULL, refused(&q, HL_ERR_NULL, "hamiltonians: is NULL");
    q = all(), q.mu = NULL, refused(&q, HL_ERR_NULL, "dipoles: is NULL");
    q = all(), q.r = NULL, refused(&q, HL_ERR_NULL, "positions: is NULL");
    q = all(), q.ag = NULL, refused(&q, HL_ERR_NULL, "absorption_grid: is NULL");
    q = all(), q.cm = NULL, refused(&q, HL_ERR_NULL, "cd_measured: is NULL");
    q = all(), q.parameters = NULL, refused(&q, HL_ERR_NULL, "parameters: is NULL");
    q = all(), q.values = NULL, refused(&q, HL_ERR_NULL, "values: is NULL");
    q = all(), q.absorption = measured, refused(&q, HL_ERR_ALIAS, "absorption: shares memory with absorption_measured");
    q = all(), q.gradient = &misfit, q.n_parameter = 1, refused(&q, HL_ERR_ALIAS, "gradient: shares memory with misfit");
    q = all(), q.h = (const double *)((const char *)q.h + 4), refused(&q, HL_ERR_ALIGNMENT, "hamiltonians: address");
    q = all(), q.parameters = unknown, q.n_parameter = 1, refused(&q, HL_ERR_ARGUMENT, "parameters: row 0 is of kind 11");
    q = all(), q.parameters = same[0], q.n_parameter = 2, refused(&q, HL_ERR_ARGUMENT, "row 1 sets what row 0 sets");
    q = all(), q.parameters = far, q.n_parameter = 1, refused(&q, HL_ERR_ARGUMENT, "row 0 names site 4; there are 4");
    q = all(), q.parameters = axis, q.n_parameter = 1, refused(&q, HL_ERR_ARGUMENT, "row 0 names axis 3");
    q = all(), q.values = nan_values, refused(&q, HL_ERR_NONFINITE, "values: element 1 is NaN");
    kept = hamiltonians[3][2][1], hamiltonians[3][2][1] = NAN;
    q = all(), refused(&q, HL_ERR_NONFINITE, "hamiltonians: element (2, 1) of configuration 3 is NaN");
    hamiltonians[3][2][1] = kept + 1.0;
    q = all(), refused(&q, HL_ERR_ARGUMENT, "hamiltonians: configuration 3 is not symmetric");
    hamiltonians[3][2][1] = kept;
    kept = sigma[9], sigma[9] = 0.0;
    q = all(), refused(&q, HL_ERR_ARGUMENT, "absorption_sigma: element 9 is 0");
    sigma[9] = 1e-310;
    q = all(), refused(&q, HL_ERR_ARGUMENT, "absorption_sigma: element 9 is 1e-310");
    sigma[9] = kept;
    kept = dipoles[3][2][1], dipoles[3][2][1] = 1e200;
    q = all(), refused(&q, HL_ERR_ARGUMENT, "dipoles: element (2, 1) of configuration 3 is 1e200");
    dipoles[3][2][1] = kept;
    q = all(), q.values = huge_values, refused(&q, HL_ERR_ARGUMENT, "values: element 1 is 1e200");
    q = all(), q.values = large_values, refused(&q, HL_ERR_NONFINITE, "misfit: is inf");
    kept = cd_grid[5], cd_grid[5] = cd_grid[4];
    q = all(), refused(&q, HL_ERR_ARGUMENT, "cd_grid: point 5");
    cd_grid[5] = kept;
    hl_exciton_options_init(&options, sizeof options);
    options.lineshape = HL_LINESHAPE_LORENTZIAN;
    q = all(), q.options = &options, refused(&q, HL_ERR_OPTION, "lineshape: only Gaussian");
    hl_exciton_options_init(&options, sizeof options);
    options.normalize_dipoles = 1;
    q = all(), q.options = &options, refused(&q, HL_ERR_OPTION, "normalize_dipoles: is 1");
}

static void empty_problems(void)
{
    request q = all();
    ptrdiff_t i;
    test("dimensions of 0 are fine");
    q.n_absorption = q.n_cd = 0, q.ag = q.am = q.as = q.cg = q.cm = NULL;
    expect(perform(&q) == HL_OK && misfit == 0.0, "%s", hl_last_error_message());
    for (i = 0; i < PARAMETER; i++) expect(gradient[i] == 0.0, "gradient of nothing: %g", gradient[i]);
    q = all(), q.n_parameter = 0, q.parameters = NULL, q.values = NULL, q.gradient = NULL;
    expect(perform(&q) == HL_OK, "%s", hl_last_error_message());
    q.n_site = 0, q.h = q.mu = q.r = NULL;
    expect(perform(&q) == HL_OK && absorption[3] == 0.0, "%s", hl_last_error_message());
    q.n_conf = PTRDIFF_MAX;
    expect(perform(&q) == HL_OK, "%s", hl_last_error_message());
    expect(hl_exciton_disorder(0, PTRDIFF_MAX, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL) != HL_OK, "no Hamiltonian");
    expect(hl_exciton_disorder(PTRDIFF_MAX, 0, PTRDIFF_MAX, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL) == HL_OK, "%s",
           hl_last_error_message());
    expect(hl_exciton_point_dipole_couplings(PTRDIFF_MAX, 0, NULL, NULL, NULL, NULL, 1.0, NULL, NULL) == HL_OK, "%s",
           hl_last_error_message());
}

static hl_status fit(double *values, double *errors, double *covariance, double *correlation, hl_exciton_fit_result *result,
                     const hl_exciton_options *options, const hl_exciton_fit_options *fit_options)
{
    return hl_exciton_fit(CONF, SITE, POINT, CD_POINT, PARAMETER, &hamiltonians[0][0][0], NULL, &dipoles[0][0][0], NULL,
                          &positions[0][0][0], NULL, NULL, NULL, grid, NULL, measured, NULL, sigma, NULL, cd_grid, NULL, cd_measured, NULL,
                          NULL, NULL, &parameters[0][0], NULL, values, NULL, errors, NULL, covariance, NULL, correlation, NULL, absorption,
                          NULL, cd, NULL, result, options, fit_options);
}

static int32_t stop_at_once(void *user, int64_t done, int64_t total)
{
    (void)user, (void)total;
    return done > 0 ? -5 : 0;
}

static void fits(void)
{
    double values[PARAMETER], errors[PARAMETER], covariance[PARAMETER][PARAMETER], correlation[PARAMETER][PARAMETER], first[PARAMETER];
    double lower[PARAMETER], strided[2 * PARAMETER];
    const ptrdiff_t two = 2, back = -1;
    hl_exciton_fit_result result;
    hl_exciton_fit_options how;
    hl_exciton_options options;
    ptrdiff_t p;
    int32_t threads;

    test("a fit finds what made its spectra, for any number of threads to the same bits");
    expect(hl_exciton_jacobian(CONF, SITE, POINT, CD_POINT, PARAMETER, &hamiltonians[0][0][0], NULL, &dipoles[0][0][0], NULL,
                               &positions[0][0][0], NULL, NULL, NULL, grid, NULL, cd_grid, NULL, &parameters[0][0], NULL, truth, NULL,
                               measured, NULL, cd_measured, NULL, NULL, NULL, NULL, NULL, NULL) == HL_OK,
           "%s", hl_last_error_message());
    for (threads = 1; threads <= 3; threads++) {
        hl_set_num_threads_local(threads);
        memcpy(values, neutral, sizeof values);
        memset(&result, 0, sizeof result);
        expect(fit(values, errors, &covariance[0][0], &correlation[0][0], &result, NULL, NULL) == HL_OK, "%s", hl_last_error_message());
        if (threads == 1) memcpy(first, values, sizeof first);
        for (p = 0; p < PARAMETER; p++) {
            expect(fabs(values[p] - truth[p]) < 1e-6, "value %d is %.9g", (int)p, values[p]);
            expect(memcmp(&values[p], &first[p], sizeof first[p]) == 0, "other bits with %d threads", (int)threads);
            expect(errors[p] > 0.0 && fabs(covariance[p][p] - errors[p] * errors[p]) <= 1e-12 * covariance[p][p] &&
                       correlation[p][p] == 1.0,
                   "errors of %d", (int)p);
        }
        expect(result.reason >= HL_FIT_ENDED_MISFIT && result.reason <= HL_FIT_ENDED_GRADIENT && result.misfit < result.initial_misfit &&
                   result.degrees_of_freedom == POINT + CD_POINT - PARAMETER,
               "reason %d, misfit %g", (int)result.reason, result.misfit);
    }
    hl_set_num_threads_local(0);

    test("bounds and options of a fit are checked, and an interrupted one writes what it has");
    expect(hl_exciton_fit_options_init(&how, sizeof how) == HL_OK && how.max_iterations == 100 && how.n_start == 1, "defaults");
    for (p = 0; p < PARAMETER; p++) lower[p] = truth[p] - 1000.0;
    lower[1] = -5.0;
    for (p = 0; p < PARAMETER; p++) strided[2 * p] = lower[p];
    how.lower = strided, how.lower_strides = &two;
    memcpy(values, neutral, sizeof values);
    expect(fit(values, errors, NULL, NULL, NULL, NULL, &how) == HL_OK && values[1] == -5.0 && errors[1] == 0.0, "%s: %g",
           hl_last_error_message(), values[1]);
    how.lower = values, how.lower_strides = NULL;
    expect(fit(values, NULL, NULL, NULL, NULL, NULL, &how) == HL_ERR_ALIAS, "%s", hl_last_error_message());
    how.lower = lower + PARAMETER - 1, how.lower_strides = &back, how.max_iterations = -1;
    expect(fit(values, NULL, NULL, NULL, NULL, NULL, &how) == HL_ERR_OPTION && strstr(hl_last_error_message(), "max_iterations: is -1"),
           "%s", hl_last_error_message());
    hl_exciton_options_init(&options, sizeof options);
    options.progress = stop_at_once;
    memcpy(values, neutral, sizeof values);
    memset(&result, 0, sizeof result);
    expect(fit(values, NULL, NULL, NULL, &result, &options, NULL) == -5, "%s", hl_last_error_message());
}

static void disorder(void)
{
    enum { MEMBER = 40 };
    static double whole[MEMBER][SITE][SITE], part[5][SITE][SITE], reversed[MEMBER][SITE][SITE];
    static const double factor[SITE][2] = {{50.0, 10.0}, {0.0, 20.0}, {30.0, 0.0}, {5.0, 5.0}};
    const ptrdiff_t strides[3] = {-SITE * SITE, 1, SITE};
    double couplings[SITE][SITE];
    ptrdiff_t m, i, j;
    test("members are functions of seed and number, in any layout");
    expect(hl_exciton_disorder(MEMBER, SITE, 2, &hamiltonians[0][0][0], NULL, &factor[0][0], NULL, NULL, NULL, 3, 0, &whole[0][0][0],
                               NULL) == HL_OK, "%s", hl_last_error_message());
    expect(hl_exciton_disorder(5, SITE, 2, &hamiltonians[0][0][0], NULL, &factor[0][0], NULL, NULL, NULL, 3, 20, &part[0][0][0], NULL) ==
               HL_OK, "%s", hl_last_error_message());
    expect(memcmp(part, whole[20], sizeof part) == 0, "members 20 to 24 differ");
    expect(hl_exciton_disorder(MEMBER, SITE, 2, &hamiltonians[0][0][0], NULL, &factor[0][0], NULL, NULL, NULL, 3, 0,
                               &reversed[MEMBER - 1][0][0], strides) == HL_OK, "%s", hl_last_error_message());
    for (m = 0; m < MEMBER; m++)
        for (i = 0; i < SITE; i++)
            for (j = 0; j < SITE; j++) expect(reversed[MEMBER - 1 - m][j][i] == whole[m][i][j], "another layout, other numbers");

    test("couplings are written beside the diagonal alone");
    for (i = 0; i < SITE; i++)
        for (j = 0; j < SITE; j++) couplings[i][j] = -1.0;
    expect(hl_exciton_point_dipole_couplings(1, SITE, &dipoles[0][0][0], NULL, &positions[0][0][0], NULL, 0.8, &couplings[0][0], NULL) ==
               HL_OK, "%s", hl_last_error_message());
    for (i = 0; i < SITE; i++)
        for (j = 0; j < SITE; j++)
            expect(i == j ? couplings[i][j] == -1.0 : couplings[i][j] == couplings[j][i] && couplings[i][j] != -1.0, "element %d %d",
                   (int)i, (int)j);
    expect(hl_exciton_point_dipole_couplings(1, SITE, &dipoles[0][0][0], NULL, &positions[0][0][0], NULL, INFINITY, &couplings[0][0],
                                             NULL) == HL_ERR_ARGUMENT, "%s", hl_last_error_message());
}

int main(void)
{
    set_up();
    bad_arguments();
    empty_problems();
    fits();
    disorder();
    return finish("test_fit");
}
