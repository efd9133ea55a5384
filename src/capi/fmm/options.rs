//! The options of fast multipole plans, and what they mean.

use super::super::guard::{self, hl_status, refuse};
use super::super::options::{self, Known};
use super::super::progress::hl_progress_fn;
use super::kernel::{Chosen, HL_KERNEL_LAPLACE};
use crate::error::{Result, Status};
use crate::fmm::{Options, Potential, Precision, Translations};
use crate::threads::Progress;
use std::ffi::c_void;

/// Double precision for points that come as f64, single for f32.
pub const HL_FMM_PRECISION_AUTO: i32 = 0;
/// All in f64.
pub const HL_FMM_PRECISION_DOUBLE: i32 = 1;
/// Expansions in f32, for eps from 1e-6 on. Near pairs: where sources are targets, terms in f32 (6e-7 of a term) and sums in f64, whatever the points came in, and
/// points closer than 2^-40 of the side of their leaf count as one; else points that came in f64 in f64, those of f32 in f32 and their sums in f64.
pub const HL_FMM_PRECISION_MIXED: i32 = 2;

/// How multipoles are carried between boxes of a level: the faster way (see docs/fmm.md for what was measured).
pub const HL_FMM_TRANSLATIONS_AUTO: i32 = 0;
/// Convolutions in Fourier space, exact to rounding.
pub const HL_FMM_TRANSLATIONS_FFT: i32 = 1;
/// Matrices of low rank in a basis that all of them share; what they leave out is 0.3 to 0.7 of the error of the order in open space, up to
/// 1.5 of it in a cell, ten with mixed precision there.
pub const HL_FMM_TRANSLATIONS_BLAS: i32 = 2;
/// Whole matrices: a reference for the other two, several times slower and with much memory for operators of high orders.
pub const HL_FMM_TRANSLATIONS_DENSE: i32 = 3;

/// Options of fast multipole plans. Always filled by hl_fmm_options_init first; fields are only ever appended. All but progress and
/// progress_user describe a plan and are for hl_fmm_plan_create; other functions look at those two alone.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct hl_fmm_options {
    /// sizeof(hl_fmm_options) of the caller's header.
    pub struct_size: usize,
    /// HL_KERNEL_*; default Laplace.
    pub kernel: i32,
    /// HL_FMM_PRECISION_*; default AUTO.
    pub precision: i32,
    /// kappa of HL_KERNEL_YUKAWA, an inverse length, at least 0; default 0. 0 for other kernels.
    pub screening: f64,
    /// Relative error of potentials, as a norm over all targets, charges of random signs; 1e-11 at least, 1e-6 (default) with
    /// mixed precision or f32 (1.3e-11 and 4e-6 if points repeat in a cell). Gradients are about ten times less accurate, more where charges of both signs cancel (docs/fmm.md). Not read
    /// if order is given.
    pub eps: f64,
    /// Points along an edge of the surfaces that expansions live on, 2 to 14 (7 with mixed precision); default 0: what eps needs.
    pub order: isize,
    /// A box with more sources or more targets is refined; default 0: what makes evaluations fastest.
    pub leaf_size: isize,
    /// No box is refined beyond this level, 0 to 20; default 20.
    pub max_level: isize,
    /// NULL for none. Counts targets.
    pub progress: hl_progress_fn,
    pub progress_user: *mut c_void,
    /// HL_FMM_TRANSLATIONS_*; default AUTO.
    pub translations: i32,
    /// 1: boxes are refined further until leaves that touch differ by one level at most, which bounds the lists of any leaf (2:1 balance); default 0:
    /// lists of any length.
    pub balance: i32,
    /// Side of a cubic cell in which all points repeat, in the unit of coordinates; default 0: open space. Points may lie in
    /// any cell; two that are meant to be one (a target at a source, an atom at both faces) need the same coordinates: rounding that leaves 1e-16 between them
    /// gives 1e16. Potentials are then those of all images in all cells (hl_fmm_evaluate).
    pub period: f64,
}

impl hl_fmm_options {
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        kernel: HL_KERNEL_LAPLACE,
        precision: HL_FMM_PRECISION_AUTO,
        screening: 0.0,
        eps: 1e-6,
        order: 0,
        leaf_size: 0,
        max_level: 20,
        progress: None,
        progress_user: std::ptr::null_mut(),
        translations: HL_FMM_TRANSLATIONS_AUTO,
        balance: 0,
        period: 0.0,
    };
}

/// Fills `options` with defaults. Writes at most struct_size bytes.
///
/// @param struct_size  sizeof(hl_fmm_options)
///
/// Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_options_init(options: *mut hl_fmm_options, struct_size: usize) -> hl_status {
    guard::status("hl_fmm_options_init", || {
        // SAFETY: the caller has struct_size writable bytes there.
        unsafe { options::init(options, struct_size, hl_fmm_options::DEFAULT) }
    })
}

const PRECISIONS: [Known<Option<Precision>>; 3] = [
    (HL_FMM_PRECISION_AUTO, None),
    (HL_FMM_PRECISION_DOUBLE, Some(Precision::Double)),
    (HL_FMM_PRECISION_MIXED, Some(Precision::Single)),
];

const TRANSLATIONS: [Known<Option<Translations>>; 4] = [
    (HL_FMM_TRANSLATIONS_AUTO, None),
    (HL_FMM_TRANSLATIONS_FFT, Some(Translations::Fourier)),
    (HL_FMM_TRANSLATIONS_BLAS, Some(Translations::Compressed)),
    (HL_FMM_TRANSLATIONS_DENSE, Some(Translations::Dense)),
];

/// What options say about a plan, and their progress callback.
///
/// # Safety
/// `options` is as documented.
pub(super) unsafe fn plan_options(options: *const hl_fmm_options, own: Precision) -> Result<(Options, Progress)> {
    // SAFETY: passed on.
    let given = unsafe { options::read(options, hl_fmm_options::DEFAULT)? };
    let potential = match Chosen::new(given.kernel, given.screening)? {
        Chosen::Laplace(_) => Potential::Laplace,
        Chosen::Yukawa(kernel) => Potential::Yukawa { screening: kernel.screening },
    };
    let precision = options::choice("precision", given.precision, "HL_FMM_PRECISION_*", PRECISIONS)?.unwrap_or(own);
    let count = |name: &str, value: isize| match usize::try_from(value) {
        Ok(value) => Ok(value),
        Err(_) => refuse(Status::Option, format!("{name}: is {value}; it is at least 0")),
    };
    let options = Options {
        potential,
        precision,
        eps: given.eps,
        order: count("order", given.order)?,
        leaf_size: count("leaf_size", given.leaf_size)?,
        max_level: count("max_level", given.max_level)?,
        balance: options::flag("balance", given.balance)?,
        translations: options::choice("translations", given.translations, "HL_FMM_TRANSLATIONS_*", TRANSLATIONS)?,
        period: given.period,
    };
    // SAFETY: the callback is called during the call only, on its thread.
    Ok((options, unsafe { Progress::new(given.progress, given.progress_user) }))
}

/// The progress callback alone.
///
/// # Safety
/// `options` is as documented.
pub(super) unsafe fn progress_of(options: *const hl_fmm_options) -> Result<Progress> {
    // SAFETY: passed on; the callback is called during the call only, on its thread.
    unsafe {
        let given = options::read(options, hl_fmm_options::DEFAULT)?;
        Ok(Progress::new(given.progress, given.progress_user))
    }
}
