/* The header by itself: compiled as C99 and as C++11 with every warning an error, this program freezes the numbers and the struct
   layout that programs are compiled against, and refers to every function. Run, it checks the plain queries. */
#include <hotloop.h>

#include <stdio.h>
#include <string.h>

/* A claim about a constant, settled by the compiler: an array type of negative size does not compile. */
#define JOIN_EXPANDED(left, right) left##right
#define JOIN(left, right) JOIN_EXPANDED(left, right)
#define FROZEN(holds) typedef char JOIN(frozen_in_line_, __LINE__)[(holds) ? 1 : -1] __attribute__((unused))
#define NUMBER(name, value) FROZEN((name) == (value))

NUMBER(HL_ABI_VERSION, 0);
NUMBER(HL_OK, 0);
NUMBER(HL_ERR_NULL, 1);
NUMBER(HL_ERR_SHAPE, 2);
NUMBER(HL_ERR_STRIDE, 3);
NUMBER(HL_ERR_ALIAS, 4);
NUMBER(HL_ERR_ALIGNMENT, 5);
NUMBER(HL_ERR_ARGUMENT, 6);
NUMBER(HL_ERR_NONFINITE, 7);
NUMBER(HL_ERR_OPTION, 8);
NUMBER(HL_ERR_BUSY, 9);
NUMBER(HL_ERR_NOT_CONVERGED, 100);
NUMBER(HL_ERR_SINGULAR, 101);
NUMBER(HL_ERR_ALLOC, 200);
NUMBER(HL_ERR_THREADS, 201);
NUMBER(HL_ERR_CANCELLED, 202);
NUMBER(HL_ERR_IO, 203);
NUMBER(HL_ERR_INTERNAL, 255);
NUMBER(HL_MAX_THREADS, 1024);
NUMBER(HL_LINESHAPE_GAUSSIAN, 0);
NUMBER(HL_LINESHAPE_LORENTZIAN, 1);
NUMBER(HL_LINESHAPE_VOIGT, 2);
NUMBER(HL_FWHM_COMMON, 0);
NUMBER(HL_FWHM_PER_EXCITON, 1);
NUMBER(HL_FWHM_PER_SITE, 2);
NUMBER(HL_NORMALIZATION_PEAK, 0);
NUMBER(HL_NORMALIZATION_AREA, 1);
NUMBER(HL_CD_SCALE_DISSYMMETRY, 0);
NUMBER(HL_CD_SCALE_ROSENFELD, 1);
NUMBER(HL_BROADENING_AUTO, 0);
NUMBER(HL_BROADENING_DIRECT, 1);
NUMBER(HL_BROADENING_GRIDDED, 2);
NUMBER(HL_PARAMETER_SITE_ENERGY, 0);
NUMBER(HL_PARAMETER_COUPLING, 1);
NUMBER(HL_PARAMETER_DIPOLE_SCALE, 2);
NUMBER(HL_PARAMETER_DIPOLE_ROTATION, 3);
NUMBER(HL_PARAMETER_POSITION, 4);
NUMBER(HL_PARAMETER_FWHM, 5);
NUMBER(HL_PARAMETER_SHIFT, 6);
NUMBER(HL_PARAMETER_SCALE, 7);
NUMBER(HL_PARAMETER_OFFSET, 8);
NUMBER(HL_SPECTRUM_ABSORPTION, 0);
NUMBER(HL_SPECTRUM_CD, 1);
NUMBER(HL_SPECTRUM_BOTH, 2);
NUMBER(HL_FIT_ENDED_MISFIT, 1);
NUMBER(HL_FIT_ENDED_STEP, 2);
NUMBER(HL_FIT_ENDED_GRADIENT, 3);
NUMBER(HL_FIT_ENDED_MAX_ITERATIONS, 4);
NUMBER(HL_FIT_ENDED_NO_PROGRESS, 5);
NUMBER(HL_FIT_ENDED_CANCELLED, 6);
NUMBER(HL_COUPLING_SINE, 0);
NUMBER(HL_COUPLING_DIRECT_SINE, 1);
NUMBER(HL_COUPLING_LINEAR, 2);
NUMBER(HL_BOUNDARY_ZERO_FLUX, 0);
NUMBER(HL_BOUNDARY_PERIODIC, 1);
NUMBER(HL_BOUNDARY_HALO, 2);
NUMBER(HL_METHOD_EULER, 0);
NUMBER(HL_METHOD_HEUN, 1);
NUMBER(HL_METHOD_RK4, 2);
NUMBER(HL_METHOD_DORMAND_PRINCE, 3);
NUMBER(HL_NONFINITE_REFUSE, 0);
NUMBER(HL_NONFINITE_PROPAGATE, 1);
NUMBER(HL_RADIAL_BASIS_GTO, 0);
NUMBER(HL_RADIAL_BASIS_MONOMIAL, 1);
NUMBER(HL_CHANNEL_ORDER_RADIAL_MAJOR, 0);
NUMBER(HL_CHANNEL_ORDER_SPECIES_MAJOR, 1);
NUMBER(HL_SPECTRUM_PAIRS_ALL, 0);
NUMBER(HL_SPECTRUM_PAIRS_HALF, 1);
NUMBER(HL_SPECTRUM_SIGN_ALTERNATING, 0);
NUMBER(HL_SPECTRUM_SIGN_NONE, 1);
NUMBER(HL_COEFFICIENTS_ORTHONORMAL, 0);
NUMBER(HL_COEFFICIENTS_RAW, 1);
NUMBER(HL_PAIR_LIST_FULL, 0);
NUMBER(HL_PAIR_LIST_HALF, 1);
NUMBER(HL_PAIR_LIST_DIRECTED, 2);
NUMBER(HL_UNIT_WAVENUMBER, 0);
NUMBER(HL_UNIT_WAVELENGTH, 1);
NUMBER(HL_UNIT_ELECTRONVOLT, 2);
NUMBER(HL_UNIT_HARTREE, 3);
NUMBER(HL_UNIT_TERAHERTZ, 4);
NUMBER(HL_UNIT_DEBYE, 100);
NUMBER(HL_UNIT_ATOMIC_DIPOLE, 101);
NUMBER(HL_UNIT_COULOMB_METER, 102);
NUMBER(HL_UNIT_ANGSTROM, 200);
NUMBER(HL_UNIT_BOHR, 201);
NUMBER(HL_UNIT_NANOMETER, 202);

/* The options structs as they are laid out on a 64-bit machine. Fields are appended; none ever moves. */
#define PLACE_IN(type, field, offset) FROZEN(sizeof(void *) != 8 || offsetof(type, field) == (offset))
#define PLACE(field, offset) PLACE_IN(hl_exciton_options, field, offset)
PLACE(struct_size, 0);
PLACE(lineshape, 8);
PLACE(fwhm_by, 12);
PLACE(normalization, 16);
PLACE(cd_scale, 20);
PLACE(broadening, 24);
PLACE(frequency_prefactor, 28);
PLACE(normalize_dipoles, 32);
PLACE(reserved, 36);
PLACE(fwhm, 40);
PLACE(fwhm_cd, 48);
PLACE(lorentzian_fwhm, 56);
PLACE(cutoff, 64);
PLACE(energy_offset, 72);
PLACE(fwhm_values, 80);
PLACE(fwhm_values_strides, 88);
PLACE(fwhm_cd_values, 96);
PLACE(fwhm_cd_values_strides, 104);
PLACE(deleted, 112);
PLACE(deleted_strides, 120);
PLACE(progress, 128);
PLACE(progress_user, 136);
PLACE(sample, 144);
#undef PLACE
#define PLACE(field, offset) PLACE_IN(hl_exciton_sample, field, offset)
PLACE(struct_size, 0);
PLACE(n_ld, 8);
PLACE(ld_grid, 16);
PLACE(ld_grid_strides, 24);
PLACE(ld_measured, 32);
PLACE(ld_measured_strides, 40);
PLACE(ld_sigma, 48);
PLACE(ld_sigma_strides, 56);
PLACE(axis, 64);
PLACE(axis_strides, 72);
PLACE(fwhm_ld, 80);
PLACE(ld, 88);
PLACE(ld_strides, 96);
PLACE(ld_jacobian, 104);
PLACE(ld_jacobian_strides, 112);
PLACE(n_variant, 120);
PLACE(variant_weights, 128);
PLACE(variant_weights_strides, 136);
PLACE(variant_deleted, 144);
PLACE(variant_deleted_strides, 152);
PLACE(variant_energies, 160);
PLACE(variant_energies_strides, 168);
PLACE(n_factor, 176);
PLACE(site_factor, 184);
PLACE(site_factor_strides, 192);
PLACE(coupling_sigma, 200);
PLACE(coupling_sigma_strides, 208);
PLACE(seed, 216);
PLACE(first_member, 224);
#undef PLACE
#define PLACE(field, offset) PLACE_IN(hl_kuramoto_options, field, offset)
PLACE(struct_size, 0);
PLACE(law, 8);
PLACE(method, 12);
PLACE(boundary, 16);
PLACE(nonfinite, 28);
PLACE(accumulate, 32);
PLACE(reserved, 36);
PLACE(lag, 40);
PLACE(halo_below, 48);
PLACE(halo_below_strides, 72);
PLACE(halo_above, 96);
PLACE(halo_above_strides, 120);
PLACE(progress, 144);
PLACE(progress_user, 152);
PLACE(noise, 160);
PLACE(noise_seed, 168);
PLACE(first_step, 176);
PLACE(first_cell, 184);
PLACE(rtol, 192);
PLACE(atol, 200);
PLACE(next_step, 208);
FROZEN(sizeof(hl_status) == 4);

#undef PLACE
#define PLACE(field, offset) FROZEN(sizeof(void *) != 8 || offsetof(hl_anisoap_options, field) == (offset))
PLACE(struct_size, 0);
PLACE(radial_basis, 8);
PLACE(max_radial, 12);
PLACE(max_radial_values, 16);
PLACE(max_radial_values_strides, 24);
PLACE(radial_gaussian_width, 32);
PLACE(basis_rcond, 40);
PLACE(basis_tol, 48);
PLACE(subtract_center_contribution, 56);
PLACE(channel_order, 60);
PLACE(spectrum_pairs, 64);
PLACE(spectrum_sign, 68);
PLACE(reserved, 72);
PLACE(coefficients, 76);
PLACE(progress, 80);
PLACE(progress_user, 88);
PLACE(n_pairs, 96);
PLACE(pair_first, 104);
PLACE(pair_first_strides, 112);
PLACE(pair_second, 120);
PLACE(pair_second_strides, 128);
PLACE(pair_shifts, 136);
PLACE(pair_shifts_strides, 144);
PLACE(pair_vectors, 152);
PLACE(pair_vectors_strides, 160);
PLACE(pair_list, 168);
PLACE(reserved_pairs, 172);

#undef PLACE
#define PLACE(field, offset) FROZEN(sizeof(void *) != 8 || offsetof(hl_direct_options, field) == (offset))
PLACE(struct_size, 0);
PLACE(kernel, 8);
PLACE(reserved, 12);
PLACE(screening, 16);
PLACE(progress, 24);
PLACE(progress_user, 32);

#undef PLACE
#define PLACE(field, offset) FROZEN(sizeof(void *) != 8 || offsetof(hl_fmm_options, field) == (offset))
PLACE(struct_size, 0);
PLACE(kernel, 8);
PLACE(precision, 12);
PLACE(screening, 16);
PLACE(eps, 24);
PLACE(order, 32);
PLACE(leaf_size, 40);
PLACE(max_level, 48);
PLACE(progress, 56);
PLACE(progress_user, 64);
PLACE(translations, 72);
PLACE(balance, 76);
PLACE(period, 80);

static int failures, passes;

static void check(int holds, const char *claim)
{
    if (holds) {
        passes++;
    } else {
        failures++;
        printf("FAILED: %s\n", claim);
    }
}

static int32_t never_called(void *user, int64_t done, int64_t total)
{
    return user != NULL && done == total;
}

int main(void)
{
    static const hl_status known[] = {HL_OK, HL_ERR_NULL, HL_ERR_SHAPE, HL_ERR_STRIDE, HL_ERR_ALIAS, HL_ERR_ALIGNMENT, HL_ERR_ARGUMENT,
                                      HL_ERR_NONFINITE, HL_ERR_OPTION, HL_ERR_BUSY, HL_ERR_NOT_CONVERGED, HL_ERR_SINGULAR, HL_ERR_ALLOC,
                                      HL_ERR_THREADS, HL_ERR_CANCELLED, HL_ERR_IO, HL_ERR_INTERNAL};
    static const hl_status unknown[] = {-1, 10, 99, 102, 254, 256, 2147483647, -2147483647 - 1};
    const size_t n_known = sizeof known / sizeof *known;
    const char *text;
    hl_exciton_options options;
    hl_kuramoto_options kuramoto_options;
    const ptrdiff_t no_cells = 0, one_cell = 1;
    const int32_t no_rows = 0;
    const int64_t no_rows_64 = 0;
    double r = 0.0, psi = 0.0, phase = 0.5;
    float single_r = 0.0f, single_phase = 0.5f;
    hl_exciton_fit_options fit_options;
    hl_exciton_sample sample;
    const double axis[3] = {0.0, 0.0, 1.0};
    hl_progress_fn progress = never_called;
    double wavenumber = 8065.543937, electronvolt = 0.0;
    int major = -1, minor = -1, patch = -1;
    size_t k, other;

    check(hl_last_error_message()[0] == 0, "before any failing call the message is empty");
    check(sscanf(hl_version(), "%d.%d.%d", &major, &minor, &patch) == 3 && major >= 0 && minor >= 0 && patch >= 0, "hl_version is x.y.z");
    check(hl_abi_version() == HL_ABI_VERSION, "the library has the header's ABI version");
    for (k = 0; k < n_known; k++) {
        text = hl_status_string(known[k]);
        check(text != NULL && text[0] != 0, "every status has a text");
        check(text == hl_status_string(known[k]), "the text of a status is static");
        for (other = 0; other < k; other++)
            check(strcmp(text, hl_status_string(known[other])) != 0, "two statuses have different texts");
    }
    for (k = 0; k < sizeof unknown / sizeof *unknown; k++)
        check(hl_status_string(unknown[k]) != NULL && hl_status_string(unknown[k])[0] != 0, "an unknown status has a text too");
    text = hl_config();
    check(text != NULL && strstr(text, ": ") != NULL && text[strlen(text) - 1] == '\n', "hl_config is lines of \"key: value\"");
    check(strstr(text, hl_version()) != NULL, "hl_config names the version");

    check(hl_exciton_options_init(&options, sizeof options) == HL_OK, "options are initialised");
    check(options.progress == NULL && progress != NULL, "no progress function by default");
    check(hl_units_convert(1, &wavenumber, NULL, &electronvolt, NULL, HL_UNIT_WAVENUMBER, HL_UNIT_ELECTRONVOLT) == HL_OK &&
              electronvolt > 0.9999999 && electronvolt < 1.0000001, "8065.54 cm-1 are 1 eV");
    check(hl_exciton_sticks(0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == HL_OK,
          "sticks of nothing");
    check(hl_exciton_broaden(1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == HL_OK,
          "broadening of nothing");
    check(hl_exciton_spectrum(1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == HL_OK,
          "spectrum of nothing");
    check(hl_exciton_point_dipole_couplings(0, 0, NULL, NULL, NULL, NULL, 1.0, NULL, NULL) == HL_OK, "couplings of nothing");
    check(hl_exciton_linear_dichroism(1, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, axis, NULL, NULL, NULL, NULL) == HL_OK,
          "linear dichroism of nothing");
    check(hl_exciton_disorder(0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL, NULL) == HL_OK, "disorder of nothing");
    check(hl_exciton_residual_gradient(1, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                       NULL) == HL_OK,
          "the misfit of nothing");
    check(hl_exciton_jacobian(1, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                              NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == HL_OK,
          "derivatives of nothing");
    check(hl_exciton_sample_init(&sample, sizeof sample) == HL_OK && sample.n_ld == 0 && sample.n_variant == 0, "samples");
    check(hl_exciton_fit_options_init(&fit_options, sizeof fit_options) == HL_OK && fit_options.n_start == 1, "options of fits");
    check(hl_exciton_fit(1, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                         NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                         &fit_options) == HL_OK,
          "a fit of nothing");
    check(hl_kuramoto_options_init(&kuramoto_options, sizeof kuramoto_options) == HL_OK, "options of oscillators are initialised");
    check(kuramoto_options.noise == 0.0 && kuramoto_options.rtol == 0.0 && kuramoto_options.atol == 1e-6 && kuramoto_options.next_step == NULL,
          "no noise and 1e-6 radians by default");
    check(hl_kuramoto_rhs(1, &no_cells, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &kuramoto_options) == HL_OK, "the slopes of no cells");
    check(hl_kuramoto_integrate_f32(1, &no_cells, 3, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.5, NULL,
                                    NULL) == HL_OK, "no cells are integrated");
    check(hl_kuramoto_rhs_f32(1, &no_cells, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &kuramoto_options) == HL_OK &&
              hl_kuramoto_mean_field_rhs(0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &kuramoto_options) == HL_OK &&
              hl_kuramoto_mean_field_rhs_f32(0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == HL_OK &&
              hl_kuramoto_network_rhs(0, 0, &no_rows, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 32,
                                      &kuramoto_options) == HL_OK &&
              hl_kuramoto_network_rhs_f32(0, 0, &no_rows_64, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 64,
                                          NULL) == HL_OK, "the slopes of no oscillators");
    check(hl_kuramoto_integrate(1, &no_cells, 3, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.5, NULL,
                                &kuramoto_options) == HL_OK &&
              hl_kuramoto_mean_field_integrate(0, 3, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.5, NULL,
                                               &kuramoto_options) == HL_OK &&
              hl_kuramoto_mean_field_integrate_f32(0, 3, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.5, NULL,
                                                   NULL) == HL_OK &&
              hl_kuramoto_network_integrate(0, 0, 3, 0, 0, &no_rows, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                            NULL, NULL, NULL, 0.5, 32, NULL, &kuramoto_options) == HL_OK &&
              hl_kuramoto_network_integrate_f32(0, 0, 3, 0, 0, &no_rows_64, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                                NULL, NULL, NULL, NULL, NULL, 0.5, 64, NULL, NULL) == HL_OK, "no oscillators are integrated");
    check(hl_kuramoto_order_parameter(1, &one_cell, &phase, NULL, &r, &psi) == HL_OK && r > 0.999999 && r < 1.000001 && psi > 0.499999 &&
              psi < 0.500001 && hl_kuramoto_order_parameter_f32(1, &one_cell, &single_phase, NULL, &single_r, NULL) == HL_OK && single_r > 0.999f,
          "one cell agrees with itself");
    check(hl_kuramoto_order_parameter(1, &no_cells, NULL, NULL, NULL, NULL) == HL_ERR_SHAPE, "no cells have no order parameter");
    {
        hl_anisoap_options anisoap_options;
        const int32_t species = 1;
        hl_anisoap_plan *plan = NULL;
        check(hl_anisoap_options_init(&anisoap_options, sizeof anisoap_options) == HL_OK && anisoap_options.struct_size == sizeof anisoap_options &&
                  anisoap_options.max_radial == -1, "hl_anisoap_options_init");
        anisoap_options.radial_gaussian_width = 1.0;
        check(hl_anisoap_plan_create(&plan, 1, 1, &species, NULL, 3.0, &anisoap_options) == HL_OK && plan != NULL, "hl_anisoap_plan_create");
        check(hl_anisoap_expansion_size(plan) == 4 && hl_anisoap_power_spectrum_size(plan) == 2, "sizes of features");
        check(hl_anisoap_expansion_size(NULL) == -1 && hl_anisoap_power_spectrum_size(NULL) == -1, "no plan has no features");
        check(hl_anisoap_expansion_labels(plan, 0, NULL, NULL) == HL_ERR_SHAPE, "hl_anisoap_expansion_labels");
        check(hl_anisoap_power_spectrum_labels(plan, 0, NULL, NULL) == HL_ERR_SHAPE, "hl_anisoap_power_spectrum_labels");
        check(hl_anisoap_expansion(plan, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 4,
                                   NULL, NULL, NULL) == HL_OK, "an expansion of nothing");
        check(hl_anisoap_power_spectrum(plan, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                        NULL, 2, NULL, NULL, NULL, NULL, NULL) == HL_OK, "power spectra of nothing");
        check(hl_anisoap_expansion_vjp(plan, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                       NULL, 4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == HL_OK, "gradients of nothing");
        check(hl_anisoap_power_spectrum_vjp(plan, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                            NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == HL_OK,
              "gradients of power spectra of nothing");
        check(hl_anisoap_plan_destroy(plan) == HL_OK && hl_anisoap_plan_destroy(NULL) == HL_OK, "hl_anisoap_plan_destroy");
        check(hl_neighbour_list_count(0, NULL, NULL, NULL, NULL, 0, 1.0, 0, NULL, NULL, NULL) == HL_OK, "neighbours of no points");
        check(hl_neighbour_list_fill(0, NULL, NULL, NULL, NULL, 0, 1.0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL) == HL_OK, "a list of no pairs");
    }
    {
        hl_direct_options direct_options;
        const double point[3] = {0.0, 0.0, 1.0}, origin[3] = {0.0, 0.0, 0.0};
        int64_t code = -1, child[8], parent, beside[26];
        int32_t anchor[3], level = -1, answer = -1;
        check(hl_direct_options_init(&direct_options, sizeof direct_options) == HL_OK && direct_options.kernel == HL_KERNEL_LAPLACE &&
                  direct_options.screening == 0.0, "hl_direct_options_init");
        check(hl_direct(0, 0, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &direct_options) == HL_OK &&
                  hl_direct_f32(0, 0, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == HL_OK, "sums over no points");
        check(hl_morton_encode(1, point, NULL, origin, NULL, 1.0, 2, &code, NULL) == HL_OK &&
                  hl_morton_decode(1, &code, NULL, anchor, NULL, &level, NULL) == HL_OK && level == 2 && anchor[2] == 3 && anchor[0] == 0,
              "a point at the root's upper face");
        check(hl_morton_parents(1, &code, NULL, &parent, NULL) == HL_OK && hl_morton_children(1, &parent, NULL, child, NULL) == HL_OK &&
                  child[4] == code, "a child of its parent");
        check(hl_morton_neighbours(1, &code, NULL, beside, NULL) == HL_OK && beside[25] == HL_MORTON_NONE &&
                  hl_morton_are_adjacent(1, &code, NULL, beside + 4, NULL, &answer, NULL) == HL_OK && answer == 1 &&
                  hl_morton_transfer_vectors(1, &code, NULL, beside + 4, NULL, anchor, NULL) == HL_OK && anchor[2] == 1, "the box below");
        check(hl_morton_is_ancestor(1, &parent, NULL, &code, NULL, &answer, NULL) == HL_OK && answer == 1, "a parent is an ancestor");
        anchor[0] = anchor[1] = anchor[2] = 0;
        level = HL_MORTON_FINEST;
        check(hl_morton_encode_anchors(1, anchor, NULL, &level, NULL, &code, NULL) == HL_OK && code == HL_MORTON_FINEST, "the first box");
    }
    {
        hl_fmm_options fmm_options;
        hl_fmm_plan_stats stats;
        hl_fmm_plan *plan = NULL;
        const double points[6] = {0.0, 0.0, 0.0, 0.0, 3.0, 4.0}, charges[2] = {2.0, -3.0};
        const float single_points[6] = {0.0f, 0.0f, 0.0f, 0.0f, 3.0f, 4.0f}, single_charges[2] = {2.0f, -3.0f};
        double potentials[2], error = 1.0, seconds[HL_FMM_N_TIMINGS];
        float single[2];
        check(hl_fmm_options_init(&fmm_options, sizeof fmm_options) == HL_OK && fmm_options.eps == 1e-6, "hl_fmm_options_init");
        check(hl_fmm_plan_create(&plan, 2, 2, points, NULL, NULL, NULL, &fmm_options) == HL_OK && plan != NULL, "hl_fmm_plan_create");
        check(hl_fmm_evaluate(plan, 2, 2, 1, charges, NULL, potentials, NULL, NULL, NULL, NULL) == HL_OK && potentials[1] > 0.0318 &&
                  potentials[1] < 0.0319, "hl_fmm_evaluate");
        check(hl_fmm_estimate_error(plan, 2, 2, charges, NULL, potentials, NULL, 2, 0, &error, NULL) == HL_OK && error < 1e-6,
              "hl_fmm_estimate_error");
        stats.struct_size = sizeof stats;
        check(hl_fmm_stats(plan, &stats) == HL_OK && stats.n_source == 2 && stats.boxes > 0, "hl_fmm_stats");
        check(hl_fmm_timings(plan, seconds, NULL) == HL_OK && seconds[HL_FMM_P2P] >= 0.0, "hl_fmm_timings");
        check(hl_fmm_set_points(plan, 0, 0, NULL, NULL, NULL, NULL, NULL) == HL_OK, "a plan without points");
        check(hl_fmm_set_points_f32(plan, 2, 2, single_points, NULL, NULL, NULL, NULL) == HL_OK &&
                  hl_fmm_evaluate_f32(plan, 2, 2, 1, single_charges, NULL, single, NULL, NULL, NULL, NULL) == HL_OK &&
                  hl_fmm_estimate_error_f32(plan, 2, 2, single_charges, NULL, single, NULL, 2, 0, &error, NULL) == HL_OK && error < 1e-5,
              "single precision");
        check(hl_fmm_plan_destroy(plan) == HL_OK && hl_fmm_plan_destroy(NULL) == HL_OK, "hl_fmm_plan_destroy");
        plan = NULL;
        check(hl_fmm_plan_create_f32(&plan, 2, 2, single_points, NULL, NULL, NULL, NULL) == HL_OK && hl_fmm_plan_destroy(plan) == HL_OK,
              "hl_fmm_plan_create_f32");
        check(hl_fmm_save_operators(NULL, "operators") == HL_ERR_NULL && hl_fmm_load_operators(NULL) == HL_ERR_NULL, "files of operators");
        check(hl_fmm_forget_operators() == HL_OK, "hl_fmm_forget_operators");
    }
    check(hl_set_num_threads_local(2) == 0 && hl_get_num_threads() == 2 && hl_set_num_threads_local(0) == 2, "thread counts are set");
    check(hl_set_num_threads(0) == HL_OK && hl_shutdown() == HL_OK, "shut down");
    printf("header: %d passed, %d failed\n", passes, failures);
    return failures > 0;
}
