//! Steps in place.

use super::block::{Lines, Sweep};
use super::cut::{self, Block};
use super::{Arranged, Model, Shelf, SweepBlock};
use crate::array::{View, ViewMut};
use crate::error::{Error, Result, try_vec};
use crate::kuramoto::method::{Noise, Run, Stages};
use crate::kuramoto::record::Record;
use crate::simd::{Level, Real, dispatch};
use crate::threads::{self, Progress, for_each_chunk};

/// Advances `theta` in place by steps of one length. `done` counts them, and `theta` stands at the last that it counts,
/// whatever happened.
pub fn integrate<T: Real>(
    model: &Model<'_, T>,
    theta: &mut ViewMut<'_, T, 3>,
    method: Stages,
    run: &Run,
    record: &mut Record<'_, T>,
    progress: &mut Progress,
    done: &mut usize,
) -> Result<()> {
    let level = Level::current()?;
    let arranged = Arranged::new(model, &theta.as_view());
    let order = arranged.arrangement.order;
    let steps_to_a_sweep = arranged.steps_to_a_sweep(method, threads::current().0);
    let mut frames: Vec<Vec<T>> = Vec::new();
    let mut shelf = Shelf::new(0);
    while *done < run.steps {
        let steps = steps_to_a_sweep.min(run.steps - *done).min(record.steps_to_next(*done));
        let mut sweep = arranged.sweep(method, steps, run.dt);
        sweep.has_noise = run.noise.is_some();
        shelf.prepare_for(steps);
        let noise = run.noise.map(|noise| noise.later(*done));
        sweep_in_place(&arranged, &sweep, noise, theta.reborrow().permuted(order), level, &mut frames, &shelf)?;
        *done += steps;
        record.write_if_due(*done, &theta.as_view())?;
        progress.advance(steps)?;
    }
    Ok(())
}

fn sweep_in_place<T: Real>(
    arranged: &Arranged<'_, T>,
    sweep: &Sweep<'_, T>,
    noise: Option<Noise>,
    theta: ViewMut<'_, T, 3>,
    level: Level,
    frames: &mut Vec<Vec<T>>,
    shelf: &Shelf<T>,
) -> Result<()> {
    let threads = threads::current().0;
    let size = arranged.block_size(sweep, threads);
    let reach = sweep.stages();
    let blocks = || cut::blocks(&arranged.arrangement, size, reach);
    let largest = blocks().fold([0; 3], |largest: [usize; 3], block| {
        let extents = block.extents();
        std::array::from_fn(|axis| largest[axis].max(extents[axis]))
    });
    shelf.fill(threads.min(blocks().len()), largest, sweep)?;
    let missing = blocks().len().saturating_sub(frames.len());
    frames.try_reserve(missing).map_err(|_| Error::out_of_memory("lattice", missing * size_of::<Vec<T>>()))?;
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
            let lines = InPlace { arranged, block, own, frame, taken: 0, noise, dt: sweep.dt, level };
            dispatch(level, SweepBlock { arranged, sweep, block, largest, shelf, lines })
        },
        Ok,
    )
}

/// A block's lines: its own cells in the caller's array, its margin in a copy made before anything was overwritten.
struct InPlace<'a, 'b, T> {
    arranged: &'a Arranged<'a, T>,
    block: Block,
    own: ViewMut<'b, T, 3>,
    frame: &'a [T],
    taken: usize,
    noise: Option<Noise>,
    dt: f64,
    level: Level,
}

impl<T: Real> InPlace<'_, '_, T> {
    fn take(&mut self, into: &mut [T]) {
        into.copy_from_slice(&self.frame[self.taken..self.taken + into.len()]);
        self.taken += into.len();
    }
}

impl<T: Real> Lines<T> for InPlace<'_, '_, T> {
    fn phases(&mut self, plane: usize, row: usize, from: usize, into: &mut [T]) {
        if !self.block.owns(plane, row) {
            return self.take(into);
        }
        let [[planes, _], [rows, _], [left, _]] = self.block.margin;
        if from == 0 {
            let (margin, rest) = into.split_at_mut(left);
            let (own, beyond) = rest.split_at_mut(self.block.size[2]);
            self.take(margin);
            self.own.read_line([plane - planes, row - rows, 0], own);
            self.take(beyond);
        } else {
            // The rest of a line without margins.
            self.own.read_line([plane - planes, row - rows, from], into);
        }
        // The next line's memory, while this one is worked on. (Blocks are strips; the processor foresees lines, not strips of them.)
        if self.block.owns(plane, row + 1) {
            self.own.as_view().prefetch_line([plane - planes, row + 1 - rows, 0], self.block.size[2]);
            self.block.prefetch(&self.arranged.omega, [plane, row + 1, left], self.block.size[2]);
        }
    }
    fn phases_in_place(&self, plane: usize, row: usize, len: usize) -> Option<&[T]> {
        // What margins hold may have been overwritten.
        if self.block.margin[2] != [0, 0] || !self.block.owns(plane, row) {
            return None;
        }
        let [[planes, _], [rows, _], _] = self.block.margin;
        self.own.as_view().line([plane - planes, row - rows, 0], len)
    }
    fn omega(&mut self, plane: usize, row: usize, from: usize, into: &mut [T]) {
        self.block.read(&self.arranged.omega, [plane, row, from], into);
    }
    fn omega_in_place(&self, plane: usize, row: usize, len: usize) -> Option<&[T]> {
        self.block.line(&self.arranged.omega, [plane, row], len)
    }
    fn strength(&mut self, plane: usize, row: usize, into: &mut [T]) {
        self.block.read(&self.arranged.strength, [plane, row, 0], into);
    }
    fn add_noise(&mut self, step: usize, plane: usize, row: usize, phases: &mut [T]) {
        let Some(noise) = self.noise else { return };
        let stride = self.arranged.numbering[2] as u64;
        self.block.for_each_run([plane, row, 0], phases.len(), &self.arranged.arrangement.extents, |index, from, len| {
            let first: usize = index.iter().zip(&self.arranged.numbering).map(|(at, cells)| at * cells).sum();
            noise.add(self.level, self.dt, step as u64, first as u64, stride, &mut phases[from..from + len]);
        });
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
        block.read(theta, [plane, row, from], &mut frame[filled..filled + len]);
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
