//! Plans, and the features that they stand for.

use super::options::{PlanChoices, hl_anisoap_options};
use crate::anisoap::{Hypers, Plan};
use crate::array::{View, ViewMut, disjoint, extent};
use crate::capi::guard::{self, hl_status, refuse};
use crate::error::{Result, Status};

/// What hl_anisoap_plan_create makes: tables for one set of hyperparameters. It keeps no pointer to the caller's memory and
/// never changes, so that any number of threads may use one at the same time.
#[allow(non_camel_case_types)]
pub struct hl_anisoap_plan {
    plan: Plan,
}

/// # Safety
/// `plan` is NULL or came from hl_anisoap_plan_create and was not destroyed.
pub(super) unsafe fn plan_of<'a>(plan: *const hl_anisoap_plan) -> Result<&'a Plan> {
    // SAFETY: the caller's promise.
    match unsafe { plan.as_ref() } {
        Some(handle) => Ok(&handle.plan),
        None => refuse(Status::Null, "plan: is NULL; make one with hl_anisoap_plan_create".into()),
    }
}

/// Makes a plan of AniSOAP descriptors. Costs a millisecond or less; destroy it with hl_anisoap_plan_destroy.
///
/// The names are AniSOAP's (A. Lin et al., arXiv:2403.19039 (2024)). For angular momentum l there are functions
/// r^(l + 2n) B(r) Y_lm, n = 0 .. the largest n of l (see options), normalised and made orthonormal over n by the
/// symmetric root of their overlap, which is computed with 32 digits.
///
/// @param plan           out: the plan; not touched unless HL_OK
/// @param max_angular    the largest l, 0 to 20; l + 2n is at most 60
/// @param n_species      number of species that neighbours may have, at least 1
/// @param species        [n_species] their numbers, all different; features come in this order
/// @param cutoff_radius  in the unit of positions; neighbours are nearer than this
/// @param options        its plan part is used; NULL for defaults would lack radial_gaussian_width
///
/// Errors: HL_ERR_NULL, HL_ERR_SHAPE, HL_ERR_STRIDE; HL_ERR_ARGUMENT for max_angular, cutoff_radius or a species given
/// twice; HL_ERR_OPTION, also where the radial functions are too close to linear dependence for basis_rcond and basis_tol.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_anisoap_plan_create(
    plan: *mut *mut hl_anisoap_plan,
    max_angular: isize,
    n_species: isize,
    species: *const i32,
    species_strides: *const isize,
    cutoff_radius: f64,
    options: *const hl_anisoap_options,
) -> hl_status {
    guard::status("hl_anisoap_plan_create", || {
        if plan.is_null() {
            return refuse(Status::Null, "plan: is NULL; pass the address of a pointer to a plan".into());
        }
        if !plan.is_aligned() {
            return refuse(Status::Alignment, format!("plan: address {plan:p} is not aligned to a pointer"));
        }
        let (max_angular, n_species) = (extent("max_angular", max_angular)?, extent("n_species", n_species)?);
        if max_angular > crate::anisoap::LARGEST_ANGULAR {
            return refuse(
                Status::Argument,
                format!("max_angular: is {max_angular}; the largest that is computed exactly is {}", crate::anisoap::LARGEST_ANGULAR),
            );
        }
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (species, choices) = unsafe {
            (View::new("species", species, [n_species], species_strides)?, PlanChoices::new(options, max_angular)?)
        };
        let made = Plan::new(Hypers {
            max_angular,
            max_radial: choices.max_radial,
            basis: choices.basis,
            cutoff: cutoff_radius,
            conditioning: choices.conditioning,
            subtract_center: choices.subtract_center,
            species: species.to_vec("species")?,
            order: choices.order,
            pairs: choices.pairs,
            alternating_sign: choices.alternating_sign,
        })?;
        // SAFETY: an aligned place for one pointer.
        unsafe { plan.write(Box::into_raw(Box::new(hl_anisoap_plan { plan: made }))) };
        Ok(())
    })
}

/// Frees a plan, which no call may be using. NULL is fine. Returns HL_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_anisoap_plan_destroy(plan: *mut hl_anisoap_plan) -> hl_status {
    guard::status("hl_anisoap_plan_destroy", || {
        if !plan.is_null() {
            // SAFETY: the caller's promise: it came from hl_anisoap_plan_create, once.
            drop(unsafe { Box::from_raw(plan) });
        }
        Ok(())
    })
}

/// Features of an expansion: sum over l of (2l + 1) (radial functions of l) n_species. -1 if plan is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_anisoap_expansion_size(plan: *const hl_anisoap_plan) -> isize {
    // SAFETY: the caller's promise.
    guard::or(-1, || unsafe { plan_of(plan) }.map_or(-1, |plan| plan.expansion_size() as isize))
}

/// Features of a power spectrum: sum over l of c^2, c = (radial functions of l) n_species channels, or of c (c + 1) / 2
/// with HL_SPECTRUM_PAIRS_HALF. -1 if plan is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_anisoap_power_spectrum_size(plan: *const hl_anisoap_plan) -> isize {
    // SAFETY: the caller's promise.
    guard::or(-1, || unsafe { plan_of(plan) }.map_or(-1, |plan| plan.spectrum_size() as isize))
}

/// What the features of an expansion are: for each l, for each m, for each channel.
///
/// @param n_features  hl_anisoap_expansion_size(plan)
/// @param labels      [n_features][4] out: l, m, n, neighbour species
///
/// Errors: array errors; HL_ERR_SHAPE if n_features is another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_anisoap_expansion_labels(
    plan: *const hl_anisoap_plan,
    n_features: isize,
    labels: *mut i32,
    labels_strides: *const isize,
) -> hl_status {
    guard::status("hl_anisoap_expansion_labels", || {
        // SAFETY: the caller's promise.
        let plan = unsafe { plan_of(plan)? };
        let n_features = features("n_features", n_features, plan.expansion_size())?;
        // SAFETY: the caller's promise about its array.
        let mut labels = unsafe { ViewMut::new("labels", labels, [n_features, 4], labels_strides)? };
        disjoint(&[], &[labels.footprint()])?;
        for (feature, label) in plan.expansion_labels().enumerate() {
            labels.write_line([feature, 0], &label);
        }
        Ok(())
    })
}

/// What the features of a power spectrum are: for each l, for each channel a, for each channel b (from a on with
/// HL_SPECTRUM_PAIRS_HALF).
///
/// @param n_features  hl_anisoap_power_spectrum_size(plan)
/// @param labels      [n_features][5] out: l, n of a, neighbour species of a, n of b, neighbour species of b
///
/// Errors: array errors; HL_ERR_SHAPE if n_features is another number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_anisoap_power_spectrum_labels(
    plan: *const hl_anisoap_plan,
    n_features: isize,
    labels: *mut i32,
    labels_strides: *const isize,
) -> hl_status {
    guard::status("hl_anisoap_power_spectrum_labels", || {
        // SAFETY: the caller's promise.
        let plan = unsafe { plan_of(plan)? };
        let n_features = features("n_features", n_features, plan.spectrum_size())?;
        // SAFETY: the caller's promise about its array.
        let mut labels = unsafe { ViewMut::new("labels", labels, [n_features, 5], labels_strides)? };
        disjoint(&[], &[labels.footprint()])?;
        for (feature, label) in plan.spectrum_labels().enumerate() {
            labels.write_line([feature, 0], &label);
        }
        Ok(())
    })
}

/// The caller's number of features, which must be the plan's.
pub(super) fn features(name: &'static str, given: isize, of_plan: usize) -> Result<usize> {
    let given = extent(name, given)?;
    if given != of_plan {
        return refuse(Status::Shape, format!("{name}: is {given}, but the plan has {of_plan}; ask for the size first"));
    }
    Ok(given)
}
