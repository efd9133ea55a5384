/* Reference values from the established code: the published seven-pigment FMO model through ham2spec 0.6.2, and a degenerate ring. */
#include "brixner_reference.h"
#include "harness.h"

#include <hotloop.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N 7
static const double *const hamiltonian = brixner_hamiltonian, *const dipoles = brixner_dipoles, *const positions = brixner_positions;

static double worst_difference(const double *left, const double *right, ptrdiff_t n, ptrdiff_t every, double *peak)
{
    double worst = 0.0;
    ptrdiff_t k;
    *peak = 0.0;
    for (k = 0; k < n; k++) {
        worst = fmax(worst, fabs(left[k * every] - right[k]));
        *peak = fmax(*peak, fabs(right[k]));
    }
    return worst;
}

static void check_spectrum(const double *computed, const double *reference, ptrdiff_t n_grid, double peak, double tolerance, const char *what)
{
    double sampled_peak, worst = worst_difference(computed, reference, (n_grid + REFERENCE_EVERY - 1) / REFERENCE_EVERY, REFERENCE_EVERY, &sampled_peak);
    expect(worst <= tolerance * peak, "%s differs by %g of the peak %g", what, worst, peak);
}

static void check_sticks(const reference_sticks *reference)
{
    static const char *const names[] = {"energies", "dipole strengths", "rotational strengths"};
    static const double relative[] = {0.0, 1e-10, 1e-10};
    const ptrdiff_t n_active = N - (reference->deleted > 0);
    unsigned char deleted[N] = {0};
    double sticks[3][N];
    hl_exciton_options options;
    hl_status status;
    int k;
    hl_exciton_options_init(&options, sizeof options);
    if (reference->deleted) {
        deleted[reference->deleted - 1] = 1;
        options.deleted = deleted;
    }
    options.normalize_dipoles = reference->normalize_dipoles;
    status = hl_exciton_sticks(1, N, hamiltonian, NULL, dipoles, NULL, positions, NULL, sticks[0], NULL, sticks[1], NULL, sticks[2], NULL,
                               NULL, NULL, NULL, NULL, &options);
    expect(status == HL_OK, "%s", hl_last_error_message());
    for (k = 0; k < 3; k++) {
        double peak, worst = worst_difference(sticks[k], reference->sticks[k], n_active, 1, &peak);
        expect(worst <= relative[k] * peak + (k == 0 ? 1e-9 : 0.0), "%s differ by %g", names[k], worst);
    }
}

static double *grid_of(double from, double step, ptrdiff_t n)
{
    double *grid = malloc((size_t)n * sizeof *grid);
    ptrdiff_t k;
    for (k = 0; k < n; k++)
        grid[k] = from + step * (double)k;
    return grid;
}

static void check_reference_spectrum(const reference_spectrum *reference, int broadening)
{
    double *grid = grid_of(reference->x_from, reference->x_step, reference->n_grid);
    double *absorption = malloc((size_t)reference->n_grid * sizeof *absorption), *cd = malloc((size_t)reference->n_grid * sizeof *cd);
    unsigned char deleted[N] = {0};
    hl_exciton_options options;
    hl_status status;
    hl_exciton_options_init(&options, sizeof options);
    options.fwhm = reference->fwhm;
    options.cutoff = reference->cutoff;
    options.broadening = broadening;
    if (reference->deleted) {
        deleted[reference->deleted - 1] = 1;
        options.deleted = deleted;
    }
    status = hl_exciton_spectrum(1, N, reference->n_grid, hamiltonian, NULL, dipoles, NULL, positions, NULL, NULL, NULL, grid, NULL,
                                 absorption, NULL, cd, NULL, &options);
    expect(status == HL_OK, "%s", hl_last_error_message());
    check_spectrum(absorption, reference->absorption, reference->n_grid, reference->absorption_peak, 5e-11, "absorption");
    check_spectrum(cd, reference->cd, reference->n_grid, reference->cd_peak, 2e-10, "cd");
    free(grid);
    free(absorption);
    free(cd);
}

static void check_widths_per_exciton(void)
{
    double *grid = grid_of(11790.0, 1.0, 1510), absorption[1510], cd[1510];
    hl_exciton_options options;
    hl_status status;
    test("widths per exciton follow the ascending energies, as ham2spec's paired with its own order");
    hl_exciton_options_init(&options, sizeof options);
    options.fwhm_by = HL_FWHM_PER_EXCITON;
    options.fwhm_values = het_abs_widths;
    options.fwhm_cd_values = het_cd_widths;
    status = hl_exciton_spectrum(1, N, 1510, hamiltonian, NULL, dipoles, NULL, positions, NULL, NULL, NULL, grid, NULL, absorption, NULL,
                                 cd, NULL, &options);
    expect(status == HL_OK, "%s", hl_last_error_message());
    check_spectrum(absorption, het_absorption, 1510, 1.5, 5e-11, "absorption");
    check_spectrum(cd, het_cd, 1510, 6e-3, 2e-10, "cd");
    free(grid);
}

static void check_ring(void)
{
    double energies[6], dipole_strengths[6], rotational[6], sum = 0.0, reference_sum = 0.0;
    hl_status status;
    int k;
    test("a ring with degenerate levels: energies, total and pair strengths (where ham2spec is wrong by 9 %%)");
    status = hl_exciton_sticks(1, 6, ring_hamiltonian, NULL, ring_dipoles, NULL, ring_positions, NULL, energies, NULL, dipole_strengths,
                               NULL, rotational, NULL, NULL, NULL, NULL, NULL, NULL);
    expect(status == HL_OK, "%s", hl_last_error_message());
    for (k = 0; k < 6; k++) {
        expect(fabs(energies[k] - ring_energies[k]) < 1e-9, "energy %d is %.17g", k, energies[k]);
        sum += dipole_strengths[k];
        reference_sum += ring_dipole_strengths[k];
    }
    expect(fabs(sum - reference_sum) < 1e-11 * reference_sum, "total dipole strength is %.17g instead of %.17g", sum, reference_sum);
    for (k = 1; k < 5; k += 2) {
        expect(fabs(dipole_strengths[k] + dipole_strengths[k + 1] - ring_dipole_strengths[k] - ring_dipole_strengths[k + 1]) < 1e-10,
               "dipole strength of the pair %d is %g", k, dipole_strengths[k] + dipole_strengths[k + 1]);
        expect(fabs(rotational[k] + rotational[k + 1] - ring_rotational_strengths[k] - ring_rotational_strengths[k + 1]) < 1e-10,
               "rotational strength of the pair %d is %g", k, rotational[k] + rotational[k + 1]);
    }
}

static void check_relative_energies(void)
{
    double shifted[N * N], plain[3][N], offset[3][N];
    hl_exciton_options options;
    int k;
    test("a Hamiltonian relative to 12400 with energy_offset 12400 gives the absolute one's sticks");
    memcpy(shifted, brixner_hamiltonian, sizeof shifted);
    for (k = 0; k < N; k++)
        shifted[k * N + k] -= 12400.0;
    hl_exciton_options_init(&options, sizeof options);
    options.energy_offset = 12400.0;
    expect(hl_exciton_sticks(1, N, hamiltonian, NULL, dipoles, NULL, positions, NULL, plain[0], NULL, plain[1], NULL, plain[2], NULL, NULL,
                             NULL, NULL, NULL, NULL) == HL_OK, "%s", hl_last_error_message());
    expect(hl_exciton_sticks(1, N, shifted, NULL, dipoles, NULL, positions, NULL, offset[0], NULL, offset[1], NULL, offset[2], NULL, NULL,
                             NULL, NULL, NULL, &options) == HL_OK, "%s", hl_last_error_message());
    for (k = 0; k < N; k++)
        expect(fabs(plain[0][k] - offset[0][k]) < 1e-9 && fabs(plain[1][k] - offset[1][k]) < 1e-10 && fabs(plain[2][k] - offset[2][k]) < 1e-12,
               "exciton %d: %g %g %g", k, plain[0][k] - offset[0][k], plain[1][k] - offset[1][k], plain[2][k] - offset[2][k]);
}

int main(void)
{
    size_t k;
    for (k = 0; k < sizeof reference_stick_sets / sizeof *reference_stick_sets; k++) {
        test("sticks of %s are ham2spec's", reference_stick_sets[k].name);
        check_sticks(&reference_stick_sets[k]);
    }
    for (k = 0; k < sizeof reference_spectra / sizeof *reference_spectra; k++) {
        test("spectra of %s are ham2spec's", reference_spectra[k].name);
        check_reference_spectrum(&reference_spectra[k], HL_BROADENING_AUTO);
        test("spectra of %s, summed directly, are ham2spec's", reference_spectra[k].name);
        check_reference_spectrum(&reference_spectra[k], HL_BROADENING_DIRECT);
    }
    check_widths_per_exciton();
    check_ring();
    check_relative_energies();
    return finish("reference");
}
