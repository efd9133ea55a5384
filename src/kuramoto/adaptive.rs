//! Dormand and Prince's method of order 5(4) with steps as long as the tolerance allows.
//!
//! J. R. Dormand and P. J. Prince, J. Comput. Appl. Math. 6 (1980) 19; step control as in E. Hairer, S. P. Norsett, G. Wanner,
//! Solving Ordinary Differential Equations I (1993), II.4. The run's steps of length `dt` are where a run may be recorded,
//! stopped and continued: the method's own steps end there, as many as it takes in between. What it does within a step of the
//! run depends on the phases at its beginning and on the length to try first alone; so a run in parts has the bits of one
//! unbroken run if that length is handed on.
//!
//! The last stage of a step is the first of the next (six evaluations a step). What bounds it: all stages go through memory,
//! and each reads the slopes of all before, 36 numbers a node and step in all.

use super::combine::combine;
use super::method::{Run, Tolerance};
use super::nodes::{self, BLOCK, Chunk, Cut, Nodes};
use super::record::Record;
use crate::array::{View, ViewMut};
use crate::error::{Error, Number, Result, Status, try_vec};
use crate::simd::{Kernel, Lanes, Level, Real, dispatch};
use crate::threads::Progress;

const STAGES: usize = 7;
/// Row i: stage i + 1 is at `theta + h sum_j A[i][j] k_j`; the last is the new state.
const A: [[f64; STAGES]; STAGES - 1] = [
    [1.0 / 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [3.0 / 40.0, 9.0 / 40.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0, 0.0, 0.0, 0.0, 0.0],
    [19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0, 0.0, 0.0, 0.0],
    [9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0, 0.0, 0.0],
    [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0, 0.0],
];
/// The new state less that of order 4: what the error is estimated by.
const ERROR: [f64; STAGES] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0];

/// A next step is this much of what the estimate allows, ...
const SAFETY: f64 = 0.9;
/// ... and between a fifth and five times the last.
const FACTORS: (f64, f64) = (0.2, 5.0);
/// Errors below it let a step grow by no more than this one.
const SMALLEST_ERROR: f64 = 1e-5;
/// The first step, if the caller knows none, moves phases by so much (root mean square, radians).
const FIRST_MOVE: f64 = 0.01;
/// A step shorter than this part of the run's means that the tolerance cannot be met.
const SHORTEST: f64 = 1e-12;

/// What the integrator keeps of every node: the state at the beginning of a step, and slopes of the stages.
const ARRAYS: usize = 1 + STAGES;

/// Advances `theta` in place. `done` counts steps of the run, and `theta` stands at the last that it counts, whatever happened.
pub fn integrate<T: Real, N: Nodes<T>>(
    nodes: &mut N,
    theta: &mut ViewMut<'_, T, 3>,
    tolerance: Tolerance,
    run: &mut Run,
    record: &mut Record<'_, T>,
    progress: &mut Progress,
    done: &mut usize,
) -> Result<()> {
    let mut stepper = Stepper::new(nodes, &theta.as_view(), tolerance)?;
    let mut next = if run.next_step > 0.0 { run.next_step } else { stepper.first_step()? };
    while *done < run.steps {
        next = stepper.cover(run.dt, next, progress)?;
        stepper.write(theta);
        run.next_step = next;
        *done += 1;
        record.write_if_due(*done, &theta.as_view())?;
        progress.advance(1)?;
    }
    Ok(())
}

struct Stepper<'n, T, N> {
    nodes: &'n mut N,
    /// The caller's axes.
    extents: [usize; 3],
    cut: Cut,
    /// The state, or the phases of the stage at hand.
    phases: Vec<T>,
    /// [block][state at the beginning of the step, slopes of each stage][node]
    own: Vec<T>,
    tolerance: Tolerance,
    level: Level,
    /// In which array the slopes of the first stage are; those of the last are in the other. They change places.
    first_slopes: usize,
    /// Whether `phases` is a state from which a step is yet to be tried.
    has_new_state: bool,
}

impl<'n, T: Real, N: Nodes<T>> Stepper<'n, T, N> {
    fn new(nodes: &'n mut N, theta: &View<'_, T, 3>, tolerance: Tolerance) -> Result<Self> {
        let cut = Cut::new(nodes.len());
        let mut phases = try_vec("theta", nodes.len(), T::default())?;
        let [_, rows, cells] = theta.dims();
        for (line, into) in phases.chunks_mut(cells).enumerate() {
            theta.read_line([line / rows, line % rows, 0], into);
        }
        let own = cut.arrays("theta", ARRAYS)?;
        let level = Level::current()?;
        let extents = theta.dims();
        let mut stepper =
            Self { nodes, extents, cut, phases, own, tolerance, level, first_slopes: 1, has_new_state: true };
        stepper.evaluate(Pass { slopes_into: Some(1), ..Pass::NOTHING })?;
        Ok(stepper)
    }

    /// The state, to where the caller has it.
    fn write(&self, theta: &mut ViewMut<'_, T, 3>) {
        let [_, rows, cells] = self.extents;
        for (line, from) in self.phases.chunks(cells).enumerate() {
            theta.write_line([line / rows, line % rows, 0], from);
        }
    }

    fn first_step(&mut self) -> Result<f64> {
        let square = self.pass(Pass { measures: Some(Measure::Slopes), ..Pass::NOTHING })?;
        let rms = (square / self.nodes.len() as f64).sqrt();
        // Slopes whose squares overflow ask for no step at all, which would never end.
        Ok(if rms > 0.0 { (FIRST_MOVE / rms).max(f64::MIN_POSITIVE) } else { f64::MAX })
    }

    /// Goes ahead by `dt`, beginning with a step of length `next`. Returns the length to try after that.
    fn cover(&mut self, dt: f64, mut next: f64, progress: &mut Progress) -> Result<f64> {
        let (shrink, grow) = FACTORS;
        let mut covered = 0.0;
        let mut was_refused = false;
        loop {
            let left = dt - covered;
            // Rather a little longer than another tiny step.
            let ends_here = next >= 0.99 * left;
            let step = if ends_here { left } else { next };
            let error = self.try_step(step)?;
            // Without an error, as of oscillators in step, the power would raise a division by zero, on which some programs stop.
            let factor = (SAFETY * error.max(SMALLEST_ERROR).powf(-0.2)).clamp(shrink, if was_refused { 1.0 } else { grow });
            if error <= 1.0 {
                self.accept();
                covered += step;
                // A step that was cut short says nothing against a long one.
                next = if ends_here { next.max(step * factor) } else { step * factor };
                was_refused = false;
                if ends_here {
                    return Ok(next);
                }
            } else {
                next = step * if error.is_nan() { shrink } else { factor };
                was_refused = true;
                if next <= SHORTEST * dt {
                    return Err(self.complaint(step, error));
                }
            }
            progress.advance(0)?;
        }
    }

    fn complaint(&self, step: f64, error: f64) -> Error {
        let Tolerance { absolute, relative } = self.tolerance;
        Error::new(
            Status::NotConverged,
            format!(
                "rtol, atol: a step of {} still has an estimated error of {} times what atol = {} and rtol = {} allow; raise them, or \
                 look for phases that are not finite",
                Number(step),
                Number(error),
                Number(absolute),
                Number(relative)
            ),
        )
    }

    /// Leaves the new state in `phases` and its slopes as those of the last stage. Returns its estimated error, root mean square
    /// over the nodes, in units of what is tolerated.
    fn try_step(&mut self, step: f64) -> Result<f64> {
        let keeps_state = std::mem::take(&mut self.has_new_state);
        self.pass(Pass { keeps_state, next: Some((0, step)), ..Pass::NOTHING })?;
        for stage in 1..STAGES - 1 {
            let slopes_into = Some(self.arrays()[stage]);
            self.evaluate(Pass { slopes_into, next: Some((stage, step)), ..Pass::NOTHING })?;
        }
        let slopes_into = Some(self.arrays()[STAGES - 1]);
        let measures = Some(Measure::Error { step, tolerance: self.tolerance });
        let square = self.evaluate(Pass { slopes_into, measures, ..Pass::NOTHING })?;
        Ok((square / self.nodes.len() as f64).sqrt())
    }

    /// The new state becomes the state, and its slopes those of the next step's first stage.
    fn accept(&mut self) {
        self.first_slopes = STAGES + 1 - self.first_slopes;
        self.has_new_state = true;
    }

    /// Where the slopes of each stage are.
    fn arrays(&self) -> [usize; STAGES] {
        let (first, last) = (self.first_slopes, STAGES + 1 - self.first_slopes);
        [first, 2, 3, 4, 5, 6, last]
    }

    /// A pass after the nodes have taken in the phases.
    fn evaluate(&mut self, pass: Pass) -> Result<f64> {
        self.nodes.prepare(&View::from_slice("theta", &self.phases, self.extents))?;
        self.pass(pass)
    }

    fn pass(&mut self, pass: Pass) -> Result<f64> {
        let arrays = self.arrays();
        let (nodes, cut, level) = (&*self.nodes, self.cut, self.level);
        let phases = ViewMut::from_slice("theta", &mut self.phases, [1, 1, nodes.len()]);
        let mut total = 0.0;
        let work = |chunk: Chunk<'_, T>| Ok(dispatch(level, PassOverChunk { nodes, block: cut.block, chunk, pass, arrays }));
        cut.for_each_chunk(phases, &mut self.own, work, |sum| {
            total += sum;
            Ok(())
        })?;
        Ok(total)
    }
}

/// What is done with every block, in this order.
#[derive(Clone, Copy)]
struct Pass {
    /// The array for the slopes at `phases`, which the nodes have taken in.
    slopes_into: Option<usize>,
    /// Copy the phases as the state.
    keeps_state: bool,
    /// Phases of the stage after this one of a step of this length.
    next: Option<(usize, f64)>,
    measures: Option<Measure>,
}

impl Pass {
    const NOTHING: Pass = Pass { slopes_into: None, keeps_state: false, next: None, measures: None };
}

/// Sums over all nodes.
#[derive(Clone, Copy)]
enum Measure {
    /// Squares of the first stage's slopes.
    Slopes,
    /// Squares of the estimated errors in units of what is tolerated.
    Error { step: f64, tolerance: Tolerance },
}

struct PassOverChunk<'a, 'b, T, N> {
    nodes: &'a N,
    block: usize,
    chunk: Chunk<'b, T>,
    pass: Pass,
    arrays: [usize; STAGES],
}

impl<T: Real, N: Nodes<T>> Kernel<T> for PassOverChunk<'_, '_, T, N> {
    type Output = f64;
    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> f64 {
        let Self { nodes, block, mut chunk, pass, arrays } = self;
        let mut phases = [T::default(); BLOCK];
        let mut result = [T::default(); BLOCK];
        let (phases, result) = (&mut phases[..block], &mut result[..block]);
        let mut total = 0.0;
        for at in (0..chunk.len()).step_by(block) {
            let len = block.min(chunk.len() - at);
            let own = &mut chunk.own[ARRAYS * at..ARRAYS * (at + block)];
            chunk.phases.read_line([0, 0, at], &mut phases[..len]);
            if let Some(array) = pass.slopes_into {
                nodes::slopes::<T, V>(nodes, chunk.first + at, phases, &mut own[array * block..(array + 1) * block]);
            }
            if pass.keeps_state {
                own[..block].copy_from_slice(phases);
            }
            let slopes = arrays.map(|array| &own[array * block..(array + 1) * block]);
            let state = &own[..block];
            if let Some((stage, step)) = pass.next {
                let weights = A[stage].map(|weight| T::from_f64(step * weight));
                combine::<T, V>(Some(state), &weights[..=stage], &slopes, result);
                chunk.phases.write_line([0, 0, at], &result[..len]);
            }
            match pass.measures {
                Some(Measure::Slopes) => {
                    total += slopes[0][..len].iter().map(|slope| slope.to_f64() * slope.to_f64()).sum::<f64>();
                }
                Some(Measure::Error { step, tolerance }) => {
                    let weights = ERROR.map(|weight| T::from_f64(step * weight));
                    combine::<T, V>(None, &weights, &slopes, result);
                    total += squares(&result[..len], state, phases, tolerance);
                }
                None => {}
            }
        }
        total
    }
}

#[inline(always)]
fn squares<T: Real>(errors: &[T], before: &[T], after: &[T], Tolerance { relative, absolute }: Tolerance) -> f64 {
    let mut sum = 0.0;
    for ((error, before), after) in errors.iter().zip(before).zip(after) {
        let scale = absolute + relative * before.abs().to_f64().max(after.abs().to_f64());
        let error = error.to_f64();
        // 0 of 0 is none too many.
        let units = if error == 0.0 { 0.0 } else { error / scale };
        sum += units * units;
    }
    sum
}
