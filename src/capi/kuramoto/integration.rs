//! What integrations of all models have in common: how long they are, what they write, what they leave behind.

use super::super::arrays::wanted;
use super::super::guard::{self, hl_status, refuse};
use super::given::Given;
use super::shape::{Output, Shape};
use crate::array::{Footprint, ViewMut, disjoint, extent};
use crate::error::{Result, Status};
use crate::kuramoto::{Record, Run};
use crate::simd::Real;
use crate::threads::Progress;

/// How long an integration is, as the caller says it.
#[derive(Clone, Copy)]
pub(super) struct Steps {
    pub n_steps: isize,
    pub record_every: isize,
    pub n_frames: isize,
    pub dt: f64,
}

/// What an integration writes, as the caller gives it: phases, frames, r and psi.
#[derive(Clone, Copy)]
pub(super) struct Outputs<T> {
    pub theta: Output<T>,
    pub frames: Output<T>,
    pub orders: [Output<T>; 2],
}

/// The same, checked.
pub(super) struct Integration<'a, T> {
    pub theta: ViewMut<'a, T, 3>,
    record: Record<'a, T>,
    run: Run,
    next_step: Option<ViewMut<'a, f64, 1>>,
    progress: Progress,
}

impl<'a, T: Real> Integration<'a, T> {
    /// # Safety
    /// The arrays are as documented.
    pub unsafe fn new(shape: &Shape, given: Given<'a, T>, steps: Steps, outputs: Outputs<T>) -> Result<Self> {
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
        let Outputs { theta, frames, orders } = outputs;
        // SAFETY: passed on.
        let (theta, record) = unsafe {
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
            (theta, record)
        };
        let mut footprints: Vec<Footprint> = vec![theta.footprint()];
        footprints.extend(record.frames.as_ref().map(ViewMut::footprint));
        footprints.extend(record.order.iter().flatten().map(ViewMut::footprint));
        footprints.extend(given.next_step.as_ref().map(ViewMut::footprint));
        disjoint(&given.footprints, &footprints)?;
        if theta.dims().contains(&0) && record.order.iter().any(Option::is_some) {
            return refuse(Status::Shape, format!("{}: has no oscillators; an order parameter needs at least one", shape.name));
        }
        let Given { method, noise, next_step, progress, .. } = given;
        let first = next_step.as_ref().map_or(0.0, |place| place.at([0]));
        let run = Run { method, dt: steps.dt, steps: n_steps, noise, next_step: first };
        Ok(Self { theta, record, run, next_step, progress })
    }

    /// Runs it; `done` is the number of steps that were made.
    pub fn run(
        self,
        done: &mut usize,
        integrate: impl FnOnce(ViewMut<'a, T, 3>, &mut Run, &mut Record<'a, T>, &mut Progress) -> (Result<()>, usize),
    ) -> Result<()> {
        let Self { theta, mut record, mut run, next_step, mut progress } = self;
        let (outcome, steps_made) = integrate(theta, &mut run, &mut record, &mut progress);
        *done = steps_made;
        if let Some(mut place) = next_step {
            place.set([0], run.next_step);
        }
        outcome
    }
}

/// Runs an integration that counts its steps, and tells the caller.
pub(super) fn counting(function: &'static str, steps_done: *mut isize, body: impl FnOnce(&mut usize) -> Result<()>) -> hl_status {
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
