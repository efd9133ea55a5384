//! What a fit is told and what it tells, as C structs; and the list of parameters.

use super::options::Given;
use crate::array::{Footprint, View};
use crate::capi::guard::{self, hl_status, refuse};
use crate::capi::options;
use crate::error::{Error, Number, Result, Status, try_vec};
use crate::exciton::fit::{Bands, Outcome, Parameter, Reason};
use crate::exciton::{Lineshape, Widths};

/// A row of `parameters`: site i. The value is added to its site energy in every configuration, cm-1.
pub const HL_PARAMETER_SITE_ENERGY: i32 = 0;
/// Sites i, j: added to their coupling, cm-1.
pub const HL_PARAMETER_COUPLING: i32 = 1;
/// Site i: the factor of its dipole; 1 leaves it.
pub const HL_PARAMETER_DIPOLE_SCALE: i32 = 2;
/// Site i, axis 0 to 2: a component of the rotation vector (axis times angle, radians) that turns its dipole.
pub const HL_PARAMETER_DIPOLE_ROTATION: i32 = 3;
/// Site i, axis 0 to 2: added to its position, Angstrom.
pub const HL_PARAMETER_POSITION: i32 = 4;
/// HL_SPECTRUM_*: the full width at half maximum itself, cm-1.
pub const HL_PARAMETER_FWHM: i32 = 5;
/// HL_SPECTRUM_*: added to the energy at which lines appear, cm-1.
pub const HL_PARAMETER_SHIFT: i32 = 6;
/// HL_SPECTRUM_*: the factor of the spectrum; 1 without this parameter.
pub const HL_PARAMETER_SCALE: i32 = 7;
/// HL_SPECTRUM_*: added to the spectrum; 0 without this parameter.
pub const HL_PARAMETER_OFFSET: i32 = 8;
/// Site i, variant v of hl_exciton_sample: added to its site energy in that variant alone, cm-1.
pub const HL_PARAMETER_VARIANT_SITE_ENERGY: i32 = 9;
/// Variant v of hl_exciton_sample: the factor of its spectra, instead of its own weight.
pub const HL_PARAMETER_VARIANT_WEIGHT: i32 = 10;

pub const HL_SPECTRUM_ABSORPTION: i32 = 0;
pub const HL_SPECTRUM_CD: i32 = 1;
/// One value for absorption and CD.
pub const HL_SPECTRUM_BOTH: i32 = 2;
/// Linear dichroism.
pub const HL_SPECTRUM_LD: i32 = 3;
/// One value for all three.
pub const HL_SPECTRUM_ALL: i32 = 4;

/// Why a fit ended: the last step gained less than misfit_tolerance of the misfit, as expected.
pub const HL_FIT_ENDED_MISFIT: i32 = 1;
/// The next step would change the model by less than step_tolerance of the measurement.
pub const HL_FIT_ENDED_STEP: i32 = 2;
/// The residuals are orthogonal to every derivative, to gradient_tolerance.
pub const HL_FIT_ENDED_GRADIENT: i32 = 3;
/// max_iterations were done.
pub const HL_FIT_ENDED_MAX_ITERATIONS: i32 = 4;
/// No step made the misfit smaller, however short.
pub const HL_FIT_ENDED_NO_PROGRESS: i32 = 5;
/// The progress callback asked to stop.
pub const HL_FIT_ENDED_CANCELLED: i32 = 6;

/// Options of hl_exciton_fit. Always filled by hl_exciton_fit_options_init first; fields are only ever appended.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct hl_exciton_fit_options {
    /// sizeof(hl_exciton_fit_options) of the caller's header.
    pub struct_size: usize,
    /// Steps from each start; default 100.
    pub max_iterations: i32,
    /// Starts; default 1. The first is at `values`; a value of a later one is drawn about its prior if it has one, else
    /// evenly between its bounds if both are finite, else it is that of the first. More than one where nothing is drawn are an error.
    pub n_start: i32,
    /// Of the later starts; default 0.
    pub seed: u64,
    /// 0 or 1; default 0. 1 takes the sigma of the measurement as known up to a common factor, which is estimated from the
    /// misfit: for measurements without sigma. With priors the fit is repeated until the factor is that of its own minimum.
    /// Standard errors are infinite where no points are left to tell it.
    pub scale_covariance: i32,
    /// 0.
    pub reserved: i32,
    /// Default 1e-10.
    pub misfit_tolerance: f64,
    /// Default 1e-10.
    pub step_tolerance: f64,
    /// Default 1e-10.
    pub gradient_tolerance: f64,
    /// [n_parameter] bounds; NULL for none. Infinities are none.
    pub lower: *const f64,
    pub lower_strides: *const isize,
    pub upper: *const f64,
    pub upper_strides: *const isize,
    /// [n_parameter] what is expected beforehand, and its standard deviation (infinite for nothing). Both or neither.
    pub prior: *const f64,
    pub prior_strides: *const isize,
    pub prior_sigma: *const f64,
    pub prior_sigma_strides: *const isize,
}

impl hl_exciton_fit_options {
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        max_iterations: 100,
        n_start: 1,
        seed: 0,
        scale_covariance: 0,
        reserved: 0,
        misfit_tolerance: 1e-10,
        step_tolerance: 1e-10,
        gradient_tolerance: 1e-10,
        lower: std::ptr::null(),
        lower_strides: std::ptr::null(),
        upper: std::ptr::null(),
        upper_strides: std::ptr::null(),
        prior: std::ptr::null(),
        prior_strides: std::ptr::null(),
        prior_sigma: std::ptr::null(),
        prior_sigma_strides: std::ptr::null(),
    };
}

/// Fills `options` with defaults. Writes at most struct_size bytes.
///
/// @param struct_size  sizeof(hl_exciton_fit_options)
///
/// Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_fit_options_init(
    options: *mut hl_exciton_fit_options,
    struct_size: usize,
) -> hl_status {
    guard::status("hl_exciton_fit_options_init", || {
        // SAFETY: the caller has struct_size writable bytes there.
        unsafe { options::init(options, struct_size, hl_exciton_fit_options::DEFAULT) }
    })
}

/// How a fit ended.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct hl_exciton_fit_result {
    /// HL_FIT_ENDED_* of the best start.
    pub reason: i32,
    /// The best start, from 0.
    pub start: i32,
    /// Steps and evaluations of the Jacobian, of all starts.
    pub iterations: i64,
    pub evaluations: i64,
    /// Points and priors that count, less values that are not at a bound.
    pub degrees_of_freedom: i64,
    /// 1/2 sum ((model - measured) / sigma)^2, at the first start and at the end.
    pub initial_misfit: f64,
    pub misfit: f64,
    /// 1/2 sum ((value - prior) / prior_sigma)^2 at the end.
    pub prior_misfit: f64,
}

impl hl_exciton_fit_result {
    pub(super) fn new(outcome: &Outcome) -> Self {
        Self {
            reason: match outcome.reason {
                Reason::Misfit => HL_FIT_ENDED_MISFIT,
                Reason::Step => HL_FIT_ENDED_STEP,
                Reason::Gradient => HL_FIT_ENDED_GRADIENT,
                Reason::MaxIterations => HL_FIT_ENDED_MAX_ITERATIONS,
                Reason::NoProgress => HL_FIT_ENDED_NO_PROGRESS,
                Reason::Cancelled => HL_FIT_ENDED_CANCELLED,
            },
            start: outcome.start as i32,
            iterations: outcome.iterations as i64,
            evaluations: outcome.evaluations as i64,
            degrees_of_freedom: outcome.freedom,
            initial_misfit: outcome.initial_misfit,
            misfit: outcome.misfit,
            prior_misfit: outcome.prior_misfit,
        }
    }
}

/// The caller's fit options as values, with what their arrays occupy.
pub(super) struct GivenFit {
    pub lower: Vec<f64>,
    pub upper: Vec<f64>,
    pub prior: Vec<f64>,
    pub prior_sigma: Vec<f64>,
    pub raw: hl_exciton_fit_options,
    pub scales_covariance: bool,
    pub footprints: Vec<Footprint>,
}

impl GivenFit {
    /// # Safety
    /// `raw` is NULL or points to an options struct of the size that it says, whose arrays are as documented.
    pub unsafe fn new(raw: *const hl_exciton_fit_options, n_parameter: usize) -> Result<Self> {
        // SAFETY: passed on.
        let raw = unsafe { options::read(raw, hl_exciton_fit_options::DEFAULT)? };
        let bad = |message: String| refuse(Status::Option, message);
        if raw.reserved != 0 {
            return bad(format!("reserved: is {}; it must be 0 (call hl_exciton_fit_options_init first)", raw.reserved));
        }
        if raw.max_iterations < 0 {
            return bad(format!("max_iterations: is {}; it is at least 0", raw.max_iterations));
        }
        if raw.n_start < 1 {
            return bad(format!("n_start: is {}; it is at least 1", raw.n_start));
        }
        let tolerances = [
            ("misfit_tolerance", raw.misfit_tolerance),
            ("step_tolerance", raw.step_tolerance),
            ("gradient_tolerance", raw.gradient_tolerance),
        ];
        for (name, tolerance) in tolerances {
            if !(0.0..1.0).contains(&tolerance) {
                return bad(format!("{name}: is {}; it is at least 0 and below 1", Number(tolerance)));
            }
        }
        if raw.prior.is_null() != raw.prior_sigma.is_null() {
            return bad("prior: given without prior_sigma, or the other way round; give both or neither".into());
        }
        let mut footprints = Vec::new();
        let mut list = |name, pointer: *const f64, strides, otherwise: f64| -> Result<Vec<f64>> {
            if pointer.is_null() {
                return try_vec(name, n_parameter, otherwise);
            }
            // SAFETY: the caller's promise.
            let view = unsafe { View::new(name, pointer, [n_parameter], strides)? };
            footprints.push(view.footprint());
            view.to_vec(name)
        };
        let lower = list("lower", raw.lower, raw.lower_strides, f64::NEG_INFINITY)?;
        let upper = list("upper", raw.upper, raw.upper_strides, f64::INFINITY)?;
        let prior = list("prior", raw.prior, raw.prior_strides, 0.0)?;
        let prior_sigma = list("prior_sigma", raw.prior_sigma, raw.prior_sigma_strides, f64::INFINITY)?;
        for p in 0..n_parameter {
            for (name, bound) in [("lower", lower[p]), ("upper", upper[p])] {
                if bound.is_nan() {
                    return bad(format!("{name}: element {p} is NaN; a bound is a number, or infinite for none"));
                }
            }
            if lower[p] > upper[p] {
                let (lower, upper) = (Number(lower[p]), Number(upper[p]));
                return bad(format!("lower: element {p} is {lower}, above upper ({upper}); swap them"));
            }
            if !(prior_sigma[p] > 0.0) {
                return bad(format!("prior_sigma: element {p} is {}; it is positive, or infinite for no prior", Number(prior_sigma[p])));
            }
            if prior_sigma[p].is_finite() && !prior[p].is_finite() {
                return bad(format!("prior: element {p} is {}; use a finite value, or an infinite prior_sigma", prior[p]));
            }
        }
        let scales_covariance = options::flag("scale_covariance", raw.scale_covariance)?;
        Ok(Self { lower, upper, prior, prior_sigma, raw, scales_covariance, footprints })
    }
}

/// The rows of `parameters`.
pub(super) fn parameter_list(view: &View<'_, i32, 2>) -> Result<Vec<Parameter>> {
    let rows = view.dims()[0];
    let mut list = try_vec("parameters", rows, Parameter::SiteEnergy(0))?;
    for (p, slot) in list.iter_mut().enumerate() {
        *slot = parameter(p, view.at([p, 0]), view.at([p, 1]), view.at([p, 2]))?;
    }
    Ok(list)
}

fn parameter(p: usize, kind: i32, first: i32, second: i32) -> Result<Parameter> {
    let bad = |what: String| Error::new(Status::Argument, format!("parameters: row {p} {what}"));
    let site = |site: i32| {
        usize::try_from(site).map_err(|_| bad(format!("names site {site}; sites are counted from 0")))
    };
    let variant = |variant: i32| {
        usize::try_from(variant).map_err(|_| bad(format!("names variant {variant}; variants are counted from 0")))
    };
    let axis = || match second {
        0..=2 => Ok(second as usize),
        _ => Err(bad(format!("names axis {second}; use 0, 1 or 2"))),
    };
    let bands = || -> Result<Bands> {
        match first {
            HL_SPECTRUM_ABSORPTION => Ok([true, false, false]),
            HL_SPECTRUM_CD => Ok([false, true, false]),
            HL_SPECTRUM_BOTH => Ok([true, true, false]),
            HL_SPECTRUM_LD => Ok([false, false, true]),
            HL_SPECTRUM_ALL => Ok([true; 3]),
            _ => Err(bad(format!("names spectrum {first}; use one of HL_SPECTRUM_*"))),
        }
    };
    Ok(match kind {
        HL_PARAMETER_SITE_ENERGY => Parameter::SiteEnergy(site(first)?),
        HL_PARAMETER_COUPLING => Parameter::Coupling(site(first)?, site(second)?),
        HL_PARAMETER_DIPOLE_SCALE => Parameter::DipoleScale(site(first)?),
        HL_PARAMETER_DIPOLE_ROTATION => Parameter::DipoleRotation(site(first)?, axis()?),
        HL_PARAMETER_POSITION => Parameter::Position(site(first)?, axis()?),
        HL_PARAMETER_FWHM => Parameter::Fwhm(bands()?),
        HL_PARAMETER_SHIFT => Parameter::Shift(bands()?),
        HL_PARAMETER_SCALE => Parameter::Scale(bands()?),
        HL_PARAMETER_OFFSET => Parameter::Offset(bands()?),
        HL_PARAMETER_VARIANT_SITE_ENERGY => Parameter::VariantSiteEnergy(site(first)?, variant(second)?),
        HL_PARAMETER_VARIANT_WEIGHT => Parameter::VariantWeight(variant(first)?),
        _ => return Err(bad(format!("is of kind {kind}, which is unknown; use one of HL_PARAMETER_*"))),
    })
}

/// Refuses options that have no derivative; the widths of the others.
pub(super) fn differentiable(given: &Given, list: &[Parameter]) -> Result<[f64; 2]> {
    let bad = |message: &str| refuse(Status::Option, message.into());
    if given.options.lineshape != Lineshape::Gaussian {
        return bad("lineshape: only Gaussian lines have derivatives here; set lineshape = HL_LINESHAPE_GAUSSIAN");
    }
    if given.options.normalize_dipoles && list.iter().any(|p| p.concerns_dipoles()) {
        return bad("normalize_dipoles: is 1 though dipoles are parameters; set it to 0, or leave the dipoles alone");
    }
    match given.options.widths {
        Widths::Common { absorption, cd } => Ok([absorption, cd]),
        _ => bad(
            "fwhm_by: widths of excitons or sites have no derivative where levels cross; set fwhm_by = HL_FWHM_COMMON",
        ),
    }
}
