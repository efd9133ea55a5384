/* Legal input at the edge: Hamiltonians of every scale and structure, lines and grids far apart. What comes out solves the problem
   to rounding, or the call says why it cannot; it never says HL_OK and hands back NaN. */
#include "harness.h"

#include <hotloop.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum structure { RANDOM, DIAGONAL, EQUAL, ZERO, ONES, GRADED, CHAIN, TWINS, WEAK, N_STRUCTURES };
static const char *const structure_names[] = {"random", "diagonal, descending", "a multiple of the identity", "zero", "all ones", "graded over 12 decades",
                                              "a chain", "two equal blocks, uncoupled", "couplings 1e-9 of the site energies"};

static double *matrix_of(enum structure structure, ptrdiff_t n, double scale)
{
    unsigned long long seed = 7 + (unsigned long long)n;
    double *h = calloc((size_t)(n * n), sizeof *h);
    ptrdiff_t i, j;
    for (i = 0; i < n; i++)
        for (j = 0; j <= i; j++) {
            double x = 2.0 * random_uniform(&seed) - 1.0;
            if (structure == DIAGONAL)
                x = i == j ? (double)(n - i) : 0.0;
            if (structure == EQUAL)
                x = i == j ? 12400.0 : 0.0;
            if (structure == ZERO)
                x = 0.0;
            if (structure == ONES)
                x = 1.0;
            if (structure == GRADED)
                x *= pow(10.0, -12.0 * (double)(i + j) / (double)(2 * n));
            if (structure == CHAIN)
                x = i == j ? 12400.0 : i == j + 1 ? -100.0 : 0.0;
            if (structure == TWINS)
                x = (i < n / 2) == (j < n / 2) ? (double)((i % ((n + 1) / 2) + 1) * (j % ((n + 1) / 2) + 2)) + (double)((i + j) % 3) : 0.0;
            if (structure == WEAK)
                x = i == j ? 12000.0 + 37.0 * (double)(i % 5) : 1e-5 * x;
            h[i * n + j] = h[j * n + i] = x * scale;
        }
    return h;
}

/* |H v - e v| and orthonormality, in units of the largest element; computed on scaled copies so that the check itself cannot overflow. */
static void check_matrix(enum structure structure, ptrdiff_t n, double scale)
{
    double *h = matrix_of(structure, n, scale), *e = malloc((size_t)n * sizeof *e), *v = malloc((size_t)(n * n) * sizeof *v);
    double largest = 0.0, residual = 0.0, overlap = 0.0;
    hl_status status;
    ptrdiff_t i, j, k;
    test("%td sites, matrix %s, scale %g", n, structure_names[structure], scale);
    status = hl_exciton_sticks(1, n, h, NULL, NULL, NULL, NULL, NULL, e, NULL, NULL, NULL, NULL, NULL, NULL, NULL, v, NULL, NULL);
    expect(status == HL_OK, "status %d: %s", status, hl_last_error_message());
    for (i = 0; i < n * n; i++)
        largest = fmax(largest, fabs(h[i]));
    for (k = 0; k < n && status == HL_OK; k++) {
        if (!expect(isfinite(e[k]), "energy %td is %g", k, e[k]))
            break;
        expect(k == 0 || e[k - 1] <= e[k], "energies %td and %td are not ascending", k - 1, k);
        for (i = 0; i < n; i++) {
            double sum = 0.0;
            for (j = 0; j < n && largest > 0.0; j++)
                sum += (h[i * n + j] / largest - (i == j ? e[k] / largest : 0.0)) * v[j * n + k];
            residual = fmax(residual, isnan(sum) ? INFINITY : fabs(sum));
        }
        for (j = 0; j <= k; j++) {
            double dot = j == k ? -1.0 : 0.0;
            for (i = 0; i < n; i++)
                dot += v[i * n + j] * v[i * n + k];
            overlap = fmax(overlap, isnan(dot) ? INFINITY : fabs(dot));
        }
    }
    /* below the normal numbers a rounding is worth more than its usual part */
    expect(residual <= 4e-15 * (double)n + (largest > 0.0 ? 1e-320 / largest : 0.0) * (double)n, "|H v - e v| is %g of the largest element", residual);
    expect(overlap <= 2e-14 + 1e-15 * (double)n, "eigenvectors are orthonormal only to %g", overlap);
    free(h);
    free(e);
    free(v);
}

static void matrices(void)
{
    static const ptrdiff_t sizes[] = {1, 2, 3, 7, 8, 13, 24, 97};
    static const double scales[] = {1.0, 1e-150, 1e-300, 1e-310, 1e120, 1e150, 1e200, 1e300};
    size_t s, k;
    enum structure structure;
    for (s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (structure = RANDOM; structure < N_STRUCTURES; structure++)
            for (k = 0; k < sizeof scales / sizeof *scales; k++)
                if (k == 0 || structure == RANDOM || structure == CHAIN || structure == GRADED)
                    check_matrix(structure, sizes[s], scales[k]);
}

static double band(int lineshape, double x, double fwhm)
{
    if (lineshape == HL_LINESHAPE_LORENTZIAN)
        return 1.0 / (1.0 + pow(2.0 * (x / fwhm), 2));
    return exp(-4.0 * 0.69314718055994530942 * (x / fwhm) * (x / fwhm));
}

/* One stick, one line; every combination of width, cutoff and distance. */
static void lines(void)
{
    static const double widths[] = {1e-90, 1e-6, 1.0, 70.0, 1e6, 1e90}, cutoffs[] = {1e-3, 3.0, 1e10, 1e300, INFINITY};
    static const double energies[] = {12400.0, 0.0, -500.0, 1e-200, 1e8, 1e300};
    static const int lineshapes[] = {HL_LINESHAPE_GAUSSIAN, HL_LINESHAPE_LORENTZIAN};
    static const double offsets[] = {-1e250, -1e9, -2e3, -80.0, -1.0, 0.0, 1e-3, 2.0, 70.0, 1e4, 1e12, 1e300};
    enum { N_GRID = sizeof offsets / sizeof *offsets };
    const double strength = 1.0;
    size_t w, c, l, e, k;
    for (l = 0; l < 2; l++)
        for (w = 0; w < sizeof widths / sizeof *widths; w++)
            for (c = 0; c < sizeof cutoffs / sizeof *cutoffs; c++)
                for (e = 0; e < sizeof energies / sizeof *energies; e++) {
                    double grid[N_GRID], spectrum[N_GRID];
                    hl_exciton_options options;
                    size_t n_grid = 0;
                    test("lineshape %d, FWHM %g, cutoff %g, stick at %g on a grid over 500 decades", lineshapes[l], widths[w], cutoffs[c], energies[e]);
                    for (k = 0; k < N_GRID; k++)
                        if (n_grid == 0 || energies[e] + offsets[k] > grid[n_grid - 1])
                            grid[n_grid++] = energies[e] + offsets[k];
                    hl_exciton_options_init(&options, sizeof options);
                    options.lineshape = lineshapes[l];
                    options.fwhm = widths[w];
                    options.cutoff = cutoffs[c];
                    expect(hl_exciton_broaden(1, 1, (ptrdiff_t)n_grid, &energies[e], NULL, &strength, NULL, NULL, NULL, NULL, NULL, grid, NULL, spectrum,
                                              NULL, NULL, NULL, &options) == HL_OK, "%s", hl_last_error_message());
                    for (k = 0; k < n_grid; k++) {
                        const double half = options.cutoff * options.fwhm;
                        const int inside = energies[e] - half <= grid[k] && grid[k] < energies[e] + half;
                        const double expected = inside ? band(options.lineshape, grid[k] - energies[e], options.fwhm) : 0.0;
                        expect(fabs(spectrum[k] - expected) <= 1e-14, "at %g it is %g instead of %g", grid[k], spectrum[k], expected);
                    }
                }
}

int main(void)
{
    matrices();
    lines();
    return finish("extremes");
}
