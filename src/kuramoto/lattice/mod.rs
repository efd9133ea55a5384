//! Lattices: each cell is pulled by its nearest neighbours along every axis.
//!
//! A model is arranged for the memory order of the caller's phases (`arrangement`), cut into blocks (`cut`) which threads
//! share, and each block is swept over (`block`) line by line (`row`), for slopes alone (`rhs`) or for steps in place
//! (`integrate`).

mod arrangement;
mod block;
mod cut;
mod integrate;
mod rhs;
mod row;

use super::law::Coupling;
use super::method::Stages;
use arrangement::Arrangement;
pub use arrangement::{Boundary, Faces, Lattice};
use block::{Edge, Lines, Sweep, Workspace};
use cut::Block;
pub use integrate::integrate;
pub use rhs::{Slopes, rhs};
use crate::array::View;
use crate::error::{Result, try_vec};
use crate::simd::{Kernel, Lanes, Real};
use std::sync::{Mutex, PoisonError};

/// A lattice of oscillators: `d theta / dt = omega + K sum over neighbours of the coupling`.
pub struct Model<'a, T> {
    pub lattice: Lattice,
    pub omega: View<'a, T, 3>,
    /// K of every cell; strides of 0 for one value.
    pub strength: View<'a, T, 3>,
    pub coupling: Coupling<T>,
    pub faces: Faces<'a, T>,
}

/// Bytes of a line in a sweep of several stages over rows. Turning to another line costs as much as some forty cells, and margins are
/// computed twice, so lines are long: what a sweep of a dozen stages keeps, some 900 KiB, is for the second-level cache, which feeds the loops as
/// fast as they compute. (Lines of 2 KiB, for the first one, take a fifth longer.)
const LINE_BYTES: usize = 8 << 10;
/// The same in three dimensions, where a stage keeps whole planes.
const LINE_BYTES_OF_A_PLANE: usize = 2 << 10;
/// The same where there are no rows.
const LINE_BYTES_ALONE: usize = 16 << 10;
/// The same for a single stage, which goes through memory as fast as it computes: whole rows keep to few pages, and their sines fit the
/// second-level cache.
const LINE_BYTES_OF_A_STAGE: usize = 32 << 10;
/// Stages of a sweep over rows at most. More would save little memory traffic and widen margins.
const STAGES_TO_A_SWEEP: usize = 12;
/// The same where there are no rows, or few for each thread.
const FEWEST_STAGES_TO_A_SWEEP: usize = 6;
/// Own rows of a thread's block for each stage beyond the fewest: margins, a row for every stage, are computed twice.
const ROWS_TO_A_STAGE: usize = 8;
/// Bytes that the stages of one sweep over planes may keep: a core's share of the last cache. Smaller blocks would fit the second one, but have margins
/// as large as they are (RK4, 128 cells cubed: 45 ns a cell and step with 224 KiB, 25 with 2 to 4 MiB).
const SWEEP_BYTES: usize = 3 << 20;
/// Stages of a cell, some 2 ns each, that a thread should have at least.
const CELLS_WORTH_A_THREAD: usize = 20_000;

/// A model arranged for the memory order of the phases.
struct Arranged<'a, T> {
    arrangement: Arrangement,
    omega: View<'a, T, 3>,
    strength: View<'a, T, 3>,
    faces: Faces<'a, T>,
    coupling: &'a Coupling<T>,
    /// How far cells that follow each other along a worked-on axis are apart in C order of the caller's axes.
    numbering: [usize; 3],
}

impl<'a, T: Real> Arranged<'a, T> {
    fn new(model: &'a Model<'a, T>, theta: &View<'_, T, 3>) -> Self {
        let arrangement = Arrangement::new(&model.lattice, theta);
        Self {
            omega: model.omega.permuted(arrangement.order),
            strength: model.strength.permuted(arrangement.order),
            faces: arrangement.faces(&model.faces),
            coupling: &model.coupling,
            numbering: arrangement.order.map(|axis| model.lattice.extents[axis + 1..].iter().product()),
            arrangement,
        }
    }

    fn has_one_strength(&self) -> bool {
        (0..3).all(|axis| self.strength.stride(axis) == 0)
    }

    /// A sweep of so many steps in place.
    fn sweep(&'a self, method: Stages, steps: usize, dt: f64) -> Sweep<'a, T> {
        let axes = self.arrangement.coupled();
        Sweep { method, steps, dt, slopes_only: false, has_one_strength: self.has_one_strength(), has_noise: false, coupling: self.coupling, axes }
    }

    /// Steps that a sweep makes of so many: as many as pay. The result does not depend on it.
    fn steps_to_a_sweep(&self, method: Stages, threads: usize) -> usize {
        let coupled = self.arrangement.coupled();
        let stages = if coupled.contains(&0) {
            1
        } else if coupled.contains(&1) {
            let rows = self.arrangement.extents[1] / threads;
            if threads > 1 { (rows / ROWS_TO_A_STAGE).clamp(FEWEST_STAGES_TO_A_SWEEP, STAGES_TO_A_SWEEP) } else { STAGES_TO_A_SWEEP }
        } else {
            FEWEST_STAGES_TO_A_SWEEP
        };
        (stages / method.len()).max(1)
    }

    /// Own cells of a block: lines that fit the first-level cache, sweeps that fit the second, work for all threads. The
    /// result does not depend on it.
    fn block_size(&self, sweep: &Sweep<'_, T>, threads: usize) -> [usize; 3] {
        let [planes, rows, cells] = self.arrangement.extents;
        // A block that takes less than scheduling it is no block for another thread.
        let worth = (planes * rows * cells * sweep.stages()).div_ceil(CELLS_WORTH_A_THREAD);
        let threads = threads.min(worth);
        let has_planes = sweep.axes.contains(&0);
        let line = match sweep.lag(1) {
            _ if has_planes => LINE_BYTES_OF_A_PLANE,
            _ if sweep.stages() == 1 => LINE_BYTES_OF_A_STAGE,
            0 => LINE_BYTES_ALONE,
            _ => LINE_BYTES,
        } / size_of::<T>();
        let share = |extent: usize| extent.div_ceil(threads).max(1);
        let mut size = [planes, rows, cells.div_ceil(cells.div_ceil(line)).next_multiple_of(32).min(cells)];
        if has_planes {
            size[0] = share(planes);
            while size[1] > 8 && Workspace::bytes(size, sweep) > SWEEP_BYTES {
                size[1] = size[1].div_ceil(2);
            }
        } else if sweep.axes.contains(&1) {
            size[1] = share(rows);
        } else {
            size[2] = size[2].min(share(cells).max(256));
        }
        size
    }

    #[inline(always)]
    fn edges<V: Lanes<T>>(&self, block: &Block) -> Result<[[Edge<T>; 2]; 3]> {
        let mut edges: [[Edge<T>; 2]; 3] = [(); 3].map(|()| [Edge::Empty, Edge::Empty]);
        let extents = block.extents();
        for axis in 0..3 {
            for side in 0..2 {
                let at_end = block.reaches_end(axis, side, &self.arrangement.extents);
                if self.arrangement.boundaries[axis] != Boundary::Halo || !at_end {
                    continue;
                }
                let Some(phases_of_face) = &self.faces[axis][side] else { continue };
                let (lines, len) = match axis {
                    0 => (extents[1], extents[2]),
                    1 => (extents[0], extents[2]),
                    _ => (extents[0], extents[1]),
                };
                let mut phases = try_vec("lattice", lines * len, T::default())?;
                for line in 0..lines {
                    block.read_face(phases_of_face, axis, line, &mut phases[line * len..(line + 1) * len]);
                }
                edges[axis][side] = block::face::<T, V>(self.coupling.law, &phases, lines, len)?;
            }
        }
        Ok(edges)
    }
}

/// Workspaces that no thread uses at the moment, all for sweeps of one number of steps.
struct Shelf<T> {
    workspaces: Mutex<Vec<Workspace<T>>>,
    steps: usize,
}

impl<T: Real> Shelf<T> {
    fn new(steps: usize) -> Self {
        Self { workspaces: Mutex::new(Vec::new()), steps }
    }
    /// Throws away workspaces for sweeps of another number of steps.
    fn prepare_for(&mut self, steps: usize) {
        if self.steps != steps {
            *self = Self::new(steps);
        }
    }
    /// Sees to it that so many threads find one: what fails for want of memory should do so before anything is written.
    fn fill(&self, threads: usize, largest: [usize; 3], sweep: &Sweep<'_, T>) -> Result<()> {
        let mut workspaces = self.workspaces.lock().unwrap_or_else(PoisonError::into_inner);
        while workspaces.len() < threads {
            workspaces.push(Workspace::new(largest, sweep)?);
        }
        Ok(())
    }
    fn take(&self) -> Option<Workspace<T>> {
        self.workspaces.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
    fn put(&self, workspace: Workspace<T>) {
        self.workspaces.lock().unwrap_or_else(PoisonError::into_inner).push(workspace);
    }
}

struct SweepBlock<'a, T, L> {
    arranged: &'a Arranged<'a, T>,
    sweep: &'a Sweep<'a, T>,
    block: Block,
    largest: [usize; 3],
    shelf: &'a Shelf<T>,
    lines: L,
}

impl<T: Real, L: Lines<T>> Kernel<T> for SweepBlock<'_, T, L> {
    type Output = Result<()>;
    #[inline(always)]
    fn run<V: Lanes<T>>(mut self) -> Result<()> {
        let edges = self.arranged.edges::<V>(&self.block)?;
        let mut workspace = match self.shelf.take() {
            Some(workspace) => workspace,
            None => Workspace::new(self.largest, self.sweep)?,
        };
        workspace.run::<V>(self.block.extents(), self.sweep, &edges, &mut self.lines);
        self.shelf.put(workspace);
        Ok(())
    }
}
