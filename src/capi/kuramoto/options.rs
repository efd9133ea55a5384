//! The options of the Kuramoto functions, and what they mean.

use super::super::guard::{self, hl_status, refuse};
use super::super::options::{self, Known};
use super::super::progress::hl_progress_fn;
use crate::array::{Footprint, View};
use crate::error::{Result, Status};
use crate::kuramoto::{Boundary, Coupling, Faces, Law, Lattice, Method};
use crate::simd::Real;
use crate::threads::Progress;
use std::ffi::c_void;

/// sin(theta_n - theta - lag), through one sine and cosine of every cell.
pub const HL_COUPLING_SINE: i32 = 0;
/// The same by a sine for every pair of neighbours: relative accuracy also for small differences, at twice the cost or more.
pub const HL_COUPLING_DIRECT_SINE: i32 = 1;
/// theta_n - theta - lag: diffusion of the phase.
pub const HL_COUPLING_LINEAR: i32 = 2;

/// No coupling across the edge.
pub const HL_BOUNDARY_ZERO_FLUX: i32 = 0;
/// The other end of the axis is the neighbour. (On an axis of one cell a cell is its own neighbour, on both sides.)
pub const HL_BOUNDARY_PERIODIC: i32 = 1;
/// The neighbours beyond the edge are in halo_below and halo_above.
pub const HL_BOUNDARY_HALO: i32 = 2;

/// Order 1.
pub const HL_METHOD_EULER: i32 = 0;
/// Heun's method (explicit trapezoidal rule), order 2.
pub const HL_METHOD_HEUN: i32 = 1;
/// The classical Runge-Kutta method, order 4.
pub const HL_METHOD_RK4: i32 = 2;

/// NaN and infinities in theta, omega or coupling are an error.
pub const HL_NONFINITE_REFUSE: i32 = 0;
/// They are not looked for and spread as arithmetic has it; phases too large to have digits give any number.
pub const HL_NONFINITE_PROPAGATE: i32 = 1;

/// Options of the Kuramoto functions. Always filled by hl_kuramoto_options_init first; fields are only ever appended.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy)]
pub struct hl_kuramoto_options {
    /// sizeof(hl_kuramoto_options) of the caller's header.
    pub struct_size: usize,
    /// HL_COUPLING_*; default sine.
    pub law: i32,
    /// HL_METHOD_*; default Euler. Only for integration.
    pub method: i32,
    /// HL_BOUNDARY_* of each axis, in the order of `shape`; default zero flux. Entries from `rank` on are not used.
    pub boundary: [i32; 3],
    /// HL_NONFINITE_*; default refuse.
    pub nonfinite: i32,
    /// 0 or 1; default 0. 1 adds the right-hand side to what `dtheta` holds.
    pub accumulate: i32,
    /// 0.
    pub reserved: i32,
    /// The phase lag alpha of Sakaguchi's coupling, radians; default 0.
    pub lag: f64,
    /// For each axis with a halo boundary, the phases beyond its first cells: an array of the function's element type with
    /// the lattice's shape without that axis (one number for rank 1), and its strides (rank - 1 of them; NULL means
    /// C-contiguous). Held fixed during an integration. NULL for other boundaries.
    pub halo_below: [*const c_void; 3],
    pub halo_below_strides: [*const isize; 3],
    /// The same beyond its last cells.
    pub halo_above: [*const c_void; 3],
    pub halo_above_strides: [*const isize; 3],
    /// NULL for none. Counts steps.
    pub progress: hl_progress_fn,
    pub progress_user: *mut c_void,
}

impl hl_kuramoto_options {
    const DEFAULT: Self = Self {
        struct_size: size_of::<Self>(),
        law: HL_COUPLING_SINE,
        method: HL_METHOD_EULER,
        boundary: [HL_BOUNDARY_ZERO_FLUX; 3],
        nonfinite: HL_NONFINITE_REFUSE,
        accumulate: 0,
        reserved: 0,
        lag: 0.0,
        halo_below: [std::ptr::null(); 3],
        halo_below_strides: [std::ptr::null(); 3],
        halo_above: [std::ptr::null(); 3],
        halo_above_strides: [std::ptr::null(); 3],
        progress: None,
        progress_user: std::ptr::null_mut(),
    };
}

/// Fills `options` with defaults: sine coupling without lag, zero flux, Euler's method. Writes at most struct_size bytes.
///
/// @param struct_size  sizeof(hl_kuramoto_options)
///
/// Errors: HL_ERR_NULL; HL_ERR_OPTION if struct_size is too small for a size_t.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_options_init(options: *mut hl_kuramoto_options, struct_size: usize) -> hl_status {
    guard::status("hl_kuramoto_options_init", || {
        // SAFETY: the caller has struct_size writable bytes there.
        unsafe { options::init(options, struct_size, hl_kuramoto_options::DEFAULT) }
    })
}

/// The caller's options as values, with what their arrays occupy.
pub(super) struct Given<'a, T> {
    pub lattice: Lattice,
    pub coupling: Coupling<T>,
    pub faces: Faces<'a, T>,
    pub method: Method,
    pub accumulate: bool,
    pub refuses_nonfinite: bool,
    pub progress: Progress,
    pub footprints: Vec<Footprint>,
}

impl<T: Real> Given<'_, T> {
    /// # Safety
    /// `raw` is NULL or points to an options struct of the size that it says, whose arrays are as documented for a lattice
    /// of the last `rank` of these extents.
    pub unsafe fn new(raw: *const hl_kuramoto_options, rank: usize, extents: [usize; 3]) -> Result<Self> {
        // SAFETY: passed on.
        let raw = unsafe { options::read(raw, hl_kuramoto_options::DEFAULT)? };
        if raw.reserved != 0 {
            return refuse(
                Status::Option,
                format!("reserved: is {}; it must be 0 (call hl_kuramoto_options_init first)", raw.reserved),
            );
        }
        if !raw.lag.is_finite() {
            return refuse(Status::Option, format!("lag: is {}; it is a finite number of radians", raw.lag));
        }
        let law = options::choice("law", raw.law, "HL_COUPLING_*", LAWS)?;
        let mut boundaries = [Boundary::ZeroFlux; 3];
        let mut faces: Faces<'_, T> = Default::default();
        let mut footprints = Vec::new();
        for axis in 0..rank {
            let place = 3 - rank + axis;
            boundaries[place] = options::choice(BOUNDARY[axis], raw.boundary[axis], "HL_BOUNDARY_*", BOUNDARIES)?;
            let sides = [
                (HALO_BELOW[axis], raw.halo_below[axis], raw.halo_below_strides[axis]),
                (HALO_ABOVE[axis], raw.halo_above[axis], raw.halo_above_strides[axis]),
            ];
            for (side, (name, pointer, strides)) in sides.into_iter().enumerate() {
                if boundaries[place] != Boundary::Halo {
                    if !pointer.is_null() {
                        return refuse(
                            Status::Option,
                            format!("{name}: given but {} is not HL_BOUNDARY_HALO; set it, or {name} to NULL", BOUNDARY[axis]),
                        );
                    }
                    continue;
                }
                let other: Vec<usize> = (0..3).filter(|&other| other != place).collect();
                let dims = [extents[other[0]], extents[other[1]]];
                // The face's own axes are the last rank - 1 of the two.
                let mut padded = [0isize; 2];
                if !strides.is_null() {
                    for k in 0..rank - 1 {
                        // SAFETY: the caller vouches for rank - 1 numbers.
                        padded[3 - rank + k] = unsafe { strides.add(k).read_unaligned() };
                    }
                }
                let strides = if strides.is_null() { strides } else { padded.as_ptr() };
                // SAFETY: the caller's promise about its arrays.
                let view = unsafe { View::new(name, pointer.cast::<T>(), dims, strides)? };
                footprints.push(view.footprint());
                faces[place][side] = Some(view);
            }
        }
        Ok(Self {
            lattice: Lattice { extents, boundaries },
            coupling: Coupling::new(law, raw.lag),
            faces,
            method: options::choice("method", raw.method, "HL_METHOD_*", METHODS)?,
            accumulate: options::flag("accumulate", raw.accumulate)?,
            refuses_nonfinite: options::choice("nonfinite", raw.nonfinite, "HL_NONFINITE_*", NONFINITE)?,
            // SAFETY: the callback is called during this call only, on this thread.
            progress: unsafe { Progress::new(raw.progress, raw.progress_user) },
            footprints,
        })
    }
}

const BOUNDARY: [&str; 3] = ["boundary[0]", "boundary[1]", "boundary[2]"];
const HALO_BELOW: [&str; 3] = ["halo_below[0]", "halo_below[1]", "halo_below[2]"];
const HALO_ABOVE: [&str; 3] = ["halo_above[0]", "halo_above[1]", "halo_above[2]"];

const LAWS: [Known<Law>; 3] = [
    (HL_COUPLING_SINE, Law::Sine),
    (HL_COUPLING_DIRECT_SINE, Law::DirectSine),
    (HL_COUPLING_LINEAR, Law::Linear),
];
const BOUNDARIES: [Known<Boundary>; 3] = [
    (HL_BOUNDARY_ZERO_FLUX, Boundary::ZeroFlux),
    (HL_BOUNDARY_PERIODIC, Boundary::Periodic),
    (HL_BOUNDARY_HALO, Boundary::Halo),
];
const METHODS: [Known<Method>; 3] =
    [(HL_METHOD_EULER, Method::EULER), (HL_METHOD_HEUN, Method::HEUN), (HL_METHOD_RK4, Method::RK4)];
const NONFINITE: [Known<bool>; 2] = [(HL_NONFINITE_REFUSE, true), (HL_NONFINITE_PROPAGATE, false)];
