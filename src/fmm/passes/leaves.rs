//! What arrives at the targets of leaves: near sources, the leaf's local expansion, and multipoles of finer boxes.

use super::particles::{Local, Near};
use super::{Charges, Frame, Level, Operator, Timings};
use crate::error::{Error, Result, try_reserve};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::octets::WIDTH;
use crate::fmm::pairs::{self, Points};
use crate::fmm::periodic::Moments;
use crate::fmm::tree::{ITSELF, Place, Run};
use crate::simd::{Kernel, Lanes, dispatch};
use crate::threads::{self, Progress};
use std::ops::Range;

pub(super) fn pass<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    expansions: &[Level<T>],
    charges: Charges<'_, T>,
    background: Option<Moments>,
    with_gradients: bool,
    results: &mut [f64],
    timings: &Timings,
    progress: &mut Progress,
) -> Result<()> {
    let components = if with_gradients { 4 } else { 1 };
    let mut tasks = Vec::new();
    tasks.try_reserve_exact(frame.leaf_tasks.len()).map_err(|_| Error::out_of_memory("leaves", frame.leaf_tasks.len() * 32))?;
    let mut rest = results;
    for ends in frame.leaf_tasks.windows(2) {
        let leaves = &frame.leaves[ends[0]..ends[1]];
        let count: usize = leaves.iter().map(|&leaf| frame.tree.nodes[leaf as usize].targets.1 as usize).sum();
        let (own, others) = rest.split_at_mut(count * components);
        tasks.push((leaves, own));
        rest = others;
    }
    let size = |task: &(&[u32], &mut [f64])| task.1.len() / components;
    let work = |(leaves, results): (&[u32], &mut [f64])| {
        let mut sums = Sums::new(frame, expansions, charges, background, with_gradients, timings);
        let mut rest = results;
        for &leaf in leaves {
            let (own, others) = rest.split_at_mut(frame.tree.nodes[leaf as usize].targets.1 as usize * components);
            sums.of_leaf(leaf as usize, own)?;
            rest = others;
        }
        Ok(())
    };
    threads::for_each_chunk(tasks.into_iter(), size, progress, work, |()| Ok(()))
}

/// A task and its workspace.
struct Sums<'a, T: Near, K> {
    frame: &'a Frame<T, K>,
    expansions: &'a [Level<T>],
    charges: Charges<'a, T>,
    background: Option<Moments>,
    with_gradients: bool,
    timings: &'a Timings,
    targets: Local<T>,
    targets_in_double: Local<f64>,
    near: Local<T>,
    ranges: Vec<Range<usize>>,
    runs: Vec<Run>,
    /// Charges of one expansion.
    expansion: Vec<T>,
    /// Potentials and the three components of gradients, each [targets].
    sums: Vec<f64>,
}

impl<'a, T: Near, K: GreenFunction> Sums<'a, T, K> {
    fn new(
        frame: &'a Frame<T, K>,
        expansions: &'a [Level<T>],
        charges: Charges<'a, T>,
        background: Option<Moments>,
        with_gradients: bool,
        timings: &'a Timings,
    ) -> Self {
        Self {
            frame, expansions, charges, background, with_gradients, timings, targets: Local::default(), targets_in_double: Local::default(), near: Local::default(),
            ranges: Vec::new(), runs: Vec::new(), expansion: Vec::new(), sums: Vec::new(),
        }
    }

    /// Writes [targets][components].
    fn of_leaf(&mut self, leaf: usize, results: &mut [f64]) -> Result<()> {
        let (frame, timings) = (self.frame, self.timings);
        let node = &frame.tree.nodes[leaf];
        let width = frame.target_width;
        let count = node.targets.1 as usize;
        let padded = count.next_multiple_of(width);
        self.sums.clear();
        self.sums.try_reserve(4 * padded).map_err(|_| Error::out_of_memory("sums of a leaf", 32 * padded))?;
        self.sums.resize(4 * padded, 0.0);

        timings.time(Operator::ParticlesToParticles, || {
            self.near(leaf, ITSELF, frame.lists.near.row(leaf))?;
            if let Some(images) = &frame.lists.images { self.near_images(leaf, images.near.row(leaf)) } else { Ok(()) }
        })?;
        if usize::from(node.level) >= frame.top() {
            timings.time(Operator::LocalsToParticles, || self.local_expansion(leaf))?;
        }
        let finer = frame.lists.finer.row(leaf);
        if !finer.is_empty() {
            timings.time(Operator::MultipolesToParticles, || finer.iter().try_for_each(|&finer| self.multipole(leaf, (ITSELF, finer))))?;
        }
        if let Some(images) = &frame.lists.images {
            timings.time(Operator::MultipolesToParticles, || images.finer.row(leaf).iter().try_for_each(|&finer| self.multipole(leaf, finer)))?;
        }
        let components = results.len() / count;
        for (i, result) in results.chunks_exact_mut(components).enumerate() {
            for (component, value) in result.iter_mut().enumerate() {
                *value = self.sums[component * padded + i];
            }
        }
        if let Some(background) = &self.background {
            let points = frame.targets().points();
            for (i, result) in results.chunks_exact_mut(components).enumerate() {
                let place = node.targets.0 as usize + i;
                let there = background.at([points.x[place], points.y[place], points.z[place]]);
                result.iter_mut().zip(there).for_each(|(result, there)| *result += there);
            }
        }
        Ok(())
    }

    /// Images of sources, one image after another.
    fn near_images(&mut self, leaf: usize, row: &[(u8, Run)]) -> Result<()> {
        for same in row.chunk_by(|a, b| a.0 == b.0) {
            let mut runs = std::mem::take(&mut self.runs);
            runs.clear();
            runs.try_reserve(same.len()).map_err(|_| Error::out_of_memory("sources near a leaf", same.len() * size_of::<Run>()))?;
            runs.extend(same.iter().map(|&(_, run)| run));
            self.near(leaf, same[0].0, &runs)?;
            self.runs = runs;
        }
        Ok(())
    }

    /// Sources of an image of the cell. The targets are moved the other way: there are fewer of them, and sources stay where they are.
    fn near(&mut self, leaf: usize, image: u8, runs: &[Run]) -> Result<()> {
        let frame = self.frame;
        let node = &frame.tree.nodes[leaf];
        let away = frame.tree.cube.displacement(image);
        if frame.near_in_double {
            self.ranges.clear();
            try_reserve("sources near a leaf", &mut self.ranges, runs.len())?;
            self.ranges.extend(runs.iter().map(|&(first, count)| first as usize..(first + count) as usize));
            self.targets_in_double.set(frame.targets(), node.targets, Place::default().moved(away), frame.target_width)?;
            let (targets, sums) = (self.targets_in_double.points(), &mut self.sums);
            add(frame, self.with_gradients, targets, frame.sources.points(), self.charges.double, &self.ranges, sums);
            return Ok(());
        }
        let centre = frame.centre(leaf).moved(away.map(|x| -x));
        let origin = T::origin(centre, frame.tree.cube.half_side(usize::from(node.level)));
        self.targets.set(frame.targets(), node.targets, origin.moved(away), frame.target_width)?;
        let sources = T::near(&frame.sources, self.charges.own, runs, origin, &mut self.near, &mut self.ranges)?;
        let (targets, sums) = (self.targets.points(), &mut self.sums);
        let (points, charges) = (sources.points, sources.charges);
        add(frame, self.with_gradients, targets, points, charges, sources.runs, sums);
        Ok(())
    }

    fn local_expansion(&mut self, leaf: usize) -> Result<()> {
        let frame = self.frame;
        let (level, place, octant) = frame.place(leaf);
        self.read(&self.expansions[level].locals, place, octant)?;
        self.targets.set(frame.targets(), frame.tree.nodes[leaf].targets, frame.centre(leaf), frame.target_width)?;
        self.add_expansion(frame.shells(level).outer_sources());
        Ok(())
    }

    fn multipole(&mut self, leaf: usize, (image, finer): (u8, u32)) -> Result<()> {
        let (frame, finer) = (self.frame, finer as usize);
        let (level, place, octant) = frame.place(finer);
        self.read(&self.expansions[level].multipoles, place, octant)?;
        let centre = frame.centre(finer).moved(frame.tree.cube.displacement(image));
        self.targets.set(frame.targets(), frame.tree.nodes[leaf].targets, centre, frame.target_width)?;
        self.add_expansion(frame.shells(level).inner_sources());
        Ok(())
    }

    /// One child's numbers of a group, side by side.
    fn read(&mut self, expansions: &crate::simd::Aligned<T>, place: usize, octant: usize) -> Result<()> {
        let n = self.frame.surface.len();
        let group = &expansions.slice()[place * n * WIDTH..][..n * WIDTH];
        self.expansion.clear();
        try_reserve("expansions", &mut self.expansion, n)?;
        self.expansion.extend(group.chunks_exact(WIDTH).map(|siblings| siblings[octant]));
        Ok(())
    }

    fn add_expansion(&mut self, shell: Points<'_, T>) {
        let run = 0..self.expansion.len();
        add(self.frame, self.with_gradients, self.targets.points(), shell, &self.expansion, &[run], &mut self.sums);
    }
}

/// Sums in a precision of their own.
fn add<T: Near, K: GreenFunction, S: Near>(
    frame: &Frame<T, K>,
    with_gradients: bool,
    targets: Points<'_, S>,
    sources: Points<'_, S>,
    charges: &[S],
    runs: &[Range<usize>],
    sums: &mut [f64],
) {
    if with_gradients {
        dispatch(frame.simd, SumGradients { kernel: frame.kernel, targets, sources, charges, runs, sums });
    } else {
        let sums = &mut sums[..targets.len()];
        dispatch(frame.simd, SumPotentials { kernel: frame.kernel, targets, sources, charges, runs, sums });
    }
}

struct SumPotentials<'a, T: Near, K> {
    kernel: K,
    targets: Points<'a, T>,
    sources: Points<'a, T>,
    charges: &'a [T],
    runs: &'a [Range<usize>],
    sums: &'a mut [f64],
}

impl<T: Near, K: GreenFunction> Kernel<T> for SumPotentials<'_, T, K> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        pairs::add_potentials::<K, T, V, 1>(self.kernel, self.targets, self.sources, [self.charges], self.runs, [self.sums]);
    }
}

struct SumGradients<'a, T: Near, K> {
    kernel: K,
    targets: Points<'a, T>,
    sources: Points<'a, T>,
    charges: &'a [T],
    runs: &'a [Range<usize>],
    /// [4][targets]
    sums: &'a mut [f64],
}

impl<T: Near, K: GreenFunction> Kernel<T> for SumGradients<'_, T, K> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let count = self.targets.len();
        let (potentials, gradients) = self.sums.split_at_mut(count);
        let (x, yz) = gradients.split_at_mut(count);
        let (y, z) = yz.split_at_mut(count);
        pairs::add_potentials_and_gradients::<K, T, V, 1>(
            self.kernel,
            self.targets,
            self.sources,
            [self.charges],
            self.runs,
            [potentials],
            [[x, y, z]],
        );
    }
}
