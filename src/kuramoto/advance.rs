//! Whole lattices through sweeps of blocks, on the caller's threads.

use super::block::{self, Edge, Lines, Sweep, Workspace};
use super::cut::{self, Block};
use super::lattice::{Arrangement, Boundary, Faces, Lattice};
use super::method::Method;
use super::order_parameter::order_parameter;
use super::row::Coupling;
use crate::array::{View, ViewMut};
use crate::error::{Result, try_vec};
use crate::simd::{Kernel, Lanes, Level, Real, dispatch};
use crate::threads::{self, Progress, for_each_chunk};
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

/// Bytes of a line that leave room for a dozen of them in the first-level cache.
const LINE_BYTES: usize = 2048;
/// Bytes that the stages of one sweep may keep: half of a small second-level cache.
const SWEEP_BYTES: usize = 224 << 10;
/// Stages of a cell, some 2 ns each, that a thread should have at least.
const CELLS_WORTH_A_THREAD: usize = 20_000;
/// Steps to a sweep at most. More would save little memory traffic and widen margins.
const STEPS_TO_A_SWEEP: usize = 6;

/// A model arranged for the memory order of the phases.
struct Arranged<'a, T> {
    arrangement: Arrangement,
    omega: View<'a, T, 3>,
    strength: View<'a, T, 3>,
    faces: Faces<'a, T>,
    coupling: &'a Coupling<T>,
}

impl<'a, T: Real> Arranged<'a, T> {
    fn new(model: &'a Model<'a, T>, theta: &View<'_, T, 3>) -> Self {
        let arrangement = Arrangement::new(&model.lattice, theta);
        Self {
            omega: model.omega.permuted(arrangement.order),
            strength: model.strength.permuted(arrangement.order),
            faces: arrangement.faces(&model.faces),
            coupling: &model.coupling,
            arrangement,
        }
    }

    fn sweep(&'a self, method: Method, steps: usize, dt: f64, slopes_only: bool) -> Sweep<'a, T> {
        Sweep { method, steps, dt, slopes_only, coupling: self.coupling, axes: self.arrangement.coupled() }
    }

    /// Own cells of a block: lines that fit the first-level cache, sweeps that fit the second, work for all threads. The
    /// result does not depend on it.
    fn block_size(&self, sweep: &Sweep<'_, T>, threads: usize) -> [usize; 3] {
        let [planes, rows, cells] = self.arrangement.extents;
        // A block that takes less than scheduling it is no block for another thread.
        let worth = (planes * rows * cells * sweep.stages()).div_ceil(CELLS_WORTH_A_THREAD);
        let threads = threads.min(worth);
        let is_line = sweep.lag(1) == 0;
        let line = (if is_line { 8 * LINE_BYTES } else { LINE_BYTES }) / size_of::<T>();
        let share = |extent: usize| extent.div_ceil(threads).max(1);
        let mut size = [planes, rows, cells.div_ceil(cells.div_ceil(line)).next_multiple_of(32).min(cells)];
        if sweep.axes.contains(&0) {
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

/// A block's lines: its own cells in the caller's array, its margin in a copy made before anything was overwritten.
struct InPlace<'a, 'b, T> {
    arranged: &'a Arranged<'a, T>,
    block: Block,
    own: ViewMut<'b, T, 3>,
    frame: &'a [T],
    taken: usize,
}

impl<T: Real> InPlace<'_, '_, T> {
    fn take(&mut self, into: &mut [T]) {
        into.copy_from_slice(&self.frame[self.taken..self.taken + into.len()]);
        self.taken += into.len();
    }
}

impl<T: Real> Lines<T> for InPlace<'_, '_, T> {
    fn phases(&mut self, plane: usize, row: usize, into: &mut [T]) {
        if !self.block.owns(plane, row) {
            return self.take(into);
        }
        let [[planes, _], [rows, _], [left, _]] = self.block.margin;
        let (margin, rest) = into.split_at_mut(left);
        let (own, beyond) = rest.split_at_mut(self.block.size[2]);
        self.take(margin);
        self.own.read_line([plane - planes, row - rows, 0], own);
        self.take(beyond);
    }
    fn omega(&mut self, plane: usize, row: usize, into: &mut [T]) {
        self.block.read(&self.arranged.omega, plane, row, 0, into);
    }
    fn strength(&mut self, plane: usize, row: usize, into: &mut [T]) {
        self.block.read(&self.arranged.strength, plane, row, 0, into);
    }
    fn finished(&mut self, plane: usize, row: usize, phases: &[T]) {
        if self.block.owns(plane, row) {
            let [[planes, _], [rows, _], [left, _]] = self.block.margin;
            self.own.write_line([plane - planes, row - rows, 0], &phases[left..left + self.block.size[2]]);
        }
    }
}

/// Fills the frame with the block's margin, line by line as `InPlace::phases` asks for it.
fn fill_frame<T: Real>(block: &Block, theta: &View<'_, T, 3>, frame: &mut [T]) {
    let extents = block.extents();
    let mut filled = 0;
    let mut fill = |plane: usize, row: usize, from: usize, len: usize| {
        block.read(theta, plane, row, from, &mut frame[filled..filled + len]);
        filled += len;
    };
    for plane in 0..extents[0] {
        for row in 0..extents[1] {
            if block.owns(plane, row) {
                let [left, right] = block.margin[2];
                fill(plane, row, 0, left);
                fill(plane, row, left + block.size[2], right);
            } else {
                fill(plane, row, 0, extents[2]);
            }
        }
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
            None => Workspace::new(self.largest, self.sweep, V::WIDTH)?,
        };
        workspace.run::<V>(self.block.extents(), self.sweep, &edges, &mut self.lines);
        self.shelf.put(workspace);
        Ok(())
    }
}

/// How far and how.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub method: Method,
    pub dt: f64,
    pub steps: usize,
}

/// What is written down after every `every`-th step, each optional.
pub struct Record<'a, T> {
    pub every: usize,
    /// [frame][the lattice's extents]
    pub frames: Option<ViewMut<'a, T, 4>>,
    /// [frame]: r and psi
    pub order: [Option<ViewMut<'a, T, 1>>; 2],
}

impl<T: Real> Record<'_, T> {
    fn write(&mut self, frame: usize, theta: &View<'_, T, 3>) -> Result<()> {
        if let Some(frames) = &mut self.frames {
            let [planes, rows, cells] = theta.dims();
            let mut line = try_vec("frames", cells.min(4096), T::default())?;
            for (plane, row) in (0..planes).flat_map(|plane| (0..rows).map(move |row| (plane, row))) {
                for from in (0..cells).step_by(4096) {
                    let piece = &mut line[..4096.min(cells - from)];
                    theta.read_line([plane, row, from], piece);
                    frames.write_line([frame, plane, row, from], piece);
                }
            }
        }
        if self.order.iter().any(Option::is_some) {
            let (r, psi) = order_parameter(theta)?;
            for (array, value) in self.order.iter_mut().zip([r, psi]) {
                if let Some(array) = array {
                    array.set([frame], T::from_f64(value));
                }
            }
        }
        Ok(())
    }
}

/// Advances `theta` in place. The second of the results is the number of steps that were made, all of them unless the
/// first is an error; `theta` then stands at that step.
pub fn integrate<T: Real>(
    model: &Model<'_, T>,
    mut theta: ViewMut<'_, T, 3>,
    run: Run,
    record: &mut Record<'_, T>,
    progress: &mut Progress,
) -> (Result<()>, usize) {
    let mut done = 0;
    let outcome = integrate_counting(model, &mut theta, run, record, progress, &mut done);
    (outcome, done)
}

fn integrate_counting<T: Real>(
    model: &Model<'_, T>,
    theta: &mut ViewMut<'_, T, 3>,
    run: Run,
    record: &mut Record<'_, T>,
    progress: &mut Progress,
    done: &mut usize,
) -> Result<()> {
    let level = Level::current()?;
    progress.begin(run.steps)?;
    if model.lattice.cells() == 0 {
        *done = run.steps;
        return progress.end();
    }
    let arranged = Arranged::new(model, &theta.as_view());
    let order = arranged.arrangement.order;
    let is_flat = !arranged.arrangement.coupled().contains(&0);
    let steps_to_a_sweep = if is_flat { (STEPS_TO_A_SWEEP / run.method.stages.len()).max(1) } else { 1 };
    let mut frames: Vec<Vec<T>> = Vec::new();
    let mut shelf = Shelf::new(0);
    while *done < run.steps {
        let to_next_record = record.every - *done % record.every;
        let steps = steps_to_a_sweep.min(run.steps - *done).min(to_next_record);
        let sweep = arranged.sweep(run.method, steps, run.dt, false);
        shelf.prepare_for(steps);
        sweep_in_place(&arranged, &sweep, theta.reborrow().permuted(order), level, &mut frames, &shelf)?;
        *done += steps;
        if *done % record.every == 0 {
            record.write(*done / record.every - 1, &theta.as_view())?;
        }
        progress.advance(steps)?;
    }
    progress.end()
}

fn sweep_in_place<T: Real>(
    arranged: &Arranged<'_, T>,
    sweep: &Sweep<'_, T>,
    theta: ViewMut<'_, T, 3>,
    level: Level,
    frames: &mut Vec<Vec<T>>,
    shelf: &Shelf<T>,
) -> Result<()> {
    let size = arranged.block_size(sweep, threads::current().0);
    let reach = sweep.stages();
    let blocks = || cut::blocks(&arranged.arrangement, size, reach);
    let largest = blocks().fold([0; 3], |largest: [usize; 3], block| {
        let extents = block.extents();
        std::array::from_fn(|axis| largest[axis].max(extents[axis]))
    });
    for (number, block) in blocks().enumerate() {
        if frames.len() == number {
            frames.push(Vec::new());
        }
        if frames[number].len() != block.frame_len() {
            frames[number] = try_vec("lattice", block.frame_len(), T::default())?;
        }
    }
    let mut quiet = Progress::none();
    {
        let whole = theta.as_view();
        let work = |(block, frame): (Block, &mut Vec<T>)| {
            fill_frame(&block, &whole, frame);
            Ok(())
        };
        for_each_chunk(blocks().zip(frames.iter_mut()), |_| 0, &mut quiet, work, Ok)?;
    }
    let pieces = theta.boxes(size)?;
    let jobs = blocks().zip(frames.iter()).zip(pieces);
    for_each_chunk(
        jobs,
        |_| 0,
        &mut quiet,
        |((block, frame), own)| {
            let lines = InPlace { arranged, block, own, frame, taken: 0 };
            dispatch(level, SweepBlock { arranged, sweep, block, largest, shelf, lines })
        },
        Ok,
    )
}

/// A block's lines for a right-hand side: phases from one array, slopes into another.
struct OutOfPlace<'a, 'b, T> {
    arranged: &'a Arranged<'a, T>,
    block: Block,
    theta: View<'a, T, 3>,
    own: ViewMut<'b, T, 3>,
    accumulate: bool,
    line: Vec<T>,
}

impl<T: Real> Lines<T> for OutOfPlace<'_, '_, T> {
    fn phases(&mut self, plane: usize, row: usize, into: &mut [T]) {
        self.block.read(&self.theta, plane, row, 0, into);
    }
    fn omega(&mut self, plane: usize, row: usize, into: &mut [T]) {
        self.block.read(&self.arranged.omega, plane, row, 0, into);
    }
    fn strength(&mut self, plane: usize, row: usize, into: &mut [T]) {
        self.block.read(&self.arranged.strength, plane, row, 0, into);
    }
    fn finished(&mut self, plane: usize, row: usize, slopes: &[T]) {
        if !self.block.owns(plane, row) {
            return;
        }
        let [[planes, _], [rows, _], [left, _]] = self.block.margin;
        let own = [plane - planes, row - rows, 0];
        let slopes = &slopes[left..left + self.block.size[2]];
        if self.accumulate {
            let sum = &mut self.line[..slopes.len()];
            self.own.read_line(own, sum);
            for (sum, &slope) in sum.iter_mut().zip(slopes) {
                *sum = *sum + slope;
            }
            self.own.write_line(own, sum);
        } else {
            self.own.write_line(own, slopes);
        }
    }
}

/// `slopes = d theta / dt`, or added to it.
pub fn rhs<T: Real>(
    model: &Model<'_, T>,
    theta: &View<'_, T, 3>,
    mut slopes: ViewMut<'_, T, 3>,
    accumulate: bool,
) -> Result<()> {
    let level = Level::current()?;
    if model.lattice.cells() == 0 {
        return Ok(());
    }
    let arranged = Arranged::new(model, theta);
    let order = arranged.arrangement.order;
    let theta = theta.permuted(order);
    let sweep = arranged.sweep(Method::EULER, 1, 0.0, true);
    let size = arranged.block_size(&sweep, threads::current().0);
    let blocks = || cut::blocks(&arranged.arrangement, size, 1);
    let largest = blocks().fold([0; 3], |largest: [usize; 3], block| {
        let extents = block.extents();
        std::array::from_fn(|axis| largest[axis].max(extents[axis]))
    });
    let shelf = Shelf::new(1);
    let pieces = slopes.reborrow().permuted(order).boxes(size)?;
    for_each_chunk(
        blocks().zip(pieces),
        |_| 0,
        &mut Progress::none(),
        |(block, own)| {
            let line = try_vec("lattice", if accumulate { block.size[2] } else { 0 }, T::default())?;
            let lines = OutOfPlace { arranged: &arranged, block, theta, own, accumulate, line };
            dispatch(level, SweepBlock { arranged: &arranged, sweep: &sweep, block, largest, shelf: &shelf, lines })
        },
        Ok,
    )
}
