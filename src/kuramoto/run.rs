//! A whole run of any model by any method.

use super::lattice::{self, Model};
use super::method::{Method, Run};
use super::nodes::Nodes;
use super::record::Record;
use super::{adaptive, fixed};
use crate::array::ViewMut;
use crate::error::Result;
use crate::simd::Real;
use crate::threads::Progress;

/// Advances the phases of a lattice in place. The second of the results is the number of steps that were made, all of them
/// unless the first is an error; `theta` then stands at that step.
pub fn integrate_lattice<T: Real>(
    model: &Model<'_, T>,
    mut theta: ViewMut<'_, T, 3>,
    run: &mut Run,
    record: &mut Record<'_, T>,
    progress: &mut Progress,
) -> (Result<()>, usize) {
    counting(model.lattice.cells(), run.steps, progress, |progress, done| match run.method {
        Method::Fixed(stages) => lattice::integrate(model, &mut theta, stages, run, record, progress, done),
        Method::Adaptive(tolerance) => {
            let mut nodes = lattice::Slopes::new(model)?;
            adaptive::integrate(&mut nodes, &mut theta, tolerance, run, record, progress, done)
        }
    })
}

/// The same for a model whose phases are [1][1][node].
pub fn integrate_nodes<T: Real>(
    nodes: &mut impl Nodes<T>,
    mut theta: ViewMut<'_, T, 3>,
    run: &mut Run,
    record: &mut Record<'_, T>,
    progress: &mut Progress,
) -> (Result<()>, usize) {
    counting(nodes.len(), run.steps, progress, |progress, done| match run.method {
        Method::Fixed(stages) => fixed::integrate(nodes, &mut theta, stages, run, record, progress, done),
        Method::Adaptive(tolerance) => adaptive::integrate(nodes, &mut theta, tolerance, run, record, progress, done),
    })
}

fn counting(
    cells: usize,
    steps: usize,
    progress: &mut Progress,
    integrate: impl FnOnce(&mut Progress, &mut usize) -> Result<()>,
) -> (Result<()>, usize) {
    let mut done = 0;
    let outcome = progress.begin(steps).and_then(|()| {
        if cells == 0 {
            done = steps;
        } else {
            integrate(progress, &mut done)?;
        }
        progress.end()
    });
    (outcome, done)
}
