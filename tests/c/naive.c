/* Independent evaluation of the exciton formulas; see naive.h.
   Sources: rotational strength as in ham2spec (R = 4 Rosenfeld strengths, wavelength in Angstrom); Gaussian of a given FWHM
   exp(-4 ln2 (x-e)^2/FWHM^2); Lorentzian 1/(1 + 4 (x-e)^2/FWHM^2); Voigt their convolution. */
#include "naive.h"

#include "harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define LN2 0.69314718055994530942

/* sum over sites |mu|^2 of the sites kept: what normalize_dipoles divides by. */
static double dipole_norm(const exciton_case *row, const case_inputs *inputs, ptrdiff_t conf)
{
    double sum = 0.0;
    ptrdiff_t site, axis;
    for (site = 0; site < row->n_site; site++)
        for (axis = 0; axis < 3 && !inputs->deleted[site]; axis++)
            sum += pow(inputs->dipoles[(conf * row->n_site + site) * 3 + axis], 2);
    return row->normalize_dipoles ? sqrt(sum) : 1.0;
}

/* (r_j - r_l) . (mu_j x mu_l), the pair's rotational term. */
static double pair_term(const double *rj, const double *rl, const double *mj, const double *ml)
{
    return (rj[0] - rl[0]) * (mj[1] * ml[2] - mj[2] * ml[1]) + (rj[1] - rl[1]) * (mj[2] * ml[0] - mj[0] * ml[2]) +
           (rj[2] - rl[2]) * (mj[0] * ml[1] - mj[1] * ml[0]);
}

static void check_configuration(const exciton_case *row, const case_inputs *inputs, const case_results *results, ptrdiff_t conf)
{
    const ptrdiff_t n = row->n_site, n_active = n - (row->deleted > 0);
    const double *h = inputs->hamiltonians + conf * n * n, *mu = inputs->dipoles + conf * n * 3;
    const double *r = inputs->positions + conf * n * 3;
    const double *e = results->arrays[ENERGIES] + conf * n, *v = results->arrays[EIGENVECTORS] + conf * n * n;
    const double *m = results->arrays[EXCITON_DIPOLES] + conf * n * 3;
    const double norm = dipole_norm(row, inputs, conf);
    double residual = 0.0, overlap = 0.0, dipole = 0.0, strength = 0.0, rotation = 0.0, padding = 0.0, rotation_scale = 1e-300;
    ptrdiff_t i, j, k, axis;
    for (k = 0; k < n; k++) {
        double squared = 0.0, rotational = 0.0, magnitude = 0.0;
        if (k >= n_active) {
            padding += fabs(e[k]) + fabs(results->arrays[DIPOLE_STRENGTHS][conf * n + k]);
            padding += fabs(results->arrays[ROTATIONAL_STRENGTHS][conf * n + k]);
            for (i = 0; i < n; i++)
                padding += fabs(v[i * n + k]);
            for (axis = 0; axis < 3; axis++)
                padding += fabs(m[3 * k + axis]);
            continue;
        }
        expect(k == 0 || e[k - 1] <= e[k], "configuration %td: energies %td and %td are not ascending", conf, k - 1, k);
        for (i = 0; i < n; i++) {
            double sum = (row->energy_offset - e[k]) * v[i * n + k];
            if (inputs->deleted[i]) {
                padding += fabs(v[i * n + k]);
                continue;
            }
            for (j = 0; j < n; j++)
                sum += inputs->deleted[j] ? 0.0 : h[i * n + j] * v[j * n + k];
            residual = fmax(residual, fabs(sum));
        }
        for (j = 0; j <= k; j++) {
            double dot = j == k ? -1.0 : 0.0;
            for (i = 0; i < n; i++)
                dot += v[i * n + j] * v[i * n + k];
            overlap = fmax(overlap, fabs(dot));
        }
        for (axis = 0; axis < 3; axis++) {
            double sum = 0.0;
            for (i = 0; i < n; i++)
                sum += inputs->deleted[i] ? 0.0 : v[i * n + k] * mu[3 * i + axis] / norm;
            dipole = fmax(dipole, fabs(sum - m[3 * k + axis]));
            squared += sum * sum;
        }
        strength = fmax(strength, fabs(squared - results->arrays[DIPOLE_STRENGTHS][conf * n + k]));
        if (n > 96) /* the double sum below costs n^3: large n repeats nothing new */
            continue;
        for (i = 0; i < n; i++)
            for (j = 0; j < i; j++)
                if (!inputs->deleted[i] && !inputs->deleted[j]) {
                    double term = v[i * n + k] * v[j * n + k] * pair_term(r + 3 * i, r + 3 * j, mu + 3 * i, mu + 3 * j);
                    rotational += term;
                    magnitude += fabs(term);
                }
        rotational *= 4.0 * PI * e[k] * 1e-8 / (norm * norm) * (row->cd_scale == HL_CD_SCALE_ROSENFELD ? 0.25 : 1.0);
        magnitude *= 4.0 * PI * e[k] * 1e-8 / (norm * norm) * (row->cd_scale == HL_CD_SCALE_ROSENFELD ? 0.25 : 1.0);
        rotation = fmax(rotation, fabs(rotational - results->arrays[ROTATIONAL_STRENGTHS][conf * n + k]));
        rotation_scale = fmax(rotation_scale, magnitude);
    }
    expect(residual < 1e-8, "configuration %td: |H v - e v| is %g cm-1", conf, residual);
    expect(overlap < 1e-12, "configuration %td: eigenvectors are orthonormal only to %g", conf, overlap);
    expect(dipole < 1e-12, "configuration %td: exciton dipoles differ by %g", conf, dipole);
    expect(strength < 1e-11, "configuration %td: dipole strengths differ by %g", conf, strength);
    expect(rotation <= 1e-10 * rotation_scale, "configuration %td: rotational strengths differ by %g of %g", conf, rotation, rotation_scale);
    expect(padding == 0.0, "configuration %td: what belongs to deleted pigments is not zero", conf);
}

void naive_check_sticks(const exciton_case *row, const case_inputs *inputs, const case_results *results)
{
    ptrdiff_t conf;
    for (conf = 0; conf < row->n_conf; conf++)
        check_configuration(row, inputs, results, conf);
}

/* Convolution of the area-normalised Gaussian and Lorentzian: the trapezoid rule on a line converges like exp(-pi FWHM_L/step). */
static double voigt(double x, double fwhm_gauss, double fwhm_lorentz)
{
    const double step = fwhm_lorentz / 16.0, gamma = fwhm_lorentz / 2.0, sigma = fwhm_gauss / sqrt(8.0 * LN2);
    double sum = 0.0, t;
    const double reach = ceil(9.0 * sigma / step) * step;
    for (t = -reach; t <= reach; t += step)
        sum += exp(-0.5 * t * t / (sigma * sigma)) / (sigma * sqrt(2.0 * PI)) * gamma / (PI * ((x - t) * (x - t) + gamma * gamma));
    return sum * step;
}

/* One band of unit strength at distance x from its centre. */
static double band(const exciton_case *row, double x, double fwhm)
{
    if (row->lineshape == HL_LINESHAPE_GAUSSIAN) {
        double area = fwhm * sqrt(PI / (4.0 * LN2));
        return exp(-4.0 * LN2 * x * x / (fwhm * fwhm)) / (row->normalization == HL_NORMALIZATION_AREA ? area : 1.0);
    }
    if (row->lineshape == HL_LINESHAPE_LORENTZIAN) {
        double area = PI * fwhm / 2.0;
        return 1.0 / (1.0 + 4.0 * x * x / (fwhm * fwhm)) / (row->normalization == HL_NORMALIZATION_AREA ? area : 1.0);
    }
    return voigt(x, fwhm, row->lorentzian_fwhm) /
           (row->normalization == HL_NORMALIZATION_AREA ? 1.0 : voigt(0.0, fwhm, row->lorentzian_fwhm));
}

/* Half the cut window: the cutoff counts in FWHM of the band; a Voigt band's FWHM by Olivero and Longbothum (1977). */
static double reach(const exciton_case *row, double fwhm)
{
    const double f = row->lorentzian_fwhm;
    if (row->cutoff < 0.0)
        return INFINITY;
    if (row->lineshape == HL_LINESHAPE_VOIGT)
        return row->cutoff * (0.5346 * f + sqrt(0.2166 * f * f + fwhm * fwhm));
    return row->cutoff * fwhm;
}

static double width_of(const exciton_case *row, const double *widths, double common, const double *v, ptrdiff_t k)
{
    const ptrdiff_t n = row->n_site;
    double sum = 0.0;
    ptrdiff_t i;
    if (row->fwhm_by == HL_FWHM_COMMON)
        return common;
    if (row->fwhm_by == HL_FWHM_PER_EXCITON)
        return widths[k];
    for (i = 0; i < n; i++)
        sum += v[i * n + k] * v[i * n + k] * widths[i] * widths[i];
    return sqrt(sum);
}

static void check_spectrum(const exciton_case *row, const case_inputs *inputs, const case_results *results, int spectrum, int broadened,
                           const double *strengths, const double *widths, double common)
{
    const ptrdiff_t n = row->n_site, n_active = n - (row->deleted > 0);
    /* without truncation and with gridding the tails that the cutoff drops stay: 2^(-4*9) of a band's height each */
    const int may_keep_tails = row->lineshape == HL_LINESHAPE_GAUSSIAN && row->fwhm_by == HL_FWHM_COMMON &&
                               row->broadening != HL_BROADENING_DIRECT && (row->cutoff < 0.0 || row->cutoff >= 3.0);
    double *sum = calloc((size_t)row->n_grid + 1, sizeof *sum), scale = 1e-300, worst = 0.0, worst_broadened = 0.0;
    double heights = 1e-300;
    const ptrdiff_t every = row->lineshape == HL_LINESHAPE_VOIGT ? 11 : 1; /* an integral a point is slow: some points will do */
    ptrdiff_t conf, k, i;
    for (conf = 0; conf < row->n_conf; conf++)
        for (k = 0; k < n_active; k++) {
            const double e = results->arrays[ENERGIES][conf * n + k], strength = strengths[conf * n + k] / (double)row->n_conf;
            const double fwhm = width_of(row, widths, common, results->arrays[EIGENVECTORS] + conf * n * n, k);
            const double half = reach(row, fwhm);
            heights += fabs(strength) * band(row, 0.0, fwhm) * (row->frequency_prefactor ? e : 1.0);
            for (i = 0; i < row->n_grid; i += every) {
                const double x = inputs->grid[i];
                if (x >= e - half && x < e + half)
                    sum[i] += strength * band(row, x - e, fwhm) * (row->frequency_prefactor ? x : 1.0);
            }
        }
    for (i = 0; i < row->n_grid; i += every) {
        scale = fmax(scale, fabs(sum[i]));
        worst = fmax(worst, fabs(sum[i] - results->arrays[spectrum][i]));
        if (results->n_arrays == N_RESULTS)
            worst_broadened = fmax(worst_broadened, fabs(sum[i] - results->arrays[broadened][i]));
    }
    /* relative to the spectrum's peak, unless the window holds tails only */
    if (scale < 1e-9 * heights)
        scale = heights;
    expect(worst <= (may_keep_tails ? 5e-11 : 1e-12) * (may_keep_tails ? heights : scale) + 1e-12 * heights,
           "%s differs from the direct sum by %g of %g", result_names[spectrum], worst, scale);
    expect(worst_broadened <= (may_keep_tails ? 5e-11 : 1e-12) * (may_keep_tails ? heights : scale) + 1e-12 * heights,
           "%s differs from the direct sum by %g of %g", result_names[broadened], worst_broadened, scale);
    free(sum);
}

void naive_check_spectra(const exciton_case *row, const case_inputs *inputs, const case_results *results)
{
    check_spectrum(row, inputs, results, ABSORPTION, BROADENED_ABSORPTION, results->arrays[DIPOLE_STRENGTHS], inputs->fwhm_values,
                   row->fwhm);
    check_spectrum(row, inputs, results, CD, BROADENED_CD, results->arrays[ROTATIONAL_STRENGTHS], inputs->fwhm_cd_values,
                   row->fwhm_cd > 0.0 ? row->fwhm_cd : row->fwhm);
}
