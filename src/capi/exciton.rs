//! Exciton spectra: `extern "C"` shells of `crate::exciton`.

use super::guard::{self, hl_status, refuse};
use super::options::{self, Known};
use crate::array::{View, ViewMut, disjoint, extent};
use crate::error::{Result, Status};
use crate::exciton::{
    self, Lineshape, Method, Needs, Normalization, Options, StickArrays, StickOutputs, System, Widths,
};
use crate::threads::Progress;
use std::ffi::c_void;

pub const HL_LINESHAPE_GAUSSIAN: i32 = 0;
pub const HL_LINESHAPE_LORENTZIAN: i32 = 1;
/// Gaussian of the given FWHM convolved with a Lorentzian of lorentzian_fwhm.
pub const HL_LINESHAPE_VOIGT: i32 = 2;

/// One width for all: fwhm, fwhm_cd.
pub const HL_FWHM_COMMON: i32 = 0;
/// A width per exciton in ascending energy: fwhm_values, fwhm_cd_values.
pub const HL_FWHM_PER_EXCITON: i32 = 1;
/// A width per site; exciton k gets sqrt(sum_j V_jk^2 w_j^2).
pub const HL_FWHM_PER_SITE: i32 = 2;

/// An isolated stick of strength 1 has height 1, as in ham2spec.
pub const HL_NORMALIZATION_PEAK: i32 = 0;
/// An isolated stick of strength 1 has area 1 (cm-1).
pub const HL_NORMALIZATION_AREA: i32 = 1;

/// R_k on the scale of dipole strengths: CD / absorption = g = 4 R / D, as ham2spec.
pub const HL_CD_SCALE_DISSYMMETRY: i32 = 0;
/// Rosenfeld's rotational strength, a quarter of that.
pub const HL_CD_SCALE_ROSENFELD: i32 = 1;

/// The faster way for the problem's sizes; the choice depends on nothing else.
pub const HL_BROADENING_AUTO: i32 = 0;
/// Point by point, with the exact cutoff.
pub const HL_BROADENING_DIRECT: i32 = 1;
/// One convolution for all sticks, without cutoff, to 1e-12 of the peak; Gaussian with cutoff >= 3 on a uniform grid.
pub const HL_BROADENING_GRIDDED: i32 = 2;

/// Called on the calling thread only: once before the work, a few times a second, once after it. Non-zero cancels: the
/// call returns HL_ERR_CANCELLED for a positive value, a negative value itself.
#[allow(non_camel_case_types)]
pub type hl_progress_fn = Option<unsafe extern "C" fn(user: *mut c_void, done: i64, total: i64) -> i32>;

/// Options of the exciton functions. Always filled by hl_exciton_options_init first; fields are only ever appended.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct hl_exciton_options {
    /// sizeof(hl_exciton_options) of the caller's header.
    pub struct_size: usize,
    /// HL_LINESHAPE_*; default Gaussian.
    pub lineshape: i32,
    /// HL_FWHM_*; default common.
    pub fwhm_by: i32,
    /// HL_NORMALIZATION_*; default peak.
    pub normalization: i32,
    /// HL_CD_SCALE_*; default dissymmetry.
    pub cd_scale: i32,
    /// HL_BROADENING_*; default auto.
    pub broadening: i32,
    /// 0 or 1; default 0. 1 multiplies both spectra by the wavenumber of the grid point.
    pub frequency_prefactor: i32,
    /// 0 or 1; default 0. 1 divides the dipoles of each configuration by the root of their summed squares, after
    /// deletion.
    pub normalize_dipoles: i32,
    /// 0.
    pub reserved: i32,
    /// Full width at half maximum for absorption, cm-1; default 70. The Gaussian part's for Voigt.
    pub fwhm: f64,
    /// The same for CD; default 0, which means fwhm.
    pub fwhm_cd: f64,
    /// The Lorentzian part's full width for Voigt, cm-1; default 0, and 0 for other lineshapes.
    pub lorentzian_fwhm: f64,
    /// A point x belongs to a stick at e iff e - cutoff FWHM <= x < e + cutoff FWHM; default 3. INFINITY never cuts.
    /// The gridded way never cuts. (A Lorentzian still has 2.7 % of its peak at 3 FWHM.)
    pub cutoff: f64,
    /// Added to every diagonal element, cm-1; default 0. For Hamiltonians relative to a reference energy.
    pub energy_offset: f64,
    /// [n_site] widths unless fwhm_by is common, then NULL. Entries of deleted sites are ignored for PER_SITE.
    pub fwhm_values: *const f64,
    pub fwhm_values_strides: *const isize,
    /// [n_site] widths for CD; NULL means fwhm_values.
    pub fwhm_cd_values: *const f64,
    pub fwhm_cd_values_strides: *const isize,
    /// [n_site] non-zero for a pigment that is left out of everything: its rows, columns, dipoles and positions are
    /// never read. NULL for none.
    pub deleted: *const u8,
    pub deleted_strides: *const isize,
    /// NULL for none.
    pub progress: hl_progress_fn,
    pub progress_user: *mut c_void,
}

impl hl_exciton_options {
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        lineshape: HL_LINESHAPE_GAUSSIAN,
        fwhm_by: HL_FWHM_COMMON,
        normalization: HL_NORMALIZATION_PEAK,
        cd_scale: HL_CD_SCALE_DISSYMMETRY,
        broadening: HL_BROADENING_AUTO,
        frequency_prefactor: 0,
        normalize_dipoles: 0,
        reserved: 0,
        fwhm: 70.0,
        fwhm_cd: 0.0,
        lorentzian_fwhm: 0.0,
        cutoff: 3.0,
        energy_offset: 0.0,
        fwhm_values: std::ptr::null(),
        fwhm_values_strides: std::ptr::null(),
        fwhm_cd_values: std::ptr::null(),
        fwhm_cd_values_strides: std::ptr::null(),
        deleted: std::ptr::null(),
        deleted_strides: std::ptr::null(),
        progress: None,
        progress_user: std::ptr::null_mut(),
    };
}

/// Fills `options` with defaults: the default configuration of fmo_analysis (Gaussian, 70 cm-1, cutoff 3, peak
/// normalisation). Writes at most struct_size bytes.
///
/// @param struct_size  sizeof(hl_exciton_options)
///
/// Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_options_init(options: *mut hl_exciton_options, struct_size: usize) -> hl_status {
    guard::status("hl_exciton_options_init", || {
        // SAFETY: the caller has struct_size writable bytes there.
        unsafe { options::init(options, struct_size, hl_exciton_options::DEFAULT) }
    })
}

/// Excitons of many configurations: energies, strengths, dipoles and eigenvectors.
///
/// With H the Hamiltonian, mu_j and r_j dipole and position of site j: H V = V diag(e); M_k = sum_j V_jk mu_j;
/// D_k = |M_k|^2; R_k = (4 pi / lambda_k) M_k . sum_j V_jk (r_j x mu_j), lambda_k = 1e8 / e_k Angstrom, which is
/// (2 pi / lambda_k) sum_(j<l) 2 V_jk V_lk (r_j - r_l) . (mu_j x mu_l) as in ham2spec (four times Rosenfeld's R; see
/// cd_scale). Excitons ascend in energy; degenerate ones have orthonormal eigenvectors, in no particular basis. The
/// sign of an eigenvector is arbitrary.
///
/// @param n_conf                number of configurations
/// @param n_site                number of pigments
/// @param hamiltonians          [n_conf][n_site][n_site] cm-1, symmetric to 1e-12 of the largest element (the lower
///                              triangle is used)
/// @param dipoles               [n_conf][n_site][3] any unit; stride 0 on the first axis shares one set. NULL if no
///                              strengths or dipoles are asked for
/// @param positions             [n_conf][n_site][3] Angstrom. NULL if no rotational strengths are asked for
/// @param energies              [n_conf][n_site] cm-1, or NULL
/// @param dipole_strengths      [n_conf][n_site] dipole unit squared, or NULL
/// @param rotational_strengths  [n_conf][n_site] dipole unit squared, or NULL
/// @param exciton_dipoles       [n_conf][n_site][3] dipole unit, or NULL
/// @param eigenvectors          [n_conf][n_site][n_site], site then exciton (in columns), or NULL
/// @param options               NULL for defaults. Used: energy_offset, deleted, normalize_dipoles, cd_scale,
///                              progress; all are checked
///
/// With deleted pigments the excitons of the others come first and the rest of each configuration is 0 (rows of
/// deleted sites and columns of padding in eigenvectors).
///
/// Outputs share no element with each other or with inputs. Errors: array errors; HL_ERR_NONFINITE and
/// HL_ERR_ARGUMENT (asymmetric; site energy not positive though rotational strengths are asked for) name configuration
/// and element; HL_ERR_OPTION. After HL_ERR_NOT_CONVERGED, HL_ERR_CANCELLED or a callback's own status, some
/// configurations have been written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_sticks(
    n_conf: isize,
    n_site: isize,
    hamiltonians: *const f64,
    hamiltonians_strides: *const isize,
    dipoles: *const f64,
    dipoles_strides: *const isize,
    positions: *const f64,
    positions_strides: *const isize,
    energies: *mut f64,
    energies_strides: *const isize,
    dipole_strengths: *mut f64,
    dipole_strengths_strides: *const isize,
    rotational_strengths: *mut f64,
    rotational_strengths_strides: *const isize,
    exciton_dipoles: *mut f64,
    exciton_dipoles_strides: *const isize,
    eigenvectors: *mut f64,
    eigenvectors_strides: *const isize,
    options: *const hl_exciton_options,
) -> hl_status {
    guard::status("hl_exciton_sticks", || {
        let (n_conf, n_site) = (extent("n_conf", n_conf)?, extent("n_site", n_site)?);
        let rows = [n_conf, n_site];
        let vectors = [n_conf, n_site, 3];
        let matrices = [n_conf, n_site, n_site];
        let needs = Needs {
            dipoles: !(dipole_strengths.is_null() && rotational_strengths.is_null() && exciton_dipoles.is_null()),
            rotation: !rotational_strengths.is_null(),
            eigenvectors: !eigenvectors.is_null(),
        };
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (hamiltonians, dipoles, positions, outputs, given) = unsafe {
            (
                View::new("hamiltonians", hamiltonians, matrices, hamiltonians_strides)?,
                needed("dipoles", needs.dipoles, dipoles, vectors, dipoles_strides)?,
                needed("positions", needs.rotation, positions, vectors, positions_strides)?,
                StickOutputs {
                    energies: wanted("energies", energies, rows, energies_strides)?,
                    dipole_strengths: wanted("dipole_strengths", dipole_strengths, rows, dipole_strengths_strides)?,
                    rotational_strengths: wanted(
                        "rotational_strengths",
                        rotational_strengths,
                        rows,
                        rotational_strengths_strides,
                    )?,
                    exciton_dipoles: wanted("exciton_dipoles", exciton_dipoles, vectors, exciton_dipoles_strides)?,
                    eigenvectors: wanted("eigenvectors", eigenvectors, matrices, eigenvectors_strides)?,
                },
                Given::new(options, n_site, true)?,
            )
        };
        let mut inputs = given.footprints;
        inputs.push(hamiltonians.footprint());
        inputs.extend([dipoles, positions].iter().flatten().map(View::footprint));
        let flat = [&outputs.energies, &outputs.dipole_strengths, &outputs.rotational_strengths];
        let deep = [&outputs.exciton_dipoles, &outputs.eigenvectors];
        let mut footprints: Vec<_> = flat.into_iter().flatten().map(ViewMut::footprint).collect();
        footprints.extend(deep.into_iter().flatten().map(ViewMut::footprint));
        disjoint(&inputs, &footprints)?;
        let system = System {
            hamiltonians,
            dipoles,
            positions,
            kept: given.options.kept_sites(n_site),
            energy_offset: given.options.energy_offset,
            normalize_dipoles: given.options.normalize_dipoles,
            needs,
        };
        let mut progress = given.progress;
        exciton::sticks(&system, &given.options, outputs, &mut progress)
    })
}

/// Sticks to spectra on the caller's grid: the weighted mean over configurations.
///
/// absorption(x) = sum_c w_c sum_k D_ck g(x - e_ck) / sum_c w_c, and CD likewise with R; g is the lineshape of the
/// options.
///
/// @param n_conf                number of configurations, at least 1
/// @param n_exciton             number of sticks of each
/// @param n_grid                number of grid points
/// @param energies              [n_conf][n_exciton] cm-1, absolute
/// @param dipole_strengths      [n_conf][n_exciton]; NULL only without absorption
/// @param rotational_strengths  [n_conf][n_exciton]; NULL only without cd
/// @param weights               [n_conf] not negative, with a positive sum; NULL for equal weights
/// @param grid                  [n_grid] cm-1, ascending
/// @param absorption            [n_grid], or NULL
/// @param cd                    [n_grid], or NULL
/// @param options               NULL for defaults. With fwhm_by = HL_FWHM_PER_EXCITON, fwhm_values [n_exciton] belong to
///                              the columns of energies; HL_FWHM_PER_SITE is refused. energy_offset, deleted,
///                              normalize_dipoles and cd_scale concern Hamiltonians and are not used
///
/// Outputs share no element with each other or with inputs. Errors: HL_ERR_SHAPE for n_conf = 0; array errors;
/// HL_ERR_NONFINITE, HL_ERR_ARGUMENT (grid not ascending, weights), HL_ERR_OPTION. With any status but HL_OK the
/// outputs are untouched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_broaden(
    n_conf: isize,
    n_exciton: isize,
    n_grid: isize,
    energies: *const f64,
    energies_strides: *const isize,
    dipole_strengths: *const f64,
    dipole_strengths_strides: *const isize,
    rotational_strengths: *const f64,
    rotational_strengths_strides: *const isize,
    weights: *const f64,
    weights_strides: *const isize,
    grid: *const f64,
    grid_strides: *const isize,
    absorption: *mut f64,
    absorption_strides: *const isize,
    cd: *mut f64,
    cd_strides: *const isize,
    options: *const hl_exciton_options,
) -> hl_status {
    guard::status("hl_exciton_broaden", || {
        let n_conf = extent("n_conf", n_conf)?;
        let n_exciton = extent("n_exciton", n_exciton)?;
        let n_grid = extent("n_grid", n_grid)?;
        let rows = [n_conf, n_exciton];
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (arrays, weights, grid, spectra, given) = unsafe {
            (
                StickArrays {
                    energies: View::new("energies", energies, rows, energies_strides)?,
                    dipole_strengths: needed(
                        "dipole_strengths",
                        !absorption.is_null(),
                        dipole_strengths,
                        rows,
                        dipole_strengths_strides,
                    )?,
                    rotational_strengths: needed(
                        "rotational_strengths",
                        !cd.is_null(),
                        rotational_strengths,
                        rows,
                        rotational_strengths_strides,
                    )?,
                },
                needed("weights", !weights.is_null(), weights, [n_conf], weights_strides)?,
                View::new("grid", grid, [n_grid], grid_strides)?,
                SpectrumOutputs::new(n_grid, absorption, absorption_strides, cd, cd_strides)?,
                Given::new(options, n_exciton, false)?,
            )
        };
        let mut inputs = given.footprints;
        inputs.extend([arrays.energies.footprint(), grid.footprint()]);
        inputs.extend([arrays.dipole_strengths, arrays.rotational_strengths].iter().flatten().map(View::footprint));
        inputs.extend(weights.iter().map(View::footprint));
        spectra.check_disjoint(&inputs)?;
        let mut progress = given.progress;
        let result = exciton::broaden(&arrays, weights, &grid, &given.options, &mut progress)?;
        spectra.write(result);
        Ok(())
    })
}

/// Hamiltonians straight to spectra on the caller's grid: the weighted mean over configurations, without storage per
/// configuration.
///
/// What hl_exciton_sticks and hl_exciton_broaden do together; formulas there.
///
/// @param n_conf        number of configurations, at least 1
/// @param n_site        number of pigments
/// @param n_grid        number of grid points
/// @param hamiltonians  [n_conf][n_site][n_site] cm-1, symmetric to 1e-12 of the largest element (the lower triangle is
///                      used); absolute energies, or relative ones with energy_offset
/// @param dipoles       [n_conf][n_site][3] any unit; stride 0 on the first axis shares one set
/// @param positions     [n_conf][n_site][3] Angstrom; NULL only without cd
/// @param weights       [n_conf] not negative, with a positive sum; NULL for equal weights
/// @param grid          [n_grid] cm-1, ascending
/// @param absorption    [n_grid], or NULL
/// @param cd            [n_grid], or NULL
/// @param options       NULL for defaults
///
/// Outputs share no element with each other or with inputs. Errors: HL_ERR_SHAPE for n_conf = 0; array errors;
/// HL_ERR_NONFINITE and HL_ERR_ARGUMENT (asymmetric; site energy not positive though CD is asked for; grid not
/// ascending; weights) name the element; HL_ERR_OPTION; HL_ERR_NOT_CONVERGED. With any status but HL_OK the outputs are
/// untouched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_spectrum(
    n_conf: isize,
    n_site: isize,
    n_grid: isize,
    hamiltonians: *const f64,
    hamiltonians_strides: *const isize,
    dipoles: *const f64,
    dipoles_strides: *const isize,
    positions: *const f64,
    positions_strides: *const isize,
    weights: *const f64,
    weights_strides: *const isize,
    grid: *const f64,
    grid_strides: *const isize,
    absorption: *mut f64,
    absorption_strides: *const isize,
    cd: *mut f64,
    cd_strides: *const isize,
    options: *const hl_exciton_options,
) -> hl_status {
    guard::status("hl_exciton_spectrum", || {
        let n_conf = extent("n_conf", n_conf)?;
        let n_site = extent("n_site", n_site)?;
        let n_grid = extent("n_grid", n_grid)?;
        let vectors = [n_conf, n_site, 3];
        let rotation = !cd.is_null();
        let dipoles_wanted = rotation || !absorption.is_null();
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (hamiltonians, dipoles, positions, weights, grid, spectra, given) = unsafe {
            (
                View::new("hamiltonians", hamiltonians, [n_conf, n_site, n_site], hamiltonians_strides)?,
                needed("dipoles", dipoles_wanted, dipoles, vectors, dipoles_strides)?,
                needed("positions", rotation, positions, vectors, positions_strides)?,
                needed("weights", !weights.is_null(), weights, [n_conf], weights_strides)?,
                View::new("grid", grid, [n_grid], grid_strides)?,
                SpectrumOutputs::new(n_grid, absorption, absorption_strides, cd, cd_strides)?,
                Given::new(options, n_site, true)?,
            )
        };
        let mut inputs = given.footprints;
        inputs.extend([hamiltonians.footprint(), grid.footprint()]);
        inputs.extend([dipoles, positions].iter().flatten().map(View::footprint));
        inputs.extend(weights.iter().map(View::footprint));
        spectra.check_disjoint(&inputs)?;
        let system = System {
            hamiltonians,
            dipoles,
            positions,
            kept: given.options.kept_sites(n_site),
            energy_offset: given.options.energy_offset,
            normalize_dipoles: given.options.normalize_dipoles,
            needs: Needs {
                dipoles: dipoles_wanted,
                rotation,
                eigenvectors: matches!(given.options.widths, Widths::PerSite { .. }),
            },
        };
        let mut progress = given.progress;
        let result = exciton::spectrum(&system, weights, &grid, &given.options, &mut progress)?;
        spectra.write(result);
        Ok(())
    })
}

/// An input that is read only if something needs it.
///
/// # Safety
/// As for `View::new`, if needed.
unsafe fn needed<'a, const N: usize>(
    name: &'static str,
    is_needed: bool,
    pointer: *const f64,
    dims: [usize; N],
    strides: *const isize,
) -> Result<Option<View<'a, f64, N>>> {
    if is_needed {
        // SAFETY: passed on.
        unsafe { View::new(name, pointer, dims, strides).map(Some) }
    } else {
        Ok(None)
    }
}

/// An output that the caller may leave out.
///
/// # Safety
/// As for `ViewMut::new`, unless NULL.
unsafe fn wanted<'a, const N: usize>(
    name: &'static str,
    pointer: *mut f64,
    dims: [usize; N],
    strides: *const isize,
) -> Result<Option<ViewMut<'a, f64, N>>> {
    if pointer.is_null() {
        Ok(None)
    } else {
        // SAFETY: passed on.
        unsafe { ViewMut::new(name, pointer, dims, strides).map(Some) }
    }
}

/// Where spectra go.
struct SpectrumOutputs<'a> {
    absorption: Option<ViewMut<'a, f64, 1>>,
    cd: Option<ViewMut<'a, f64, 1>>,
}

impl SpectrumOutputs<'_> {
    /// # Safety
    /// As for `wanted`.
    unsafe fn new(
        n_grid: usize,
        absorption: *mut f64,
        absorption_strides: *const isize,
        cd: *mut f64,
        cd_strides: *const isize,
    ) -> Result<Self> {
        // SAFETY: passed on.
        unsafe {
            Ok(Self {
                absorption: wanted("absorption", absorption, [n_grid], absorption_strides)?,
                cd: wanted("cd", cd, [n_grid], cd_strides)?,
            })
        }
    }

    fn check_disjoint(&self, inputs: &[crate::array::Footprint]) -> Result<()> {
        let outputs: Vec<_> = [&self.absorption, &self.cd].into_iter().flatten().map(ViewMut::footprint).collect();
        disjoint(inputs, &outputs)
    }

    fn write(self, spectra: exciton::Spectra) {
        for (output, values) in [(self.absorption, spectra.absorption), (self.cd, spectra.cd)] {
            if let Some(mut output) = output {
                for (i, value) in values.into_iter().enumerate() {
                    output.set([i], value);
                }
            }
        }
    }
}

/// The caller's options as values, with what their arrays occupy.
struct Given {
    options: Options,
    progress: Progress,
    footprints: Vec<crate::array::Footprint>,
}

impl Given {
    /// # Safety
    /// `raw` is NULL or points to an options struct of the size that it says, whose arrays are as documented.
    unsafe fn new(raw: *const hl_exciton_options, n_site: usize, uses_deleted: bool) -> Result<Self> {
        // SAFETY: passed on.
        let raw = unsafe { options::read(raw, hl_exciton_options::DEFAULT)? };
        let mut footprints = Vec::new();
        let bad = |message: String| refuse(Status::Option, message);
        if raw.reserved != 0 {
            return bad(format!("reserved: is {}; it must be 0 (call hl_exciton_options_init first)", raw.reserved));
        }
        let lineshape = match options::choice("lineshape", raw.lineshape, "HL_LINESHAPE_*", LINESHAPES)? {
            Lineshape::Voigt { .. } => Lineshape::Voigt { lorentzian_fwhm: raw.lorentzian_fwhm },
            _ if raw.lorentzian_fwhm != 0.0 => {
                return bad(format!(
                    "lorentzian_fwhm: is {} but the lineshape is not Voigt; set lineshape = HL_LINESHAPE_VOIGT or \
                     lorentzian_fwhm = 0",
                    raw.lorentzian_fwhm
                ));
            }
            other => other,
        };
        let mut list = |name, pointer: *const f64, strides| -> Result<Vec<f64>> {
            // SAFETY: the caller's promise.
            let view = unsafe { View::new(name, pointer, [n_site], strides)? };
            footprints.push(view.footprint());
            view.to_vec(name)
        };
        let fwhm_by = options::choice("fwhm_by", raw.fwhm_by, "HL_FWHM_*", FWHM_BY)?;
        let widths = if fwhm_by == HL_FWHM_COMMON {
            if !raw.fwhm_values.is_null() || !raw.fwhm_cd_values.is_null() {
                return bad(
                    "fwhm_values: given but fwhm_by is HL_FWHM_COMMON; set fwhm_by to what the values belong to".into(),
                );
            }
            let cd = if raw.fwhm_cd == 0.0 { raw.fwhm } else { raw.fwhm_cd };
            Widths::Common { absorption: raw.fwhm, cd }
        } else {
            let absorption = list("fwhm_values", raw.fwhm_values, raw.fwhm_values_strides)?;
            let cd = if raw.fwhm_cd_values.is_null() {
                absorption.clone()
            } else {
                list("fwhm_cd_values", raw.fwhm_cd_values, raw.fwhm_cd_values_strides)?
            };
            if fwhm_by == HL_FWHM_PER_EXCITON { Widths::PerExciton { absorption, cd } } else { Widths::PerSite { absorption, cd } }
        };
        let mut deleted = Vec::new();
        if uses_deleted && !raw.deleted.is_null() {
            // SAFETY: the caller's promise.
            let view = unsafe { View::new("deleted", raw.deleted, [n_site], raw.deleted_strides)? };
            footprints.push(view.footprint());
            deleted = view.to_vec("deleted")?.into_iter().map(|flag| flag != 0).collect();
        }
        let options = Options {
            lineshape,
            widths,
            normalization: options::choice("normalization", raw.normalization, "HL_NORMALIZATION_*", NORMALIZATIONS)?,
            cd_scale: options::choice("cd_scale", raw.cd_scale, "HL_CD_SCALE_*", CD_SCALES)?,
            method: options::choice("broadening", raw.broadening, "HL_BROADENING_*", METHODS)?,
            frequency_prefactor: options::flag("frequency_prefactor", raw.frequency_prefactor)?,
            normalize_dipoles: options::flag("normalize_dipoles", raw.normalize_dipoles)?,
            cutoff: raw.cutoff,
            energy_offset: raw.energy_offset,
            deleted,
        };
        options.check()?;
        // SAFETY: the callback is called during this call only, on this thread.
        let progress = unsafe { Progress::new(raw.progress, raw.progress_user) };
        Ok(Self { options, progress, footprints })
    }
}

const LINESHAPES: [Known<Lineshape>; 3] = [
    (HL_LINESHAPE_GAUSSIAN, Lineshape::Gaussian),
    (HL_LINESHAPE_LORENTZIAN, Lineshape::Lorentzian),
    (HL_LINESHAPE_VOIGT, Lineshape::Voigt { lorentzian_fwhm: 0.0 }),
];
const FWHM_BY: [Known<i32>; 3] = [
    (HL_FWHM_COMMON, HL_FWHM_COMMON),
    (HL_FWHM_PER_EXCITON, HL_FWHM_PER_EXCITON),
    (HL_FWHM_PER_SITE, HL_FWHM_PER_SITE),
];
const NORMALIZATIONS: [Known<Normalization>; 2] =
    [(HL_NORMALIZATION_PEAK, Normalization::Peak), (HL_NORMALIZATION_AREA, Normalization::Area)];
const CD_SCALES: [Known<f64>; 2] = [(HL_CD_SCALE_DISSYMMETRY, 1.0), (HL_CD_SCALE_ROSENFELD, 0.25)];
const METHODS: [Known<Method>; 3] = [
    (HL_BROADENING_AUTO, Method::Auto),
    (HL_BROADENING_DIRECT, Method::Direct),
    (HL_BROADENING_GRIDDED, Method::Gridded),
];
