//! The exciton functions' options: the C struct, its defaults, and what it means.

use super::sample::{hl_exciton_sample, refuse_sample};
use crate::array::{Footprint, View};
use crate::capi::guard::{self, hl_status, refuse};
use crate::capi::options::{self, Known};
use crate::capi::progress::hl_progress_fn;
use crate::error::{Result, Status, try_collect};
use crate::exciton::{Lineshape, Method, Normalization, Options, Widths};
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
/// One convolution for all sticks, without cutoff, to 2e-12 of the peak; Gaussian with cutoff >= 3 on a uniform grid.
pub const HL_BROADENING_GRIDDED: i32 = 2;

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
    /// Full width at half maximum for absorption, cm-1, as all widths from 1e-100 to 1e100; default 70. The Gaussian part's for Voigt.
    pub fwhm: f64,
    /// The same for CD; default 0, which means fwhm.
    pub fwhm_cd: f64,
    /// The Lorentzian part's full width for Voigt, cm-1; default 0, and 0 for other lineshapes.
    pub lorentzian_fwhm: f64,
    /// A point x belongs to a stick at e iff e - cutoff FWHM <= x < e + cutoff FWHM; default 3. INFINITY never cuts.
    /// The gridded way never cuts. (A Lorentzian still has 2.7 % of its peak at 3 FWHM.)
    pub cutoff: f64,
    /// Added to every diagonal element, cm-1, at most 1e200 in magnitude; default 0. For Hamiltonians relative to a reference energy.
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
    /// What hl_exciton_residual_gradient, hl_exciton_jacobian and hl_exciton_fit may be told of a sample; other functions refuse
    /// it. NULL for nothing.
    pub sample: *const hl_exciton_sample,
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
        sample: std::ptr::null(),
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

/// The caller's options as values, with what their arrays occupy.
pub(super) struct Given {
    pub options: Options,
    pub progress: Progress,
    pub footprints: Vec<Footprint>,
    pub sample: *const hl_exciton_sample,
}

impl Given {
    /// For a function that knows no samples.
    ///
    /// # Safety
    /// `raw` is NULL or points to an options struct of the size that it says, whose arrays are as documented.
    pub unsafe fn new(raw: *const hl_exciton_options, n_site: usize, uses_deleted: bool) -> Result<Self> {
        // SAFETY: passed on.
        let given = unsafe { Self::with_sample(raw, n_site, uses_deleted)? };
        refuse_sample(&given)?;
        Ok(given)
    }

    /// # Safety
    /// As for `new`.
    pub unsafe fn with_sample(raw: *const hl_exciton_options, n_site: usize, uses_deleted: bool) -> Result<Self> {
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
                try_collect("fwhm_cd_values", absorption.iter().copied())?
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
            deleted = try_collect("deleted", (0..n_site).map(|site| view.at([site]) != 0))?;
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
        Ok(Self { options, progress, footprints, sample: raw.sample })
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
