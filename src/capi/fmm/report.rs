//! What a plan says of itself: accuracy, times, sizes.

use super::super::guard::{self, hl_status, refuse};
use super::super::options;
use super::options::{hl_fmm_options, progress_of};
use super::plan::{hl_fmm_plan, reading, same};
use crate::array::{View, ViewMut, extent};
use crate::error::{Error, Number, Result, Status};
use crate::fmm::forget_operators;
use crate::simd::Real;

/// Numbers of hl_fmm_timings, in their order: sources to multipoles, children's multipoles to parents', multipoles to local
/// expansions, parents' local expansions to children's, local expansions to targets, sources to local expansions, multipoles to
/// targets, and sources to targets.
pub const HL_FMM_P2M: i32 = 0;
pub const HL_FMM_M2M: i32 = 1;
pub const HL_FMM_M2L: i32 = 2;
pub const HL_FMM_L2L: i32 = 3;
pub const HL_FMM_L2P: i32 = 4;
pub const HL_FMM_P2L: i32 = 5;
pub const HL_FMM_M2P: i32 = 6;
pub const HL_FMM_P2P: i32 = 7;
/// How many they are.
pub const HL_FMM_N_TIMINGS: i32 = 8;

/// What a plan has and holds. Written by hl_fmm_stats; fields are only ever appended.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct hl_fmm_plan_stats {
    /// In: sizeof(hl_fmm_plan_stats) of the caller's header.
    pub struct_size: usize,
    pub n_source: isize,
    pub n_target: isize,
    pub order: isize,
    pub leaf_size: isize,
    /// Levels of the tree, the root's included.
    pub levels: isize,
    pub boxes: isize,
    pub leaves: isize,
    /// Pairs of points that are summed one by one (the U lists).
    pub near_pairs: i64,
    /// Pairs of boxes of a level between which multipoles are carried (V).
    pub translations: i64,
    /// Multipoles of finer boxes that leaves see, and coarser leaves that boxes see (W and X).
    pub finer: i64,
    pub coarser: i64,
    /// Bytes that the plan holds: points, tree and lists; operators, which plans of one order share.
    pub bytes_of_points: i64,
    pub bytes_of_operators: i64,
    /// Bytes that hl_fmm_evaluate with gradients asks for while it runs, at most, for four vectors of charges (or more) on one thread. On
    /// more threads more sums of near pairs are in progress: a fifth more on two was the most that was measured.
    pub bytes_of_evaluation: i64,
    /// Seconds that setting up took: points into a tree, lists, operators.
    pub tree_seconds: f64,
    pub list_seconds: f64,
    pub operator_seconds: f64,
}

/// Sizes of a plan, and what setting it up took.
///
/// @param stats  in: its struct_size; out: all other fields that the caller's header has
///
/// Errors: HL_ERR_NULL, HL_ERR_ALIGNMENT, HL_ERR_BUSY; HL_ERR_OPTION if struct_size is not that of any version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_stats(plan: *const hl_fmm_plan, stats: *mut hl_fmm_plan_stats) -> hl_status {
    guard::status("hl_fmm_stats", || {
        if stats.is_null() {
            return refuse(Status::Null, "stats: is NULL; pass the address of a struct".into());
        }
        if !stats.is_aligned() {
            return refuse(Status::Alignment, format!("stats: address {stats:p} is not aligned to its struct"));
        }
        // SAFETY: the caller's promise about its plan; the first field is there whatever the version.
        let (plan, struct_size) = unsafe { (reading(plan)?, stats.cast::<usize>().read()) };
        let own = plan.stats();
        let all = hl_fmm_plan_stats {
            struct_size,
            n_source: plan.source_count() as isize,
            n_target: plan.target_count() as isize,
            order: own.order as isize,
            leaf_size: own.leaf_size as isize,
            levels: own.levels as isize,
            boxes: own.boxes as isize,
            leaves: own.leaves as isize,
            near_pairs: own.near_pairs as i64,
            translations: own.translations as i64,
            finer: own.finer as i64,
            coarser: own.coarser as i64,
            bytes_of_points: own.bytes_of_points as i64,
            bytes_of_operators: own.bytes_of_operators as i64,
            bytes_of_evaluation: own.bytes_of_evaluation as i64,
            tree_seconds: own.tree_seconds,
            list_seconds: own.list_seconds,
            operator_seconds: own.operator_seconds,
        };
        // SAFETY: the caller has struct_size bytes there.
        unsafe { options::init(stats, struct_size, all) }
    })
}

/// Seconds of each operator in all evaluations since a plan got its points, those of all threads added up.
///
/// @param seconds  [HL_FMM_N_TIMINGS] out
///
/// Errors: array errors, HL_ERR_BUSY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_timings(plan: *const hl_fmm_plan, seconds: *mut f64, seconds_strides: *const isize) -> hl_status {
    guard::status("hl_fmm_timings", || {
        // SAFETY: the caller's promise about its plan and array.
        let (plan, mut seconds) =
            unsafe { (reading(plan)?, ViewMut::new("seconds", seconds, [HL_FMM_N_TIMINGS as usize], seconds_strides)?) };
        for (operator, value) in plan.seconds().into_iter().enumerate() {
            seconds.set([operator], value);
        }
        Ok(())
    })
}

/// How good potentials of a plan are: for some targets sums over all pairs are made in double precision; if points repeat in a cell, by
/// Ewald's method, which takes some hundred times as long.
///
/// @param n_source    that of the plan
/// @param n_target    that of the plan
/// @param charges     [n_source]
/// @param potentials  [n_target] what hl_fmm_evaluate gave for them
/// @param n_sample    targets to look at, spread evenly over the caller's order; all if there are fewer. 1000 are good for two
///                    digits of the error; each takes n_source pairs
/// @param seed        which ones
/// @param error       out: sqrt(sum |potential - exact|^2 / sum |exact|^2) over them; infinite if all exact ones are 0
/// @param options     NULL, or for its progress
///
/// Errors: array errors; HL_ERR_SHAPE for other numbers of points than the plan's, or no sample; HL_ERR_NONFINITE; HL_ERR_BUSY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_estimate_error(
    plan: *const hl_fmm_plan,
    n_source: isize,
    n_target: isize,
    charges: *const f64,
    charges_strides: *const isize,
    potentials: *const f64,
    potentials_strides: *const isize,
    n_sample: isize,
    seed: u64,
    error: *mut f64,
    options: *const hl_fmm_options,
) -> hl_status {
    guard::status("hl_fmm_estimate_error", || {
        let arrays = Evaluated { extents: [n_source, n_target, n_sample], charges: (charges, charges_strides), potentials: (potentials, potentials_strides) };
        // SAFETY: the caller's promise about its plan and arrays.
        unsafe { estimate(plan, arrays, seed, error, options) }
    })
}

/// hl_fmm_estimate_error for charges and potentials in single precision; the sums are in double precision all the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_fmm_estimate_error_f32(
    plan: *const hl_fmm_plan,
    n_source: isize,
    n_target: isize,
    charges: *const f32,
    charges_strides: *const isize,
    potentials: *const f32,
    potentials_strides: *const isize,
    n_sample: isize,
    seed: u64,
    error: *mut f64,
    options: *const hl_fmm_options,
) -> hl_status {
    guard::status("hl_fmm_estimate_error_f32", || {
        let arrays = Evaluated { extents: [n_source, n_target, n_sample], charges: (charges, charges_strides), potentials: (potentials, potentials_strides) };
        // SAFETY: the caller's promise about its plan and arrays.
        unsafe { estimate(plan, arrays, seed, error, options) }
    })
}

/// Frees operators that are kept for later plans. Those of existing plans stay with them. A plan that is made afterwards
/// takes longer once: 0.03 s for eps = 1e-6, 0.7 s for 1e-11, seconds with compressed matrices. Returns HL_OK.
#[unsafe(no_mangle)]
pub extern "C" fn hl_fmm_forget_operators() -> hl_status {
    guard::status("hl_fmm_forget_operators", || {
        forget_operators();
        Ok(())
    })
}

struct Evaluated<T> {
    extents: [isize; 3],
    charges: (*const T, *const isize),
    potentials: (*const T, *const isize),
}

/// # Safety
/// The plan, the arrays and options are as documented.
unsafe fn estimate<T: Real>(
    plan: *const hl_fmm_plan,
    arrays: Evaluated<T>,
    seed: u64,
    error: *mut f64,
    options: *const hl_fmm_options,
) -> Result<()> {
    // SAFETY: passed on.
    let plan = unsafe { reading(plan)? };
    let n_source = same("n_source", arrays.extents[0], plan.source_count())?;
    let n_target = same("n_target", arrays.extents[1], plan.target_count())?;
    let n_sample = extent("n_sample", arrays.extents[2])?;
    if n_sample == 0 || n_target == 0 {
        let name = if n_sample == 0 { "n_sample" } else { "n_target" };
        return refuse(Status::Shape, format!("{name}: is 0; an error over no targets has no value"));
    }
    // SAFETY: passed on.
    let (charges, potentials, mut error, mut progress) = unsafe {
        (
            View::new("charges", arrays.charges.0, [n_source], arrays.charges.1)?,
            View::new("potentials", arrays.potentials.0, [n_target], arrays.potentials.1)?,
            ViewMut::new("error", error, [1], std::ptr::null())?,
            progress_of(options)?,
        )
    };
    crate::array::disjoint(&[charges.footprint(), potentials.footprint()], &[error.footprint()])?;
    for view in [&charges, &potentials] {
        if let Some(index) = (0..view.dims()[0]).find(|&index| !view.at([index]).is_finite()) {
            let message = format!("{}[{index}]: is {}; it has to be finite", view.name(), Number(view.at([index]).to_f64()));
            return Err(Error::new(Status::Nonfinite, message));
        }
    }
    error.set([0], plan.estimate_error(&charges, &potentials, n_sample, seed, &mut progress)?);
    Ok(())
}
