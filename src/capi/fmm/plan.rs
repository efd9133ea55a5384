//! Fast multipole plans: made for points, evaluated for charges.

use super::super::arrays::wanted;
use super::super::guard::{self, hl_status, refuse};
use super::options::{hl_fmm_options, plan_options, progress_of};
use crate::array::{View, ViewMut, disjoint, extent};
use crate::error::{Result, Status, try_box};
use crate::fmm::{Plan, Precision};
use crate::simd::Real;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// What hl_fmm_plan_create makes: tree, interaction lists and operators for some points. It keeps no pointer to the caller's
/// memory. Any number of threads may evaluate one plan at the same time.
#[allow(non_camel_case_types)]
pub struct hl_fmm_plan {
    // Only ever tried, never waited for: a call that changes the plan is refused while others use it, and the reverse.
    plan: RwLock<Plan>,
}

const IN_USE: &str = "plan: hl_fmm_set_points is changing it; use it after that call, or make a plan for each thread";
const IN_EVALUATION: &str = "plan: another call uses it (perhaps the one whose callback this is); change its points after that";

/// # Safety
/// `plan` is NULL or came from hl_fmm_plan_create and was not destroyed.
pub(super) unsafe fn reading<'a>(plan: *const hl_fmm_plan) -> Result<RwLockReadGuard<'a, Plan>> {
    // SAFETY: the caller's promise.
    let Some(handle) = (unsafe { plan.as_ref() }) else {
        return refuse(Status::Null, "plan: is NULL; make one with hl_fmm_plan_create".into());
    };
    match handle.plan.try_read() {
        Ok(plan) => Ok(plan),
        Err(std::sync::TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        Err(std::sync::TryLockError::WouldBlock) => refuse(Status::Busy, IN_USE.into()),
    }
}

/// # Safety
/// As for `reading`.
unsafe fn changing<'a>(plan: *const hl_fmm_plan) -> Result<RwLockWriteGuard<'a, Plan>> {
    // SAFETY: the caller's promise.
    let Some(handle) = (unsafe { plan.as_ref() }) else {
        return refuse(Status::Null, "plan: is NULL; make one with hl_fmm_plan_create".into());
    };
    match handle.plan.try_write() {
        Ok(plan) => Ok(plan),
        Err(std::sync::TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
        Err(std::sync::TryLockError::WouldBlock) => refuse(Status::Busy, IN_EVALUATION.into()),
    }
}

/// Makes a plan for sums of charges at points, phi(x_i) = sum_j q_j G(|x_i - y_j|), by the kernel-independent fast multipole
/// method: in time proportional to the number of points, on volumes, surfaces, lines and clusters. Many points at one place are summed pair
/// by pair.
///
/// Boxes of an adaptive octree have their sources replaced by charges on a surface round them (L. Ying, G. Biros, D. Zorin,
/// J. Comput. Phys. 196, 591 (2004)); these are carried between boxes by Fourier transforms on the surfaces' lattice, or by matrices.
///
/// @param plan      out: the plan; not touched unless HL_OK. Destroy it with hl_fmm_plan_destroy
/// @param n_source  number of sources, at most 2147483647
/// @param n_target  number of targets; that of the sources if targets is NULL
/// @param sources   [n_source][3] in any unit of length
/// @param targets   [n_target][3], or NULL: the sources
/// @param options   NULL for defaults: Laplace's kernel, eps = 1e-6, open space
///
/// Errors: array errors; HL_ERR_NONFINITE names the coordinate; HL_ERR_ARGUMENT for coordinates whose squares overflow;
/// HL_ERR_OPTION, also for an eps that cannot be kept; HL_ERR_ALLOC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_plan_create(
    plan: *mut *mut hl_fmm_plan,
    n_source: isize,
    n_target: isize,
    sources: *const f64,
    sources_strides: *const isize,
    targets: *const f64,
    targets_strides: *const isize,
    options: *const hl_fmm_options,
) -> hl_status {
    guard::status("hl_fmm_plan_create", || {
        let points = Points { extents: [n_source, n_target], sources: (sources, sources_strides), targets: (targets, targets_strides) };
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe { create(plan, points, options, Precision::Double) }
    })
}

/// hl_fmm_plan_create for points in single precision; expansions and pairs are in f32 too unless options say otherwise.
///
/// Any plan may be evaluated with hl_fmm_evaluate and hl_fmm_evaluate_f32, whatever its points came in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_plan_create_f32(
    plan: *mut *mut hl_fmm_plan,
    n_source: isize,
    n_target: isize,
    sources: *const f32,
    sources_strides: *const isize,
    targets: *const f32,
    targets_strides: *const isize,
    options: *const hl_fmm_options,
) -> hl_status {
    guard::status("hl_fmm_plan_create_f32", || {
        let points = Points { extents: [n_source, n_target], sources: (sources, sources_strides), targets: (targets, targets_strides) };
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe { create(plan, points, options, Precision::Single) }
    })
}

/// Frees a plan, which no call may be using. NULL is fine. Returns HL_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_plan_destroy(plan: *mut hl_fmm_plan) -> hl_status {
    guard::status("hl_fmm_plan_destroy", || {
        if !plan.is_null() {
            // SAFETY: the caller's promise: it came from hl_fmm_plan_create, once.
            drop(unsafe { Box::from_raw(plan) });
        }
        Ok(())
    })
}

/// Gives a plan new points, as many as one likes: tree and lists are made anew, operators of Laplace's kernel are kept. What options
/// said at creation stays. After an error the plan is as it was.
///
/// @param n_source, n_target, sources, targets  as in hl_fmm_plan_create
/// @param options  NULL, or for its progress
///
/// Errors: those of hl_fmm_plan_create; HL_ERR_BUSY while another thread uses the plan.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_set_points(
    plan: *mut hl_fmm_plan,
    n_source: isize,
    n_target: isize,
    sources: *const f64,
    sources_strides: *const isize,
    targets: *const f64,
    targets_strides: *const isize,
    options: *const hl_fmm_options,
) -> hl_status {
    guard::status("hl_fmm_set_points", || {
        let points = Points { extents: [n_source, n_target], sources: (sources, sources_strides), targets: (targets, targets_strides) };
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe { set_points(plan, points, options) }
    })
}

/// hl_fmm_set_points for points in single precision; the plan computes in the precision that it was made with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_set_points_f32(
    plan: *mut hl_fmm_plan,
    n_source: isize,
    n_target: isize,
    sources: *const f32,
    sources_strides: *const isize,
    targets: *const f32,
    targets_strides: *const isize,
    options: *const hl_fmm_options,
) -> hl_status {
    guard::status("hl_fmm_set_points_f32", || {
        let points = Points { extents: [n_source, n_target], sources: (sources, sources_strides), targets: (targets, targets_strides) };
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe { set_points(plan, points, options) }
    })
}

/// Potentials of charges at the sources of a plan, and their gradients, at its targets.
///
///   potentials[v][i]    = sum_j charges[v][j] G(|x_i - y_j|)
///   gradients[v][i][k]  = d potentials[v][i] / d x_i[k]
///
/// with G as in hl_direct, which computes the same pair by pair. A pair at one place contributes 0. The force on a charge q is -q times
/// the gradient.
///
/// With options.period = L at creation G is the sum over all cells: sum_n exp(-screening |d + L n|) / (4 pi |d + L n|), d = x_i - y_j, and
/// for Laplace's kernel its limit for screening -> 0 without 1 / (screening^2 L^3): Ewald's sum without k = 0, in a uniform background
/// that neutralises a net charge, of mean 0 over the cell, with conducting surroundings (P. P. Ewald, Ann. Phys. 369, 253 (1921)). Then a pair at one
/// place contributes its images: G(d) without 1 / (4 pi |d|) for d -> 0, -2.8372974794806 / (4 pi L).
///
/// @param n_source          that of the plan
/// @param n_target          that of the plan
/// @param n_charge_vectors  number of right-hand sides. Four at a time share distances; results have the bits of separate calls
/// @param charges     [n_charge_vectors][n_source]
/// @param potentials  [n_charge_vectors][n_target] out, or NULL
/// @param gradients   [n_charge_vectors][n_target][3] out, or NULL; not both.
/// @param options     NULL, or for its progress
///
/// Outputs share no element with each other or with charges. Any number of threads may evaluate a plan at once. Errors: array errors;
/// HL_ERR_NULL if there is nothing to write; HL_ERR_SHAPE for other numbers of points than the plan's; HL_ERR_NONFINITE names the
/// charge; HL_ERR_BUSY while hl_fmm_set_points runs. After HL_ERR_CANCELLED or HL_ERR_ALLOC some charge vectors have been
/// evaluated, up to four perhaps in part, and the others' outputs are as they were.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_evaluate(
    plan: *const hl_fmm_plan,
    n_source: isize,
    n_target: isize,
    n_charge_vectors: isize,
    charges: *const f64,
    charges_strides: *const isize,
    potentials: *mut f64,
    potentials_strides: *const isize,
    gradients: *mut f64,
    gradients_strides: *const isize,
    options: *const hl_fmm_options,
) -> hl_status {
    guard::status("hl_fmm_evaluate", || {
        let arrays = Charges {
            extents: [n_source, n_target, n_charge_vectors],
            charges: (charges, charges_strides),
            potentials: (potentials, potentials_strides),
            gradients: (gradients, gradients_strides),
        };
        // SAFETY: the caller's promise about its plan and arrays; everything that can be checked is checked inside.
        unsafe { evaluate(plan, arrays, options) }
    })
}

/// hl_fmm_evaluate with charges and results in single precision; the plan computes in the precision that it was made with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_evaluate_f32(
    plan: *const hl_fmm_plan,
    n_source: isize,
    n_target: isize,
    n_charge_vectors: isize,
    charges: *const f32,
    charges_strides: *const isize,
    potentials: *mut f32,
    potentials_strides: *const isize,
    gradients: *mut f32,
    gradients_strides: *const isize,
    options: *const hl_fmm_options,
) -> hl_status {
    guard::status("hl_fmm_evaluate_f32", || {
        let arrays = Charges {
            extents: [n_source, n_target, n_charge_vectors],
            charges: (charges, charges_strides),
            potentials: (potentials, potentials_strides),
            gradients: (gradients, gradients_strides),
        };
        // SAFETY: the caller's promise about its plan and arrays; everything that can be checked is checked inside.
        unsafe { evaluate(plan, arrays, options) }
    })
}

struct Points<T> {
    extents: [isize; 2],
    sources: (*const T, *const isize),
    targets: (*const T, *const isize),
}

impl<T: Real> Points<T> {
    /// # Safety
    /// The arrays are as documented.
    unsafe fn read<'a>(self) -> Result<(View<'a, T, 2>, Option<View<'a, T, 2>>)> {
        let n_source = extent("n_source", self.extents[0])?;
        let n_target = extent("n_target", self.extents[1])?;
        if self.targets.0.is_null() && n_target != n_source && n_target != 0 {
            return refuse(
                Status::Shape,
                format!("n_target: is {n_target}, but targets is NULL and there are {n_source} sources; pass targets, or n_source"),
            );
        }
        // SAFETY: passed on.
        unsafe {
            let sources = View::new("sources", self.sources.0, [n_source, 3], self.sources.1)?;
            let targets = if self.targets.0.is_null() && n_target == n_source {
                None
            } else {
                Some(View::new("targets", self.targets.0, [n_target, 3], self.targets.1)?)
            };
            Ok((sources, targets))
        }
    }
}

/// # Safety
/// The arrays and options are as documented.
unsafe fn create<T: Real>(
    plan: *mut *mut hl_fmm_plan,
    points: Points<T>,
    options: *const hl_fmm_options,
    precision: Precision,
) -> Result<()> {
    if plan.is_null() {
        return refuse(Status::Null, "plan: is NULL; pass the address of a pointer to a plan".into());
    }
    if !plan.is_aligned() {
        return refuse(Status::Alignment, format!("plan: address {plan:p} is not aligned to a pointer"));
    }
    // SAFETY: passed on.
    let ((sources, targets), (options, mut progress)) = unsafe { (points.read()?, plan_options(options, precision)?) };
    let made = Plan::new(&sources, targets.as_ref(), options, &mut progress)?;
    let made = try_box("plan", hl_fmm_plan { plan: RwLock::new(made) })?;
    // SAFETY: an aligned place for one pointer.
    unsafe { plan.write(Box::into_raw(made)) };
    Ok(())
}

/// # Safety
/// The plan, the arrays and options are as documented.
unsafe fn set_points<T: Real>(plan: *const hl_fmm_plan, points: Points<T>, options: *const hl_fmm_options) -> Result<()> {
    // SAFETY: passed on.
    let (mut plan, (sources, targets), mut progress) = unsafe { (changing(plan)?, points.read()?, progress_of(options)?) };
    let made = Plan::new(&sources, targets.as_ref(), plan.options(), &mut progress)?;
    *plan = made;
    Ok(())
}

struct Charges<T> {
    extents: [isize; 3],
    charges: (*const T, *const isize),
    potentials: (*mut T, *const isize),
    gradients: (*mut T, *const isize),
}

/// A number of points that the plan has.
pub(super) fn same(name: &'static str, value: isize, own: usize) -> Result<usize> {
    let value = extent(name, value)?;
    if value == own { Ok(value) } else { refuse(Status::Shape, format!("{name}: is {value}; the plan has {own}")) }
}

/// # Safety
/// The plan, the arrays and options are as documented.
unsafe fn evaluate<T: Real>(plan: *const hl_fmm_plan, arrays: Charges<T>, options: *const hl_fmm_options) -> Result<()> {
    // SAFETY: passed on.
    let plan = unsafe { reading(plan)? };
    let n_source = same("n_source", arrays.extents[0], plan.source_count())?;
    let n_target = same("n_target", arrays.extents[1], plan.target_count())?;
    let n_vectors = extent("n_charge_vectors", arrays.extents[2])?;
    // SAFETY: passed on.
    let (charges, potentials, gradients) = unsafe {
        let (potentials, gradients) = (arrays.potentials, arrays.gradients);
        (
            View::new("charges", arrays.charges.0, [n_vectors, n_source], arrays.charges.1)?,
            wanted("potentials", potentials.0, [n_vectors, n_target], potentials.1)?,
            wanted("gradients", gradients.0, [n_vectors, n_target, 3], gradients.1)?,
        )
    };
    if potentials.is_none() && gradients.is_none() && n_target > 0 && n_vectors > 0 {
        return refuse(Status::Null, "potentials: is NULL, and so is gradients; pass at least one of them".into());
    }
    let mut outputs: Vec<_> = potentials.iter().map(ViewMut::footprint).collect();
    outputs.extend(gradients.iter().map(ViewMut::footprint));
    disjoint(&[charges.footprint()], &outputs)?;
    // SAFETY: as documented.
    let mut progress = unsafe { progress_of(options)? };
    plan.evaluate(&charges, potentials, gradients, &mut progress)
}
