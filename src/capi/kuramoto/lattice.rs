//! Lattices: the right-hand side, integration, the order parameter.

use super::super::arrays::wanted;
use super::super::guard::{self, hl_status};
use super::given::Given;
use super::integration::{Integration, Outputs, Steps, counting};
use super::options::hl_kuramoto_options;
use super::shape::{Input, Output, Shape};
use crate::array::{Footprint, View, ViewMut, disjoint};
use crate::error::Result;
use crate::kuramoto::{self, Model, check};
use crate::simd::Real;

/// The right-hand side of Kuramoto oscillators on a lattice of one, two or three axes.
///
/// dtheta_i = omega_i + K_i sum_n sin(theta_n - theta_i - lag), n the nearest neighbours of i along every axis (the law,
/// the lag and the boundaries are options). Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence, 1984; with a lag:
/// H. Sakaguchi and Y. Kuramoto, Prog. Theor. Phys. 76 (1986) 576.
///
/// @param rank      1, 2 or 3
/// @param shape     [rank] cells along each axis
/// @param theta     [shape] phases, radians, not wrapped; up to 2^49 in magnitude (2^20 in f32), where they have no digits left
/// @param omega     [shape] natural frequencies; strides of 0 for one value
/// @param coupling  [shape] K of each cell; strides of 0 for one value
/// @param dtheta    [shape] out
/// @param options   NULL for defaults. Used: law, lag, boundary and halos, accumulate, nonfinite; all are checked
///
/// `dtheta` shares no element with an input. Errors: array errors (HL_ERR_SHAPE for a rank that is not 1, 2 or 3);
/// HL_ERR_NONFINITE and HL_ERR_ARGUMENT (a phase too large) name the element; HL_ERR_OPTION. With a status from 1 to 99
/// nothing was written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_rhs(
    rank: isize,
    shape: *const isize,
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
    guard::status("hl_kuramoto_rhs", || {
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe {
            let inputs = [(theta, theta_strides), (omega, omega_strides), (coupling, coupling_strides)];
            rhs(rank, shape, inputs, (dtheta, dtheta_strides), options)
        }
    })
}

/// hl_kuramoto_rhs in single precision.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_rhs_f32(
    rank: isize,
    shape: *const isize,
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
    guard::status("hl_kuramoto_rhs_f32", || {
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        unsafe {
            let inputs = [(theta, theta_strides), (omega, omega_strides), (coupling, coupling_strides)];
            rhs(rank, shape, inputs, (dtheta, dtheta_strides), options)
        }
    })
}

/// Integrates Kuramoto oscillators on a lattice in place.
///
/// The right-hand side is hl_kuramoto_rhs'. With steps of one length several stages and steps are made in one sweep over memory,
/// without storage for intermediate states; HL_METHOD_DORMAND_PRINCE makes steps of its own between them and needs ten numbers a
/// cell.
///
/// @param rank          1, 2 or 3
/// @param shape         [rank] cells along each axis
/// @param n_steps       steps to make, 0 or more
/// @param record_every  steps between records; 0 records nothing
/// @param n_frames      records: n_steps / record_every, rounded down, or 0
/// @param omega         [shape]; strides of 0 for one value
/// @param coupling      [shape]; strides of 0 for one value
/// @param theta         [shape] in and out
/// @param frames        [n_frames][shape] phases after steps record_every, 2 record_every, ..., or NULL
/// @param order_r       [n_frames] |mean of exp(i theta)| then, or NULL
/// @param order_psi     [n_frames] its argument, or NULL
/// @param dt            length of a step, positive
/// @param steps_done    NULL, or where the number of steps made is written, whatever the status; 0 for a status from 1 to 99
/// @param options       NULL for defaults; accumulate is not used
///
/// Outputs share no element with each other or with inputs. Errors: array errors; HL_ERR_SHAPE if n_frames does not fit;
/// HL_ERR_NONFINITE, HL_ERR_ARGUMENT (dt; a phase too large), HL_ERR_OPTION. With a status from 1 to 99 nothing was
/// written. After HL_ERR_CANCELLED, a callback's own status or HL_ERR_NOT_CONVERGED (a tolerance that no step meets) theta stands at
/// a whole step, *steps_done, and the records up to it are written. Integrations of parts give the same bits as one of the whole;
/// with noise if first_step counts the steps before, with adaptive steps if next_step is handed on. After any other error (memory that
/// could not be had) theta may stand between two steps, and *steps_done says nothing. Numbers are looked at when a call begins: those
/// that overflow in the course of the steps spread as arithmetic has it, NaN among them, with HL_OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_integrate(
    rank: isize,
    shape: *const isize,
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
    counting("hl_kuramoto_integrate", steps_done, |done| unsafe {
        let inputs = [(omega, omega_strides), (coupling, coupling_strides)];
        let orders = [(order_r, order_r_strides), (order_psi, order_psi_strides)];
        let outputs = Outputs { theta: (theta, theta_strides), frames: (frames, frames_strides), orders };
        integrate(rank, shape, steps, inputs, outputs, options, done)
    })
}

/// hl_kuramoto_integrate in single precision (dt stays double).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_integrate_f32(
    rank: isize,
    shape: *const isize,
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
    counting("hl_kuramoto_integrate_f32", steps_done, |done| unsafe {
        let inputs = [(omega, omega_strides), (coupling, coupling_strides)];
        let orders = [(order_r, order_r_strides), (order_psi, order_psi_strides)];
        let outputs = Outputs { theta: (theta, theta_strides), frames: (frames, frames_strides), orders };
        integrate(rank, shape, steps, inputs, outputs, options, done)
    })
}

/// The order parameter r exp(i psi) = (1/N) sum_j exp(i theta_j).
///
/// @param rank   1, 2 or 3
/// @param shape  [rank] cells along each axis, at least one cell in all
/// @param theta  [shape] phases, radians
/// @param r      NULL, or where r is written
/// @param psi    NULL, or where psi in (-pi, pi] is written; 0 if r is 0
///
/// Both are NaN if a phase is NaN, infinite or beyond 2^49 (2^20 in f32). Errors: array errors; HL_ERR_SHAPE for a lattice
/// without cells.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_order_parameter(
    rank: isize,
    shape: *const isize,
    theta: *const f64,
    theta_strides: *const isize,
    r: *mut f64,
    psi: *mut f64,
) -> hl_status {
    // SAFETY: the caller's promise about its arrays.
    guard::status("hl_kuramoto_order_parameter", || unsafe {
        order_parameter(rank, shape, (theta, theta_strides), [r, psi])
    })
}

/// hl_kuramoto_order_parameter in single precision.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_kuramoto_order_parameter_f32(
    rank: isize,
    shape: *const isize,
    theta: *const f32,
    theta_strides: *const isize,
    r: *mut f32,
    psi: *mut f32,
) -> hl_status {
    // SAFETY: the caller's promise about its arrays.
    guard::status("hl_kuramoto_order_parameter_f32", || unsafe {
        order_parameter(rank, shape, (theta, theta_strides), [r, psi])
    })
}

const WRAP: &str = "take a multiple of 2 pi away: at this size a phase has no digits left";

/// # Safety
/// The arrays are as documented.
unsafe fn model<'a, T: Real>(shape: &Shape, given: &mut Given<'a, T>, [omega, coupling]: [Input<T>; 2]) -> Result<Model<'a, T>> {
    // SAFETY: passed on.
    let (omega, strength) = unsafe { (shape.input("omega", omega)?, shape.input("coupling", coupling)?) };
    given.footprints.extend([omega.footprint(), strength.footprint()]);
    Ok(Model { lattice: given.lattice, omega, strength, coupling: given.coupling, faces: given.faces })
}

fn check_model<T: Real>(shape: &Shape, model: &Model<'_, T>, theta: &View<'_, T, 3>) -> Result<()> {
    check_arrays(theta, shape.rank, [&model.omega, &model.strength])?;
    model.faces.iter().flatten().flatten().try_for_each(|face| check::check_face(face, shape.rank, T::LARGEST_ANGLE, WRAP))
}

/// Refuses phases without digits, and what is not finite anywhere.
pub(super) fn check_arrays<T: Real>(theta: &View<'_, T, 3>, rank: usize, [omega, coupling]: [&View<'_, T, 3>; 2]) -> Result<()> {
    check::phases_and_frequencies(theta, omega, rank, WRAP)?;
    check::finite(coupling, rank)
}

/// # Safety
/// The arrays are as documented.
unsafe fn rhs<T: Real>(
    rank: isize,
    shape: *const isize,
    [theta, omega, coupling]: [Input<T>; 3],
    dtheta: Output<T>,
    options: *const hl_kuramoto_options,
) -> Result<()> {
    // SAFETY: passed on.
    let (shape, mut given) = unsafe {
        let shape = Shape::new(rank, shape)?;
        let given = Given::<T>::new(options, shape.rank, shape.extents)?;
        (shape, given)
    };
    // SAFETY: passed on.
    let (theta, model, dtheta) = unsafe {
        let theta = shape.input("theta", theta)?;
        let model = model(&shape, &mut given, [omega, coupling])?;
        (theta, model, shape.output("dtheta", dtheta)?)
    };
    given.footprints.push(theta.footprint());
    disjoint(&given.footprints, &[dtheta.footprint()])?;
    if given.refuses_nonfinite {
        check_model(&shape, &model, &theta)?;
    }
    kuramoto::rhs(&model, &theta, dtheta, given.accumulate)
}

/// # Safety
/// The arrays are as documented.
unsafe fn integrate<T: Real>(
    rank: isize,
    shape: *const isize,
    steps: Steps,
    inputs: [Input<T>; 2],
    outputs: Outputs<T>,
    options: *const hl_kuramoto_options,
    done: &mut usize,
) -> Result<()> {
    // SAFETY: passed on.
    unsafe {
        let shape = Shape::new(rank, shape)?;
        let mut given = Given::<T>::new(options, shape.rank, shape.extents)?;
        let model = model(&shape, &mut given, inputs)?;
        let refuses_nonfinite = given.refuses_nonfinite;
        let integration = Integration::new(&shape, given, steps, outputs)?;
        if refuses_nonfinite {
            check_model(&shape, &model, &integration.theta.as_view())?;
        }
        integration.run(done, |theta, run, record, progress| {
            kuramoto::integrate_lattice(&model, theta, run, record, progress)
        })
    }
}

/// # Safety
/// The arrays are as documented.
unsafe fn order_parameter<T: Real>(rank: isize, shape: *const isize, theta: Input<T>, outputs: [*mut T; 2]) -> Result<()> {
    // SAFETY: passed on.
    let (theta, mut outputs) = unsafe {
        let shape = Shape::new(rank, shape)?;
        let [r, psi] = outputs;
        let none = std::ptr::null();
        (shape.input("theta", theta)?, [wanted("r", r, [1], none)?, wanted("psi", psi, [1], none)?])
    };
    let footprints: Vec<Footprint> = outputs.iter().flatten().map(ViewMut::footprint).collect();
    disjoint(&[theta.footprint()], &footprints)?;
    let (r, psi) = kuramoto::order_parameter(&theta)?;
    for (output, value) in outputs.iter_mut().zip([r, psi]) {
        if let Some(output) = output {
            output.set([0], T::from_f64(value));
        }
    }
    Ok(())
}
