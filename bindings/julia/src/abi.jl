# include/hotloop.h in Julia's words: the same names, order and types. test/header.jl compares all of it with the header.

const HL_ABI_VERSION = Int32(0)

const hl_status = Int32
const HL_OK = hl_status(0)
const HL_ERR_NULL = hl_status(1)
const HL_ERR_SHAPE = hl_status(2)
const HL_ERR_STRIDE = hl_status(3)
const HL_ERR_ALIAS = hl_status(4)
const HL_ERR_ALIGNMENT = hl_status(5)
const HL_ERR_ARGUMENT = hl_status(6)
const HL_ERR_NONFINITE = hl_status(7)
const HL_ERR_OPTION = hl_status(8)
const HL_ERR_BUSY = hl_status(9)
const HL_ERR_NOT_CONVERGED = hl_status(100)
const HL_ERR_SINGULAR = hl_status(101)
const HL_ERR_ALLOC = hl_status(200)
const HL_ERR_THREADS = hl_status(201)
const HL_ERR_CANCELLED = hl_status(202)
const HL_ERR_IO = hl_status(203)
const HL_ERR_INTERNAL = hl_status(255)

const HL_MAX_THREADS = Int32(1024)

const HL_LINESHAPE_GAUSSIAN = Int32(0)
const HL_LINESHAPE_LORENTZIAN = Int32(1)
const HL_LINESHAPE_VOIGT = Int32(2)
const HL_FWHM_COMMON = Int32(0)
const HL_FWHM_PER_EXCITON = Int32(1)
const HL_FWHM_PER_SITE = Int32(2)
const HL_NORMALIZATION_PEAK = Int32(0)
const HL_NORMALIZATION_AREA = Int32(1)
const HL_CD_SCALE_DISSYMMETRY = Int32(0)
const HL_CD_SCALE_ROSENFELD = Int32(1)
const HL_BROADENING_AUTO = Int32(0)
const HL_BROADENING_DIRECT = Int32(1)
const HL_BROADENING_GRIDDED = Int32(2)

const HL_PARAMETER_SITE_ENERGY = Int32(0)
const HL_PARAMETER_COUPLING = Int32(1)
const HL_PARAMETER_DIPOLE_SCALE = Int32(2)
const HL_PARAMETER_DIPOLE_ROTATION = Int32(3)
const HL_PARAMETER_POSITION = Int32(4)
const HL_PARAMETER_FWHM = Int32(5)
const HL_PARAMETER_SHIFT = Int32(6)
const HL_PARAMETER_SCALE = Int32(7)
const HL_PARAMETER_OFFSET = Int32(8)
const HL_PARAMETER_VARIANT_SITE_ENERGY = Int32(9)
const HL_PARAMETER_VARIANT_WEIGHT = Int32(10)
const HL_SPECTRUM_ABSORPTION = Int32(0)
const HL_SPECTRUM_CD = Int32(1)
const HL_SPECTRUM_BOTH = Int32(2)
const HL_SPECTRUM_LD = Int32(3)
const HL_SPECTRUM_ALL = Int32(4)
const HL_FIT_ENDED_MISFIT = Int32(1)
const HL_FIT_ENDED_STEP = Int32(2)
const HL_FIT_ENDED_GRADIENT = Int32(3)
const HL_FIT_ENDED_MAX_ITERATIONS = Int32(4)
const HL_FIT_ENDED_NO_PROGRESS = Int32(5)
const HL_FIT_ENDED_CANCELLED = Int32(6)

const HL_COUPLING_SINE = Int32(0)
const HL_COUPLING_DIRECT_SINE = Int32(1)
const HL_COUPLING_LINEAR = Int32(2)
const HL_BOUNDARY_ZERO_FLUX = Int32(0)
const HL_BOUNDARY_PERIODIC = Int32(1)
const HL_BOUNDARY_HALO = Int32(2)
const HL_METHOD_EULER = Int32(0)
const HL_METHOD_HEUN = Int32(1)
const HL_METHOD_RK4 = Int32(2)
const HL_METHOD_DORMAND_PRINCE = Int32(3)
const HL_NONFINITE_REFUSE = Int32(0)
const HL_NONFINITE_PROPAGATE = Int32(1)

const HL_RADIAL_BASIS_GTO = Int32(0)
const HL_RADIAL_BASIS_MONOMIAL = Int32(1)
const HL_CHANNEL_ORDER_RADIAL_MAJOR = Int32(0)
const HL_CHANNEL_ORDER_SPECIES_MAJOR = Int32(1)
const HL_SPECTRUM_PAIRS_ALL = Int32(0)
const HL_SPECTRUM_PAIRS_HALF = Int32(1)
const HL_SPECTRUM_SIGN_ALTERNATING = Int32(0)
const HL_SPECTRUM_SIGN_NONE = Int32(1)
const HL_COEFFICIENTS_ORTHONORMAL = Int32(0)
const HL_COEFFICIENTS_RAW = Int32(1)
const HL_PAIR_LIST_FULL = Int32(0)
const HL_PAIR_LIST_HALF = Int32(1)
const HL_PAIR_LIST_DIRECTED = Int32(2)

const HL_KERNEL_LAPLACE = Int32(0)
const HL_KERNEL_YUKAWA = Int32(1)
const HL_FMM_PRECISION_AUTO = Int32(0)
const HL_FMM_PRECISION_DOUBLE = Int32(1)
const HL_FMM_PRECISION_MIXED = Int32(2)
const HL_FMM_TRANSLATIONS_AUTO = Int32(0)
const HL_FMM_TRANSLATIONS_FFT = Int32(1)
const HL_FMM_TRANSLATIONS_BLAS = Int32(2)
const HL_FMM_TRANSLATIONS_DENSE = Int32(3)
const HL_FMM_P2M = Int32(0)
const HL_FMM_M2M = Int32(1)
const HL_FMM_M2L = Int32(2)
const HL_FMM_L2L = Int32(3)
const HL_FMM_L2P = Int32(4)
const HL_FMM_P2L = Int32(5)
const HL_FMM_M2P = Int32(6)
const HL_FMM_P2P = Int32(7)
const HL_FMM_N_TIMINGS = Int32(8)
const HL_MORTON_FINEST = Int32(19)
const HL_MORTON_NONE = Int64(-1)

const HL_UNIT_WAVENUMBER = Int32(0)
const HL_UNIT_WAVELENGTH = Int32(1)
const HL_UNIT_ELECTRONVOLT = Int32(2)
const HL_UNIT_HARTREE = Int32(3)
const HL_UNIT_TERAHERTZ = Int32(4)
const HL_UNIT_DEBYE = Int32(100)
const HL_UNIT_ATOMIC_DIPOLE = Int32(101)
const HL_UNIT_COULOMB_METER = Int32(102)
const HL_UNIT_ANGSTROM = Int32(200)
const HL_UNIT_BOHR = Int32(201)
const HL_UNIT_NANOMETER = Int32(202)

# hl_exciton_sample.
struct ExcitonSample
    struct_size::Csize_t
    n_ld::Int
    ld_grid::Ptr{Float64}
    ld_grid_strides::Ptr{Int}
    ld_measured::Ptr{Float64}
    ld_measured_strides::Ptr{Int}
    ld_sigma::Ptr{Float64}
    ld_sigma_strides::Ptr{Int}
    axis::Ptr{Float64}
    axis_strides::Ptr{Int}
    fwhm_ld::Float64
    ld::Ptr{Float64}
    ld_strides::Ptr{Int}
    ld_jacobian::Ptr{Float64}
    ld_jacobian_strides::Ptr{Int}
    n_variant::Int
    variant_weights::Ptr{Float64}
    variant_weights_strides::Ptr{Int}
    variant_deleted::Ptr{UInt8}
    variant_deleted_strides::Ptr{Int}
    variant_energies::Ptr{Float64}
    variant_energies_strides::Ptr{Int}
    n_factor::Int
    site_factor::Ptr{Float64}
    site_factor_strides::Ptr{Int}
    coupling_sigma::Ptr{Float64}
    coupling_sigma_strides::Ptr{Int}
    seed::UInt64
    first_member::UInt64
end

# hl_exciton_options.
struct ExcitonOptions
    struct_size::Csize_t
    lineshape::Int32
    fwhm_by::Int32
    normalization::Int32
    cd_scale::Int32
    broadening::Int32
    frequency_prefactor::Int32
    normalize_dipoles::Int32
    reserved::Int32
    fwhm::Float64
    fwhm_cd::Float64
    lorentzian_fwhm::Float64
    cutoff::Float64
    energy_offset::Float64
    fwhm_values::Ptr{Float64}
    fwhm_values_strides::Ptr{Int}
    fwhm_cd_values::Ptr{Float64}
    fwhm_cd_values_strides::Ptr{Int}
    deleted::Ptr{UInt8}
    deleted_strides::Ptr{Int}
    progress::Ptr{Cvoid}
    progress_user::Ptr{Cvoid}
    sample::Ptr{ExcitonSample}
end

# hl_exciton_fit_options.
struct ExcitonFitOptions
    struct_size::Csize_t
    max_iterations::Int32
    n_start::Int32
    seed::UInt64
    scale_covariance::Int32
    reserved::Int32
    misfit_tolerance::Float64
    step_tolerance::Float64
    gradient_tolerance::Float64
    lower::Ptr{Float64}
    lower_strides::Ptr{Int}
    upper::Ptr{Float64}
    upper_strides::Ptr{Int}
    prior::Ptr{Float64}
    prior_strides::Ptr{Int}
    prior_sigma::Ptr{Float64}
    prior_sigma_strides::Ptr{Int}
end

# hl_exciton_fit_result.
struct ExcitonFitResult
    reason::Int32
    start::Int32
    iterations::Int64
    evaluations::Int64
    degrees_of_freedom::Int64
    initial_misfit::Float64
    misfit::Float64
    prior_misfit::Float64
end

# hl_kuramoto_options.
struct KuramotoOptions
    struct_size::Csize_t
    law::Int32
    method::Int32
    boundary::NTuple{3,Int32}
    nonfinite::Int32
    accumulate::Int32
    reserved::Int32
    lag::Float64
    halo_below::NTuple{3,Ptr{Cvoid}}
    halo_below_strides::NTuple{3,Ptr{Int}}
    halo_above::NTuple{3,Ptr{Cvoid}}
    halo_above_strides::NTuple{3,Ptr{Int}}
    progress::Ptr{Cvoid}
    progress_user::Ptr{Cvoid}
    noise::Float64
    noise_seed::Int64
    first_step::Int64
    first_cell::Int64
    rtol::Float64
    atol::Float64
    next_step::Ptr{Float64}
end

# hl_anisoap_options.
struct AnisoapOptions
    struct_size::Csize_t
    radial_basis::Int32
    max_radial::Int32
    max_radial_values::Ptr{Int32}
    max_radial_values_strides::Ptr{Int}
    radial_gaussian_width::Float64
    basis_rcond::Float64
    basis_tol::Float64
    subtract_center_contribution::Int32
    channel_order::Int32
    spectrum_pairs::Int32
    spectrum_sign::Int32
    reserved::Int32
    coefficients::Int32
    progress::Ptr{Cvoid}
    progress_user::Ptr{Cvoid}
    n_pairs::Int
    pair_first::Ptr{Int}
    pair_first_strides::Ptr{Int}
    pair_second::Ptr{Int}
    pair_second_strides::Ptr{Int}
    pair_shifts::Ptr{Int32}
    pair_shifts_strides::Ptr{Int}
    pair_vectors::Ptr{Float64}
    pair_vectors_strides::Ptr{Int}
    pair_list::Int32
    reserved_pairs::Int32
end

# hl_direct_options.
struct DirectOptions
    struct_size::Csize_t
    kernel::Int32
    reserved::Int32
    screening::Float64
    progress::Ptr{Cvoid}
    progress_user::Ptr{Cvoid}
end

# hl_fmm_options.
struct FmmOptions
    struct_size::Csize_t
    kernel::Int32
    precision::Int32
    screening::Float64
    eps::Float64
    order::Int
    leaf_size::Int
    max_level::Int
    progress::Ptr{Cvoid}
    progress_user::Ptr{Cvoid}
    translations::Int32
    balance::Int32
    period::Float64
end

# hl_fmm_plan_stats.
struct FmmPlanStats
    struct_size::Csize_t
    n_source::Int
    n_target::Int
    order::Int
    leaf_size::Int
    levels::Int
    boxes::Int
    leaves::Int
    near_pairs::Int64
    translations::Int64
    finer::Int64
    coarser::Int64
    bytes_of_points::Int64
    bytes_of_operators::Int64
    bytes_of_evaluation::Int64
    tree_seconds::Float64
    list_seconds::Float64
    operator_seconds::Float64
end

# Every function of the header. `library.jl` looks each up once, when the package is loaded, and keeps its address under its name.
const FUNCTION_NAMES = (
    :hl_version, :hl_abi_version, :hl_config, :hl_last_error_message, :hl_status_string,
    :hl_set_num_threads, :hl_set_num_threads_local, :hl_get_num_threads, :hl_shutdown,
    :hl_units_convert,
    :hl_exciton_options_init, :hl_exciton_sticks, :hl_exciton_broaden, :hl_exciton_spectrum, :hl_exciton_point_dipole_couplings,
    :hl_exciton_linear_dichroism, :hl_exciton_disorder,
    :hl_exciton_sample_init, :hl_exciton_fit_options_init, :hl_exciton_residual_gradient, :hl_exciton_jacobian, :hl_exciton_fit,
    :hl_kuramoto_options_init, :hl_kuramoto_rhs, :hl_kuramoto_rhs_f32, :hl_kuramoto_integrate, :hl_kuramoto_integrate_f32,
    :hl_kuramoto_order_parameter, :hl_kuramoto_order_parameter_f32,
    :hl_kuramoto_mean_field_rhs, :hl_kuramoto_mean_field_rhs_f32,
    :hl_kuramoto_mean_field_integrate, :hl_kuramoto_mean_field_integrate_f32,
    :hl_kuramoto_network_rhs, :hl_kuramoto_network_rhs_f32, :hl_kuramoto_network_integrate, :hl_kuramoto_network_integrate_f32,
    :hl_anisoap_options_init, :hl_anisoap_plan_create, :hl_anisoap_plan_destroy, :hl_anisoap_expansion_size,
    :hl_anisoap_power_spectrum_size, :hl_anisoap_expansion_labels, :hl_anisoap_power_spectrum_labels, :hl_anisoap_expansion,
    :hl_anisoap_power_spectrum, :hl_anisoap_expansion_vjp, :hl_anisoap_power_spectrum_vjp,
    :hl_neighbour_list_count, :hl_neighbour_list_fill,
    :hl_fmm_options_init, :hl_fmm_plan_create, :hl_fmm_plan_create_f32, :hl_fmm_plan_destroy, :hl_fmm_set_points, :hl_fmm_set_points_f32,
    :hl_fmm_evaluate, :hl_fmm_evaluate_f32, :hl_fmm_stats, :hl_fmm_timings, :hl_fmm_estimate_error, :hl_fmm_estimate_error_f32,
    :hl_fmm_forget_operators, :hl_fmm_save_operators, :hl_fmm_load_operators,
    :hl_direct_options_init, :hl_direct, :hl_direct_f32,
    :hl_morton_encode, :hl_morton_encode_anchors, :hl_morton_decode, :hl_morton_parents, :hl_morton_children, :hl_morton_neighbours,
    :hl_morton_is_ancestor, :hl_morton_are_adjacent, :hl_morton_transfer_vectors,
)
for name in FUNCTION_NAMES
    @eval const $name = Ref{Ptr{Cvoid}}(C_NULL)
end
