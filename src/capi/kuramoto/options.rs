//! The options of the Kuramoto functions.

use super::super::guard::{self, hl_status};
use super::super::options;
use super::super::progress::hl_progress_fn;
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
/// Dormand and Prince's method of order 5(4): between steps of length dt as many of its own as rtol and atol ask for.
pub const HL_METHOD_DORMAND_PRINCE: i32 = 3;

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
    /// The phase lag alpha of Sakaguchi's coupling, radians, up to 2^49 (f32: 2^20) in magnitude; default 0.
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
    /// sigma of white noise, d theta = f dt + sigma dW, radians per square root of the unit of time; default 0, none. Only for
    /// integration by Euler's (then called Euler-Maruyama) and Heun's method.
    pub noise: f64,
    /// Any number. The noise of a cell in a step is a function of noise_seed, the step's number and the cell's number.
    pub noise_seed: i64,
    /// Number of the first step of this call; default 0. Steps made before, for the noise of a run in parts.
    pub first_step: i64,
    /// Number of the first cell; default 0. The others follow in C order of `shape`. For the noise of a lattice in parts.
    pub first_cell: i64,
    /// For HL_METHOD_DORMAND_PRINCE: the estimated error of each of its steps, root mean square over the cells, is at most
    /// atol + rtol |theta|. Defaults 0 (phases grow with time: a part of them says little) and 1e-6 radians.
    pub rtol: f64,
    pub atol: f64,
    /// For HL_METHOD_DORMAND_PRINCE: NULL, or a place with the length of the first step to try, 0 if not known, in which that of
    /// the next is left. With it a run in parts has the same bits as one of the whole.
    pub next_step: *mut f64,
}

impl hl_kuramoto_options {
    pub(super) const DEFAULT: Self = Self {
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
        noise: 0.0,
        noise_seed: 0,
        first_step: 0,
        first_cell: 0,
        rtol: 0.0,
        atol: 1e-6,
        next_step: std::ptr::null_mut(),
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
