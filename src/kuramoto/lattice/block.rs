//! Several stages, and several steps, in one sweep over a block of the lattice.
//!
//! Stage l of a step needs the lines around a line from stage l - 1. So the stages follow each other down the block, each
//! one line (or plane, in three dimensions) behind the one before, and what a stage hands to the next lies in a ring of
//! a few lines: memory is read once and written once for all stages of all steps of the sweep, and intermediate states
//! never leave the cache. No cell is computed twice within a block.
//!
//! A block has a margin of cells that belong to its neighbours. At its outer rim the block computes as if the lattice
//! ended there; that error enters by one cell a stage, and the margin is as wide as there are stages, so it never
//! reaches the block's own cells. A block's result is therefore the same bits however the lattice is cut, and blocks
//! are independent: that is how threads share a lattice.

use super::row::{self, Described, Surroundings};
use crate::kuramoto::combine;
use crate::kuramoto::law::{Coupling, Law};
use crate::kuramoto::method::Stages;
use crate::error::{Result, try_vec};
use crate::simd::{Aligned, Lanes, Real};
use std::ops::Range;

/// Cells of padding before and after every line: a whole vector of any level may be read beyond either end.
const PADDING: usize = 32;

/// What the stages of a sweep need to know.
#[derive(Clone, Copy)]
pub struct Sweep<'a, T> {
    pub method: Stages,
    pub steps: usize,
    pub dt: f64,
    /// Hand out the slopes of the one stage that there is, instead of phases.
    pub slopes_only: bool,
    /// Whether K is the same for all cells.
    pub has_one_strength: bool,
    /// Ask for noise at the beginning of every step.
    pub has_noise: bool,
    pub coupling: &'a Coupling<T>,
    /// Worked-on axes with neighbours, in the caller's order.
    pub axes: &'a [usize],
}

impl<T> Sweep<'_, T> {
    /// Lines that a stage is behind the one before it.
    pub fn lag(&self, rows: usize) -> usize {
        if self.axes.contains(&0) {
            rows
        } else if self.axes.contains(&1) {
            1
        } else {
            0
        }
    }

    /// How far a cell sees in one sweep, and so how wide a margin is.
    pub fn stages(&self) -> usize {
        self.steps * self.method.len()
    }
}

/// Lines of the block come from here and go there.
pub trait Lines<T> {
    /// Cells of a line from `from` on. All lines are asked for in order.
    fn phases(&mut self, plane: usize, row: usize, from: usize, into: &mut [T]);
    /// The first `len` cells of a line where they lie, if they lie side by side and until `finished` stay as they are: then they need not be
    /// copied.
    fn phases_in_place(&self, plane: usize, row: usize, len: usize) -> Option<&[T]>;
    fn omega(&mut self, plane: usize, row: usize, from: usize, into: &mut [T]);
    /// The same of omega.
    fn omega_in_place(&self, plane: usize, row: usize, len: usize) -> Option<&[T]>;
    fn strength(&mut self, plane: usize, row: usize, into: &mut [T]);
    /// Adds the noise of a step of the sweep.
    fn add_noise(&mut self, step: usize, plane: usize, row: usize, phases: &mut [T]);
    fn finished(&mut self, plane: usize, row: usize, phases: &[T]);
}

/// Beyond one end of the block along one axis: nothing, or the caller's phases, described.
pub enum Edge<T> {
    Empty,
    /// [line of the face][cell], for the ends of planes and rows; [plane][row] for the ends of lines.
    Face { first: Vec<T>, second: Vec<T>, stride: usize },
}

/// A ring of lines of one kind.
struct Ring<T> {
    lines: usize,
    stride: usize,
    memory: Aligned<T>,
}

impl<T: Real> Ring<T> {
    fn new(lines: usize, stride: usize) -> Result<Self> {
        Ok(Self { lines, stride, memory: Aligned::zeros("lattice", lines * stride)? })
    }

    /// Where the first cell of the line with this number is.
    #[inline(always)]
    fn place(&self, line: usize) -> usize {
        line % self.lines * self.stride + PADDING
    }

    /// The line with this number, padding included.
    #[inline(always)]
    fn padded(&mut self, line: usize) -> &mut [T] {
        let at = line % self.lines * self.stride;
        &mut self.memory.slice_mut()[at..at + self.stride]
    }

    /// The line with this number for writing, padding included, and the others for reading.
    #[inline(always)]
    fn apart(&mut self, line: usize) -> (&mut [T], Others<'_, T>) {
        let (lines, stride) = (self.lines, self.stride);
        let (before, rest) = self.memory.slice_mut().split_at_mut(line % lines * stride);
        let (own, after) = rest.split_at_mut(stride);
        (own, Others { lines, stride, before, after })
    }

    /// `len` cells of the line with this number, from `shift` cells before its first or after.
    #[inline(always)]
    fn cells(&self, line: usize, shift: isize, len: usize) -> &[T] {
        let at = self.place(line).wrapping_add_signed(shift);
        &self.memory.slice()[at..at + len]
    }
}

/// All lines of a ring but one.
struct Others<'a, T> {
    lines: usize,
    stride: usize,
    before: &'a [T],
    after: &'a [T],
}

impl<'a, T> Others<'a, T> {
    /// As `Ring::cells`, for another line than that one.
    #[inline(always)]
    fn cells(&self, line: usize, shift: isize, len: usize) -> &'a [T] {
        let at = (line % self.lines * self.stride + PADDING).wrapping_add_signed(shift);
        match at.checked_sub(self.before.len()) {
            None => &self.before[at..at + len],
            Some(at) => &self.after[at - self.stride..][..len],
        }
    }
}

/// Everything that one thread needs for one block after another.
pub struct Workspace<T> {
    extents: [usize; 3],
    /// Cells of a line of the block at hand, rounded up to whole vectors.
    len: usize,
    /// Descriptions of every stage's input.
    stages: Vec<[Ring<T>; 2]>,
    /// Phases at the beginning of every step, and the sum so far of its increments.
    steps: Vec<[Ring<T>; 2]>,
    omega: Ring<T>,
    strength: Ring<T>,
    slopes: Aligned<T>,
    phases: Aligned<T>,
    nothing: Aligned<T>,
}

impl<T: Real> Workspace<T> {
    /// For blocks of at most these extents, margins included.
    pub fn new(extents: [usize; 3], sweep: &Sweep<'_, T>) -> Result<Self> {
        let len = extents[2].next_multiple_of(PADDING);
        let stride = len + 2 * PADDING;
        let lag = sweep.lag(extents[1]);
        let rings = |lines: usize| -> Result<[Ring<T>; 2]> { Ok([Ring::new(lines, stride)?, Ring::new(lines, stride)?]) };
        let of_method = sweep.method.len();
        let mut stages = Vec::new();
        for _ in 0..sweep.stages() {
            stages.push(rings(2 * lag + 1)?);
        }
        let mut steps = Vec::new();
        for _ in 0..sweep.steps {
            steps.push(rings(of_method * lag + 1)?);
        }
        Ok(Self {
            extents,
            len,
            stages,
            steps,
            omega: Ring::new(sweep.stages() * lag + 1, stride)?,
            strength: Ring::new(if sweep.has_one_strength { 1 } else { sweep.stages() * lag + 1 }, stride)?,
            slopes: Aligned::zeros("lattice", stride)?,
            phases: Aligned::zeros("lattice", stride)?,
            nothing: Aligned::zeros("lattice", stride)?,
        })
    }

    /// Bytes that a sweep keeps within reach, for choosing a block that fits the cache.
    pub fn bytes(extents: [usize; 3], sweep: &Sweep<'_, T>) -> usize {
        let lag = sweep.lag(extents[1]);
        let lines = sweep.stages() * (2 * (2 * lag + 1) + 2 * lag) + 2 * sweep.stages() * lag;
        lines * (extents[2] + 2 * PADDING) * size_of::<T>()
    }

    /// Sweeps over a block of the workspace's extents or smaller ones.
    #[inline(always)]
    pub fn run<V: Lanes<T>>(
        &mut self,
        extents: [usize; 3],
        sweep: &Sweep<'_, T>,
        edges: &[[Edge<T>; 2]; 3],
        lines: &mut impl Lines<T>,
    ) {
        assert!(extents[1] <= self.extents[1] && extents[2] <= self.extents[2]);
        self.len = extents[2].next_multiple_of(V::WIDTH);
        let count = extents[0] * extents[1];
        let lag = sweep.lag(extents[1]);
        let place = |line: usize| (line / extents[1], line % extents[1]);
        let stages = sweep.stages();
        // A single stage over rows describes a line while it works on the one before.
        let can_describe_next = stages == 1 && lag == 1 && sweep.axes.len() == 2 && sweep.coupling.law == Law::Sine && !sweep.has_noise;
        // A single stage takes whole vectors of cells from where they lie: copies would cost as much as its slopes.
        let has_next = |row: usize| can_describe_next && row + 1 < extents[1];
        let in_place = if stages == 1 && !sweep.has_noise { extents[2] / V::WIDTH * V::WIDTH } else { 0 };
        for tick in 0..count + stages * lag {
            if tick < count {
                let (plane, row) = place(tick);
                let cells = PADDING..PADDING + extents[2];
                let from = lines.omega_in_place(plane, row, in_place).map_or(0, <[T]>::len);
                lines.omega(plane, row, from, &mut self.omega.padded(tick)[PADDING + from..cells.end]);
                if !sweep.has_one_strength || tick == 0 {
                    lines.strength(plane, row, &mut self.strength.padded(tick)[cells.clone()]);
                }
                let from = lines.phases_in_place(plane, row, in_place).map_or(0, <[T]>::len);
                lines.phases(plane, row, from, &mut self.steps[0][0].padded(tick)[PADDING + from..cells.end]);
                if row > 0 && has_next(row - 1) {
                    self.advance_and_describe_next::<V>(tick - 1, extents, sweep, edges, lines, in_place);
                } else {
                    if let Some(phases) = lines.phases_in_place(plane, row, from) {
                        self.describe::<V>(0, tick, sweep.coupling.law, 0..from, Input::InPlace(phases));
                    }
                    self.describe::<V>(0, tick, sweep.coupling.law, from..self.len, Input::OfStep(0));
                }
                // Slopes are those of the phases before the noise; what they are added to has it.
                if sweep.has_noise {
                    lines.add_noise(0, plane, row, &mut self.steps[0][0].padded(tick)[cells]);
                }
                self.close(0, tick, (plane, row), extents, edges);
            }
            for stage in 0..stages {
                let Some(line) = tick.checked_sub((stage + 1) * lag).filter(|&line| line < count) else { continue };
                let (plane, row) = place(line);
                if !has_next(row) {
                    let given = [lines.omega_in_place(plane, row, in_place), lines.phases_in_place(plane, row, in_place)];
                    let whole = if given == [None; 2] { 0 } else { in_place };
                    self.advance::<V>(stage, line, extents, sweep, edges, 0..whole, given);
                    self.advance::<V>(stage, line, extents, sweep, edges, whole..self.len, [None; 2]);
                }
                if stage + 1 < stages {
                    let begins_a_step = (stage + 1) % sweep.method.len() == 0;
                    let step = (stage + 1) / sweep.method.len();
                    // A step's end describes what it makes.
                    if !begins_a_step {
                        self.describe::<V>(stage + 1, line, sweep.coupling.law, 0..self.len, Input::Intermediate);
                    }
                    self.close(stage + 1, line, (plane, row), extents, edges);
                    if sweep.has_noise && begins_a_step {
                        let cells = PADDING..PADDING + extents[2];
                        lines.add_noise(step, plane, row, &mut self.steps[step][0].padded(line)[cells]);
                    }
                } else {
                    lines.finished(plane, row, &self.phases.slice()[..extents[2]]);
                }
            }
        }
    }

    /// Describes some cells of a line of a stage's input.
    #[inline(always)]
    fn describe<V: Lanes<T>>(&mut self, stage: usize, line: usize, law: Law, cells: Range<usize>, input: Input<'_, T>) {
        if cells.is_empty() {
            return;
        }
        let [first, second] = &mut self.stages[stage];
        let (first, second) = (first.padded(line), second.padded(line));
        let phases = match input {
            Input::InPlace(phases) => phases,
            Input::OfStep(step) => self.steps[step][0].cells(line, cells.start as isize, cells.len()),
            Input::Intermediate => &self.phases.slice()[cells.clone()],
        };
        row::describe::<T, V>(law, phases, &mut first[PADDING + cells.start..], &mut second[PADDING + cells.start..]);
    }

    /// The one stage of a line, while the next is described.
    #[inline(always)]
    fn advance_and_describe_next<V: Lanes<T>>(
        &mut self,
        line: usize,
        extents: [usize; 3],
        sweep: &Sweep<'_, T>,
        edges: &[[Edge<T>; 2]; 3],
        lines: &impl Lines<T>,
        in_place: usize,
    ) {
        let (plane, row) = (line / extents[1], line % extents[1]);
        let given = [lines.omega_in_place(plane, row, in_place), lines.phases_in_place(plane, row, in_place)];
        let next_given = lines.phases_in_place(plane, row + 1, in_place);
        let whole = if given == [None; 2] && next_given.is_none() { 0 } else { in_place };
        let weight = T::from_f64(sweep.dt * sweep.method[0].1);
        for (cells, [omega, from], next) in [(0..whole, given, next_given), (whole..self.len, [None; 2], None)] {
            if cells.is_empty() {
                continue;
            }
            let (start, len) = (cells.start as isize, cells.len());
            let at = PADDING + cells.start..PADDING + cells.end;
            let [first, second] = &mut self.stages[0];
            let ((next_first, first), (next_second, second)) = (first.apart(line + 1), second.apart(line + 1));
            let described = |line: usize, shift: isize| Described {
                first: first.cells(line, start + shift, len),
                second: second.cells(line, start + shift, len),
            };
            let nothing = &self.nothing.slice()[..len];
            let above = if row > 0 { described(line - 1, 0) } else { beyond(&edges[1][0], plane, cells.start, nothing) };
            let surroundings = Surroundings {
                centre: described(line, 0),
                pairs: [
                    [above, Described { first: nothing, second: nothing }],
                    [described(line, -1), described(line, 1)],
                    [Described { first: nothing, second: nothing }; 2],
                ],
                axes: 2,
                omega: omega.unwrap_or_else(|| self.omega.cells(line, start, len)),
                strength: self.strength.cells(line, start, len),
            };
            let phases = &self.steps[0][0];
            let next = next.unwrap_or_else(|| phases.cells(line + 1, start, len));
            let what = if sweep.slopes_only {
                row::Use::Slopes
            } else {
                row::Use::Step { from: from.unwrap_or_else(|| phases.cells(line, start, len)), weight }
            };
            let outputs = [&mut self.phases.slice_mut()[cells], &mut next_first[at.clone()], &mut next_second[at]];
            row::slopes_and_describe_next::<T, V>(sweep.coupling, &surroundings, what, next, outputs);
        }
    }

    /// Puts what lies beyond the ends of a described line beside them.
    #[inline(always)]
    fn close(
        &mut self,
        stage: usize,
        line: usize,
        (plane, row): (usize, usize),
        extents: [usize; 3],
        edges: &[[Edge<T>; 2]; 3],
    ) {
        let [first, second] = &mut self.stages[stage];
        let (first, second) = (first.padded(line), second.padded(line));
        for (edge, at) in edges[2].iter().zip([PADDING - 1, PADDING + extents[2]]) {
            (first[at], second[at]) = match edge {
                Edge::Empty => (T::default(), T::default()),
                Edge::Face { first, second, stride } => (first[plane * stride + row], second[plane * stride + row]),
            };
        }
    }

    /// One stage of some cells of a line. What comes next is in `self.phases`, or in the next step's first ring and described. Frequencies and phases may
    /// be given where they lie.
    #[allow(clippy::too_many_arguments)]
    #[inline(always)]
    fn advance<V: Lanes<T>>(
        &mut self,
        stage: usize,
        line: usize,
        extents: [usize; 3],
        sweep: &Sweep<'_, T>,
        edges: &[[Edge<T>; 2]; 3],
        cells: Range<usize>,
        [omega, phases_in_place]: [Option<&[T]>; 2],
    ) {
        if cells.is_empty() {
            return;
        }
        let (start, len) = (cells.start as isize, cells.len());
        let of_method = sweep.method.len();
        let (step, stage_of_step) = (stage / of_method, stage % of_method);
        let weight = T::from_f64(sweep.dt * sweep.method[stage_of_step].1);
        let is_first = stage_of_step == 0;
        let coupling = sweep.coupling;
        let (described, next_described) = self.stages.split_at_mut(stage + 1);
        let surroundings = surroundings(
            &described[stage],
            &self.nothing.slice()[..len],
            omega.unwrap_or_else(|| self.omega.cells(line, start, len)),
            self.strength.cells(line, start, len),
            (line, cells.start),
            extents,
            sweep,
            edges,
        );
        let (before, after) = self.steps.split_at_mut(step + 1);
        let [base, sum] = &mut before[step];
        let phases = &mut self.phases.slice_mut()[cells.clone()];
        if sweep.slopes_only {
            row::slopes::<T, V>(coupling, &surroundings, phases);
        } else if stage_of_step + 1 == of_method {
            let from = if is_first { &*base } else { &*sum };
            let from = phases_in_place.unwrap_or_else(|| from.cells(line, start, len));
            if let (Some([next, _]), Some([first, second])) = (after.first_mut(), next_described.first_mut()) {
                let at = PADDING + cells.start..PADDING + cells.end;
                let to = &mut next.padded(line)[at.clone()];
                let described = [first, second].map(|ring| &mut ring.padded(line)[at.clone()]);
                row::step_and_describe::<T, V>(coupling, &surroundings, from, weight, to, described);
            } else {
                row::step::<T, V>(coupling, &surroundings, from, weight, phases);
            }
        } else {
            let base = base.cells(line, start, len);
            let sum = &mut sum.padded(line)[PADDING + cells.start..PADDING + cells.end];
            let ahead = T::from_f64(sweep.dt * sweep.method[stage_of_step + 1].0);
            if is_first {
                row::stage::<T, V>(coupling, &surroundings, [base, base], [ahead, weight], [phases, sum]);
            } else {
                // The slopes themselves, exactly: 0 + 1 * slopes.
                let slopes = &mut self.slopes.slice_mut()[..len];
                let nothing = &self.nothing.slice()[..len];
                row::stage::<T, V>(coupling, &surroundings, [base, nothing], [ahead, T::from_f64(1.0)], [phases, slopes]);
                combine::add::<T, V>(weight, slopes, sum);
            }
        }
    }
}

/// Where the input of a stage is.
#[derive(Clone, Copy)]
enum Input<'a, T> {
    InPlace(&'a [T]),
    /// The phases at the beginning of this step.
    OfStep(usize),
    /// `Workspace::phases`
    Intermediate,
}

/// Cells of a line from `start` on, described, and their neighbours, in the order in which they are added.
#[allow(clippy::too_many_arguments)]
#[inline(always)]
fn surroundings<'a, T: Real>(
    [first, second]: &'a [Ring<T>; 2],
    nothing: &'a [T],
    omega: &'a [T],
    strength: &'a [T],
    (line, start): (usize, usize),
    extents: [usize; 3],
    sweep: &Sweep<'_, T>,
    edges: &'a [[Edge<T>; 2]; 3],
) -> Surroundings<'a, T> {
    let (plane, row) = (line / extents[1], line % extents[1]);
    let rings = [first, second];
    let mut pairs = [[Described { first: nothing, second: nothing }; 2]; 3];
    for (pair, &axis) in pairs.iter_mut().zip(sweep.axes) {
        // (how many lines on, how many cells on, whether the lattice goes on below and above, which line of a face lies beyond)
        let (lines, cells, goes_on, of_face) = match axis {
            0 => (extents[1], 0, [plane > 0, plane + 1 < extents[0]], row),
            1 => (1, 0, [row > 0, row + 1 < extents[1]], plane),
            _ => (0, 1, [true; 2], 0),
        };
        let at = |line: usize, shift: isize| rings_at(rings, line, start as isize + shift, nothing.len());
        pair[0] = if goes_on[0] { at(line - lines, -cells) } else { beyond(&edges[axis][0], of_face, start, nothing) };
        pair[1] = if goes_on[1] { at(line + lines, cells) } else { beyond(&edges[axis][1], of_face, start, nothing) };
    }
    Surroundings { centre: rings_at(rings, line, start as isize, nothing.len()), pairs, axes: sweep.axes.len(), omega, strength }
}

/// A described line out of its two rings.
#[inline(always)]
fn rings_at<T: Real>([first, second]: [&Ring<T>; 2], line: usize, shift: isize, len: usize) -> Described<'_, T> {
    let at = first.place(line).wrapping_add_signed(shift);
    Described { first: &first.memory.slice()[at..at + len], second: &second.memory.slice()[at..at + len] }
}

/// Cells of a line of what lies beyond an end of the block.
#[inline(always)]
fn beyond<'a, T>(edge: &'a Edge<T>, line: usize, start: usize, nothing: &'a [T]) -> Described<'a, T> {
    match edge {
        Edge::Empty => Described { first: nothing, second: nothing },
        Edge::Face { first, second, stride } => {
            let at = line * stride + start;
            Described { first: &first[at..at + nothing.len()], second: &second[at..at + nothing.len()] }
        }
    }
}

/// Describes the caller's phases beyond an end.
#[inline(always)]
pub fn face<T: Real, V: Lanes<T>>(law: Law, phases: &[T], lines: usize, len: usize) -> Result<Edge<T>> {
    let stride = len.next_multiple_of(PADDING) + PADDING;
    let mut first = try_vec("lattice", lines * stride + PADDING, T::default())?;
    let mut second = try_vec("lattice", lines * stride + PADDING, T::default())?;
    let mut padded = try_vec("lattice", stride, T::default())?;
    for line in 0..lines {
        padded[..len].copy_from_slice(&phases[line * len..(line + 1) * len]);
        let at = line * stride;
        row::describe::<T, V>(law, &padded, &mut first[at..at + stride], &mut second[at..at + stride]);
    }
    Ok(Edge::Face { first, second, stride })
}
