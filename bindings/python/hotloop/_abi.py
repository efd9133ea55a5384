"""The C ABI as ctypes sees it: the option structs and one row for every function of hotloop.h.

A test compares these rows with include/hotloop.h, so that neither can change alone.
"""

from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int32, c_int64, c_size_t, c_ssize_t, c_uint64, c_void_p

ABI_VERSION = 0

STATUS = c_int32
OK = 0

# int32_t progress(void *user, int64_t done, int64_t total): non-zero cancels.
ProgressFunction = CFUNCTYPE(c_int32, c_void_p, c_int64, c_int64)

LINESHAPES = {"gaussian": 0, "lorentzian": 1, "voigt": 2}
FWHM_BY = {"common": 0, "exciton": 1, "site": 2}
NORMALIZATIONS = {"peak": 0, "area": 1}
CD_SCALES = {"dissymmetry": 0, "rosenfeld": 1}
BROADENINGS = {"auto": 0, "direct": 1, "gridded": 2}
PARAMETERS = {
    "site-energy": 0, "coupling": 1, "dipole-scale": 2, "dipole-rotation": 3, "position": 4, "fwhm": 5, "shift": 6,
    "scale": 7, "offset": 8, "variant-site-energy": 9, "variant-weight": 10,
}  # fmt: skip
SPECTRA = {"absorption": 0, "cd": 1, "both": 2, "ld": 3, "all": 4}
FIT_ENDS = {"misfit": 1, "step": 2, "gradient": 3, "max-iterations": 4, "no-progress": 5, "cancelled": 6}
COUPLING_LAWS = {"sine": 0, "direct-sine": 1, "linear": 2}
BOUNDARIES = {"zero-flux": 0, "periodic": 1, "halo": 2}
METHODS = {"euler": 0, "heun": 1, "rk4": 2, "dormand-prince": 3}
NONFINITE = {"refuse": 0, "propagate": 1}
RADIAL_BASES = {"gto": 0, "monomial": 1}
CHANNEL_ORDERS = {"radial-major": 0, "species-major": 1}
SPECTRUM_PAIRS = {"all": 0, "half": 1}
SPECTRUM_SIGNS = {"alternating": 0, "none": 1}
COEFFICIENTS = {"orthonormal": 0, "raw": 1}
PAIR_LISTS = {"full": 0, "half": 1, "directed": 2}
KERNELS = {"laplace": 0, "yukawa": 1}
FMM_PRECISIONS = {"auto": 0, "double": 1, "mixed": 2}
FMM_TRANSLATIONS = {"auto": 0, "fft": 1, "blas": 2, "dense": 3}
FMM_OPERATORS = ("P2M", "M2M", "M2L", "L2L", "L2P", "P2L", "M2P", "P2P")
MORTON_FINEST = 19
MORTON_NONE = -1


class ExcitonSample(Structure):
    """hl_exciton_sample, field by field."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("n_ld", c_ssize_t),
        ("ld_grid", c_void_p),
        ("ld_grid_strides", c_void_p),
        ("ld_measured", c_void_p),
        ("ld_measured_strides", c_void_p),
        ("ld_sigma", c_void_p),
        ("ld_sigma_strides", c_void_p),
        ("axis", c_void_p),
        ("axis_strides", c_void_p),
        ("fwhm_ld", c_double),
        ("ld", c_void_p),
        ("ld_strides", c_void_p),
        ("ld_jacobian", c_void_p),
        ("ld_jacobian_strides", c_void_p),
        ("n_variant", c_ssize_t),
        ("variant_weights", c_void_p),
        ("variant_weights_strides", c_void_p),
        ("variant_deleted", c_void_p),
        ("variant_deleted_strides", c_void_p),
        ("variant_energies", c_void_p),
        ("variant_energies_strides", c_void_p),
        ("n_factor", c_ssize_t),
        ("site_factor", c_void_p),
        ("site_factor_strides", c_void_p),
        ("coupling_sigma", c_void_p),
        ("coupling_sigma_strides", c_void_p),
        ("seed", c_uint64),
        ("first_member", c_uint64),
    ]


class ExcitonOptions(Structure):
    """hl_exciton_options, field by field."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("lineshape", c_int32),
        ("fwhm_by", c_int32),
        ("normalization", c_int32),
        ("cd_scale", c_int32),
        ("broadening", c_int32),
        ("frequency_prefactor", c_int32),
        ("normalize_dipoles", c_int32),
        ("reserved", c_int32),
        ("fwhm", c_double),
        ("fwhm_cd", c_double),
        ("lorentzian_fwhm", c_double),
        ("cutoff", c_double),
        ("energy_offset", c_double),
        ("fwhm_values", c_void_p),
        ("fwhm_values_strides", c_void_p),
        ("fwhm_cd_values", c_void_p),
        ("fwhm_cd_values_strides", c_void_p),
        ("deleted", c_void_p),
        ("deleted_strides", c_void_p),
        ("progress", ProgressFunction),
        ("progress_user", c_void_p),
        ("sample", POINTER(ExcitonSample)),
    ]


class ExcitonFitOptions(Structure):
    """hl_exciton_fit_options, field by field."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("max_iterations", c_int32),
        ("n_start", c_int32),
        ("seed", c_uint64),
        ("scale_covariance", c_int32),
        ("reserved", c_int32),
        ("misfit_tolerance", c_double),
        ("step_tolerance", c_double),
        ("gradient_tolerance", c_double),
        ("lower", c_void_p),
        ("lower_strides", c_void_p),
        ("upper", c_void_p),
        ("upper_strides", c_void_p),
        ("prior", c_void_p),
        ("prior_strides", c_void_p),
        ("prior_sigma", c_void_p),
        ("prior_sigma_strides", c_void_p),
    ]


class ExcitonFitResult(Structure):
    """hl_exciton_fit_result, field by field."""

    _fields_ = [
        ("reason", c_int32),
        ("start", c_int32),
        ("iterations", c_int64),
        ("evaluations", c_int64),
        ("degrees_of_freedom", c_int64),
        ("initial_misfit", c_double),
        ("misfit", c_double),
        ("prior_misfit", c_double),
    ]


class KuramotoOptions(Structure):
    """hl_kuramoto_options, field by field."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("law", c_int32),
        ("method", c_int32),
        ("boundary", c_int32 * 3),
        ("nonfinite", c_int32),
        ("accumulate", c_int32),
        ("reserved", c_int32),
        ("lag", c_double),
        ("halo_below", c_void_p * 3),
        ("halo_below_strides", c_void_p * 3),
        ("halo_above", c_void_p * 3),
        ("halo_above_strides", c_void_p * 3),
        ("progress", ProgressFunction),
        ("progress_user", c_void_p),
        ("noise", c_double),
        ("noise_seed", c_int64),
        ("first_step", c_int64),
        ("first_cell", c_int64),
        ("rtol", c_double),
        ("atol", c_double),
        ("next_step", c_void_p),
    ]


class AnisoapOptions(Structure):
    """hl_anisoap_options, field by field."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("radial_basis", c_int32),
        ("max_radial", c_int32),
        ("max_radial_values", c_void_p),
        ("max_radial_values_strides", c_void_p),
        ("radial_gaussian_width", c_double),
        ("basis_rcond", c_double),
        ("basis_tol", c_double),
        ("subtract_center_contribution", c_int32),
        ("channel_order", c_int32),
        ("spectrum_pairs", c_int32),
        ("spectrum_sign", c_int32),
        ("reserved", c_int32),
        ("coefficients", c_int32),
        ("progress", ProgressFunction),
        ("progress_user", c_void_p),
        ("n_pairs", c_ssize_t),
        ("pair_first", c_void_p),
        ("pair_first_strides", c_void_p),
        ("pair_second", c_void_p),
        ("pair_second_strides", c_void_p),
        ("pair_shifts", c_void_p),
        ("pair_shifts_strides", c_void_p),
        ("pair_vectors", c_void_p),
        ("pair_vectors_strides", c_void_p),
        ("pair_list", c_int32),
        ("reserved_pairs", c_int32),
    ]


class DirectOptions(Structure):
    """hl_direct_options, field by field."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("kernel", c_int32),
        ("reserved", c_int32),
        ("screening", c_double),
        ("progress", ProgressFunction),
        ("progress_user", c_void_p),
    ]


class FmmOptions(Structure):
    """hl_fmm_options, field by field."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("kernel", c_int32),
        ("precision", c_int32),
        ("screening", c_double),
        ("eps", c_double),
        ("order", c_ssize_t),
        ("leaf_size", c_ssize_t),
        ("max_level", c_ssize_t),
        ("progress", ProgressFunction),
        ("progress_user", c_void_p),
        ("translations", c_int32),
        ("balance", c_int32),
        ("period", c_double),
    ]


class FmmPlanStats(Structure):
    """hl_fmm_plan_stats, field by field."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("n_source", c_ssize_t),
        ("n_target", c_ssize_t),
        ("order", c_ssize_t),
        ("leaf_size", c_ssize_t),
        ("levels", c_ssize_t),
        ("boxes", c_ssize_t),
        ("leaves", c_ssize_t),
        ("near_pairs", c_int64),
        ("translations", c_int64),
        ("finer", c_int64),
        ("coarser", c_int64),
        ("bytes_of_points", c_int64),
        ("bytes_of_operators", c_int64),
        ("bytes_of_evaluation", c_int64),
        ("tree_seconds", c_double),
        ("list_seconds", c_double),
        ("operator_seconds", c_double),
    ]


# An array crosses as two arguments: its address and the address of its strides, counted in elements.
_ARRAY = (c_void_p, c_void_p)
_SIZE = (c_ssize_t,)
_OPTIONS = (POINTER(ExcitonOptions),)
_FIT_OPTIONS = (POINTER(ExcitonFitOptions),)
_KURAMOTO_OPTIONS = (POINTER(KuramotoOptions),)
_LATTICE = (c_ssize_t, c_void_p)  # rank and shape
_PLACE = (c_void_p,)  # of one number
_ANISOAP_OPTIONS = (POINTER(AnisoapOptions),)
_PLAN = (c_void_p,)
_DIRECT_OPTIONS = (POINTER(DirectOptions),)
_FMM_OPTIONS = (POINTER(FmmOptions),)
_FRAMES = 2 * _SIZE + 8 * _ARRAY  # frames, atoms, and the arrays that describe them
_POINTS = _SIZE + 2 * _ARRAY + (c_int32, c_double, c_int32)  # positions, cell, periodic, cutoff, self_pairs

# What functions take that exist in both precisions.
_FMM = {
    "hl_fmm_plan_create": _PLAN + 2 * _SIZE + 2 * _ARRAY + _FMM_OPTIONS,
    "hl_fmm_set_points": _PLAN + 2 * _SIZE + 2 * _ARRAY + _FMM_OPTIONS,
    "hl_fmm_evaluate": _PLAN + 3 * _SIZE + 3 * _ARRAY + _FMM_OPTIONS,
    "hl_fmm_estimate_error": _PLAN + 2 * _SIZE + 2 * _ARRAY + _SIZE + (c_uint64,) + _PLACE + _FMM_OPTIONS,
}
_KURAMOTO = {
    "hl_kuramoto_rhs": _LATTICE + 4 * _ARRAY + _KURAMOTO_OPTIONS,
    "hl_kuramoto_integrate": _LATTICE + 3 * _SIZE + 6 * _ARRAY + (c_double,) + _PLACE + _KURAMOTO_OPTIONS,
    "hl_kuramoto_mean_field_rhs": _SIZE + 4 * _ARRAY + _KURAMOTO_OPTIONS,
    "hl_kuramoto_mean_field_integrate": 4 * _SIZE + 6 * _ARRAY + (c_double,) + _PLACE + _KURAMOTO_OPTIONS,
    "hl_kuramoto_network_rhs": 2 * _SIZE + 7 * _ARRAY + (c_int32,) + _KURAMOTO_OPTIONS,
    "hl_kuramoto_network_integrate": 5 * _SIZE + 9 * _ARRAY + (c_double, c_int32) + _PLACE + _KURAMOTO_OPTIONS,
    "hl_kuramoto_order_parameter": _LATTICE + _ARRAY + 2 * _PLACE,
}

# name: (what it returns, what it takes)
FUNCTIONS = {
    "hl_version": (c_char_p, ()),
    "hl_abi_version": (c_int32, ()),
    "hl_config": (c_char_p, ()),
    "hl_last_error_message": (c_char_p, ()),
    "hl_status_string": (c_char_p, (STATUS,)),
    "hl_set_num_threads": (STATUS, (c_int32,)),
    "hl_set_num_threads_local": (c_int32, (c_int32,)),
    "hl_get_num_threads": (c_int32, ()),
    "hl_shutdown": (STATUS, ()),
    "hl_units_convert": (STATUS, _SIZE + 2 * _ARRAY + (c_int32, c_int32)),
    "hl_exciton_options_init": (STATUS, _OPTIONS + (c_size_t,)),
    "hl_exciton_sticks": (STATUS, 2 * _SIZE + 8 * _ARRAY + _OPTIONS),
    "hl_exciton_broaden": (STATUS, 3 * _SIZE + 7 * _ARRAY + _OPTIONS),
    "hl_exciton_spectrum": (STATUS, 3 * _SIZE + 7 * _ARRAY + _OPTIONS),
    "hl_exciton_point_dipole_couplings": (STATUS, 2 * _SIZE + 2 * _ARRAY + (c_double,) + _ARRAY),
    "hl_exciton_linear_dichroism": (STATUS, 3 * _SIZE + 6 * _ARRAY + _OPTIONS),
    "hl_exciton_disorder": (STATUS, 3 * _SIZE + 3 * _ARRAY + (c_uint64, c_uint64) + _ARRAY),
    "hl_exciton_residual_gradient": (STATUS, 5 * _SIZE + 12 * _ARRAY + _PLACE + 3 * _ARRAY + _OPTIONS),
    "hl_exciton_jacobian": (STATUS, 5 * _SIZE + 12 * _ARRAY + _OPTIONS),
    "hl_exciton_sample_init": (STATUS, (POINTER(ExcitonSample), c_size_t)),
    "hl_exciton_fit_options_init": (STATUS, _FIT_OPTIONS + (c_size_t,)),
    "hl_exciton_fit": (STATUS, 5 * _SIZE + 17 * _ARRAY + (POINTER(ExcitonFitResult),) + _OPTIONS + _FIT_OPTIONS),
    "hl_kuramoto_options_init": (STATUS, _KURAMOTO_OPTIONS + (c_size_t,)),
    **{name + suffix: (STATUS, takes) for name, takes in _KURAMOTO.items() for suffix in ("", "_f32")},
    "hl_anisoap_options_init": (STATUS, _ANISOAP_OPTIONS + (c_size_t,)),
    "hl_anisoap_plan_create": (STATUS, _PLAN + 2 * _SIZE + _ARRAY + (c_double,) + _ANISOAP_OPTIONS),
    "hl_anisoap_plan_destroy": (STATUS, _PLAN),
    "hl_anisoap_expansion_size": (c_ssize_t, _PLAN),
    "hl_anisoap_power_spectrum_size": (c_ssize_t, _PLAN),
    "hl_anisoap_expansion_labels": (STATUS, _PLAN + _SIZE + _ARRAY),
    "hl_anisoap_power_spectrum_labels": (STATUS, _PLAN + _SIZE + _ARRAY),
    "hl_anisoap_expansion": (STATUS, _PLAN + _FRAMES + _SIZE + _ARRAY + _ANISOAP_OPTIONS),
    "hl_anisoap_power_spectrum": (STATUS, _PLAN + _FRAMES + _SIZE + 2 * _ARRAY + _ANISOAP_OPTIONS),
    "hl_anisoap_expansion_vjp": (STATUS, _PLAN + _FRAMES + _SIZE + 5 * _ARRAY + _ANISOAP_OPTIONS),
    "hl_anisoap_power_spectrum_vjp": (STATUS, _PLAN + _FRAMES + _SIZE + 6 * _ARRAY + _ANISOAP_OPTIONS),
    "hl_neighbour_list_count": (STATUS, _POINTS + _ARRAY + _PLACE),
    "hl_neighbour_list_fill": (STATUS, _POINTS + _SIZE + 3 * _ARRAY),
    "hl_direct_options_init": (STATUS, _DIRECT_OPTIONS + (c_size_t,)),
    **{f"hl_direct{suffix}": (STATUS, 3 * _SIZE + 5 * _ARRAY + _DIRECT_OPTIONS) for suffix in ("", "_f32")},
    "hl_fmm_options_init": (STATUS, _FMM_OPTIONS + (c_size_t,)),
    **{name + suffix: (STATUS, takes) for name, takes in _FMM.items() for suffix in ("", "_f32")},
    "hl_fmm_plan_destroy": (STATUS, _PLAN),
    "hl_fmm_stats": (STATUS, _PLAN + (POINTER(FmmPlanStats),)),
    "hl_fmm_timings": (STATUS, _PLAN + _ARRAY),
    "hl_fmm_forget_operators": (STATUS, ()),
    "hl_fmm_save_operators": (STATUS, _PLAN + (c_char_p,)),
    "hl_fmm_load_operators": (STATUS, (c_char_p,)),
    "hl_morton_encode": (STATUS, _SIZE + 2 * _ARRAY + (c_double, c_int32) + _ARRAY),
    "hl_morton_encode_anchors": (STATUS, _SIZE + 3 * _ARRAY),
    "hl_morton_decode": (STATUS, _SIZE + 3 * _ARRAY),
    "hl_morton_parents": (STATUS, _SIZE + 2 * _ARRAY),
    "hl_morton_children": (STATUS, _SIZE + 2 * _ARRAY),
    "hl_morton_neighbours": (STATUS, _SIZE + 2 * _ARRAY),
    "hl_morton_is_ancestor": (STATUS, _SIZE + 3 * _ARRAY),
    "hl_morton_are_adjacent": (STATUS, _SIZE + 3 * _ARRAY),
    "hl_morton_transfer_vectors": (STATUS, _SIZE + 3 * _ARRAY),
}
