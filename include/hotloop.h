/*
 * hotloop: scientific hot loops on the caller's own strided buffers.
 *
 * Generated from src/capi by cbindgen; do not edit. docs/c.md is the guide, docs/errors.md lists every status.
 *
 * The rules that every function keeps:
 *  - Dimensions come once, then each array as a pointer and its strides: one `ptrdiff_t` per axis, in ELEMENTS,
 *    in the order in which the shape is written. `strides = NULL` means C-contiguous. Negative strides reverse
 *    an axis, a zero stride broadcasts an input. The stride of an axis of extent 0 or 1 is ignored.
 *  - Nothing is copied, kept or freed: the library reads your inputs and writes your outputs in place.
 *  - An output shares no element with an input or another output, unless a function says otherwise.
 *    Interleaved views of one buffer are fine (of numbers of one size).
 *  - The result is HL_OK or the reason; hl_last_error_message() then names the argument, the index, the value and
 *    the remedy. With a status from 1 to 99 every output is untouched.
 *  - Every function may be called from any thread at any time. Results are the same bits for any number of threads.
 */

#ifndef HOTLOOP_H
#define HOTLOOP_H

#include <stddef.h>
#include <stdint.h>

/**
 * r^(l + 2n) exp(-r^2 / 2 s^2), s = radial_gaussian_width.
 */
#define HL_RADIAL_BASIS_GTO 0

/**
 * r^(l + 2n), normalised on [0, cutoff_radius].
 */
#define HL_RADIAL_BASIS_MONOMIAL 1

/**
 * channel = n * n_species + t: the order of AniSOAP's values.
 */
#define HL_CHANNEL_ORDER_RADIAL_MAJOR 0

/**
 * channel = t * (radial functions of l) + n: the order of AniSOAP's labels.
 */
#define HL_CHANNEL_ORDER_SPECIES_MAJOR 1

/**
 * Every ordered pair of channels.
 */
#define HL_SPECTRUM_PAIRS_ALL 0

/**
 * Channel a <= channel b, products of different ones times sqrt(2): the same scalar product of spectra.
 */
#define HL_SPECTRUM_PAIRS_HALF 1

/**
 * (-1)^l, AniSOAP's convention.
 */
#define HL_SPECTRUM_SIGN_ALTERNATING 0

/**
 * None.
 */
#define HL_SPECTRUM_SIGN_NONE 1

/**
 * Orthonormal radial functions.
 */
#define HL_COEFFICIENTS_ORTHONORMAL 0

/**
 * Radial functions as they are: no norms, no orthonormalisation (AniSOAP's normalize=False).
 */
#define HL_COEFFICIENTS_RAW 1

/**
 * Every pair is there twice, from i and from j, as hl_neighbour_list_fill has them; a list in which one side is missing is refused.
 * (With pair_vectors, the numbers of pairs i, j and j, i are compared.)
 */
#define HL_PAIR_LIST_FULL 0

/**
 * Every pair is there once and counts for both atoms.
 */
#define HL_PAIR_LIST_HALF 1

/**
 * Pairs are as they are: second is a neighbour of first, and not the other way round unless the list says so. For programs whose
 * atoms are partly images or those of other processes.
 */
#define HL_PAIR_LIST_DIRECTED 2

#define HL_LINESHAPE_GAUSSIAN 0

#define HL_LINESHAPE_LORENTZIAN 1

/**
 * Gaussian of the given FWHM convolved with a Lorentzian of lorentzian_fwhm.
 */
#define HL_LINESHAPE_VOIGT 2

/**
 * One width for all: fwhm, fwhm_cd.
 */
#define HL_FWHM_COMMON 0

/**
 * A width per exciton in ascending energy: fwhm_values, fwhm_cd_values.
 */
#define HL_FWHM_PER_EXCITON 1

/**
 * A width per site; exciton k gets sqrt(sum_j V_jk^2 w_j^2).
 */
#define HL_FWHM_PER_SITE 2

/**
 * An isolated stick of strength 1 has height 1, as in ham2spec.
 */
#define HL_NORMALIZATION_PEAK 0

/**
 * An isolated stick of strength 1 has area 1 (cm-1).
 */
#define HL_NORMALIZATION_AREA 1

/**
 * R_k on the scale of dipole strengths: CD / absorption = g = 4 R / D, as ham2spec.
 */
#define HL_CD_SCALE_DISSYMMETRY 0

/**
 * Rosenfeld's rotational strength, a quarter of that.
 */
#define HL_CD_SCALE_ROSENFELD 1

/**
 * The faster way for the problem's sizes; the choice depends on nothing else.
 */
#define HL_BROADENING_AUTO 0

/**
 * Point by point, with the exact cutoff.
 */
#define HL_BROADENING_DIRECT 1

/**
 * One convolution for all sticks, without cutoff, to 2e-12 of the peak; Gaussian with cutoff >= 3 on a uniform grid.
 */
#define HL_BROADENING_GRIDDED 2

/**
 * A row of `parameters`: site i. The value is added to its site energy in every configuration, cm-1.
 */
#define HL_PARAMETER_SITE_ENERGY 0

/**
 * Sites i, j: added to their coupling, cm-1.
 */
#define HL_PARAMETER_COUPLING 1

/**
 * Site i: the factor of its dipole; 1 leaves it.
 */
#define HL_PARAMETER_DIPOLE_SCALE 2

/**
 * Site i, axis 0 to 2: a component of the rotation vector (axis times angle, radians) that turns its dipole.
 */
#define HL_PARAMETER_DIPOLE_ROTATION 3

/**
 * Site i, axis 0 to 2: added to its position, Angstrom.
 */
#define HL_PARAMETER_POSITION 4

/**
 * HL_SPECTRUM_*: the full width at half maximum itself, cm-1.
 */
#define HL_PARAMETER_FWHM 5

/**
 * HL_SPECTRUM_*: added to the energy at which lines appear, cm-1.
 */
#define HL_PARAMETER_SHIFT 6

/**
 * HL_SPECTRUM_*: the factor of the spectrum; 1 without this parameter.
 */
#define HL_PARAMETER_SCALE 7

/**
 * HL_SPECTRUM_*: added to the spectrum; 0 without this parameter.
 */
#define HL_PARAMETER_OFFSET 8

/**
 * Site i, variant v of hl_exciton_sample: added to its site energy in that variant alone, cm-1.
 */
#define HL_PARAMETER_VARIANT_SITE_ENERGY 9

/**
 * Variant v of hl_exciton_sample: the factor of its spectra, instead of its own weight.
 */
#define HL_PARAMETER_VARIANT_WEIGHT 10

#define HL_SPECTRUM_ABSORPTION 0

#define HL_SPECTRUM_CD 1

/**
 * One value for absorption and CD.
 */
#define HL_SPECTRUM_BOTH 2

/**
 * Linear dichroism.
 */
#define HL_SPECTRUM_LD 3

/**
 * One value for all three.
 */
#define HL_SPECTRUM_ALL 4

/**
 * Why a fit ended: the last step gained less than misfit_tolerance of the misfit, as expected.
 */
#define HL_FIT_ENDED_MISFIT 1

/**
 * The next step would change the model by less than step_tolerance of the measurement.
 */
#define HL_FIT_ENDED_STEP 2

/**
 * The residuals are orthogonal to every derivative, to gradient_tolerance.
 */
#define HL_FIT_ENDED_GRADIENT 3

/**
 * max_iterations were done.
 */
#define HL_FIT_ENDED_MAX_ITERATIONS 4

/**
 * No step made the misfit smaller, however short.
 */
#define HL_FIT_ENDED_NO_PROGRESS 5

/**
 * The progress callback asked to stop.
 */
#define HL_FIT_ENDED_CANCELLED 6

/**
 * G(r) = 1 / (4 pi r): Laplace's equation.
 */
#define HL_KERNEL_LAPLACE 0

/**
 * G(r) = exp(-screening r) / (4 pi r): the screened potential of Debye and Hueckel, and of Yukawa.
 */
#define HL_KERNEL_YUKAWA 1

/**
 * Double precision for points that come as f64, single for f32.
 */
#define HL_FMM_PRECISION_AUTO 0

/**
 * All in f64.
 */
#define HL_FMM_PRECISION_DOUBLE 1

/**
 * Expansions in f32, for eps from 1e-6 on. Near pairs: where sources are targets, terms in f32 (6e-7 of a term) and sums in f64, whatever the points came in, and
 * points closer than 2^-40 of the side of their leaf count as one; else points that came in f64 in f64, those of f32 in f32 and their sums in f64.
 */
#define HL_FMM_PRECISION_MIXED 2

/**
 * How multipoles are carried between boxes of a level: the faster way (see docs/fmm.md for what was measured).
 */
#define HL_FMM_TRANSLATIONS_AUTO 0

/**
 * Convolutions in Fourier space, exact to rounding.
 */
#define HL_FMM_TRANSLATIONS_FFT 1

/**
 * Matrices of low rank in a basis that all of them share; what they leave out is 0.3 to 0.7 of the error of the order in open space, up to
 * 1.5 of it in a cell, ten with mixed precision there.
 */
#define HL_FMM_TRANSLATIONS_BLAS 2

/**
 * Whole matrices: a reference for the other two, several times slower and with much memory for operators of high orders.
 */
#define HL_FMM_TRANSLATIONS_DENSE 3

/**
 * Numbers of hl_fmm_timings, in their order: sources to multipoles, children's multipoles to parents', multipoles to local
 * expansions, parents' local expansions to children's, local expansions to targets, sources to local expansions, multipoles to
 * targets, and sources to targets.
 */
#define HL_FMM_P2M 0

#define HL_FMM_M2M 1

#define HL_FMM_M2L 2

#define HL_FMM_L2L 3

#define HL_FMM_L2P 4

#define HL_FMM_P2L 5

#define HL_FMM_M2P 6

#define HL_FMM_P2P 7

/**
 * How many they are.
 */
#define HL_FMM_N_TIMINGS 8

/**
 * The finest level of a Morton code.
 */
#define HL_MORTON_FINEST 19

/**
 * Where a box has no neighbour: that would lie outside of the root box.
 */
#define HL_MORTON_NONE -1

/**
 * sin(theta_n - theta - lag), through one sine and cosine of every cell.
 */
#define HL_COUPLING_SINE 0

/**
 * The same by a sine for every pair of neighbours: relative accuracy also for small differences, at twice the cost or more.
 */
#define HL_COUPLING_DIRECT_SINE 1

/**
 * theta_n - theta - lag: diffusion of the phase.
 */
#define HL_COUPLING_LINEAR 2

/**
 * No coupling across the edge.
 */
#define HL_BOUNDARY_ZERO_FLUX 0

/**
 * The other end of the axis is the neighbour. (On an axis of one cell a cell is its own neighbour, on both sides.)
 */
#define HL_BOUNDARY_PERIODIC 1

/**
 * The neighbours beyond the edge are in halo_below and halo_above.
 */
#define HL_BOUNDARY_HALO 2

/**
 * Order 1.
 */
#define HL_METHOD_EULER 0

/**
 * Heun's method (explicit trapezoidal rule), order 2.
 */
#define HL_METHOD_HEUN 1

/**
 * The classical Runge-Kutta method, order 4.
 */
#define HL_METHOD_RK4 2

/**
 * Dormand and Prince's method of order 5(4): between steps of length dt as many of its own as rtol and atol ask for.
 */
#define HL_METHOD_DORMAND_PRINCE 3

/**
 * NaN and infinities in theta, omega or coupling are an error.
 */
#define HL_NONFINITE_REFUSE 0

/**
 * They are not looked for and spread as arithmetic has it; phases too large to have digits give any number.
 */
#define HL_NONFINITE_PROPAGATE 1

/**
 * A thread count above this is refused.
 */
#define HL_MAX_THREADS 1024

/**
 * cm-1.
 */
#define HL_UNIT_WAVENUMBER 0

/**
 * nm; 1e7 / wavenumber.
 */
#define HL_UNIT_WAVELENGTH 1

#define HL_UNIT_ELECTRONVOLT 2

#define HL_UNIT_HARTREE 3

#define HL_UNIT_TERAHERTZ 4

#define HL_UNIT_DEBYE 100

/**
 * e a0, the atomic unit of the dipole moment.
 */
#define HL_UNIT_ATOMIC_DIPOLE 101

#define HL_UNIT_COULOMB_METER 102

#define HL_UNIT_ANGSTROM 200

#define HL_UNIT_BOHR 201

#define HL_UNIT_NANOMETER 202

/**
 * Changes when a program built against an older header could misbehave with this library. Part of the SONAME.
 */
#define HL_ABI_VERSION 0

/**
 * What hl_anisoap_plan_create makes: tables for one set of hyperparameters. It keeps no pointer to the caller's memory and
 * never changes, so that any number of threads may use one at the same time.
 */
typedef struct hl_anisoap_plan hl_anisoap_plan;

/**
 * What hl_fmm_plan_create makes: tree, interaction lists and operators for some points. It keeps no pointer to the caller's
 * memory. Any number of threads may evaluate one plan at the same time.
 */
typedef struct hl_fmm_plan hl_fmm_plan;

/**
 * HL_OK, or why a call failed: 1 to 99 the caller's mistake (nothing was written), 100 to 199 numerical, 200 and
 * above the environment or the library. Negative values come from the caller's own callbacks.
 */
typedef int32_t hl_status;

/**
 * Called on the calling thread only: once before the work, a few times a second, once after it. Non-zero cancels: the
 * call returns HL_ERR_CANCELLED for a positive value, a negative value itself. It may call hotloop (but not hl_shutdown),
 * and it must return: no longjmp and no C++ exception out of it.
 */
typedef int32_t (*hl_progress_fn)(void *user,
                                  int64_t done,
                                  int64_t total);

/**
 * Options of the AniSOAP functions. Always filled by hl_anisoap_options_init first; fields are only ever appended.
 * Those before `coefficients` describe a plan and are for hl_anisoap_plan_create; a computing function looks at `coefficients` and
 * those behind it alone.
 */
typedef struct hl_anisoap_options {
  /**
   * sizeof(hl_anisoap_options) of the caller's header.
   */
  size_t struct_size;
  /**
   * HL_RADIAL_BASIS_*; default GTO.
   */
  int32_t radial_basis;
  /**
   * The largest n for every l, so that there are max_radial + 1 radial functions; default -1: all with l + 2n <=
   * max_angular.
   */
  int32_t max_radial;
  /**
   * [max_angular + 1] the largest n of each l; NULL for max_radial.
   */
  const int32_t *max_radial_values;
  const ptrdiff_t *max_radial_values_strides;
  /**
   * s, in the unit of positions. A GTO basis needs it; 0 (default) for monomials.
   */
  double radial_gaussian_width;
  /**
   * Eigenvalues of the overlap of radial functions up to this one are dropped; default 0.
   */
  double basis_rcond;
  /**
   * The largest error of orthonormalisation, from dropped functions or from rounding; default 1e-8.
   */
  double basis_tol;
  /**
   * 0 or 1; default 0. 1 leaves out what an atom contributes to its own coefficients.
   */
  int32_t subtract_center_contribution;
  /**
   * HL_CHANNEL_ORDER_*; default radial-major.
   */
  int32_t channel_order;
  /**
   * HL_SPECTRUM_PAIRS_*: which products a power spectrum has; default all.
   */
  int32_t spectrum_pairs;
  /**
   * HL_SPECTRUM_SIGN_*; default alternating.
   */
  int32_t spectrum_sign;
  /**
   * 0.
   */
  int32_t reserved;
  /**
   * HL_COEFFICIENTS_*; default orthonormal.
   */
  int32_t coefficients;
  /**
   * NULL for none. Counts atoms.
   */
  hl_progress_fn progress;
  void *progress_user;
  /**
   * -1 (default): neighbours are searched for. Otherwise the number of pairs in a list of the caller's that is used instead.
   * Pairs at the cutoff or beyond it are left out, and so are those of an atom with itself in its own place (see
   * subtract_center_contribution). The order of the list changes no bit; a pair that is there twice counts twice.
   */
  ptrdiff_t n_pairs;
  /**
   * [n_pairs] numbers of atoms from 0, counted over all frames; both atoms of a pair are in one frame.
   */
  const ptrdiff_t *pair_first;
  const ptrdiff_t *pair_first_strides;
  /**
   * [n_pairs] the atom that is a neighbour of pair_first.
   */
  const ptrdiff_t *pair_second;
  const ptrdiff_t *pair_second_strides;
  /**
   * [n_pairs][3] S, the pair's vector being (x_second - x_first) + S H, H the cell; 0 in frames that are not periodic. NULL: 0 everywhere, or
   * see pair_vectors.
   */
  const int32_t *pair_shifts;
  const ptrdiff_t *pair_shifts_strides;
  /**
   * [n_pairs][3] the vectors themselves, instead of shifts, from first to second. NULL: see pair_shifts.
   */
  const double *pair_vectors;
  const ptrdiff_t *pair_vectors_strides;
  /**
   * HL_PAIR_LIST_*; default full.
   */
  int32_t pair_list;
  /**
   * 0.
   */
  int32_t reserved_pairs;
} hl_anisoap_options;

/**
 * What hl_exciton_residual_gradient, hl_exciton_jacobian and hl_exciton_fit may be told of a sample, by the field `sample` of
 * hl_exciton_options: linear dichroism beside absorption and CD, a sum over variants of the complex, disorder drawn on the
 * fly. Always filled by hl_exciton_sample_init first; fields are only ever appended. What is left at its default is not
 * there. Other functions refuse a sample.
 *
 * Linear dichroism is that of hl_exciton_linear_dichroism. Spectra are sums over variants, w_v S_v, with weights of any sign:
 * shares of a mixture, or 1 and -1 for a difference. Disorder turns configuration c into member first_member + c of
 * hl_exciton_disorder about its Hamiltonian, to the same bits: a Hamiltonian with stride 0 on the first axis and any n_conf
 * is an ensemble that takes no memory. All variants have the same disorder.
 *
 * Array errors are those of arguments, by the field's name.
 */
typedef struct hl_exciton_sample {
  /**
   * sizeof(hl_exciton_sample) of the caller's header.
   */
  size_t struct_size;
  /**
   * Points of linear dichroism; default 0, which leaves it out.
   */
  ptrdiff_t n_ld;
  /**
   * [n_ld] cm-1, ascending.
   */
  const double *ld_grid;
  const ptrdiff_t *ld_grid_strides;
  /**
   * [n_ld]; not used by hl_exciton_jacobian.
   */
  const double *ld_measured;
  const ptrdiff_t *ld_measured_strides;
  /**
   * [n_ld] standard deviations, infinite for a point that does not count; NULL for 1.
   */
  const double *ld_sigma;
  const ptrdiff_t *ld_sigma_strides;
  /**
   * [3] the axis about which the sample is oriented, of any length but 0.
   */
  const double *axis;
  const ptrdiff_t *axis_strides;
  /**
   * Full width at half maximum for linear dichroism, cm-1; default 0, which means that of absorption in the options.
   */
  double fwhm_ld;
  /**
   * Output [n_ld]: the model, or NULL.
   */
  double *ld;
  const ptrdiff_t *ld_strides;
  /**
   * Output [n_ld][n_parameter] of hl_exciton_jacobian, or NULL; others refuse it.
   */
  double *ld_jacobian;
  const ptrdiff_t *ld_jacobian_strides;
  /**
   * Variants of the complex; default 0, which is one of weight 1.
   */
  ptrdiff_t n_variant;
  /**
   * [n_variant] factors of their spectra, from -1e100 to 1e100; one that is a parameter (HL_PARAMETER_VARIANT_WEIGHT) has its value instead.
   */
  const double *variant_weights;
  const ptrdiff_t *variant_weights_strides;
  /**
   * [n_variant][n_site] non-zero for a pigment that a variant lacks, beside those of the options; NULL for none.
   */
  const uint8_t *variant_deleted;
  const ptrdiff_t *variant_deleted_strides;
  /**
   * [n_variant][n_site] cm-1, added to the site energies of a variant; NULL for none.
   */
  const double *variant_energies;
  const ptrdiff_t *variant_energies_strides;
  /**
   * Columns of site_factor.
   */
  ptrdiff_t n_factor;
  /**
   * [n_site][n_factor] cm-1, as for hl_exciton_disorder; NULL for no disorder.
   */
  const double *site_factor;
  const ptrdiff_t *site_factor_strides;
  /**
   * [n_site][n_site] cm-1, not negative; NULL for none.
   */
  const double *coupling_sigma;
  const ptrdiff_t *coupling_sigma_strides;
  /**
   * Which ensemble; default 0.
   */
  uint64_t seed;
  /**
   * Number of the member that the first configuration becomes; default 0.
   */
  uint64_t first_member;
} hl_exciton_sample;

/**
 * Options of the exciton functions. Always filled by hl_exciton_options_init first; fields are only ever appended.
 */
typedef struct hl_exciton_options {
  /**
   * sizeof(hl_exciton_options) of the caller's header.
   */
  size_t struct_size;
  /**
   * HL_LINESHAPE_*; default Gaussian.
   */
  int32_t lineshape;
  /**
   * HL_FWHM_*; default common.
   */
  int32_t fwhm_by;
  /**
   * HL_NORMALIZATION_*; default peak.
   */
  int32_t normalization;
  /**
   * HL_CD_SCALE_*; default dissymmetry.
   */
  int32_t cd_scale;
  /**
   * HL_BROADENING_*; default auto.
   */
  int32_t broadening;
  /**
   * 0 or 1; default 0. 1 multiplies both spectra by the wavenumber of the grid point.
   */
  int32_t frequency_prefactor;
  /**
   * 0 or 1; default 0. 1 divides the dipoles of each configuration by the root of their summed squares, after
   * deletion.
   */
  int32_t normalize_dipoles;
  /**
   * 0.
   */
  int32_t reserved;
  /**
   * Full width at half maximum for absorption, cm-1, as all widths from 1e-100 to 1e100; default 70. The Gaussian part's for Voigt.
   */
  double fwhm;
  /**
   * The same for CD; default 0, which means fwhm.
   */
  double fwhm_cd;
  /**
   * The Lorentzian part's full width for Voigt, cm-1; default 0, and 0 for other lineshapes.
   */
  double lorentzian_fwhm;
  /**
   * A point x belongs to a stick at e iff e - cutoff FWHM <= x < e + cutoff FWHM; default 3. INFINITY never cuts.
   * The gridded way never cuts. (A Lorentzian still has 2.7 % of its peak at 3 FWHM.)
   */
  double cutoff;
  /**
   * Added to every diagonal element, cm-1, at most 1e200 in magnitude; default 0. For Hamiltonians relative to a reference energy.
   */
  double energy_offset;
  /**
   * [n_site] widths unless fwhm_by is common, then NULL. Entries of deleted sites are ignored for PER_SITE.
   */
  const double *fwhm_values;
  const ptrdiff_t *fwhm_values_strides;
  /**
   * [n_site] widths for CD; NULL means fwhm_values.
   */
  const double *fwhm_cd_values;
  const ptrdiff_t *fwhm_cd_values_strides;
  /**
   * [n_site] non-zero for a pigment that is left out of everything: its rows, columns, dipoles and positions are
   * never read. NULL for none.
   */
  const uint8_t *deleted;
  const ptrdiff_t *deleted_strides;
  /**
   * NULL for none.
   */
  hl_progress_fn progress;
  void *progress_user;
  /**
   * What hl_exciton_residual_gradient, hl_exciton_jacobian and hl_exciton_fit may be told of a sample; other functions refuse
   * it. NULL for nothing.
   */
  const struct hl_exciton_sample *sample;
} hl_exciton_options;

/**
 * Options of hl_exciton_fit. Always filled by hl_exciton_fit_options_init first; fields are only ever appended.
 */
typedef struct hl_exciton_fit_options {
  /**
   * sizeof(hl_exciton_fit_options) of the caller's header.
   */
  size_t struct_size;
  /**
   * Steps from each start; default 100.
   */
  int32_t max_iterations;
  /**
   * Starts; default 1. The first is at `values`; a value of a later one is drawn about its prior if it has one, else
   * evenly between its bounds if both are finite, else it is that of the first. More than one where nothing is drawn are an error.
   */
  int32_t n_start;
  /**
   * Of the later starts; default 0.
   */
  uint64_t seed;
  /**
   * 0 or 1; default 0. 1 takes the sigma of the measurement as known up to a common factor, which is estimated from the
   * misfit: for measurements without sigma. With priors the fit is repeated until the factor is that of its own minimum.
   * Standard errors are infinite where no points are left to tell it.
   */
  int32_t scale_covariance;
  /**
   * 0.
   */
  int32_t reserved;
  /**
   * Default 1e-10.
   */
  double misfit_tolerance;
  /**
   * Default 1e-10.
   */
  double step_tolerance;
  /**
   * Default 1e-10.
   */
  double gradient_tolerance;
  /**
   * [n_parameter] bounds; NULL for none. Infinities are none.
   */
  const double *lower;
  const ptrdiff_t *lower_strides;
  const double *upper;
  const ptrdiff_t *upper_strides;
  /**
   * [n_parameter] what is expected beforehand, and its standard deviation (infinite for nothing). Both or neither.
   */
  const double *prior;
  const ptrdiff_t *prior_strides;
  const double *prior_sigma;
  const ptrdiff_t *prior_sigma_strides;
} hl_exciton_fit_options;

/**
 * How a fit ended.
 */
typedef struct hl_exciton_fit_result {
  /**
   * HL_FIT_ENDED_* of the best start.
   */
  int32_t reason;
  /**
   * The best start, from 0.
   */
  int32_t start;
  /**
   * Steps and evaluations of the Jacobian, of all starts.
   */
  int64_t iterations;
  int64_t evaluations;
  /**
   * Points and priors that count, less values that are not at a bound.
   */
  int64_t degrees_of_freedom;
  /**
   * 1/2 sum ((model - measured) / sigma)^2, at the first start and at the end.
   */
  double initial_misfit;
  double misfit;
  /**
   * 1/2 sum ((value - prior) / prior_sigma)^2 at the end.
   */
  double prior_misfit;
} hl_exciton_fit_result;

/**
 * Options of hl_direct. Always filled by hl_direct_options_init first; fields are only ever appended.
 */
typedef struct hl_direct_options {
  /**
   * sizeof(hl_direct_options) of the caller's header.
   */
  size_t struct_size;
  /**
   * HL_KERNEL_*; default Laplace.
   */
  int32_t kernel;
  /**
   * 0.
   */
  int32_t reserved;
  /**
   * kappa of HL_KERNEL_YUKAWA, an inverse length, at least 0; default 0. 0 for other kernels.
   */
  double screening;
  /**
   * NULL for none. Counts parts of the work, a few milliseconds each.
   */
  hl_progress_fn progress;
  void *progress_user;
} hl_direct_options;

/**
 * Options of fast multipole plans. Always filled by hl_fmm_options_init first; fields are only ever appended. All but progress and
 * progress_user describe a plan and are for hl_fmm_plan_create; other functions look at those two alone.
 */
typedef struct hl_fmm_options {
  /**
   * sizeof(hl_fmm_options) of the caller's header.
   */
  size_t struct_size;
  /**
   * HL_KERNEL_*; default Laplace.
   */
  int32_t kernel;
  /**
   * HL_FMM_PRECISION_*; default AUTO.
   */
  int32_t precision;
  /**
   * kappa of HL_KERNEL_YUKAWA, an inverse length, at least 0; default 0. 0 for other kernels.
   */
  double screening;
  /**
   * Relative error of potentials, as a norm over all targets, charges of random signs; 1e-11 at least, 1e-6 (default) with
   * mixed precision or f32 (1.3e-11 and 4e-6 if points repeat in a cell). Gradients are about ten times less accurate, more where charges of both signs cancel (docs/fmm.md). Not read
   * if order is given.
   */
  double eps;
  /**
   * Points along an edge of the surfaces that expansions live on, 2 to 14 (7 with mixed precision); default 0: what eps needs.
   */
  ptrdiff_t order;
  /**
   * A box with more sources or more targets is refined; default 0: what makes evaluations fastest.
   */
  ptrdiff_t leaf_size;
  /**
   * No box is refined beyond this level, 0 to 20; default 20.
   */
  ptrdiff_t max_level;
  /**
   * NULL for none. Counts targets.
   */
  hl_progress_fn progress;
  void *progress_user;
  /**
   * HL_FMM_TRANSLATIONS_*; default AUTO.
   */
  int32_t translations;
  /**
   * 1: boxes are refined further until leaves that touch differ by one level at most, which bounds the lists of any leaf (2:1 balance); default 0:
   * lists of any length.
   */
  int32_t balance;
  /**
   * Side of a cubic cell in which all points repeat, in the unit of coordinates; default 0: open space. Points may lie in
   * any cell; two that are meant to be one (a target at a source, an atom at both faces) need the same coordinates: rounding that leaves 1e-16 between them
   * gives 1e16. Potentials are then those of all images in all cells (hl_fmm_evaluate).
   */
  double period;
} hl_fmm_options;

/**
 * What a plan has and holds. Written by hl_fmm_stats; fields are only ever appended.
 */
typedef struct hl_fmm_plan_stats {
  /**
   * In: sizeof(hl_fmm_plan_stats) of the caller's header.
   */
  size_t struct_size;
  ptrdiff_t n_source;
  ptrdiff_t n_target;
  ptrdiff_t order;
  ptrdiff_t leaf_size;
  /**
   * Levels of the tree, the root's included.
   */
  ptrdiff_t levels;
  ptrdiff_t boxes;
  ptrdiff_t leaves;
  /**
   * Pairs of points that are summed one by one (the U lists).
   */
  int64_t near_pairs;
  /**
   * Pairs of boxes of a level between which multipoles are carried (V).
   */
  int64_t translations;
  /**
   * Multipoles of finer boxes that leaves see, and coarser leaves that boxes see (W and X).
   */
  int64_t finer;
  int64_t coarser;
  /**
   * Bytes that the plan holds: points, tree and lists; operators, which plans of one order share.
   */
  int64_t bytes_of_points;
  int64_t bytes_of_operators;
  /**
   * Bytes that hl_fmm_evaluate with gradients asks for while it runs, at most, for four vectors of charges (or more) on one thread. On
   * more threads more sums of near pairs are in progress: a fifth more on two was the most that was measured.
   */
  int64_t bytes_of_evaluation;
  /**
   * Seconds that setting up took: points into a tree, lists, operators.
   */
  double tree_seconds;
  double list_seconds;
  double operator_seconds;
} hl_fmm_plan_stats;

/**
 * Options of the Kuramoto functions. Always filled by hl_kuramoto_options_init first; fields are only ever appended.
 */
typedef struct hl_kuramoto_options {
  /**
   * sizeof(hl_kuramoto_options) of the caller's header.
   */
  size_t struct_size;
  /**
   * HL_COUPLING_*; default sine.
   */
  int32_t law;
  /**
   * HL_METHOD_*; default Euler. Only for integration.
   */
  int32_t method;
  /**
   * HL_BOUNDARY_* of each axis, in the order of `shape`; default zero flux. Entries from `rank` on are not used.
   */
  int32_t boundary[3];
  /**
   * HL_NONFINITE_*; default refuse.
   */
  int32_t nonfinite;
  /**
   * 0 or 1; default 0. 1 adds the right-hand side to what `dtheta` holds.
   */
  int32_t accumulate;
  /**
   * 0.
   */
  int32_t reserved;
  /**
   * The phase lag alpha of Sakaguchi's coupling, radians, up to 2^49 (f32: 2^20) in magnitude; default 0.
   */
  double lag;
  /**
   * For each axis with a halo boundary, the phases beyond its first cells: an array of the function's element type with
   * the lattice's shape without that axis (one number for rank 1), and its strides (rank - 1 of them; NULL means
   * C-contiguous). Held fixed during an integration. NULL for other boundaries.
   */
  const void *halo_below[3];
  const ptrdiff_t *halo_below_strides[3];
  /**
   * The same beyond its last cells.
   */
  const void *halo_above[3];
  const ptrdiff_t *halo_above_strides[3];
  /**
   * NULL for none. Counts steps.
   */
  hl_progress_fn progress;
  void *progress_user;
  /**
   * sigma of white noise, d theta = f dt + sigma dW, radians per square root of the unit of time; default 0, none. Only for
   * integration by Euler's (then called Euler-Maruyama) and Heun's method.
   */
  double noise;
  /**
   * Any number. The noise of a cell in a step is a function of noise_seed, the step's number and the cell's number.
   */
  int64_t noise_seed;
  /**
   * Number of the first step of this call; default 0. Steps made before, for the noise of a run in parts.
   */
  int64_t first_step;
  /**
   * Number of the first cell; default 0. The others follow in C order of `shape`. For the noise of a lattice in parts.
   */
  int64_t first_cell;
  /**
   * For HL_METHOD_DORMAND_PRINCE: the estimated error of each of its steps, root mean square over the cells, is at most
   * atol + rtol |theta|. Defaults 0 (phases grow with time: a part of them says little) and 1e-6 radians.
   */
  double rtol;
  double atol;
  /**
   * For HL_METHOD_DORMAND_PRINCE: NULL, or a place with the length of the first step to try, 0 if not known, in which that of
   * the next is left. With it a run in parts has the same bits as one of the whole.
   */
  double *next_step;
} hl_kuramoto_options;

#define HL_OK 0

/**
 * A pointer is NULL where an element would be read or written.
 */
#define HL_ERR_NULL 1

/**
 * A dimension is negative, too large or does not fit the others.
 */
#define HL_ERR_SHAPE 2

/**
 * Strides overflow, or an output visits an element twice.
 */
#define HL_ERR_STRIDE 3

/**
 * An output shares an element with another array.
 */
#define HL_ERR_ALIAS 4

/**
 * A pointer is not aligned to its element.
 */
#define HL_ERR_ALIGNMENT 5

/**
 * A value is outside its range.
 */
#define HL_ERR_ARGUMENT 6

/**
 * An input holds NaN or an infinity.
 */
#define HL_ERR_NONFINITE 7

/**
 * An option or a setting is invalid.
 */
#define HL_ERR_OPTION 8

/**
 * The plan is in use by another call.
 */
#define HL_ERR_BUSY 9

/**
 * An iteration did not converge.
 */
#define HL_ERR_NOT_CONVERGED 100

/**
 * A matrix is singular to working precision.
 */
#define HL_ERR_SINGULAR 101

/**
 * Memory for workspace could not be had.
 */
#define HL_ERR_ALLOC 200

/**
 * Worker threads could not be started.
 */
#define HL_ERR_THREADS 201

/**
 * The progress callback asked to stop.
 */
#define HL_ERR_CANCELLED 202

/**
 * A file could not be read or written.
 */
#define HL_ERR_IO 203

/**
 * A mistake inside hotloop, contained. Please report it.
 */
#define HL_ERR_INTERNAL 255

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Expansion coefficients of every atom's neighbourhood.
 *
 * Around atom i, neighbour j at r_j is the normalised Gaussian g_j with standard deviations `semiaxes` along the axes of
 * its body, and c_nlm = sum_j integral d^3x g_j(x) B(x) r^(2n) r^l Y_lm(x), x from atom i, summed over j of one species
 * and made orthonormal over n (see hl_anisoap_plan_create). Y_lm are real and orthonormal, m = -l .. l, without the
 * Condon-Shortley sign: for l = 1 they go as y, z, x. Neighbours are nearer than the cutoff, |r| < cutoff_radius, images of
 * the atom itself included, and the atom itself too unless subtract_center_contribution. A. Lin et al., arXiv:2403.19039 (2024).
 *
 * @param n_frames      number of frames
 * @param n_atoms       atoms of all frames
 * @param offsets       [n_frames + 1] first atom of each frame, then n_atoms; frame f has atoms offsets[f] ..
 *                      offsets[f + 1] - 1. Not read without frames
 * @param positions     [n_atoms][3] any unit of length, the same everywhere
 * @param species       [n_atoms] of those that the plan declares
 * @param quaternions   [n_atoms][4] (w, x, y, z) of any length but 0: the rotation that takes the body's axes to those of
 *                      positions. NULL: see rotations
 * @param rotations     [n_atoms][3][3] the same as orthogonal matrices, instead of quaternions. NULL for both: the body's
 *                      axes are those of positions
 * @param semiaxes      [n_atoms][3] standard deviations along the body's axes, positive; half of AniSOAP's c_diameter.
 *                      Strides of 0 for one shape
 * @param cells         [n_frames][3][3] rows are lattice vectors, right-handed, of any skew and size; read for periodic
 *                      frames only. NULL if there are none
 * @param periodic      [n_frames][3] 0 or 1, the same for all three axes of a frame; NULL with cells NULL: 0 everywhere
 * @param n_features    hl_anisoap_expansion_size(plan)
 * @param coefficients  [n_atoms][n_features] out; features as hl_anisoap_expansion_labels says. 0 where an atom has no
 *                      neighbour of a species
 * @param options       NULL for defaults. Used: coefficients, progress, the caller's own list of pairs (n_pairs and what follows)
 *
 * `coefficients` shares no element with an input. Errors: array errors; HL_ERR_ARGUMENT (a species that was not declared, a
 * semiaxis that is not positive, a quaternion of 0, a matrix that is no rotation, a cell without volume or left-handed, mixed
 * periodicity, offsets that do not fit, pairs that are not of one frame or lack their other side) and HL_ERR_NONFINITE name the element; HL_ERR_OPTION. After HL_ERR_CANCELLED or
 * a callback's own status some atoms have been written.
 */
hl_status hl_anisoap_expansion(const struct hl_anisoap_plan *plan,
                               ptrdiff_t n_frames,
                               ptrdiff_t n_atoms,
                               const ptrdiff_t *offsets,
                               const ptrdiff_t *offsets_strides,
                               const double *positions,
                               const ptrdiff_t *positions_strides,
                               const int32_t *species,
                               const ptrdiff_t *species_strides,
                               const double *quaternions,
                               const ptrdiff_t *quaternions_strides,
                               const double *rotations,
                               const ptrdiff_t *rotations_strides,
                               const double *semiaxes,
                               const ptrdiff_t *semiaxes_strides,
                               const double *cells,
                               const ptrdiff_t *cells_strides,
                               const int32_t *periodic,
                               const ptrdiff_t *periodic_strides,
                               ptrdiff_t n_features,
                               double *coefficients,
                               const ptrdiff_t *coefficients_strides,
                               const struct hl_anisoap_options *options);

/**
 * Power spectra: rotationally invariant products of the coefficients of hl_anisoap_expansion.
 *
 * p(l; a, b) = sigma_l / sqrt(2l + 1) sum_m c_am c_bm with a, b channels (n, neighbour species) and sigma_l = (-1)^l (see
 * options): the Clebsch-Gordan product of c with itself to angular momentum 0, as AniSOAP has it.
 *
 * @param spectra  [n_atoms][n_features] out, or NULL; features as hl_anisoap_power_spectrum_labels says
 * @param means    [n_frames][n_species][n_features] out, or NULL: means over the atoms of each species of each frame, 0 for a
 *                 species that the frame does not have. (AniSOAP leaves atoms without neighbours out; here they count as 0)
 * @param n_features  hl_anisoap_power_spectrum_size(plan)
 * @param options  NULL for defaults. Used: as in hl_anisoap_expansion
 *
 * Frames, rules and errors are as in hl_anisoap_expansion; after HL_ERR_CANCELLED or a callback's own status `means` hold sums of some
 * atoms' spectra. Outputs share no element with each other or with an input.
 */
hl_status hl_anisoap_power_spectrum(const struct hl_anisoap_plan *plan,
                                    ptrdiff_t n_frames,
                                    ptrdiff_t n_atoms,
                                    const ptrdiff_t *offsets,
                                    const ptrdiff_t *offsets_strides,
                                    const double *positions,
                                    const ptrdiff_t *positions_strides,
                                    const int32_t *species,
                                    const ptrdiff_t *species_strides,
                                    const double *quaternions,
                                    const ptrdiff_t *quaternions_strides,
                                    const double *rotations,
                                    const ptrdiff_t *rotations_strides,
                                    const double *semiaxes,
                                    const ptrdiff_t *semiaxes_strides,
                                    const double *cells,
                                    const ptrdiff_t *cells_strides,
                                    const int32_t *periodic,
                                    const ptrdiff_t *periodic_strides,
                                    ptrdiff_t n_features,
                                    double *spectra,
                                    const ptrdiff_t *spectra_strides,
                                    double *means,
                                    const ptrdiff_t *means_strides,
                                    const struct hl_anisoap_options *options);

/**
 * Gradients of a function F of the coefficients of hl_anisoap_expansion, given its derivative by each of them: a
 * vector-Jacobian product, what a force or a step of learning needs. No array of derivatives of coefficients is made.
 *
 * @param cotangent             [n_atoms][n_features] dF / d coefficients
 * @param position_gradients    [n_atoms][3] out, or NULL: dF / d positions (a force is its negative)
 * @param strain_gradients      [n_frames][3][3] out, or NULL: dF / d e at e = 0 where positions and cell vectors r become
 *                              r_a + sum_b e_ab r_b and bodies keep shape and orientation
 * @param rotation_gradients    [n_atoms][3] out, or NULL: dF / d omega, the body of an atom turned by the small vector omega
 *                              in the axes of positions
 * @param quaternion_gradients  [n_atoms][4] out, or NULL: dF / d quaternions as they were given, whose length changes nothing
 * @param n_features            hl_anisoap_expansion_size(plan)
 * @param options               NULL for defaults. Used: as in hl_anisoap_expansion
 *
 * Frames, rules and errors are as in hl_anisoap_expansion; HL_ERR_NONFINITE names an element of the cotangent, or an atom
 * whose gradient overflows; HL_ERR_NULL
 * for quaternion_gradients without quaternions. Outputs share no element with each other or with an input, and are
 * written only if all went well.
 */
hl_status hl_anisoap_expansion_vjp(const struct hl_anisoap_plan *plan,
                                   ptrdiff_t n_frames,
                                   ptrdiff_t n_atoms,
                                   const ptrdiff_t *offsets,
                                   const ptrdiff_t *offsets_strides,
                                   const double *positions,
                                   const ptrdiff_t *positions_strides,
                                   const int32_t *species,
                                   const ptrdiff_t *species_strides,
                                   const double *quaternions,
                                   const ptrdiff_t *quaternions_strides,
                                   const double *rotations,
                                   const ptrdiff_t *rotations_strides,
                                   const double *semiaxes,
                                   const ptrdiff_t *semiaxes_strides,
                                   const double *cells,
                                   const ptrdiff_t *cells_strides,
                                   const int32_t *periodic,
                                   const ptrdiff_t *periodic_strides,
                                   ptrdiff_t n_features,
                                   const double *cotangent,
                                   const ptrdiff_t *cotangent_strides,
                                   double *position_gradients,
                                   const ptrdiff_t *position_gradients_strides,
                                   double *strain_gradients,
                                   const ptrdiff_t *strain_gradients_strides,
                                   double *rotation_gradients,
                                   const ptrdiff_t *rotation_gradients_strides,
                                   double *quaternion_gradients,
                                   const ptrdiff_t *quaternion_gradients_strides,
                                   const struct hl_anisoap_options *options);

/**
 * Gradients of a function F of the spectra and means of hl_anisoap_power_spectrum, given its derivatives by them.
 *
 * @param spectra_cotangent  [n_atoms][n_features] dF / d spectra, or NULL for 0
 * @param means_cotangent    [n_frames][n_species][n_features] dF / d means, or NULL for 0
 * @param n_features         hl_anisoap_power_spectrum_size(plan)
 *
 * Everything else is as in hl_anisoap_expansion_vjp.
 */
hl_status hl_anisoap_power_spectrum_vjp(const struct hl_anisoap_plan *plan,
                                        ptrdiff_t n_frames,
                                        ptrdiff_t n_atoms,
                                        const ptrdiff_t *offsets,
                                        const ptrdiff_t *offsets_strides,
                                        const double *positions,
                                        const ptrdiff_t *positions_strides,
                                        const int32_t *species,
                                        const ptrdiff_t *species_strides,
                                        const double *quaternions,
                                        const ptrdiff_t *quaternions_strides,
                                        const double *rotations,
                                        const ptrdiff_t *rotations_strides,
                                        const double *semiaxes,
                                        const ptrdiff_t *semiaxes_strides,
                                        const double *cells,
                                        const ptrdiff_t *cells_strides,
                                        const int32_t *periodic,
                                        const ptrdiff_t *periodic_strides,
                                        ptrdiff_t n_features,
                                        const double *spectra_cotangent,
                                        const ptrdiff_t *spectra_cotangent_strides,
                                        const double *means_cotangent,
                                        const ptrdiff_t *means_cotangent_strides,
                                        double *position_gradients,
                                        const ptrdiff_t *position_gradients_strides,
                                        double *strain_gradients,
                                        const ptrdiff_t *strain_gradients_strides,
                                        double *rotation_gradients,
                                        const ptrdiff_t *rotation_gradients_strides,
                                        double *quaternion_gradients,
                                        const ptrdiff_t *quaternion_gradients_strides,
                                        const struct hl_anisoap_options *options);

/**
 * Fills `options` with defaults: a GTO basis (whose width is still to be set), radial functions by degree, centres
 * included, AniSOAP's orders and signs, orthonormal coefficients. Writes at most struct_size bytes.
 *
 * @param struct_size  sizeof(hl_anisoap_options)
 *
 * Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
 */
hl_status hl_anisoap_options_init(struct hl_anisoap_options *options,
                                  size_t struct_size);

/**
 * Makes a plan of AniSOAP descriptors. Costs a millisecond or less; destroy it with hl_anisoap_plan_destroy.
 *
 * The names are AniSOAP's (A. Lin et al., arXiv:2403.19039 (2024)). For angular momentum l there are functions
 * r^(l + 2n) B(r) Y_lm, n = 0 .. the largest n of l (see options), normalised and made orthonormal over n by the
 * symmetric root of their overlap, which is computed with 32 digits.
 *
 * @param plan           out: the plan; not touched unless HL_OK
 * @param max_angular    the largest l, 0 to 20; l + 2n is at most 60
 * @param n_species      number of species that neighbours may have, at least 1
 * @param species        [n_species] their numbers, all different; features come in this order
 * @param cutoff_radius  in the unit of positions; neighbours are nearer than this
 * @param options        its plan part is used; NULL for defaults would lack radial_gaussian_width
 *
 * Errors: HL_ERR_NULL, HL_ERR_SHAPE, HL_ERR_STRIDE; HL_ERR_ARGUMENT for max_angular, cutoff_radius or a species given
 * twice; HL_ERR_OPTION, also where the radial functions are too close to linear dependence for basis_rcond and basis_tol.
 */
hl_status hl_anisoap_plan_create(struct hl_anisoap_plan **plan,
                                 ptrdiff_t max_angular,
                                 ptrdiff_t n_species,
                                 const int32_t *species,
                                 const ptrdiff_t *species_strides,
                                 double cutoff_radius,
                                 const struct hl_anisoap_options *options);

/**
 * Frees a plan, which no call may be using. NULL is fine. Returns HL_OK.
 */
hl_status hl_anisoap_plan_destroy(struct hl_anisoap_plan *plan);

/**
 * Features of an expansion: sum over l of (2l + 1) (radial functions of l) n_species. -1 if plan is NULL.
 */
ptrdiff_t hl_anisoap_expansion_size(const struct hl_anisoap_plan *plan);

/**
 * Features of a power spectrum: sum over l of c^2, c = (radial functions of l) n_species channels, or of c (c + 1) / 2
 * with HL_SPECTRUM_PAIRS_HALF. -1 if plan is NULL.
 */
ptrdiff_t hl_anisoap_power_spectrum_size(const struct hl_anisoap_plan *plan);

/**
 * What the features of an expansion are: for each l, for each m, for each channel.
 *
 * @param n_features  hl_anisoap_expansion_size(plan)
 * @param labels      [n_features][4] out: l, m, n, neighbour species
 *
 * Errors: array errors; HL_ERR_SHAPE if n_features is another number.
 */
hl_status hl_anisoap_expansion_labels(const struct hl_anisoap_plan *plan,
                                      ptrdiff_t n_features,
                                      int32_t *labels,
                                      const ptrdiff_t *labels_strides);

/**
 * What the features of a power spectrum are: for each l, for each channel a, for each channel b (from a on with
 * HL_SPECTRUM_PAIRS_HALF).
 *
 * @param n_features  hl_anisoap_power_spectrum_size(plan)
 * @param labels      [n_features][5] out: l, n of a, neighbour species of a, n of b, neighbour species of b
 *
 * Errors: array errors; HL_ERR_SHAPE if n_features is another number.
 */
hl_status hl_anisoap_power_spectrum_labels(const struct hl_anisoap_plan *plan,
                                           ptrdiff_t n_features,
                                           int32_t *labels,
                                           const ptrdiff_t *labels_strides);

/**
 * Fills `options` with defaults: the default configuration of fmo_analysis (Gaussian, 70 cm-1, cutoff 3, peak
 * normalisation). Writes at most struct_size bytes.
 *
 * @param struct_size  sizeof(hl_exciton_options)
 *
 * Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
 */
hl_status hl_exciton_options_init(struct hl_exciton_options *options,
                                  size_t struct_size);

/**
 * Excitons of many configurations: energies, strengths, dipoles and eigenvectors.
 *
 * With H the Hamiltonian, mu_j and r_j dipole and position of site j: H V = V diag(e); M_k = sum_j V_jk mu_j;
 * D_k = |M_k|^2; R_k = (4 pi / lambda_k) M_k . sum_j V_jk (r_j x mu_j), lambda_k = 1e8 / e_k Angstrom, which is
 * (2 pi / lambda_k) sum_(j<l) 2 V_jk V_lk (r_j - r_l) . (mu_j x mu_l) as in ham2spec (four times Rosenfeld's R; see
 * cd_scale). Excitons ascend in energy; degenerate ones have orthonormal eigenvectors, in no particular basis. The
 * sign of an eigenvector is arbitrary.
 *
 * @param n_conf                number of configurations
 * @param n_site                number of pigments
 * @param hamiltonians          [n_conf][n_site][n_site] cm-1, symmetric to 1e-12 of the largest element (the lower
 *                              triangle is used)
 * @param dipoles               [n_conf][n_site][3] any unit; stride 0 on the first axis shares one set. NULL if no
 *                              strengths or dipoles are asked for
 * @param positions             [n_conf][n_site][3] Angstrom. NULL if no rotational strengths are asked for
 * @param energies              [n_conf][n_site] cm-1, or NULL
 * @param dipole_strengths      [n_conf][n_site] dipole unit squared, or NULL
 * @param rotational_strengths  [n_conf][n_site] dipole unit squared, or NULL
 * @param exciton_dipoles       [n_conf][n_site][3] dipole unit, or NULL
 * @param eigenvectors          [n_conf][n_site][n_site], site then exciton (in columns), or NULL
 * @param options               NULL for defaults. Used: energy_offset, deleted, normalize_dipoles, cd_scale,
 *                              progress; all are checked
 *
 * With deleted pigments the excitons of the others come first and the rest of each configuration is 0 (rows of
 * deleted sites and columns of padding in eigenvectors).
 *
 * Outputs share no element with each other or with inputs. Errors: array errors; HL_ERR_NONFINITE and
 * HL_ERR_ARGUMENT (asymmetric; site energy not positive though rotational strengths are asked for; components of dipoles or positions
 * beyond 1e75, or energies beyond 1e200 cm-1 with rotational strengths) name configuration and element; HL_ERR_OPTION. After HL_ERR_NOT_CONVERGED, HL_ERR_CANCELLED or a callback's own status, some
 * configurations have been written.
 */
hl_status hl_exciton_sticks(ptrdiff_t n_conf,
                            ptrdiff_t n_site,
                            const double *hamiltonians,
                            const ptrdiff_t *hamiltonians_strides,
                            const double *dipoles,
                            const ptrdiff_t *dipoles_strides,
                            const double *positions,
                            const ptrdiff_t *positions_strides,
                            double *energies,
                            const ptrdiff_t *energies_strides,
                            double *dipole_strengths,
                            const ptrdiff_t *dipole_strengths_strides,
                            double *rotational_strengths,
                            const ptrdiff_t *rotational_strengths_strides,
                            double *exciton_dipoles,
                            const ptrdiff_t *exciton_dipoles_strides,
                            double *eigenvectors,
                            const ptrdiff_t *eigenvectors_strides,
                            const struct hl_exciton_options *options);

/**
 * Fills `sample` with defaults: nothing. Writes at most struct_size bytes.
 *
 * @param struct_size  sizeof(hl_exciton_sample)
 *
 * Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
 */
hl_status hl_exciton_sample_init(struct hl_exciton_sample *sample,
                                 size_t struct_size);

/**
 * Sticks to spectra on the caller's grid: the weighted mean over configurations.
 *
 * absorption(x) = sum_c w_c sum_k D_ck g(x - e_ck) / sum_c w_c, and CD likewise with R; g is the lineshape of the
 * options.
 *
 * @param n_conf                number of configurations, at least 1
 * @param n_exciton             number of sticks of each
 * @param n_grid                number of grid points
 * @param energies              [n_conf][n_exciton] cm-1, absolute
 * @param dipole_strengths      [n_conf][n_exciton]; NULL only without absorption
 * @param rotational_strengths  [n_conf][n_exciton]; NULL only without cd
 * @param weights               [n_conf] not negative, with a positive sum; NULL for equal weights
 * @param grid                  [n_grid] cm-1, ascending
 * @param absorption            [n_grid], or NULL
 * @param cd                    [n_grid], or NULL
 * @param options               NULL for defaults. With fwhm_by = HL_FWHM_PER_EXCITON, fwhm_values [n_exciton] belong to
 *                              the columns of energies; HL_FWHM_PER_SITE is refused. energy_offset, deleted,
 *                              normalize_dipoles and cd_scale concern Hamiltonians and are not used
 *
 * Outputs share no element with each other or with inputs. Errors: HL_ERR_SHAPE for n_conf = 0; array errors;
 * HL_ERR_NONFINITE, also where a spectrum overflows; HL_ERR_ARGUMENT (grid not ascending, weights), HL_ERR_OPTION. With any status but HL_OK the
 * outputs are untouched.
 */
hl_status hl_exciton_broaden(ptrdiff_t n_conf,
                             ptrdiff_t n_exciton,
                             ptrdiff_t n_grid,
                             const double *energies,
                             const ptrdiff_t *energies_strides,
                             const double *dipole_strengths,
                             const ptrdiff_t *dipole_strengths_strides,
                             const double *rotational_strengths,
                             const ptrdiff_t *rotational_strengths_strides,
                             const double *weights,
                             const ptrdiff_t *weights_strides,
                             const double *grid,
                             const ptrdiff_t *grid_strides,
                             double *absorption,
                             const ptrdiff_t *absorption_strides,
                             double *cd,
                             const ptrdiff_t *cd_strides,
                             const struct hl_exciton_options *options);

/**
 * Hamiltonians straight to spectra on the caller's grid: the weighted mean over configurations, without storage per
 * configuration.
 *
 * What hl_exciton_sticks and hl_exciton_broaden do together; formulas there.
 *
 * @param n_conf        number of configurations, at least 1
 * @param n_site        number of pigments
 * @param n_grid        number of grid points
 * @param hamiltonians  [n_conf][n_site][n_site] cm-1, symmetric to 1e-12 of the largest element (the lower triangle is
 *                      used); absolute energies, or relative ones with energy_offset
 * @param dipoles       [n_conf][n_site][3] any unit; stride 0 on the first axis shares one set
 * @param positions     [n_conf][n_site][3] Angstrom; NULL only without cd
 * @param weights       [n_conf] not negative, with a positive sum; NULL for equal weights
 * @param grid          [n_grid] cm-1, ascending
 * @param absorption    [n_grid], or NULL
 * @param cd            [n_grid], or NULL
 * @param options       NULL for defaults
 *
 * Outputs share no element with each other or with inputs. Errors: HL_ERR_SHAPE for n_conf = 0; array errors;
 * HL_ERR_NONFINITE and HL_ERR_ARGUMENT (asymmetric; site energy not positive though CD is asked for; numbers so large that
 * strengths overflow; grid not ascending; weights) name the element; HL_ERR_NONFINITE also where a spectrum overflows; HL_ERR_OPTION; HL_ERR_NOT_CONVERGED. With any status but HL_OK the outputs are
 * untouched.
 */
hl_status hl_exciton_spectrum(ptrdiff_t n_conf,
                              ptrdiff_t n_site,
                              ptrdiff_t n_grid,
                              const double *hamiltonians,
                              const ptrdiff_t *hamiltonians_strides,
                              const double *dipoles,
                              const ptrdiff_t *dipoles_strides,
                              const double *positions,
                              const ptrdiff_t *positions_strides,
                              const double *weights,
                              const ptrdiff_t *weights_strides,
                              const double *grid,
                              const ptrdiff_t *grid_strides,
                              double *absorption,
                              const ptrdiff_t *absorption_strides,
                              double *cd,
                              const ptrdiff_t *cd_strides,
                              const struct hl_exciton_options *options);

/**
 * Linear dichroism of samples that are oriented about an axis: the weighted mean over configurations, on the scale of
 * absorption.
 *
 * LD(x) = sum_k LD_k g(x - e_k) with LD_k = 3/2 (3 (M_k . n)^2 - |M_k|^2): three times the absorption along n less that across
 * it for perfect order, so that LD / absorption is the reduced dichroism 3/2 (3 cos^2 - 1) of a band (Rodger and Norden,
 * Circular Dichroism and Linear Dichroism, 1997, section 2.3). Multiply it by the order parameter S of the sample. Excitons,
 * lines and options as for hl_exciton_spectrum.
 *
 * @param n_conf        number of configurations, at least 1
 * @param n_site        number of pigments
 * @param n_grid        number of grid points
 * @param hamiltonians  [n_conf][n_site][n_site] cm-1
 * @param dipoles       [n_conf][n_site][3] any unit; stride 0 on the first axis shares one set
 * @param weights       [n_conf], or NULL for equal weights
 * @param grid          [n_grid] cm-1, ascending
 * @param axis          [3] the axis n, of any length but 0
 * @param ld            [n_grid]
 * @param options       NULL for defaults
 *
 * The output shares no element with an input. Errors as for hl_exciton_spectrum; HL_ERR_ARGUMENT and HL_ERR_NONFINITE for the
 * axis. With any status but HL_OK the output is untouched.
 */
hl_status hl_exciton_linear_dichroism(ptrdiff_t n_conf,
                                      ptrdiff_t n_site,
                                      ptrdiff_t n_grid,
                                      const double *hamiltonians,
                                      const ptrdiff_t *hamiltonians_strides,
                                      const double *dipoles,
                                      const ptrdiff_t *dipoles_strides,
                                      const double *weights,
                                      const ptrdiff_t *weights_strides,
                                      const double *grid,
                                      const ptrdiff_t *grid_strides,
                                      const double *axis,
                                      const ptrdiff_t *axis_strides,
                                      double *ld,
                                      const ptrdiff_t *ld_strides,
                                      const struct hl_exciton_options *options);

/**
 * Couplings of point dipoles: the elements of Hamiltonians beside the diagonal.
 *
 * V_ij = screening 5034.1166 cm-1 (mu_i . mu_j / r^3 - 3 (mu_i . r) (mu_j . r) / r^5), r = r_i - r_j (for example van
 * Amerongen, Valkunas and van Grondelle, Photosynthetic Excitons, 2000, equation 2.12).
 *
 * @param n_conf        number of configurations
 * @param n_site        number of pigments
 * @param dipoles       [n_conf][n_site][3] debye
 * @param positions     [n_conf][n_site][3] Angstrom
 * @param screening     factor for the medium between the pigments; 1 in vacuum
 * @param hamiltonians  [n_conf][n_site][n_site] cm-1: both elements of each pair are written; the diagonal is left as it is
 *
 * The output shares no element with an input. Errors: array errors; HL_ERR_NONFINITE; HL_ERR_ARGUMENT (two pigments in one
 * place; screening not finite) names sites and configuration. With any status but HL_OK the output is untouched.
 */
hl_status hl_exciton_point_dipole_couplings(ptrdiff_t n_conf,
                                            ptrdiff_t n_site,
                                            const double *dipoles,
                                            const ptrdiff_t *dipoles_strides,
                                            const double *positions,
                                            const ptrdiff_t *positions_strides,
                                            double screening,
                                            double *hamiltonians,
                                            const ptrdiff_t *hamiltonians_strides);

/**
 * An ensemble with static disorder about one Hamiltonian: member m has site energies H_ii + sum_k site_factor_ik z_k and
 * couplings H_ij + coupling_sigma_ij z_ij with independent standard normal numbers z.
 *
 * The covariance of the site energies is site_factor site_factor^T: independent sites have their standard deviations on the
 * diagonal of site_factor, correlated ones a Cholesky factor, and a bath that sites share is one more column. The numbers are
 * counter-based (Philox 4x32-10: Salmon, Moraes, Dror and Shaw, SC11), so member m depends on seed and m alone: not on
 * threads, on language, or on what else is drawn.
 *
 * @param n_member        number of members
 * @param n_site          number of pigments
 * @param n_factor        number of columns of site_factor
 * @param hamiltonian     [n_site][n_site] cm-1; the lower triangle is used
 * @param site_factor     [n_site][n_factor] cm-1
 * @param coupling_sigma  [n_site][n_site] cm-1, not negative; the lower triangle without the diagonal is used; NULL for none
 * @param seed            which ensemble
 * @param first_member    number of the first member
 * @param hamiltonians    [n_member][n_site][n_site] cm-1
 *
 * The output shares no element with an input. Errors: array errors; HL_ERR_NONFINITE and HL_ERR_ARGUMENT (also for numbers beyond 1e200 cm-1 in
 * site_factor and coupling_sigma) name the element. With any status but HL_OK the output is untouched.
 */
hl_status hl_exciton_disorder(ptrdiff_t n_member,
                              ptrdiff_t n_site,
                              ptrdiff_t n_factor,
                              const double *hamiltonian,
                              const ptrdiff_t *hamiltonian_strides,
                              const double *site_factor,
                              const ptrdiff_t *site_factor_strides,
                              const double *coupling_sigma,
                              const ptrdiff_t *coupling_sigma_strides,
                              uint64_t seed,
                              uint64_t first_member,
                              double *hamiltonians,
                              const ptrdiff_t *hamiltonians_strides);

/**
 * Fills `options` with defaults. Writes at most struct_size bytes.
 *
 * @param struct_size  sizeof(hl_exciton_fit_options)
 *
 * Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
 */
hl_status hl_exciton_fit_options_init(struct hl_exciton_fit_options *options,
                                      size_t struct_size);

/**
 * The misfit of the mean spectra to measured ones, and its gradient with respect to the parameters.
 *
 * misfit = 1/2 sum_i ((model_i - measured_i) / sigma_i)^2 over the points of absorption and of CD, where
 * model(x) = scale x^p S(x - shift) + offset, S is the mean spectrum of hl_exciton_spectrum with the parameters' changes
 * made to every configuration, and p is 1 with frequency_prefactor (of the point, not moved by the shift), else 0. Lines
 * are Gaussian and not cut, so cutoff and broadening are not used. Degenerate levels are nothing special: the derivative
 * of tr(B g(H)) is sum_kl X_kl B_kl g[e_k, e_l] with divided differences of the line g (Daletskii and Krein).
 *
 * The field `sample` of the options adds linear dichroism as a third spectrum, sums over variants of the complex, and
 * disorder that is drawn on the fly.
 *
 * A row of `parameters` is a kind, HL_PARAMETER_*, and what it concerns: a site, two sites, a site and an axis, a site and a variant, a variant, or
 * HL_SPECTRUM_*. No two rows may set the same number. What has no row is not changed (widths are then those of the options).
 *
 * @param n_conf               number of configurations, at least 1
 * @param n_site               number of pigments
 * @param n_absorption         number of points of absorption; 0 leaves absorption out, and its arrays may be NULL
 * @param n_cd                 the same for CD
 * @param n_parameter          number of parameters
 * @param hamiltonians         [n_conf][n_site][n_site] cm-1, symmetric to 1e-12 of the largest element
 * @param dipoles              [n_conf][n_site][3] any unit; stride 0 on the first axis shares one set
 * @param positions            [n_conf][n_site][3] Angstrom; NULL only without CD
 * @param weights              [n_conf] not negative, with a positive sum; NULL for equal weights
 * @param absorption_grid      [n_absorption] cm-1, ascending
 * @param absorption_measured  [n_absorption]
 * @param absorption_sigma     [n_absorption] standard deviations, positive; infinite for a point that does not count;
 *                             NULL for 1
 * @param cd_grid              [n_cd] cm-1, ascending
 * @param cd_measured          [n_cd]
 * @param cd_sigma             [n_cd], or NULL for 1
 * @param parameters           [n_parameter][3] kind, first, second
 * @param values               [n_parameter]
 * @param misfit               where one number goes, or NULL
 * @param gradient             [n_parameter] d misfit / d value, or NULL
 * @param absorption           [n_absorption] the model, or NULL
 * @param cd                   [n_cd] the model, or NULL
 * @param options              NULL for defaults
 *
 * Outputs share no element with each other or with inputs. Errors: HL_ERR_SHAPE for n_conf = 0; array errors;
 * HL_ERR_NONFINITE, also where a result overflows; HL_ERR_ARGUMENT names configuration, point or row (components of dipoles and
 * positions are at most 1e75, values 1e100, a sigma at least 1e-150); HL_ERR_OPTION (a lineshape or widths without
 * derivatives; normalize_dipoles with dipoles as parameters; lines too narrow for the grid); HL_ERR_NOT_CONVERGED. With any
 * status but HL_OK the outputs are untouched.
 */
hl_status hl_exciton_residual_gradient(ptrdiff_t n_conf,
                                       ptrdiff_t n_site,
                                       ptrdiff_t n_absorption,
                                       ptrdiff_t n_cd,
                                       ptrdiff_t n_parameter,
                                       const double *hamiltonians,
                                       const ptrdiff_t *hamiltonians_strides,
                                       const double *dipoles,
                                       const ptrdiff_t *dipoles_strides,
                                       const double *positions,
                                       const ptrdiff_t *positions_strides,
                                       const double *weights,
                                       const ptrdiff_t *weights_strides,
                                       const double *absorption_grid,
                                       const ptrdiff_t *absorption_grid_strides,
                                       const double *absorption_measured,
                                       const ptrdiff_t *absorption_measured_strides,
                                       const double *absorption_sigma,
                                       const ptrdiff_t *absorption_sigma_strides,
                                       const double *cd_grid,
                                       const ptrdiff_t *cd_grid_strides,
                                       const double *cd_measured,
                                       const ptrdiff_t *cd_measured_strides,
                                       const double *cd_sigma,
                                       const ptrdiff_t *cd_sigma_strides,
                                       const int32_t *parameters,
                                       const ptrdiff_t *parameters_strides,
                                       const double *values,
                                       const ptrdiff_t *values_strides,
                                       double *misfit,
                                       double *gradient,
                                       const ptrdiff_t *gradient_strides,
                                       double *absorption,
                                       const ptrdiff_t *absorption_strides,
                                       double *cd,
                                       const ptrdiff_t *cd_strides,
                                       const struct hl_exciton_options *options);

/**
 * Mean spectra and their derivatives with respect to parameters, for Gauss-Newton methods and linear error analysis.
 *
 * Model, parameters and arrays as for hl_exciton_residual_gradient.
 *
 * @param n_conf               number of configurations, at least 1
 * @param n_site               number of pigments
 * @param n_absorption         number of points of absorption; 0 leaves absorption out
 * @param n_cd                 the same for CD
 * @param n_parameter          number of parameters
 * @param hamiltonians         [n_conf][n_site][n_site] cm-1
 * @param dipoles              [n_conf][n_site][3]
 * @param positions            [n_conf][n_site][3] Angstrom; NULL only without CD
 * @param weights              [n_conf], or NULL
 * @param absorption_grid      [n_absorption] cm-1, ascending
 * @param cd_grid              [n_cd] cm-1, ascending
 * @param parameters           [n_parameter][3] kind, first, second
 * @param values               [n_parameter]
 * @param absorption           [n_absorption] the model, or NULL
 * @param cd                   [n_cd] the model, or NULL
 * @param absorption_jacobian  [n_absorption][n_parameter], or NULL
 * @param cd_jacobian          [n_cd][n_parameter], or NULL
 * @param options              NULL for defaults
 *
 * Outputs share no element with each other or with inputs. Errors as for hl_exciton_residual_gradient. With any status but
 * HL_OK the outputs are untouched.
 */
hl_status hl_exciton_jacobian(ptrdiff_t n_conf,
                              ptrdiff_t n_site,
                              ptrdiff_t n_absorption,
                              ptrdiff_t n_cd,
                              ptrdiff_t n_parameter,
                              const double *hamiltonians,
                              const ptrdiff_t *hamiltonians_strides,
                              const double *dipoles,
                              const ptrdiff_t *dipoles_strides,
                              const double *positions,
                              const ptrdiff_t *positions_strides,
                              const double *weights,
                              const ptrdiff_t *weights_strides,
                              const double *absorption_grid,
                              const ptrdiff_t *absorption_grid_strides,
                              const double *cd_grid,
                              const ptrdiff_t *cd_grid_strides,
                              const int32_t *parameters,
                              const ptrdiff_t *parameters_strides,
                              const double *values,
                              const ptrdiff_t *values_strides,
                              double *absorption,
                              const ptrdiff_t *absorption_strides,
                              double *cd,
                              const ptrdiff_t *cd_strides,
                              double *absorption_jacobian,
                              const ptrdiff_t *absorption_jacobian_strides,
                              double *cd_jacobian,
                              const ptrdiff_t *cd_jacobian_strides,
                              const struct hl_exciton_options *options);

/**
 * The values of parameters that suit measured spectra best: bounded least squares (Levenberg and Marquardt), with priors,
 * from one start or several.
 *
 * Minimises the misfit of hl_exciton_residual_gradient (model, parameters and arrays as there) plus
 * 1/2 sum_p ((value_p - prior_p) / prior_sigma_p)^2. The covariance is the inverse of J^T J at the minimum, J being the
 * derivatives of all residuals in their standard deviations (taken before the last step if that gained less than
 * misfit_tolerance). It is 0 for values that end at a bound, and infinite for values that nothing determines.
 *
 * @param n_conf               number of configurations, at least 1
 * @param n_site               number of pigments
 * @param n_absorption         number of points of absorption; 0 leaves absorption out
 * @param n_cd                 the same for CD
 * @param n_parameter          number of parameters
 * @param hamiltonians         [n_conf][n_site][n_site] cm-1
 * @param dipoles              [n_conf][n_site][3]
 * @param positions            [n_conf][n_site][3] Angstrom; NULL only without CD
 * @param weights              [n_conf], or NULL
 * @param absorption_grid      [n_absorption] cm-1, ascending
 * @param absorption_measured  [n_absorption]
 * @param absorption_sigma     [n_absorption], or NULL for 1
 * @param cd_grid              [n_cd] cm-1, ascending
 * @param cd_measured          [n_cd]
 * @param cd_sigma             [n_cd], or NULL for 1
 * @param parameters           [n_parameter][3] kind, first, second
 * @param values               [n_parameter] in: the start; out: the best values
 * @param standard_errors      [n_parameter] roots of the diagonal of covariance, or NULL
 * @param covariance           [n_parameter][n_parameter], or NULL
 * @param correlation          [n_parameter][n_parameter] covariance over both standard errors, 1 on the diagonal, or NULL
 * @param absorption           [n_absorption] the model at the best values, or NULL
 * @param cd                   [n_cd] the model at the best values, or NULL
 * @param result               how the fit ended, or NULL
 * @param options              NULL for defaults. Progress counts configurations, as if every start took max_iterations
 * @param fit_options          NULL for defaults
 *
 * Outputs share no element with each other or with inputs. Errors as for hl_exciton_residual_gradient; HL_ERR_OPTION for
 * fit_options; HL_ERR_ARGUMENT for a start outside its bounds; HL_ERR_SINGULAR if the measurement and the priors do not
 * determine all values (the message names their rows). After HL_ERR_SINGULAR all outputs are written; after HL_ERR_CANCELLED
 * and the callback's own negative status they are if the start was evaluated: the best values so far. With any other status
 * but HL_OK, and if the callback ends the first evaluation, they are untouched.
 */
hl_status hl_exciton_fit(ptrdiff_t n_conf,
                         ptrdiff_t n_site,
                         ptrdiff_t n_absorption,
                         ptrdiff_t n_cd,
                         ptrdiff_t n_parameter,
                         const double *hamiltonians,
                         const ptrdiff_t *hamiltonians_strides,
                         const double *dipoles,
                         const ptrdiff_t *dipoles_strides,
                         const double *positions,
                         const ptrdiff_t *positions_strides,
                         const double *weights,
                         const ptrdiff_t *weights_strides,
                         const double *absorption_grid,
                         const ptrdiff_t *absorption_grid_strides,
                         const double *absorption_measured,
                         const ptrdiff_t *absorption_measured_strides,
                         const double *absorption_sigma,
                         const ptrdiff_t *absorption_sigma_strides,
                         const double *cd_grid,
                         const ptrdiff_t *cd_grid_strides,
                         const double *cd_measured,
                         const ptrdiff_t *cd_measured_strides,
                         const double *cd_sigma,
                         const ptrdiff_t *cd_sigma_strides,
                         const int32_t *parameters,
                         const ptrdiff_t *parameters_strides,
                         double *values,
                         const ptrdiff_t *values_strides,
                         double *standard_errors,
                         const ptrdiff_t *standard_errors_strides,
                         double *covariance,
                         const ptrdiff_t *covariance_strides,
                         double *correlation,
                         const ptrdiff_t *correlation_strides,
                         double *absorption,
                         const ptrdiff_t *absorption_strides,
                         double *cd,
                         const ptrdiff_t *cd_strides,
                         struct hl_exciton_fit_result *result,
                         const struct hl_exciton_options *options,
                         const struct hl_exciton_fit_options *fit_options);

/**
 * Fills `options` with defaults: Laplace's kernel. Writes at most struct_size bytes.
 *
 * @param struct_size  sizeof(hl_direct_options)
 *
 * Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
 */
hl_status hl_direct_options_init(struct hl_direct_options *options,
                                 size_t struct_size);

/**
 * Potentials of charges at points, and their gradients, one pair after another.
 *
 *   potentials[v][i]    = sum_j charges[v][j] G(|x_i - y_j|)
 *   gradients[v][i][k]  = d potentials[v][i] / d x_i[k]
 *
 * x_i is target i, y_j source j, and G one of HL_KERNEL_*. A pair at one place contributes 0: in a system with itself no
 * point sees itself. Pairs closer than 2^-63 (f32: 2^-40) of the largest coordinate count as such. The force on a charge q is
 * -q times the gradient. Units: charges are charges; a potential has theirs divided by that of lengths.
 *
 * @param n_source          number of sources
 * @param n_target          number of targets; that of the sources if targets is NULL
 * @param n_charge_vectors  number of right-hand sides; several share distances and take less time than one by one
 * @param sources     [n_source][3]
 * @param targets     [n_target][3], or NULL: the sources
 * @param charges     [n_charge_vectors][n_source]
 * @param potentials  [n_charge_vectors][n_target] out, or NULL
 * @param gradients   [n_charge_vectors][n_target][3] out, or NULL; not both
 * @param options     NULL for defaults
 *
 * Without sources all sums are 0. Time is proportional to n_source n_target. The error of a sum is at most 1e-12 (f32: 1e-6) of
 * the sum of the magnitudes of its terms; with screening s this grows by a factor of 1 + s r where f32 is used.
 *
 * Outputs share no element with each other or with inputs. Errors: array errors; HL_ERR_NULL if there is nothing to write;
 * HL_ERR_NONFINITE names the element; HL_ERR_OPTION. After HL_ERR_CANCELLED or HL_ERR_ALLOC an output holds the sums of some
 * targets and is otherwise as it was.
 */
hl_status hl_direct(ptrdiff_t n_source,
                    ptrdiff_t n_target,
                    ptrdiff_t n_charge_vectors,
                    const double *sources,
                    const ptrdiff_t *sources_strides,
                    const double *targets,
                    const ptrdiff_t *targets_strides,
                    const double *charges,
                    const ptrdiff_t *charges_strides,
                    double *potentials,
                    const ptrdiff_t *potentials_strides,
                    double *gradients,
                    const ptrdiff_t *gradients_strides,
                    const struct hl_direct_options *options);

/**
 * hl_direct in single precision: terms in f32, their sums in f64.
 *
 * Differences of coordinates are taken before anything is rounded, so that points far from the origin are as good as their
 * coordinates.
 */
hl_status hl_direct_f32(ptrdiff_t n_source,
                        ptrdiff_t n_target,
                        ptrdiff_t n_charge_vectors,
                        const float *sources,
                        const ptrdiff_t *sources_strides,
                        const float *targets,
                        const ptrdiff_t *targets_strides,
                        const float *charges,
                        const ptrdiff_t *charges_strides,
                        float *potentials,
                        const ptrdiff_t *potentials_strides,
                        float *gradients,
                        const ptrdiff_t *gradients_strides,
                        const struct hl_direct_options *options);

/**
 * Fills `options` with defaults. Writes at most struct_size bytes.
 *
 * @param struct_size  sizeof(hl_fmm_options)
 *
 * Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
 */
hl_status hl_fmm_options_init(struct hl_fmm_options *options,
                              size_t struct_size);

/**
 * Makes a plan for sums of charges at points, phi(x_i) = sum_j q_j G(|x_i - y_j|), by the kernel-independent fast multipole
 * method: in time proportional to the number of points, on volumes, surfaces, lines and clusters. Many points at one place are summed pair
 * by pair.
 *
 * Boxes of an adaptive octree have their sources replaced by charges on a surface round them (L. Ying, G. Biros, D. Zorin,
 * J. Comput. Phys. 196, 591 (2004)); these are carried between boxes by Fourier transforms on the surfaces' lattice, or by matrices.
 *
 * @param plan      out: the plan; not touched unless HL_OK. Destroy it with hl_fmm_plan_destroy
 * @param n_source  number of sources, at most 2147483647
 * @param n_target  number of targets; that of the sources if targets is NULL
 * @param sources   [n_source][3] in any unit of length
 * @param targets   [n_target][3], or NULL: the sources
 * @param options   NULL for defaults: Laplace's kernel, eps = 1e-6, open space
 *
 * Errors: array errors; HL_ERR_NONFINITE names the coordinate; HL_ERR_ARGUMENT for coordinates whose squares overflow;
 * HL_ERR_OPTION, also for an eps that cannot be kept; HL_ERR_ALLOC.
 */
hl_status hl_fmm_plan_create(struct hl_fmm_plan **plan,
                             ptrdiff_t n_source,
                             ptrdiff_t n_target,
                             const double *sources,
                             const ptrdiff_t *sources_strides,
                             const double *targets,
                             const ptrdiff_t *targets_strides,
                             const struct hl_fmm_options *options);

/**
 * hl_fmm_plan_create for points in single precision; expansions and pairs are in f32 too unless options say otherwise.
 *
 * Any plan may be evaluated with hl_fmm_evaluate and hl_fmm_evaluate_f32, whatever its points came in.
 */
hl_status hl_fmm_plan_create_f32(struct hl_fmm_plan **plan,
                                 ptrdiff_t n_source,
                                 ptrdiff_t n_target,
                                 const float *sources,
                                 const ptrdiff_t *sources_strides,
                                 const float *targets,
                                 const ptrdiff_t *targets_strides,
                                 const struct hl_fmm_options *options);

/**
 * Frees a plan, which no call may be using. NULL is fine. Returns HL_OK.
 */
hl_status hl_fmm_plan_destroy(struct hl_fmm_plan *plan);

/**
 * Gives a plan new points, as many as one likes: tree and lists are made anew, operators of Laplace's kernel are kept. What options
 * said at creation stays. After an error the plan is as it was.
 *
 * @param n_source, n_target, sources, targets  as in hl_fmm_plan_create
 * @param options  NULL, or for its progress
 *
 * Errors: those of hl_fmm_plan_create; HL_ERR_BUSY while another thread uses the plan.
 */
hl_status hl_fmm_set_points(struct hl_fmm_plan *plan,
                            ptrdiff_t n_source,
                            ptrdiff_t n_target,
                            const double *sources,
                            const ptrdiff_t *sources_strides,
                            const double *targets,
                            const ptrdiff_t *targets_strides,
                            const struct hl_fmm_options *options);

/**
 * hl_fmm_set_points for points in single precision; the plan computes in the precision that it was made with.
 */
hl_status hl_fmm_set_points_f32(struct hl_fmm_plan *plan,
                                ptrdiff_t n_source,
                                ptrdiff_t n_target,
                                const float *sources,
                                const ptrdiff_t *sources_strides,
                                const float *targets,
                                const ptrdiff_t *targets_strides,
                                const struct hl_fmm_options *options);

/**
 * Potentials of charges at the sources of a plan, and their gradients, at its targets.
 *
 *   potentials[v][i]    = sum_j charges[v][j] G(|x_i - y_j|)
 *   gradients[v][i][k]  = d potentials[v][i] / d x_i[k]
 *
 * with G as in hl_direct, which computes the same pair by pair. A pair at one place contributes 0. The force on a charge q is -q times
 * the gradient.
 *
 * With options.period = L at creation G is the sum over all cells: sum_n exp(-screening |d + L n|) / (4 pi |d + L n|), d = x_i - y_j, and
 * for Laplace's kernel its limit for screening -> 0 without 1 / (screening^2 L^3): Ewald's sum without k = 0, in a uniform background
 * that neutralises a net charge, of mean 0 over the cell, with conducting surroundings (P. P. Ewald, Ann. Phys. 369, 253 (1921)). Then a pair at one
 * place contributes its images: G(d) without 1 / (4 pi |d|) for d -> 0, -2.8372974794806 / (4 pi L).
 *
 * @param n_source          that of the plan
 * @param n_target          that of the plan
 * @param n_charge_vectors  number of right-hand sides. Four at a time share distances; results have the bits of separate calls
 * @param charges     [n_charge_vectors][n_source]
 * @param potentials  [n_charge_vectors][n_target] out, or NULL
 * @param gradients   [n_charge_vectors][n_target][3] out, or NULL; not both.
 * @param options     NULL, or for its progress
 *
 * Outputs share no element with each other or with charges. Any number of threads may evaluate a plan at once. Errors: array errors;
 * HL_ERR_NULL if there is nothing to write; HL_ERR_SHAPE for other numbers of points than the plan's; HL_ERR_NONFINITE names the
 * charge; HL_ERR_BUSY while hl_fmm_set_points runs. After HL_ERR_CANCELLED or HL_ERR_ALLOC some charge vectors have been
 * evaluated, up to four perhaps in part, and the others' outputs are as they were.
 */
hl_status hl_fmm_evaluate(const struct hl_fmm_plan *plan,
                          ptrdiff_t n_source,
                          ptrdiff_t n_target,
                          ptrdiff_t n_charge_vectors,
                          const double *charges,
                          const ptrdiff_t *charges_strides,
                          double *potentials,
                          const ptrdiff_t *potentials_strides,
                          double *gradients,
                          const ptrdiff_t *gradients_strides,
                          const struct hl_fmm_options *options);

/**
 * hl_fmm_evaluate with charges and results in single precision; the plan computes in the precision that it was made with.
 */
hl_status hl_fmm_evaluate_f32(const struct hl_fmm_plan *plan,
                              ptrdiff_t n_source,
                              ptrdiff_t n_target,
                              ptrdiff_t n_charge_vectors,
                              const float *charges,
                              const ptrdiff_t *charges_strides,
                              float *potentials,
                              const ptrdiff_t *potentials_strides,
                              float *gradients,
                              const ptrdiff_t *gradients_strides,
                              const struct hl_fmm_options *options);

/**
 * Sizes of a plan, and what setting it up took.
 *
 * @param stats  in: its struct_size; out: all other fields that the caller's header has
 *
 * Errors: HL_ERR_NULL, HL_ERR_ALIGNMENT, HL_ERR_BUSY; HL_ERR_OPTION if struct_size is not that of any version.
 */
hl_status hl_fmm_stats(const struct hl_fmm_plan *plan,
                       struct hl_fmm_plan_stats *stats);

/**
 * Seconds of each operator in all evaluations since a plan got its points, those of all threads added up.
 *
 * @param seconds  [HL_FMM_N_TIMINGS] out
 *
 * Errors: array errors, HL_ERR_BUSY.
 */
hl_status hl_fmm_timings(const struct hl_fmm_plan *plan,
                         double *seconds,
                         const ptrdiff_t *seconds_strides);

/**
 * How good potentials of a plan are: for some targets sums over all pairs are made in double precision; if points repeat in a cell, by
 * Ewald's method, which takes some hundred times as long.
 *
 * @param n_source    that of the plan
 * @param n_target    that of the plan
 * @param charges     [n_source]
 * @param potentials  [n_target] what hl_fmm_evaluate gave for them
 * @param n_sample    targets to look at, spread evenly over the caller's order; all if there are fewer. 1000 are good for two
 *                    digits of the error; each takes n_source pairs
 * @param seed        which ones
 * @param error       out: sqrt(sum |potential - exact|^2 / sum |exact|^2) over them; infinite if all exact ones are 0
 * @param options     NULL, or for its progress
 *
 * Errors: array errors; HL_ERR_SHAPE for other numbers of points than the plan's, or no sample; HL_ERR_NONFINITE; HL_ERR_BUSY.
 */
hl_status hl_fmm_estimate_error(const struct hl_fmm_plan *plan,
                                ptrdiff_t n_source,
                                ptrdiff_t n_target,
                                const double *charges,
                                const ptrdiff_t *charges_strides,
                                const double *potentials,
                                const ptrdiff_t *potentials_strides,
                                ptrdiff_t n_sample,
                                uint64_t seed,
                                double *error,
                                const struct hl_fmm_options *options);

/**
 * hl_fmm_estimate_error for charges and potentials in single precision; the sums are in double precision all the same.
 */
hl_status hl_fmm_estimate_error_f32(const struct hl_fmm_plan *plan,
                                    ptrdiff_t n_source,
                                    ptrdiff_t n_target,
                                    const float *charges,
                                    const ptrdiff_t *charges_strides,
                                    const float *potentials,
                                    const ptrdiff_t *potentials_strides,
                                    ptrdiff_t n_sample,
                                    uint64_t seed,
                                    double *error,
                                    const struct hl_fmm_options *options);

/**
 * Frees operators that are kept for later plans. Those of existing plans stay with them. A plan that is made afterwards
 * takes longer once: 0.03 s for eps = 1e-6, 0.7 s for 1e-11, seconds with compressed matrices. Returns HL_OK.
 */
hl_status hl_fmm_forget_operators(void);

/**
 * Writes the operators of a plan to a file, from which hl_fmm_load_operators takes them in another process: reading those of
 * eps = 1e-9 takes a third of the time of making them, compressed matrices (HL_FMM_TRANSLATIONS_BLAS) a tenth. A plan whose points need no expansions has none; its file is valid and empty.
 *
 * @param path  name of the file, as the system writes names, ended by 0. The file is written under another name in the same directory and renamed
 *              when it is complete, so that another process sees the old one or the new one; a regular file of that name is replaced
 *
 * Errors: HL_ERR_NULL, HL_ERR_ARGUMENT for an empty name, HL_ERR_BUSY, HL_ERR_IO if it cannot be written (a file that was there stays).
 */
hl_status hl_fmm_save_operators(const struct hl_fmm_plan *plan,
                                const char *path);

/**
 * Keeps the operators of a file for later plans of the same kernel, order, precision and translations, as if plans with them had been made before: results
 * have the bits of the process that saved (another LAPACK makes other last digits). They go with hl_fmm_forget_operators, or when there are more than 24 sets: then the
 * oldest do. A file is trusted as the library is. Operators of a kernel that is not homogeneous (Yukawa's) serve
 * only plans whose root box has the size of the one they were made for.
 *
 * @param path  name of a file that hl_fmm_save_operators wrote: with this version of the library and at the SIMD level that is in use (hl_config)
 *
 * Errors: HL_ERR_NULL, HL_ERR_ARGUMENT for an empty name; HL_ERR_IO if the file cannot be read, is damaged or cut short, or comes from another
 * version or SIMD level; HL_ERR_ALLOC; HL_ERR_BUSY while another thread begins or ends the making of operators. After any of them nothing has changed.
 */
hl_status hl_fmm_load_operators(const char *path);

/**
 * Codes of the boxes that hold points.
 *
 * A box of level l is one of 2^l x 2^l x 2^l that fill the root box, and its anchor its place among them, 0 to 2^l - 1 on each
 * axis. Its code is one number: three bits of the anchor for each level, x lowest and those of level 1 at the top (bits
 * 59 to 61, 56 to 58, ...; 0 below the box), and the level in bits 0 to 4. In order of codes, a box comes before its children and
 * the children one after another along a Morton curve; all boxes inside another are a range; the root is 0.
 *
 * @param n_point  number of points
 * @param points   [n_point][3] inside the root box or on its faces; a face between boxes belongs to the upper one
 * @param origin   [3] the corner of the root box with the least coordinates
 * @param side     its side, positive
 * @param level    of the boxes, 0 to HL_MORTON_FINEST
 * @param codes    [n_point] out
 *
 * A code is the ancestor of the same point's code on a finer level, to the last bit. Outputs share no element with inputs. Errors:
 * array errors; HL_ERR_NONFINITE; HL_ERR_ARGUMENT for side, level, or a point outside.
 */
hl_status hl_morton_encode(ptrdiff_t n_point,
                           const double *points,
                           const ptrdiff_t *points_strides,
                           const double *origin,
                           const ptrdiff_t *origin_strides,
                           double side,
                           int32_t level,
                           int64_t *codes,
                           const ptrdiff_t *codes_strides);

/**
 * Codes of boxes that are given by their places.
 *
 * @param n_box    number of boxes
 * @param anchors  [n_box][3], 0 to 2^level - 1
 * @param levels   [n_box], 0 to HL_MORTON_FINEST
 * @param codes    [n_box] out; see hl_morton_encode
 *
 * Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT names the element.
 */
hl_status hl_morton_encode_anchors(ptrdiff_t n_box,
                                   const int32_t *anchors,
                                   const ptrdiff_t *anchors_strides,
                                   const int32_t *levels,
                                   const ptrdiff_t *levels_strides,
                                   int64_t *codes,
                                   const ptrdiff_t *codes_strides);

/**
 * Places and levels of boxes.
 *
 * @param n_box    number of boxes
 * @param codes    [n_box]
 * @param anchors  [n_box][3] out, or NULL
 * @param levels   [n_box] out, or NULL
 *
 * Outputs share no element with each other or with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code.
 */
hl_status hl_morton_decode(ptrdiff_t n_box,
                           const int64_t *codes,
                           const ptrdiff_t *codes_strides,
                           int32_t *anchors,
                           const ptrdiff_t *anchors_strides,
                           int32_t *levels,
                           const ptrdiff_t *levels_strides);

/**
 * The boxes of the next coarser level around boxes.
 *
 * @param n_box    number of boxes
 * @param codes    [n_box], none of them the root
 * @param parents  [n_box] out
 *
 * Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code, and for the root.
 */
hl_status hl_morton_parents(ptrdiff_t n_box,
                            const int64_t *codes,
                            const ptrdiff_t *codes_strides,
                            int64_t *parents,
                            const ptrdiff_t *parents_strides);

/**
 * The eight boxes that fill each box.
 *
 * @param n_box     number of boxes
 * @param codes     [n_box], none of them of level HL_MORTON_FINEST
 * @param children  [n_box][8] out, in order of codes: x lowest
 *
 * Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code, and for boxes of the
 * finest level.
 */
hl_status hl_morton_children(ptrdiff_t n_box,
                             const int64_t *codes,
                             const ptrdiff_t *codes_strides,
                             int64_t *children,
                             const ptrdiff_t *children_strides);

/**
 * The boxes of the same level that share a face, an edge or a corner with each box.
 *
 * @param n_box       number of boxes
 * @param codes       [n_box]
 * @param neighbours  [n_box][26] out: at offsets (-1, -1, -1), (0, -1, -1), (1, -1, -1), (-1, 0, -1), ... (1, 1, 1), x
 *                    quickest, without (0, 0, 0); HL_MORTON_NONE where that is outside of the root box
 *
 * Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code.
 */
hl_status hl_morton_neighbours(ptrdiff_t n_box,
                               const int64_t *codes,
                               const ptrdiff_t *codes_strides,
                               int64_t *neighbours,
                               const ptrdiff_t *neighbours_strides);

/**
 * Whether boxes lie inside others and are smaller.
 *
 * @param n_pair       number of pairs
 * @param ancestors    [n_pair] codes
 * @param descendants  [n_pair] codes
 * @param answers      [n_pair] out: 1 if the first of a pair is an ancestor of the second, else 0. A box is none of its own
 *
 * Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code.
 */
hl_status hl_morton_is_ancestor(ptrdiff_t n_pair,
                                const int64_t *ancestors,
                                const ptrdiff_t *ancestors_strides,
                                const int64_t *descendants,
                                const ptrdiff_t *descendants_strides,
                                int32_t *answers,
                                const ptrdiff_t *answers_strides);

/**
 * Whether boxes of any levels share a face, an edge or a corner, and neither contains the other.
 *
 * @param n_pair   number of pairs
 * @param first    [n_pair] codes
 * @param second   [n_pair] codes
 * @param answers  [n_pair] out: 1 or 0
 *
 * Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code.
 */
hl_status hl_morton_are_adjacent(ptrdiff_t n_pair,
                                 const int64_t *first,
                                 const ptrdiff_t *first_strides,
                                 const int64_t *second,
                                 const ptrdiff_t *second_strides,
                                 int32_t *answers,
                                 const ptrdiff_t *answers_strides);

/**
 * Where boxes lie as seen from others of the same level, in units of their side: anchor of the target minus that of the source.
 *
 * @param n_pair   number of pairs
 * @param targets  [n_pair] codes
 * @param sources  [n_pair] codes
 * @param vectors  [n_pair][3] out
 *
 * Outputs share no element with inputs. Errors: array errors; HL_ERR_ARGUMENT for a number that is no code, or boxes of two levels.
 */
hl_status hl_morton_transfer_vectors(ptrdiff_t n_pair,
                                     const int64_t *targets,
                                     const ptrdiff_t *targets_strides,
                                     const int64_t *sources,
                                     const ptrdiff_t *sources_strides,
                                     int32_t *vectors,
                                     const ptrdiff_t *vectors_strides);

/**
 * What went wrong in the last call on this thread that failed: function, argument, index, value and remedy. Empty
 * if none did. The text stays until the next failing call on this thread.
 */
const char *hl_last_error_message(void);

/**
 * The right-hand side of Kuramoto oscillators on a lattice of one, two or three axes.
 *
 * dtheta_i = omega_i + K_i sum_n sin(theta_n - theta_i - lag), n the nearest neighbours of i along every axis (the law,
 * the lag and the boundaries are options). Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence, 1984; with a lag:
 * H. Sakaguchi and Y. Kuramoto, Prog. Theor. Phys. 76 (1986) 576.
 *
 * @param rank      1, 2 or 3
 * @param shape     [rank] cells along each axis
 * @param theta     [shape] phases, radians, not wrapped; up to 2^49 in magnitude (2^20 in f32), where they have no digits left
 * @param omega     [shape] natural frequencies; strides of 0 for one value
 * @param coupling  [shape] K of each cell; strides of 0 for one value
 * @param dtheta    [shape] out
 * @param options   NULL for defaults. Used: law, lag, boundary and halos, accumulate, nonfinite; all are checked
 *
 * `dtheta` shares no element with an input. Errors: array errors (HL_ERR_SHAPE for a rank that is not 1, 2 or 3);
 * HL_ERR_NONFINITE and HL_ERR_ARGUMENT (a phase too large) name the element; HL_ERR_OPTION. With a status from 1 to 99
 * nothing was written.
 */
hl_status hl_kuramoto_rhs(ptrdiff_t rank,
                          const ptrdiff_t *shape,
                          const double *theta,
                          const ptrdiff_t *theta_strides,
                          const double *omega,
                          const ptrdiff_t *omega_strides,
                          const double *coupling,
                          const ptrdiff_t *coupling_strides,
                          double *dtheta,
                          const ptrdiff_t *dtheta_strides,
                          const struct hl_kuramoto_options *options);

/**
 * hl_kuramoto_rhs in single precision.
 */
hl_status hl_kuramoto_rhs_f32(ptrdiff_t rank,
                              const ptrdiff_t *shape,
                              const float *theta,
                              const ptrdiff_t *theta_strides,
                              const float *omega,
                              const ptrdiff_t *omega_strides,
                              const float *coupling,
                              const ptrdiff_t *coupling_strides,
                              float *dtheta,
                              const ptrdiff_t *dtheta_strides,
                              const struct hl_kuramoto_options *options);

/**
 * Integrates Kuramoto oscillators on a lattice in place.
 *
 * The right-hand side is hl_kuramoto_rhs'. With steps of one length several stages and steps are made in one sweep over memory,
 * without storage for intermediate states; HL_METHOD_DORMAND_PRINCE makes steps of its own between them and needs ten numbers a
 * cell.
 *
 * @param rank          1, 2 or 3
 * @param shape         [rank] cells along each axis
 * @param n_steps       steps to make, 0 or more
 * @param record_every  steps between records; 0 records nothing
 * @param n_frames      records: n_steps / record_every, rounded down, or 0
 * @param omega         [shape]; strides of 0 for one value
 * @param coupling      [shape]; strides of 0 for one value
 * @param theta         [shape] in and out
 * @param frames        [n_frames][shape] phases after steps record_every, 2 record_every, ..., or NULL
 * @param order_r       [n_frames] |mean of exp(i theta)| then, or NULL
 * @param order_psi     [n_frames] its argument, or NULL
 * @param dt            length of a step, positive
 * @param steps_done    NULL, or where the number of steps made is written, whatever the status; 0 for a status from 1 to 99
 * @param options       NULL for defaults; accumulate is not used
 *
 * Outputs share no element with each other or with inputs. Errors: array errors; HL_ERR_SHAPE if n_frames does not fit;
 * HL_ERR_NONFINITE, HL_ERR_ARGUMENT (dt; a phase too large), HL_ERR_OPTION. With a status from 1 to 99 nothing was
 * written. After HL_ERR_CANCELLED, a callback's own status or HL_ERR_NOT_CONVERGED (a tolerance that no step meets) theta stands at
 * a whole step, *steps_done, and the records up to it are written. Integrations of parts give the same bits as one of the whole;
 * with noise if first_step counts the steps before, with adaptive steps if next_step is handed on. After any other error (memory that
 * could not be had) theta may stand between two steps, and *steps_done says nothing. Numbers are looked at when a call begins: those
 * that overflow in the course of the steps spread as arithmetic has it, NaN among them, with HL_OK.
 */
hl_status hl_kuramoto_integrate(ptrdiff_t rank,
                                const ptrdiff_t *shape,
                                ptrdiff_t n_steps,
                                ptrdiff_t record_every,
                                ptrdiff_t n_frames,
                                const double *omega,
                                const ptrdiff_t *omega_strides,
                                const double *coupling,
                                const ptrdiff_t *coupling_strides,
                                double *theta,
                                const ptrdiff_t *theta_strides,
                                double *frames,
                                const ptrdiff_t *frames_strides,
                                double *order_r,
                                const ptrdiff_t *order_r_strides,
                                double *order_psi,
                                const ptrdiff_t *order_psi_strides,
                                double dt,
                                ptrdiff_t *steps_done,
                                const struct hl_kuramoto_options *options);

/**
 * hl_kuramoto_integrate in single precision (dt stays double).
 */
hl_status hl_kuramoto_integrate_f32(ptrdiff_t rank,
                                    const ptrdiff_t *shape,
                                    ptrdiff_t n_steps,
                                    ptrdiff_t record_every,
                                    ptrdiff_t n_frames,
                                    const float *omega,
                                    const ptrdiff_t *omega_strides,
                                    const float *coupling,
                                    const ptrdiff_t *coupling_strides,
                                    float *theta,
                                    const ptrdiff_t *theta_strides,
                                    float *frames,
                                    const ptrdiff_t *frames_strides,
                                    float *order_r,
                                    const ptrdiff_t *order_r_strides,
                                    float *order_psi,
                                    const ptrdiff_t *order_psi_strides,
                                    double dt,
                                    ptrdiff_t *steps_done,
                                    const struct hl_kuramoto_options *options);

/**
 * The order parameter r exp(i psi) = (1/N) sum_j exp(i theta_j).
 *
 * @param rank   1, 2 or 3
 * @param shape  [rank] cells along each axis, at least one cell in all
 * @param theta  [shape] phases, radians
 * @param r      NULL, or where r is written
 * @param psi    NULL, or where psi in (-pi, pi] is written; 0 if r is 0
 *
 * Both are NaN if a phase is NaN, infinite or beyond 2^49 (2^20 in f32). Errors: array errors; HL_ERR_SHAPE for a lattice
 * without cells.
 */
hl_status hl_kuramoto_order_parameter(ptrdiff_t rank,
                                      const ptrdiff_t *shape,
                                      const double *theta,
                                      const ptrdiff_t *theta_strides,
                                      double *r,
                                      double *psi);

/**
 * hl_kuramoto_order_parameter in single precision.
 */
hl_status hl_kuramoto_order_parameter_f32(ptrdiff_t rank,
                                          const ptrdiff_t *shape,
                                          const float *theta,
                                          const ptrdiff_t *theta_strides,
                                          float *r,
                                          float *psi);

/**
 * The right-hand side of fully connected Kuramoto oscillators.
 *
 * dtheta_i = omega_i + (K_i / N) sum_j sin(theta_j - theta_i - lag), over all N oscillators, j = i included. With the default
 * law the sum is K_i r sin(psi - theta_i - lag), r exp(i psi) the order parameter: O(N). The direct law adds N^2 sines.
 * Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence, 1984; H. Sakaguchi and Y. Kuramoto, Prog. Theor. Phys. 76 (1986)
 * 576.
 *
 * @param n_nodes   oscillators N
 * @param theta     [n_nodes] phases, radians, not wrapped; up to 2^49 in magnitude (2^20 in f32), where they have no digits left
 * @param omega     [n_nodes] natural frequencies; stride 0 for one value
 * @param coupling  [n_nodes] K of each oscillator; stride 0 for one value
 * @param dtheta    [n_nodes] out
 * @param options   NULL for defaults. Used: law, lag, accumulate, nonfinite; boundaries and halos are not looked at
 *
 * `dtheta` shares no element with an input. Errors: array errors; HL_ERR_NONFINITE and HL_ERR_ARGUMENT (a phase too large)
 * name the element; HL_ERR_OPTION. With a status from 1 to 99 nothing was written.
 */
hl_status hl_kuramoto_mean_field_rhs(ptrdiff_t n_nodes,
                                     const double *theta,
                                     const ptrdiff_t *theta_strides,
                                     const double *omega,
                                     const ptrdiff_t *omega_strides,
                                     const double *coupling,
                                     const ptrdiff_t *coupling_strides,
                                     double *dtheta,
                                     const ptrdiff_t *dtheta_strides,
                                     const struct hl_kuramoto_options *options);

/**
 * hl_kuramoto_mean_field_rhs in single precision.
 */
hl_status hl_kuramoto_mean_field_rhs_f32(ptrdiff_t n_nodes,
                                         const float *theta,
                                         const ptrdiff_t *theta_strides,
                                         const float *omega,
                                         const ptrdiff_t *omega_strides,
                                         const float *coupling,
                                         const ptrdiff_t *coupling_strides,
                                         float *dtheta,
                                         const ptrdiff_t *dtheta_strides,
                                         const struct hl_kuramoto_options *options);

/**
 * Integrates fully connected Kuramoto oscillators in place.
 *
 * The right-hand side is hl_kuramoto_mean_field_rhs'; all else is as in hl_kuramoto_integrate.
 *
 * @param n_nodes       oscillators N
 * @param n_steps       steps to make, 0 or more
 * @param record_every  steps between records; 0 records nothing
 * @param n_frames      records: n_steps / record_every, rounded down, or 0
 * @param omega         [n_nodes]; stride 0 for one value
 * @param coupling      [n_nodes]; stride 0 for one value
 * @param theta         [n_nodes] in and out
 * @param frames        [n_frames][n_nodes] phases after steps record_every, 2 record_every, ..., or NULL
 * @param order_r       [n_frames] |mean of exp(i theta)| then, or NULL
 * @param order_psi     [n_frames] its argument, or NULL
 * @param dt            length of a step, positive
 * @param steps_done    NULL, or where the number of steps made is written, whatever the status; 0 for a status from 1 to 99
 * @param options       NULL for defaults; accumulate, boundaries and halos are not used
 *
 * Aliasing, errors and what is left after one: as for hl_kuramoto_integrate.
 */
hl_status hl_kuramoto_mean_field_integrate(ptrdiff_t n_nodes,
                                           ptrdiff_t n_steps,
                                           ptrdiff_t record_every,
                                           ptrdiff_t n_frames,
                                           const double *omega,
                                           const ptrdiff_t *omega_strides,
                                           const double *coupling,
                                           const ptrdiff_t *coupling_strides,
                                           double *theta,
                                           const ptrdiff_t *theta_strides,
                                           double *frames,
                                           const ptrdiff_t *frames_strides,
                                           double *order_r,
                                           const ptrdiff_t *order_r_strides,
                                           double *order_psi,
                                           const ptrdiff_t *order_psi_strides,
                                           double dt,
                                           ptrdiff_t *steps_done,
                                           const struct hl_kuramoto_options *options);

/**
 * hl_kuramoto_mean_field_integrate in single precision (dt stays double).
 */
hl_status hl_kuramoto_mean_field_integrate_f32(ptrdiff_t n_nodes,
                                               ptrdiff_t n_steps,
                                               ptrdiff_t record_every,
                                               ptrdiff_t n_frames,
                                               const float *omega,
                                               const ptrdiff_t *omega_strides,
                                               const float *coupling,
                                               const ptrdiff_t *coupling_strides,
                                               float *theta,
                                               const ptrdiff_t *theta_strides,
                                               float *frames,
                                               const ptrdiff_t *frames_strides,
                                               float *order_r,
                                               const ptrdiff_t *order_r_strides,
                                               float *order_psi,
                                               const ptrdiff_t *order_psi_strides,
                                               double dt,
                                               ptrdiff_t *steps_done,
                                               const struct hl_kuramoto_options *options);

/**
 * The right-hand side of Kuramoto oscillators on a network.
 *
 * dtheta_i = omega_i + K_i sum_e w_e sin(theta_j(e) - theta_i - lag), e the edges of row i of a sparse matrix in compressed
 * rows (CSR, indices from 0): edges row_start[i] to row_start[i + 1] - 1, each to node neighbours[e] with weight w_e. An edge
 * pulls the node of its row alone; for a mutual pull there are two. Edges from a node to itself, and several between two
 * nodes, are allowed. Every row is added in the order of its edges.
 *
 * @param n_nodes     oscillators, the rows of the matrix
 * @param n_edges     its entries
 * @param row_start   [n_nodes + 1] integers of index_bits bits, ascending from 0 to n_edges
 * @param neighbours  [n_edges] integers of index_bits bits, from 0 to n_nodes - 1
 * @param weights     [n_edges] w, or NULL for 1; stride 0 for one value
 * @param theta       [n_nodes] phases, radians, not wrapped; up to 2^49 in magnitude (2^20 in f32), where they have no digits left
 * @param omega       [n_nodes] natural frequencies; stride 0 for one value
 * @param coupling    [n_nodes] K of each oscillator; stride 0 for one value
 * @param dtheta      [n_nodes] out
 * @param index_bits  32 (int32_t) or 64 (int64_t)
 * @param options     NULL for defaults. Used: law, lag, accumulate, nonfinite; boundaries and halos are not looked at
 *
 * `dtheta` shares no element with an input. Strides of the index arrays count integers. Errors: array errors; HL_ERR_ARGUMENT
 * (an index out of range, a phase too large, a weight beyond 1e154, in f32 1e19) and HL_ERR_NONFINITE name the element; HL_ERR_OPTION.
 * With a status from 1 to 99 nothing was written.
 */
hl_status hl_kuramoto_network_rhs(ptrdiff_t n_nodes,
                                  ptrdiff_t n_edges,
                                  const void *row_start,
                                  const ptrdiff_t *row_start_strides,
                                  const void *neighbours,
                                  const ptrdiff_t *neighbours_strides,
                                  const double *weights,
                                  const ptrdiff_t *weights_strides,
                                  const double *theta,
                                  const ptrdiff_t *theta_strides,
                                  const double *omega,
                                  const ptrdiff_t *omega_strides,
                                  const double *coupling,
                                  const ptrdiff_t *coupling_strides,
                                  double *dtheta,
                                  const ptrdiff_t *dtheta_strides,
                                  int32_t index_bits,
                                  const struct hl_kuramoto_options *options);

/**
 * hl_kuramoto_network_rhs in single precision.
 */
hl_status hl_kuramoto_network_rhs_f32(ptrdiff_t n_nodes,
                                      ptrdiff_t n_edges,
                                      const void *row_start,
                                      const ptrdiff_t *row_start_strides,
                                      const void *neighbours,
                                      const ptrdiff_t *neighbours_strides,
                                      const float *weights,
                                      const ptrdiff_t *weights_strides,
                                      const float *theta,
                                      const ptrdiff_t *theta_strides,
                                      const float *omega,
                                      const ptrdiff_t *omega_strides,
                                      const float *coupling,
                                      const ptrdiff_t *coupling_strides,
                                      float *dtheta,
                                      const ptrdiff_t *dtheta_strides,
                                      int32_t index_bits,
                                      const struct hl_kuramoto_options *options);

/**
 * Integrates Kuramoto oscillators on a network in place.
 *
 * The right-hand side is hl_kuramoto_network_rhs'; all else is as in hl_kuramoto_integrate. The graph is looked at once, when
 * the call begins, and may not be changed before it returns.
 *
 * @param n_nodes       oscillators, the rows of the matrix
 * @param n_edges       its entries
 * @param n_steps       steps to make, 0 or more
 * @param record_every  steps between records; 0 records nothing
 * @param n_frames      records: n_steps / record_every, rounded down, or 0
 * @param row_start     [n_nodes + 1] integers of index_bits bits, ascending from 0 to n_edges
 * @param neighbours    [n_edges] integers of index_bits bits, from 0 to n_nodes - 1
 * @param weights       [n_edges] w, or NULL for 1; stride 0 for one value
 * @param omega         [n_nodes]; stride 0 for one value
 * @param coupling      [n_nodes]; stride 0 for one value
 * @param theta         [n_nodes] in and out
 * @param frames        [n_frames][n_nodes] phases after steps record_every, 2 record_every, ..., or NULL
 * @param order_r       [n_frames] |mean of exp(i theta)| then, or NULL
 * @param order_psi     [n_frames] its argument, or NULL
 * @param dt            length of a step, positive
 * @param index_bits    32 (int32_t) or 64 (int64_t)
 * @param steps_done    NULL, or where the number of steps made is written, whatever the status; 0 for a status from 1 to 99
 * @param options       NULL for defaults; accumulate, boundaries and halos are not used
 *
 * Aliasing, errors and what is left after one: as for hl_kuramoto_integrate; HL_ERR_ARGUMENT also for an index out of range.
 */
hl_status hl_kuramoto_network_integrate(ptrdiff_t n_nodes,
                                        ptrdiff_t n_edges,
                                        ptrdiff_t n_steps,
                                        ptrdiff_t record_every,
                                        ptrdiff_t n_frames,
                                        const void *row_start,
                                        const ptrdiff_t *row_start_strides,
                                        const void *neighbours,
                                        const ptrdiff_t *neighbours_strides,
                                        const double *weights,
                                        const ptrdiff_t *weights_strides,
                                        const double *omega,
                                        const ptrdiff_t *omega_strides,
                                        const double *coupling,
                                        const ptrdiff_t *coupling_strides,
                                        double *theta,
                                        const ptrdiff_t *theta_strides,
                                        double *frames,
                                        const ptrdiff_t *frames_strides,
                                        double *order_r,
                                        const ptrdiff_t *order_r_strides,
                                        double *order_psi,
                                        const ptrdiff_t *order_psi_strides,
                                        double dt,
                                        int32_t index_bits,
                                        ptrdiff_t *steps_done,
                                        const struct hl_kuramoto_options *options);

/**
 * hl_kuramoto_network_integrate in single precision (dt stays double).
 */
hl_status hl_kuramoto_network_integrate_f32(ptrdiff_t n_nodes,
                                            ptrdiff_t n_edges,
                                            ptrdiff_t n_steps,
                                            ptrdiff_t record_every,
                                            ptrdiff_t n_frames,
                                            const void *row_start,
                                            const ptrdiff_t *row_start_strides,
                                            const void *neighbours,
                                            const ptrdiff_t *neighbours_strides,
                                            const float *weights,
                                            const ptrdiff_t *weights_strides,
                                            const float *omega,
                                            const ptrdiff_t *omega_strides,
                                            const float *coupling,
                                            const ptrdiff_t *coupling_strides,
                                            float *theta,
                                            const ptrdiff_t *theta_strides,
                                            float *frames,
                                            const ptrdiff_t *frames_strides,
                                            float *order_r,
                                            const ptrdiff_t *order_r_strides,
                                            float *order_psi,
                                            const ptrdiff_t *order_psi_strides,
                                            double dt,
                                            int32_t index_bits,
                                            ptrdiff_t *steps_done,
                                            const struct hl_kuramoto_options *options);

/**
 * Fills `options` with defaults: sine coupling without lag, zero flux, Euler's method. Writes at most struct_size bytes.
 *
 * @param struct_size  sizeof(hl_kuramoto_options)
 *
 * Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
 */
hl_status hl_kuramoto_options_init(struct hl_kuramoto_options *options,
                                   size_t struct_size);

/**
 * How many neighbours each point has, so that arrays for hl_neighbour_list_fill can be made.
 *
 * A neighbour of point i is a point j, or its image in another cell, with |r| < cutoff for r = (x_j - x_i) + S H, S three
 * whole numbers and H the cell. Images of i itself count; i in its own place only with self_pairs. Every pair is there
 * twice, from i and from j.
 *
 * @param n_points    number of points
 * @param positions   [n_points][3]
 * @param cell        [3][3] rows are lattice vectors, right-handed, of any skew and size, smaller than the cutoff too; read if
 *                    periodic. NULL otherwise
 * @param periodic    0 or 1, for all three axes
 * @param cutoff      positive, in the unit of positions
 * @param self_pairs  0 or 1
 * @param counts      [n_points] out, or NULL
 * @param n_pairs     out: their sum, or NULL
 *
 * Outputs share no element with each other or with inputs. Errors: array errors; HL_ERR_NONFINITE names the element;
 * HL_ERR_ARGUMENT for the cutoff, a cell without volume or left-handed, or one so small that a point has more than ten million
 * neighbours. One thread; the call ends when it is done.
 */
hl_status hl_neighbour_list_count(ptrdiff_t n_points,
                                  const double *positions,
                                  const ptrdiff_t *positions_strides,
                                  const double *cell,
                                  const ptrdiff_t *cell_strides,
                                  int32_t periodic,
                                  double cutoff,
                                  int32_t self_pairs,
                                  ptrdiff_t *counts,
                                  const ptrdiff_t *counts_strides,
                                  ptrdiff_t *n_pairs);

/**
 * The neighbours of every point; see hl_neighbour_list_count, which takes the same arguments and gives n_pairs.
 *
 * Pairs are sorted by i, then j, then the shift.
 *
 * @param n_pairs  what hl_neighbour_list_count says
 * @param pairs    [n_pairs][2] out, or NULL: i and j
 * @param shifts   [n_pairs][3] out, or NULL: S
 * @param vectors  [n_pairs][3] out, or NULL: r = (x_j - x_i) + S H; the two sides of a pair have the same numbers with other signs
 *
 * Outputs share no element with each other or with inputs. Errors: as hl_neighbour_list_count; HL_ERR_SHAPE if n_pairs is
 * another number than that of the pairs (nothing was written).
 */
hl_status hl_neighbour_list_fill(ptrdiff_t n_points,
                                 const double *positions,
                                 const ptrdiff_t *positions_strides,
                                 const double *cell,
                                 const ptrdiff_t *cell_strides,
                                 int32_t periodic,
                                 double cutoff,
                                 int32_t self_pairs,
                                 ptrdiff_t n_pairs,
                                 ptrdiff_t *pairs,
                                 const ptrdiff_t *pairs_strides,
                                 int32_t *shifts,
                                 const ptrdiff_t *shifts_strides,
                                 double *vectors,
                                 const ptrdiff_t *vectors_strides);

/**
 * Sets the number of threads for calls from any thread of the process; 0 returns to the default (HOTLOOP_NUM_THREADS,
 * else OMP_NUM_THREADS, else RAYON_NUM_THREADS, else the cores that affinity and cgroups leave).
 *
 * Errors: HL_ERR_ARGUMENT for n < 0 or n > HL_MAX_THREADS; the setting is then unchanged.
 */
hl_status hl_set_num_threads(int32_t n);

/**
 * Sets the number of threads for calls from the calling thread, over hl_set_num_threads and everything else; 0
 * inherits again. Returns the old value, or -1 (and hl_last_error_message says why) if n < 0 or
 * n > HL_MAX_THREADS; the setting is then unchanged.
 */
int32_t hl_set_num_threads_local(int32_t n);

/**
 * The number of threads that a call from this thread would use now. Inside an OpenMP parallel region that is 1,
 * unless hl_set_num_threads_local says otherwise.
 */
int32_t hl_get_num_threads(void);

/**
 * Ends the library's worker threads and waits for them; calls in progress on other threads finish first. Later calls
 * start new ones. For hosts that must be single-threaded at some point (before exec, checkpoints, leak checks).
 *
 * Errors: HL_ERR_BUSY from inside a progress callback.
 */
hl_status hl_shutdown(void);

/**
 * Converts values from one unit to another of the same kind (energies: wavenumber, wavelength, electronvolt, hartree,
 * terahertz; dipoles: debye, atomic, coulomb meter; lengths: angstrom, bohr, nanometer).
 *
 * @param values     [n] in from_unit. NaN and infinities pass through as arithmetic has it.
 * @param converted  [n] in to_unit. May be `values` itself (same pointer and strides); else shares no element with it.
 * @param from_unit  HL_UNIT_*
 * @param to_unit    HL_UNIT_*
 *
 * Constants: CODATA 2022. Errors: HL_ERR_ARGUMENT for an unknown unit or one of another kind; array errors.
 */
hl_status hl_units_convert(ptrdiff_t n,
                           const double *values,
                           const ptrdiff_t *values_strides,
                           double *converted,
                           const ptrdiff_t *converted_strides,
                           int32_t from_unit,
                           int32_t to_unit);

/**
 * The library's version, "major.minor.patch". Static.
 */
const char *hl_version(void);

/**
 * HL_ABI_VERSION of the library that is loaded. Bindings compare it with the header's at load.
 */
int32_t hl_abi_version(void);

/**
 * How the library runs here, as "key: value" lines: version, abi, simd (level in use), simd_available, threads and
 * threads_from (what set the number), openblas, openblas_core, openblas_threading. Keys may be added.
 *
 * The text belongs to the calling thread and stays until that thread's next hl_config.
 */
const char *hl_config(void);

/**
 * What a status means, in one line. Static. Negative statuses come from the caller's own callbacks.
 */
const char *hl_status_string(hl_status status);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HOTLOOP_H */
