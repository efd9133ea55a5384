//! The direct sum.

use super::super::arrays::wanted;
use super::super::guard::{self, hl_status, refuse};
use super::super::options;
use super::super::progress::hl_progress_fn;
use super::kernel::{Chosen, HL_KERNEL_LAPLACE};
use crate::array::{View, ViewMut, disjoint, extent};
use crate::error::{Result, Status};
use crate::fmm::direct::{Problem, Sums, direct};
use crate::simd::Real;
use crate::threads::Progress;
use std::ffi::c_void;

/// Options of hl_direct. Always filled by hl_direct_options_init first; fields are only ever appended.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct hl_direct_options {
    /// sizeof(hl_direct_options) of the caller's header.
    pub struct_size: usize,
    /// HL_KERNEL_*; default Laplace.
    pub kernel: i32,
    /// 0.
    pub reserved: i32,
    /// kappa of HL_KERNEL_YUKAWA, an inverse length, at least 0; default 0. 0 for other kernels.
    pub screening: f64,
    /// NULL for none. Counts parts of the work, a few milliseconds each.
    pub progress: hl_progress_fn,
    pub progress_user: *mut c_void,
}

impl hl_direct_options {
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        kernel: HL_KERNEL_LAPLACE,
        reserved: 0,
        screening: 0.0,
        progress: None,
        progress_user: std::ptr::null_mut(),
    };
}

/// Fills `options` with defaults: Laplace's kernel. Writes at most struct_size bytes.
///
/// @param struct_size  sizeof(hl_direct_options)
///
/// Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_direct_options_init(options: *mut hl_direct_options, struct_size: usize) -> hl_status {
    guard::status("hl_direct_options_init", || {
        // SAFETY: the caller has struct_size writable bytes there.
        unsafe { options::init(options, struct_size, hl_direct_options::DEFAULT) }
    })
}

/// Potentials of charges at points, and their gradients, one pair after another.
///
///   potentials[v][i]    = sum_j charges[v][j] G(|x_i - y_j|)
///   gradients[v][i][k]  = d potentials[v][i] / d x_i[k]
///
/// x_i is target i, y_j source j, and G one of HL_KERNEL_*. A pair at one place contributes 0: in a system with itself no
/// point sees itself. Pairs closer than 2^-63 (f32: 2^-40) of the largest coordinate count as such. The force on a charge q is
/// -q times the gradient. Units: charges are charges; a potential has theirs divided by that of lengths.
///
/// @param n_source          number of sources
/// @param n_target          number of targets; that of the sources if targets is NULL
/// @param n_charge_vectors  number of right-hand sides; several share distances and take less time than one by one
/// @param sources     [n_source][3]
/// @param targets     [n_target][3], or NULL: the sources
/// @param charges     [n_charge_vectors][n_source]
/// @param potentials  [n_charge_vectors][n_target] out, or NULL
/// @param gradients   [n_charge_vectors][n_target][3] out, or NULL; not both
/// @param options     NULL for defaults
///
/// Without sources all sums are 0. Time is proportional to n_source n_target. The error of a sum is at most 1e-12 (f32: 1e-6) of
/// the sum of the magnitudes of its terms; with screening s this grows by a factor of 1 + s r where f32 is used.
///
/// Outputs share no element with each other or with inputs. Errors: array errors; HL_ERR_NULL if there is nothing to write;
/// HL_ERR_NONFINITE names the element; HL_ERR_OPTION. After HL_ERR_CANCELLED or HL_ERR_ALLOC an output holds the sums of some
/// targets and is otherwise as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_direct(
    n_source: isize,
    n_target: isize,
    n_charge_vectors: isize,
    sources: *const f64,
    sources_strides: *const isize,
    targets: *const f64,
    targets_strides: *const isize,
    charges: *const f64,
    charges_strides: *const isize,
    potentials: *mut f64,
    potentials_strides: *const isize,
    gradients: *mut f64,
    gradients_strides: *const isize,
    options: *const hl_direct_options,
) -> hl_status {
    guard::status("hl_direct", || {
        let arrays = Arrays {
            extents: [n_source, n_target, n_charge_vectors],
            sources: (sources, sources_strides),
            targets: (targets, targets_strides),
            charges: (charges, charges_strides),
            potentials: (potentials, potentials_strides),
            gradients: (gradients, gradients_strides),
        };
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe { sums(arrays, options) }
    })
}

/// hl_direct in single precision: terms in f32, their sums in f64.
///
/// Differences of coordinates are taken before anything is rounded, so that points far from the origin are as good as their
/// coordinates.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_direct_f32(
    n_source: isize,
    n_target: isize,
    n_charge_vectors: isize,
    sources: *const f32,
    sources_strides: *const isize,
    targets: *const f32,
    targets_strides: *const isize,
    charges: *const f32,
    charges_strides: *const isize,
    potentials: *mut f32,
    potentials_strides: *const isize,
    gradients: *mut f32,
    gradients_strides: *const isize,
    options: *const hl_direct_options,
) -> hl_status {
    guard::status("hl_direct_f32", || {
        let arrays = Arrays {
            extents: [n_source, n_target, n_charge_vectors],
            sources: (sources, sources_strides),
            targets: (targets, targets_strides),
            charges: (charges, charges_strides),
            potentials: (potentials, potentials_strides),
            gradients: (gradients, gradients_strides),
        };
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe { sums(arrays, options) }
    })
}

/// What the caller passed: pointers with their strides.
struct Arrays<T> {
    extents: [isize; 3],
    sources: (*const T, *const isize),
    targets: (*const T, *const isize),
    charges: (*const T, *const isize),
    potentials: (*mut T, *const isize),
    gradients: (*mut T, *const isize),
}

/// # Safety
/// The arrays and options are as documented.
unsafe fn sums<T: Real>(arrays: Arrays<T>, options: *const hl_direct_options) -> Result<()> {
    let n_source = extent("n_source", arrays.extents[0])?;
    let n_target = extent("n_target", arrays.extents[1])?;
    let n_vectors = extent("n_charge_vectors", arrays.extents[2])?;
    if arrays.targets.0.is_null() && n_target != n_source && n_target != 0 && n_vectors != 0 {
        return refuse(
            Status::Shape,
            format!("n_target: is {n_target}, but targets is NULL and there are {n_source} sources; pass targets, or n_source"),
        );
    }
    // SAFETY: passed on.
    let (problem, sums) = unsafe {
        let sources = View::new("sources", arrays.sources.0, [n_source, 3], arrays.sources.1)?;
        let problem = Problem {
            sources,
            targets: if arrays.targets.0.is_null() && n_target == n_source {
                sources
            } else {
                View::new("targets", arrays.targets.0, [n_target, 3], arrays.targets.1)?
            },
            charges: View::new("charges", arrays.charges.0, [n_vectors, n_source], arrays.charges.1)?,
        };
        let (potentials, gradients) = (arrays.potentials, arrays.gradients);
        let sums = Sums {
            potentials: wanted("potentials", potentials.0, [n_vectors, n_target], potentials.1)?,
            gradients: wanted("gradients", gradients.0, [n_vectors, n_target, 3], gradients.1)?,
        };
        (problem, sums)
    };
    if sums.potentials.is_none() && sums.gradients.is_none() && n_target > 0 && n_vectors > 0 {
        return refuse(Status::Null, "potentials: is NULL, and so is gradients; pass at least one of them".into());
    }
    let mut outputs: Vec<_> = sums.potentials.iter().map(ViewMut::footprint).collect();
    outputs.extend(sums.gradients.iter().map(ViewMut::footprint));
    disjoint(&[problem.sources.footprint(), problem.targets.footprint(), problem.charges.footprint()], &outputs)?;
    // SAFETY: as documented.
    let given = unsafe { options::read(options, hl_direct_options::DEFAULT)? };
    if given.reserved != 0 {
        return refuse(
            Status::Option,
            format!("reserved: is {}; it must be 0 (call hl_direct_options_init first)", given.reserved),
        );
    }
    // SAFETY: the callback is called during this call only, on this thread.
    let mut progress = unsafe { Progress::new(given.progress, given.progress_user) };
    match Chosen::new(given.kernel, given.screening)? {
        Chosen::Laplace(kernel) => direct(kernel, problem, sums, &mut progress),
        Chosen::Yukawa(kernel) => direct(kernel, problem, sums, &mut progress),
    }
}
