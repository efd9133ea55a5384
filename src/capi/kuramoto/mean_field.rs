//! The fully connected model.

use super::super::guard::{self, hl_status};
use super::given::Given;
use super::integration::{Integration, Outputs, Steps, counting};
use super::lattice::check_arrays;
use super::options::hl_kuramoto_options;
use super::shape::{Input, Output, Shape};
use crate::array::disjoint;
use crate::error::Result;
use crate::kuramoto::{self, MeanField};
use crate::simd::Real;

/// The right-hand side of fully connected Kuramoto oscillators.
///
/// dtheta_i = omega_i + (K_i / N) sum_j sin(theta_j - theta_i - lag), over all N oscillators, j = i included. With the default
/// law the sum is K_i r sin(psi - theta_i - lag), r exp(i psi) the order parameter: O(N). The direct law adds N^2 sines.
/// Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence, 1984; H. Sakaguchi and Y. Kuramoto, Prog. Theor. Phys. 76 (1986)
/// 576.
///
/// @param n_nodes   oscillators N
/// @param theta     [n_nodes] phases, radians, not wrapped; up to 2^49 in magnitude (2^20 in f32), where they have no digits left
/// @param omega     [n_nodes] natural frequencies; stride 0 for one value
/// @param coupling  [n_nodes] K of each oscillator; stride 0 for one value
/// @param dtheta    [n_nodes] out
/// @param options   NULL for defaults. Used: law, lag, accumulate, nonfinite; boundaries and halos are not looked at
///
/// `dtheta` shares no element with an input. Errors: array errors; HL_ERR_NONFINITE and HL_ERR_ARGUMENT (a phase too large)
/// name the element; HL_ERR_OPTION. With a status from 1 to 99 nothing was written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_mean_field_rhs(
    n_nodes: isize,
    theta: *const f64,
    theta_strides: *const isize,
    omega: *const f64,
    omega_strides: *const isize,
    coupling: *const f64,
    coupling_strides: *const isize,
    dtheta: *mut f64,
    dtheta_strides: *const isize,
    options: *const hl_kuramoto_options,
) -> hl_status {
    guard::status("hl_kuramoto_mean_field_rhs", || {
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe {
            let inputs = [(theta, theta_strides), (omega, omega_strides), (coupling, coupling_strides)];
            rhs(n_nodes, inputs, (dtheta, dtheta_strides), options)
        }
    })
}

/// hl_kuramoto_mean_field_rhs in single precision.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_mean_field_rhs_f32(
    n_nodes: isize,
    theta: *const f32,
    theta_strides: *const isize,
    omega: *const f32,
    omega_strides: *const isize,
    coupling: *const f32,
    coupling_strides: *const isize,
    dtheta: *mut f32,
    dtheta_strides: *const isize,
    options: *const hl_kuramoto_options,
) -> hl_status {
    guard::status("hl_kuramoto_mean_field_rhs_f32", || {
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe {
            let inputs = [(theta, theta_strides), (omega, omega_strides), (coupling, coupling_strides)];
            rhs(n_nodes, inputs, (dtheta, dtheta_strides), options)
        }
    })
}

/// Integrates fully connected Kuramoto oscillators in place.
///
/// The right-hand side is hl_kuramoto_mean_field_rhs'; all else is as in hl_kuramoto_integrate.
///
/// @param n_nodes       oscillators N
/// @param n_steps       steps to make, 0 or more
/// @param record_every  steps between records; 0 records nothing
/// @param n_frames      records: n_steps / record_every, rounded down, or 0
/// @param omega         [n_nodes]; stride 0 for one value
/// @param coupling      [n_nodes]; stride 0 for one value
/// @param theta         [n_nodes] in and out
/// @param frames        [n_frames][n_nodes] phases after steps record_every, 2 record_every, ..., or NULL
/// @param order_r       [n_frames] |mean of exp(i theta)| then, or NULL
/// @param order_psi     [n_frames] its argument, or NULL
/// @param dt            length of a step, positive
/// @param steps_done    NULL, or where the number of steps made is written, whatever the status; 0 for a status from 1 to 99
/// @param options       NULL for defaults; accumulate, boundaries and halos are not used
///
/// Aliasing, errors and what is left after one: as for hl_kuramoto_integrate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_mean_field_integrate(
    n_nodes: isize,
    n_steps: isize,
    record_every: isize,
    n_frames: isize,
    omega: *const f64,
    omega_strides: *const isize,
    coupling: *const f64,
    coupling_strides: *const isize,
    theta: *mut f64,
    theta_strides: *const isize,
    frames: *mut f64,
    frames_strides: *const isize,
    order_r: *mut f64,
    order_r_strides: *const isize,
    order_psi: *mut f64,
    order_psi_strides: *const isize,
    dt: f64,
    steps_done: *mut isize,
    options: *const hl_kuramoto_options,
) -> hl_status {
    let steps = Steps { n_steps, record_every, n_frames, dt };
    // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
    counting("hl_kuramoto_mean_field_integrate", steps_done, |done| unsafe {
        let inputs = [(omega, omega_strides), (coupling, coupling_strides)];
        let orders = [(order_r, order_r_strides), (order_psi, order_psi_strides)];
        let outputs = Outputs { theta: (theta, theta_strides), frames: (frames, frames_strides), orders };
        integrate(n_nodes, steps, inputs, outputs, options, done)
    })
}

/// hl_kuramoto_mean_field_integrate in single precision (dt stays double).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_mean_field_integrate_f32(
    n_nodes: isize,
    n_steps: isize,
    record_every: isize,
    n_frames: isize,
    omega: *const f32,
    omega_strides: *const isize,
    coupling: *const f32,
    coupling_strides: *const isize,
    theta: *mut f32,
    theta_strides: *const isize,
    frames: *mut f32,
    frames_strides: *const isize,
    order_r: *mut f32,
    order_r_strides: *const isize,
    order_psi: *mut f32,
    order_psi_strides: *const isize,
    dt: f64,
    steps_done: *mut isize,
    options: *const hl_kuramoto_options,
) -> hl_status {
    let steps = Steps { n_steps, record_every, n_frames, dt };
    // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
    counting("hl_kuramoto_mean_field_integrate_f32", steps_done, |done| unsafe {
        let inputs = [(omega, omega_strides), (coupling, coupling_strides)];
        let orders = [(order_r, order_r_strides), (order_psi, order_psi_strides)];
        let outputs = Outputs { theta: (theta, theta_strides), frames: (frames, frames_strides), orders };
        integrate(n_nodes, steps, inputs, outputs, options, done)
    })
}

/// # Safety
/// The arrays are as documented.
unsafe fn rhs<T: Real>(
    n_nodes: isize,
    [theta, omega, coupling]: [Input<T>; 3],
    dtheta: Output<T>,
    options: *const hl_kuramoto_options,
) -> Result<()> {
    // SAFETY: passed on.
    unsafe {
        let shape = Shape::of_nodes("n_nodes", n_nodes)?;
        let given = Given::<T>::of_nodes(options)?;
        let theta = shape.input("theta", theta)?;
        let (omega, strength) = (shape.input("omega", omega)?, shape.input("coupling", coupling)?);
        let dtheta = shape.output("dtheta", dtheta)?;
        disjoint(&[theta.footprint(), omega.footprint(), strength.footprint()], &[dtheta.footprint()])?;
        if given.refuses_nonfinite {
            check_arrays(&theta, 1, [&omega, &strength])?;
        }
        let mut nodes = MeanField::new(omega, strength, given.coupling)?;
        kuramoto::rhs_of_nodes(&mut nodes, &theta, dtheta, given.accumulate)
    }
}

/// # Safety
/// The arrays are as documented.
unsafe fn integrate<T: Real>(
    n_nodes: isize,
    steps: Steps,
    [omega, coupling]: [Input<T>; 2],
    outputs: Outputs<T>,
    options: *const hl_kuramoto_options,
    done: &mut usize,
) -> Result<()> {
    // SAFETY: passed on.
    unsafe {
        let shape = Shape::of_nodes("n_nodes", n_nodes)?;
        let mut given = Given::<T>::of_nodes(options)?;
        let (omega, strength) = (shape.input("omega", omega)?, shape.input("coupling", coupling)?);
        given.footprints.extend([omega.footprint(), strength.footprint()]);
        let (law, refuses_nonfinite) = (given.coupling, given.refuses_nonfinite);
        let integration = Integration::new(&shape, given, steps, outputs)?;
        if refuses_nonfinite {
            check_arrays(&integration.theta.as_view(), 1, [&omega, &strength])?;
        }
        let mut nodes = MeanField::new(omega, strength, law)?;
        integration.run(done, |theta, run, record, progress| {
            kuramoto::integrate_nodes(&mut nodes, theta, run, record, progress)
        })
    }
}
