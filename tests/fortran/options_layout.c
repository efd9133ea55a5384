/* The C compiler's word on hl_exciton_options, for test_options.f90, on hl_kuramoto_options, for test_kuramoto.f90, and on
   hl_anisoap_options, for test_anisoap.f90: offset of each field in order, then the size. */
#include "hotloop.h"

ptrdiff_t hl_test_offset(int32_t field);
ptrdiff_t hl_test_kuramoto_offset(int32_t field);
ptrdiff_t hl_test_anisoap_offset(int32_t field);

ptrdiff_t hl_test_offset(int32_t field)
{
    static const size_t offsets[] = {
        offsetof(hl_exciton_options, struct_size), offsetof(hl_exciton_options, lineshape),
        offsetof(hl_exciton_options, fwhm_by), offsetof(hl_exciton_options, normalization),
        offsetof(hl_exciton_options, cd_scale), offsetof(hl_exciton_options, broadening),
        offsetof(hl_exciton_options, frequency_prefactor), offsetof(hl_exciton_options, normalize_dipoles),
        offsetof(hl_exciton_options, reserved), offsetof(hl_exciton_options, fwhm),
        offsetof(hl_exciton_options, fwhm_cd), offsetof(hl_exciton_options, lorentzian_fwhm),
        offsetof(hl_exciton_options, cutoff), offsetof(hl_exciton_options, energy_offset),
        offsetof(hl_exciton_options, fwhm_values), offsetof(hl_exciton_options, fwhm_values_strides),
        offsetof(hl_exciton_options, fwhm_cd_values), offsetof(hl_exciton_options, fwhm_cd_values_strides),
        offsetof(hl_exciton_options, deleted), offsetof(hl_exciton_options, deleted_strides),
        offsetof(hl_exciton_options, progress), offsetof(hl_exciton_options, progress_user),
        offsetof(hl_exciton_options, sample),
        sizeof(hl_exciton_options),
    };
    return field >= 0 && (size_t)field < sizeof offsets / sizeof *offsets ? (ptrdiff_t)offsets[field] : -1;
}

ptrdiff_t hl_test_kuramoto_offset(int32_t field)
{
    static const size_t offsets[] = {
        offsetof(hl_kuramoto_options, struct_size), offsetof(hl_kuramoto_options, law),
        offsetof(hl_kuramoto_options, method), offsetof(hl_kuramoto_options, boundary),
        offsetof(hl_kuramoto_options, nonfinite), offsetof(hl_kuramoto_options, accumulate),
        offsetof(hl_kuramoto_options, reserved), offsetof(hl_kuramoto_options, lag),
        offsetof(hl_kuramoto_options, halo_below), offsetof(hl_kuramoto_options, halo_below_strides),
        offsetof(hl_kuramoto_options, halo_above), offsetof(hl_kuramoto_options, halo_above_strides),
        offsetof(hl_kuramoto_options, progress), offsetof(hl_kuramoto_options, progress_user),
        offsetof(hl_kuramoto_options, noise), offsetof(hl_kuramoto_options, noise_seed),
        offsetof(hl_kuramoto_options, first_step), offsetof(hl_kuramoto_options, first_cell),
        offsetof(hl_kuramoto_options, rtol), offsetof(hl_kuramoto_options, atol),
        offsetof(hl_kuramoto_options, next_step),
        sizeof(hl_kuramoto_options),
    };
    return field >= 0 && (size_t)field < sizeof offsets / sizeof *offsets ? (ptrdiff_t)offsets[field] : -1;
}

ptrdiff_t hl_test_anisoap_offset(int32_t field)
{
    static const size_t offsets[] = {
        offsetof(hl_anisoap_options, struct_size), offsetof(hl_anisoap_options, radial_basis),
        offsetof(hl_anisoap_options, max_radial), offsetof(hl_anisoap_options, max_radial_values),
        offsetof(hl_anisoap_options, max_radial_values_strides), offsetof(hl_anisoap_options, radial_gaussian_width),
        offsetof(hl_anisoap_options, basis_rcond), offsetof(hl_anisoap_options, basis_tol),
        offsetof(hl_anisoap_options, subtract_center_contribution), offsetof(hl_anisoap_options, channel_order),
        offsetof(hl_anisoap_options, spectrum_pairs), offsetof(hl_anisoap_options, spectrum_sign),
        offsetof(hl_anisoap_options, reserved), offsetof(hl_anisoap_options, coefficients),
        offsetof(hl_anisoap_options, progress), offsetof(hl_anisoap_options, progress_user),
        offsetof(hl_anisoap_options, n_pairs),
        offsetof(hl_anisoap_options, pair_first),
        offsetof(hl_anisoap_options, pair_first_strides),
        offsetof(hl_anisoap_options, pair_second),
        offsetof(hl_anisoap_options, pair_second_strides),
        offsetof(hl_anisoap_options, pair_shifts),
        offsetof(hl_anisoap_options, pair_shifts_strides),
        offsetof(hl_anisoap_options, pair_vectors),
        offsetof(hl_anisoap_options, pair_vectors_strides),
        offsetof(hl_anisoap_options, pair_list),
        offsetof(hl_anisoap_options, reserved_pairs),
        sizeof(hl_anisoap_options),
    };
    return field >= 0 && (size_t)field < sizeof offsets / sizeof *offsets ? (ptrdiff_t)offsets[field] : -1;
}
