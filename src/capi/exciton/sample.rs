//! What a fit may be told of the sample beyond its configurations: linear dichroism, variants, disorder.

use super::options::Given;
use crate::array::{Footprint, View, ViewMut, extent};
use crate::capi::arrays::{needed, wanted};
use crate::capi::guard::{self, hl_status, refuse};
use crate::capi::options;
use crate::error::{Number, Result, Status, try_collect};
use crate::exciton::{LARGEST_ENERGY, Spread};
use crate::exciton::fit::{Band, Parameters, Variant};
use crate::exciton::System;

/// What hl_exciton_residual_gradient, hl_exciton_jacobian and hl_exciton_fit may be told of a sample, by the field `sample` of
/// hl_exciton_options: linear dichroism beside absorption and CD, a sum over variants of the complex, disorder drawn on the
/// fly. Always filled by hl_exciton_sample_init first; fields are only ever appended. What is left at its default is not
/// there. Other functions refuse a sample.
///
/// Linear dichroism is that of hl_exciton_linear_dichroism. Spectra are sums over variants, w_v S_v, with weights of any sign:
/// shares of a mixture, or 1 and -1 for a difference. Disorder turns configuration c into member first_member + c of
/// hl_exciton_disorder about its Hamiltonian, to the same bits: a Hamiltonian with stride 0 on the first axis and any n_conf
/// is an ensemble that takes no memory. All variants have the same disorder.
///
/// Array errors are those of arguments, by the field's name.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct hl_exciton_sample {
    /// sizeof(hl_exciton_sample) of the caller's header.
    pub struct_size: usize,
    /// Points of linear dichroism; default 0, which leaves it out.
    pub n_ld: isize,
    /// [n_ld] cm-1, ascending.
    pub ld_grid: *const f64,
    pub ld_grid_strides: *const isize,
    /// [n_ld]; not used by hl_exciton_jacobian.
    pub ld_measured: *const f64,
    pub ld_measured_strides: *const isize,
    /// [n_ld] standard deviations, infinite for a point that does not count; NULL for 1.
    pub ld_sigma: *const f64,
    pub ld_sigma_strides: *const isize,
    /// [3] the axis about which the sample is oriented, of any length but 0.
    pub axis: *const f64,
    pub axis_strides: *const isize,
    /// Full width at half maximum for linear dichroism, cm-1; default 0, which means that of absorption in the options.
    pub fwhm_ld: f64,
    /// Output [n_ld]: the model, or NULL.
    pub ld: *mut f64,
    pub ld_strides: *const isize,
    /// Output [n_ld][n_parameter] of hl_exciton_jacobian, or NULL; others refuse it.
    pub ld_jacobian: *mut f64,
    pub ld_jacobian_strides: *const isize,
    /// Variants of the complex; default 0, which is one of weight 1.
    pub n_variant: isize,
    /// [n_variant] factors of their spectra, from -1e100 to 1e100; one that is a parameter (HL_PARAMETER_VARIANT_WEIGHT) has its value instead.
    pub variant_weights: *const f64,
    pub variant_weights_strides: *const isize,
    /// [n_variant][n_site] non-zero for a pigment that a variant lacks, beside those of the options; NULL for none.
    pub variant_deleted: *const u8,
    pub variant_deleted_strides: *const isize,
    /// [n_variant][n_site] cm-1, added to the site energies of a variant; NULL for none.
    pub variant_energies: *const f64,
    pub variant_energies_strides: *const isize,
    /// Columns of site_factor.
    pub n_factor: isize,
    /// [n_site][n_factor] cm-1, as for hl_exciton_disorder; NULL for no disorder.
    pub site_factor: *const f64,
    pub site_factor_strides: *const isize,
    /// [n_site][n_site] cm-1, not negative; NULL for none.
    pub coupling_sigma: *const f64,
    pub coupling_sigma_strides: *const isize,
    /// Which ensemble; default 0.
    pub seed: u64,
    /// Number of the member that the first configuration becomes; default 0.
    pub first_member: u64,
}

impl hl_exciton_sample {
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        n_ld: 0,
        ld_grid: std::ptr::null(),
        ld_grid_strides: std::ptr::null(),
        ld_measured: std::ptr::null(),
        ld_measured_strides: std::ptr::null(),
        ld_sigma: std::ptr::null(),
        ld_sigma_strides: std::ptr::null(),
        axis: std::ptr::null(),
        axis_strides: std::ptr::null(),
        fwhm_ld: 0.0,
        ld: std::ptr::null_mut(),
        ld_strides: std::ptr::null(),
        ld_jacobian: std::ptr::null_mut(),
        ld_jacobian_strides: std::ptr::null(),
        n_variant: 0,
        variant_weights: std::ptr::null(),
        variant_weights_strides: std::ptr::null(),
        variant_deleted: std::ptr::null(),
        variant_deleted_strides: std::ptr::null(),
        variant_energies: std::ptr::null(),
        variant_energies_strides: std::ptr::null(),
        n_factor: 0,
        site_factor: std::ptr::null(),
        site_factor_strides: std::ptr::null(),
        coupling_sigma: std::ptr::null(),
        coupling_sigma_strides: std::ptr::null(),
        seed: 0,
        first_member: 0,
    };
}

/// Fills `sample` with defaults: nothing. Writes at most struct_size bytes.
///
/// @param struct_size  sizeof(hl_exciton_sample)
///
/// Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_sample_init(sample: *mut hl_exciton_sample, struct_size: usize) -> hl_status {
    guard::status("hl_exciton_sample_init", || {
        if sample.is_null() {
            return refuse(Status::Null, "sample: is NULL; pass the address of a struct".into());
        }
        // SAFETY: the caller has struct_size writable bytes there.
        unsafe { options::init(sample, struct_size, hl_exciton_sample::DEFAULT) }
    })
}

/// Widths have the same limit.
const LARGEST_WEIGHT: f64 = 1e100;

/// Which function the sample is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Compares the model with a measurement.
    Measured,
    Jacobian,
}

/// The caller's sample as views and values.
pub(super) struct GivenSample<'a> {
    pub ld_grid: View<'a, f64, 1>,
    pub ld_measured: Option<View<'a, f64, 1>>,
    pub ld_sigma: Option<View<'a, f64, 1>>,
    axis_view: Option<View<'a, f64, 1>>,
    fwhm_ld: f64,
    pub ld: Option<ViewMut<'a, f64, 1>>,
    pub ld_jacobian: Option<ViewMut<'a, f64, 2>>,
    variant_weights: View<'a, f64, 1>,
    variant_deleted: Option<View<'a, u8, 2>>,
    variant_energies: Option<View<'a, f64, 2>>,
    spread: Option<Spread<'a>>,
}

impl<'a> GivenSample<'a> {
    /// # Safety
    /// `raw` is NULL or points to a struct of the size that it says, whose arrays are as documented.
    pub unsafe fn new(raw: *const hl_exciton_sample, n_site: usize, n_parameter: usize, purpose: Purpose) -> Result<Self> {
        // SAFETY: passed on; what can be checked of the arrays is checked inside.
        unsafe {
            let raw = options::read(raw, hl_exciton_sample::DEFAULT)?;
            let n_ld = extent("n_ld", raw.n_ld)?;
            let n_variant = extent("n_variant", raw.n_variant)?;
            let n_factor = extent("n_factor", raw.n_factor)?;
            if !(raw.fwhm_ld == 0.0 || (1e-100..=1e100).contains(&raw.fwhm_ld)) {
                let message = format!("fwhm_ld: is {}; use a positive width in cm-1, or 0 for that of absorption", Number(raw.fwhm_ld));
                return refuse(Status::Option, message);
            }
            if purpose == Purpose::Measured && !raw.ld_jacobian.is_null() {
                return refuse(Status::Option, "ld_jacobian: is given, but only hl_exciton_jacobian writes it; leave it NULL".into());
            }
            let is_disordered = !raw.site_factor.is_null() || n_factor > 0 || !raw.coupling_sigma.is_null();
            let by_site = [n_variant, n_site];
            let with_sigma = purpose == Purpose::Measured && !raw.ld_sigma.is_null();
            let coupling_sigma = !raw.coupling_sigma.is_null();
            let coupling_sigma =
                needed("coupling_sigma", coupling_sigma, raw.coupling_sigma, [n_site, n_site], raw.coupling_sigma_strides)?;
            let site_factor = needed("site_factor", is_disordered, raw.site_factor, [n_site, n_factor], raw.site_factor_strides)?;
            Ok(Self {
                ld_grid: View::new("ld_grid", raw.ld_grid, [n_ld], raw.ld_grid_strides)?,
                ld_measured: needed("ld_measured", purpose == Purpose::Measured, raw.ld_measured, [n_ld], raw.ld_measured_strides)?,
                ld_sigma: needed("ld_sigma", with_sigma, raw.ld_sigma, [n_ld], raw.ld_sigma_strides)?,
                axis_view: needed("axis", n_ld > 0, raw.axis, [3], raw.axis_strides)?,
                fwhm_ld: raw.fwhm_ld,
                ld: wanted("ld", raw.ld, [n_ld], raw.ld_strides)?,
                ld_jacobian: wanted("ld_jacobian", raw.ld_jacobian, [n_ld, n_parameter], raw.ld_jacobian_strides)?,
                variant_weights: View::new("variant_weights", raw.variant_weights, [n_variant], raw.variant_weights_strides)?,
                variant_deleted: needed(
                    "variant_deleted",
                    n_variant > 0 && !raw.variant_deleted.is_null(),
                    raw.variant_deleted,
                    by_site,
                    raw.variant_deleted_strides,
                )?,
                variant_energies: needed(
                    "variant_energies",
                    n_variant > 0 && !raw.variant_energies.is_null(),
                    raw.variant_energies,
                    by_site,
                    raw.variant_energies_strides,
                )?,
                spread: site_factor.map(|site_factor| Spread {
                    site_factor,
                    coupling_sigma,
                    seed: raw.seed,
                    first: raw.first_member,
                }),
            })
        }
    }

    pub fn points(&self) -> usize {
        self.ld_grid.dims()[0]
    }

    /// Of what is read.
    pub fn footprints(&self) -> Vec<Footprint> {
        let mut inputs = vec![self.ld_grid.footprint(), self.variant_weights.footprint()];
        inputs.extend([self.ld_measured, self.ld_sigma, self.axis_view].iter().flatten().map(View::footprint));
        inputs.extend(self.variant_deleted.iter().map(View::footprint));
        inputs.extend(self.variant_energies.iter().map(View::footprint));
        if let Some(spread) = &self.spread {
            inputs.push(spread.site_factor.footprint());
            inputs.extend(spread.coupling_sigma.iter().map(View::footprint));
        }
        inputs
    }

    /// Of what is written.
    pub fn outputs(&self) -> Vec<Footprint> {
        let ld = self.ld.iter().map(ViewMut::footprint);
        ld.chain(self.ld_jacobian.iter().map(ViewMut::footprint)).collect()
    }

    pub fn measured(&self) -> Result<Band> {
        Band::new(["ld_measured", "ld_sigma"], &self.ld_grid, self.ld_measured.as_ref(), self.ld_sigma.as_ref())
    }

    pub fn fwhm(&self, absorption: f64) -> f64 {
        if self.fwhm_ld == 0.0 { absorption } else { self.fwhm_ld }
    }

    /// The sites that each variant keeps, of those that the options keep.
    pub fn kept(&self, kept: &[usize]) -> Result<Vec<Vec<usize>>> {
        let count = self.variant_weights.dims()[0].max(1);
        let mut lists = try_collect("variants", (0..count).map(|_| Vec::new()))?;
        for (v, list) in lists.iter_mut().enumerate() {
            let has = |site: usize| self.variant_deleted.is_none_or(|deleted| deleted.at([v, site]) == 0);
            let mut sites = try_collect("variants", kept.iter().copied())?;
            sites.retain(|&site| has(site));
            *list = sites;
        }
        Ok(lists)
    }

    /// Checks what is not checked yet, and makes the variants, whose systems differ in the sites that they keep.
    pub fn variants<'b>(
        &self,
        kept: Vec<Vec<usize>>,
        parameters: &Parameters,
        system: impl Fn(Vec<usize>, Option<[f64; 3]>, Option<Spread<'b>>) -> System<'b>,
    ) -> Result<Vec<Variant<'b>>>
    where
        'a: 'b,
    {
        let axis = self.axis_view.as_ref().map(unit_axis).transpose()?;
        if let Some(spread) = &self.spread {
            spread.check()?;
        }
        let mut variants = Vec::new();
        let failed = |_| crate::error::Error::out_of_memory("variants", kept.len().saturating_mul(size_of::<Variant>()));
        variants.try_reserve_exact(kept.len()).map_err(failed)?;
        for (v, kept) in kept.into_iter().enumerate() {
            let has_weight = v < self.variant_weights.dims()[0];
            let weight = if has_weight { self.variant_weights.at([v]) } else { 1.0 };
            if !weight.is_finite() {
                return refuse(Status::Nonfinite, format!("variant_weights: element {v} is {weight}; use finite weights"));
            }
            if weight.abs() > LARGEST_WEIGHT {
                return refuse(
                    Status::Argument,
                    format!(
                        "variant_weights: element {v} is {}; use weights from -1e100 to 1e100, beyond which sums overflow, and scale \
                         the measurement",
                        Number(weight)
                    ),
                );
            }
            let mut energies = Vec::new();
            if let Some(view) = &self.variant_energies {
                energies = try_collect("variant_energies", (0..view.dims()[1]).map(|site| view.at([v, site])))?;
                if let Some(&site) = kept.iter().find(|&&site| !energies[site].is_finite()) {
                    let message = format!("variant_energies: element ({v}, {site}) is {}; use finite energies", energies[site]);
                    return refuse(Status::Nonfinite, message);
                }
                if let Some(&site) = kept.iter().find(|&&site| energies[site].abs() > LARGEST_ENERGY) {
                    let (energy, limit) = (Number(energies[site]), Number(LARGEST_ENERGY));
                    let message = format!("variant_energies: element ({v}, {site}) is {energy}; use energies up to {limit} cm-1");
                    return refuse(Status::Argument, message);
                }
            }
            variants.push(Variant::new(system(kept, axis, self.spread), weight, &energies, parameters, v)?);
        }
        Ok(variants)
    }
}

/// The direction of an axis.
pub(super) fn unit_axis(axis: &View<'_, f64, 1>) -> Result<[f64; 3]> {
    let axis: [f64; 3] = std::array::from_fn(|x| axis.at([x]));
    if let Some(x) = axis.iter().position(|component| !component.is_finite()) {
        return refuse(Status::Nonfinite, format!("axis: element {x} is {}; use finite numbers", axis[x]));
    }
    let largest = axis.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
    if largest == 0.0 {
        return refuse(Status::Argument, format!("axis: has length {}; it needs a direction", Number(0.0)));
    }
    let length = axis.iter().map(|x| (x / largest).powi(2)).sum::<f64>().sqrt();
    Ok(axis.map(|x| x / largest / length))
}

/// Refuses a sample where it would not be used.
pub(super) fn refuse_sample(given: &Given) -> Result<()> {
    if given.sample.is_null() {
        return Ok(());
    }
    let message = "sample: is given, but only hl_exciton_residual_gradient, hl_exciton_jacobian and hl_exciton_fit know samples; \
                   leave it NULL";
    refuse(Status::Option, message.into())
}
