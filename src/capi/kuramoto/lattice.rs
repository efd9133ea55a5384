//! Lattices: the right-hand side, integration, the order parameter.

use super::super::arrays::wanted;
use super::super::guard::{self, hl_status, refuse};
use super::options::{Given, hl_kuramoto_options};
use crate::array::{Footprint, View, ViewMut, disjoint, extent};
use crate::error::{Result, Status};
use crate::kuramoto::{self, Model, Record, Run, check};
use crate::simd::Real;

/// The right-hand side of Kuramoto oscillators on a lattice of one, two or three axes.
///
/// dtheta_i = omega_i + K_i sum_n sin(theta_n - theta_i - lag), n the nearest neighbours of i along every axis (the law,
/// the lag and the boundaries are options). Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence, 1984; with a lag:
/// H. Sakaguchi and Y. Kuramoto, Prog. Theor. Phys. 76 (1986) 576.
///
/// @param rank      1, 2 or 3
/// @param shape     [rank] cells along each axis
/// @param theta     [shape] phases, radians, not wrapped; up to 2^50 in magnitude (2^21 in f32), where they have no digits left
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

/// Integrates Kuramoto oscillators on a lattice in place, with a fixed step.
///
/// The right-hand side is hl_kuramoto_rhs'. Several stages and steps are made in one sweep over memory, without storage
/// for intermediate states.
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
/// written. After HL_ERR_CANCELLED or a callback's own status theta stands at a whole step, *steps_done, and the records
/// up to it are written; so do integrations of parts give the same bits as one of the whole.
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
        integrate(rank, shape, steps, inputs, (theta, theta_strides), (frames, frames_strides), orders, options, done)
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
        integrate(rank, shape, steps, inputs, (theta, theta_strides), (frames, frames_strides), orders, options, done)
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
/// Both are NaN if a phase is NaN, infinite or beyond 2^50 (2^21 in f32). Errors: array errors; HL_ERR_SHAPE for a lattice
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

/// A pointer and its strides.
type Input<T> = (*const T, *const isize);
type Output<T> = (*mut T, *const isize);

/// The caller's shape, padded in front to three axes.
struct Shape {
    rank: usize,
    extents: [usize; 3],
}

impl Shape {
    /// # Safety
    /// `shape` is NULL or points to `rank` numbers.
    unsafe fn new(rank: isize, shape: *const isize) -> Result<Self> {
        if !(1..=3).contains(&rank) {
            return refuse(Status::Shape, format!("rank: is {rank}; a lattice has 1, 2 or 3 axes"));
        }
        if shape.is_null() {
            return refuse(Status::Null, "shape: is NULL; pass the address of the number of cells along each axis".into());
        }
        let rank = rank as usize;
        let mut extents = [1; 3];
        for axis in 0..rank {
            const NAMES: [&str; 3] = ["shape[0]", "shape[1]", "shape[2]"];
            // SAFETY: the caller vouches for `rank` numbers.
            extents[3 - rank + axis] = extent(NAMES[axis], unsafe { shape.add(axis).read_unaligned() })?;
        }
        Ok(Self { rank, extents })
    }

    /// A caller's strides for `N` axes, of which it has given those for the last `rank + N - 3`.
    ///
    /// # Safety
    /// `strides` is NULL or points to as many numbers.
    unsafe fn padded<const N: usize>(&self, strides: *const isize) -> Option<[isize; N]> {
        if strides.is_null() {
            return None;
        }
        let mut padded = [0; N];
        let own = self.rank + N - 3;
        for k in 0..own {
            // With a leading axis of frames the missing axes are behind it.
            let place = if N > 3 && k == 0 { 0 } else { N - own + k };
            // SAFETY: the caller's promise.
            padded[place] = unsafe { strides.add(k).read_unaligned() };
        }
        Some(padded)
    }

    /// # Safety
    /// As for `View::new`.
    unsafe fn input<'a, T: Copy>(&self, name: &'static str, (pointer, strides): Input<T>) -> Result<View<'a, T, 3>> {
        // SAFETY: passed on.
        unsafe {
            let strides = self.padded::<3>(strides);
            View::new(name, pointer, self.extents, strides.as_ref().map_or(std::ptr::null(), |s| s.as_ptr()))
        }
    }

    /// # Safety
    /// As for `ViewMut::new`.
    unsafe fn output<'a, T: Copy>(&self, name: &'static str, (pointer, strides): Output<T>) -> Result<ViewMut<'a, T, 3>> {
        // SAFETY: passed on.
        unsafe {
            let strides = self.padded::<3>(strides);
            ViewMut::new(name, pointer, self.extents, strides.as_ref().map_or(std::ptr::null(), |s| s.as_ptr()))
        }
    }
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
    let largest = T::from_f64(if size_of::<T>() == 8 { f64::MAX } else { f32::MAX.into() });
    check::check(theta, shape.rank, T::LARGEST_ANGLE, WRAP)?;
    check::check(&model.omega, shape.rank, largest, "")?;
    check::check(&model.strength, shape.rank, largest, "")?;
    model.faces.iter().flatten().flatten().try_for_each(|face| check::check_face(face, shape.rank, T::LARGEST_ANGLE, WRAP))
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

/// How long an integration is, as the caller says it.
#[derive(Clone, Copy)]
struct Steps {
    n_steps: isize,
    record_every: isize,
    n_frames: isize,
    dt: f64,
}

/// Runs an integration that counts its steps, and tells the caller.
fn counting(function: &'static str, steps_done: *mut isize, body: impl FnOnce(&mut usize) -> Result<()>) -> hl_status {
    guard::status(function, || {
        if !steps_done.is_aligned() {
            return refuse(Status::Alignment, format!("steps_done: address {steps_done:p} is not aligned to a ptrdiff_t"));
        }
        let mut done = 0;
        let outcome = body(&mut done);
        if !steps_done.is_null() {
            // SAFETY: the caller's place for one number.
            unsafe { steps_done.write(done as isize) };
        }
        outcome
    })
}

/// # Safety
/// The arrays are as documented.
#[allow(clippy::too_many_arguments)]
unsafe fn integrate<T: Real>(
    rank: isize,
    shape: *const isize,
    steps: Steps,
    inputs: [Input<T>; 2],
    theta: Output<T>,
    frames: Output<T>,
    orders: [Output<T>; 2],
    options: *const hl_kuramoto_options,
    done: &mut usize,
) -> Result<()> {
    // SAFETY: passed on.
    let (shape, mut given) = unsafe {
        let shape = Shape::new(rank, shape)?;
        let given = Given::<T>::new(options, shape.rank, shape.extents)?;
        (shape, given)
    };
    let n_steps = extent("n_steps", steps.n_steps)?;
    let every = extent("record_every", steps.record_every)?;
    let n_frames = extent("n_frames", steps.n_frames)?;
    let possible = n_steps.checked_div(every).unwrap_or(0);
    if n_frames != possible && n_frames != 0 {
        return refuse(
            Status::Shape,
            format!("n_frames: is {n_frames}, but {n_steps} steps with record_every = {every} make {possible} records"),
        );
    }
    if !(steps.dt > 0.0 && steps.dt.is_finite()) {
        return refuse(Status::Argument, format!("dt: is {}; a step is positive and finite", steps.dt));
    }
    let [planes, rows, cells] = shape.extents;
    let wants_frames = n_frames > 0;
    // SAFETY: passed on.
    let (model, theta, mut record) = unsafe {
        let model = model(&shape, &mut given, inputs)?;
        let theta = shape.output("theta", theta)?;
        let strides = shape.padded::<4>(frames.1);
        let strides = strides.as_ref().map_or(std::ptr::null(), |s| s.as_ptr());
        let frames = if wants_frames { frames.0 } else { std::ptr::null_mut() };
        let orders = orders.map(|(pointer, strides)| (if wants_frames { pointer } else { std::ptr::null_mut() }, strides));
        let record = Record {
            every: if wants_frames { every } else { usize::MAX },
            frames: wanted("frames", frames, [n_frames, planes, rows, cells], strides)?,
            order: [
                wanted("order_r", orders[0].0, [n_frames], orders[0].1)?,
                wanted("order_psi", orders[1].0, [n_frames], orders[1].1)?,
            ],
        };
        (model, theta, record)
    };
    let mut outputs: Vec<Footprint> = vec![theta.footprint()];
    outputs.extend(record.frames.as_ref().map(ViewMut::footprint));
    outputs.extend(record.order.iter().flatten().map(ViewMut::footprint));
    disjoint(&given.footprints, &outputs)?;
    if theta.dims().contains(&0) && record.order.iter().any(Option::is_some) {
        return refuse(Status::Shape, "shape: has no cells; an order parameter needs at least one".into());
    }
    if given.refuses_nonfinite {
        check_model(&shape, &model, &theta.as_view())?;
    }
    let run = Run { method: given.method, dt: steps.dt, steps: n_steps };
    let (outcome, steps_made) = kuramoto::integrate(&model, theta, run, &mut record, &mut given.progress);
    *done = steps_made;
    outcome
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
