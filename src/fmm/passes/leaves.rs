//! What arrives at the targets of leaves: near sources (unless `mutual` has summed them), the leaf's local expansion, and multipoles of finer boxes.

use super::particles::{Local, Near};
use super::vectors::Pairs;
use super::{Charges, Frame, Level, Operator, Timings};
use crate::error::{Error, Result, try_reserve};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::octets::WIDTH;
use crate::fmm::pairs::{Look, Points};
use crate::fmm::periodic::Moments;
use crate::fmm::tree::{ITSELF, Place, Run};
use crate::threads::{self, Progress};
use std::ops::Range;

pub(super) fn pass<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    expansions: &[Level<T>],
    charges: &[Charges<'_, T>],
    backgrounds: &[Moments],
    with_gradients: bool,
    results: &mut [f64],
    timings: &Timings,
    progress: &mut Progress,
) -> Result<()> {
    let components = charges.len() * if with_gradients { 4 } else { 1 };
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
    let size = |task: &(&[u32], &mut [f64])| task.1.len() / components * charges.len();
    let work = |(leaves, results): (&[u32], &mut [f64])| {
        let mut sums = Sums::new(frame, expansions, charges, backgrounds, with_gradients, timings);
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
    charges: &'a [Charges<'a, T>],
    /// Of each vector, in a cell that repeats and has any.
    backgrounds: &'a [Moments],
    with_gradients: bool,
    timings: &'a Timings,
    targets: Local<T>,
    targets_in_double: Local<f64>,
    near: Local<T>,
    ranges: Vec<Range<usize>>,
    runs: Vec<Run>,
    /// Charges of one box's expansions, [vector][n].
    expansion: Vec<T>,
    /// Potentials and, if wanted, the three components of gradients: [vector][component][targets].
    sums: Vec<f64>,
}

impl<'a, T: Near, K: GreenFunction> Sums<'a, T, K> {
    fn new(
        frame: &'a Frame<T, K>,
        expansions: &'a [Level<T>],
        charges: &'a [Charges<'a, T>],
        backgrounds: &'a [Moments],
        with_gradients: bool,
        timings: &'a Timings,
    ) -> Self {
        Self {
            frame, expansions, charges, backgrounds, with_gradients, timings, targets: Local::default(), targets_in_double: Local::default(), near: Local::default(),
            ranges: Vec::new(), runs: Vec::new(), expansion: Vec::new(), sums: Vec::new(),
        }
    }

    /// Adds to [targets][vector][components].
    fn of_leaf(&mut self, leaf: usize, results: &mut [f64]) -> Result<()> {
        let (frame, timings) = (self.frame, self.timings);
        let node = &frame.tree.nodes[leaf];
        let width = frame.target_width;
        let count = node.targets.1 as usize;
        let padded = count.next_multiple_of(width);
        let sums = results.len() / count * padded;
        self.sums.clear();
        self.sums.try_reserve(sums).map_err(|_| Error::out_of_memory("sums of a leaf", sums * size_of::<f64>()))?;
        self.sums.resize(sums, 0.0);

        timings.time(Operator::ParticlesToParticles, || {
            if !frame.is_mutual() {
                self.near(leaf, ITSELF, frame.lists.near.row(leaf))?;
            }
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
                *value += self.sums[component * padded + i];
            }
        }
        if !self.backgrounds.is_empty() {
            let points = frame.targets().points();
            for (i, result) in results.chunks_exact_mut(components).enumerate() {
                let place = node.targets.0 as usize + i;
                let each = components / self.charges.len();
                for (background, result) in self.backgrounds.iter().zip(result.chunks_exact_mut(each)) {
                    let there = background.at([points.x[place], points.y[place], points.z[place]]);
                    result.iter_mut().zip(there).for_each(|(result, there)| *result += there);
                }
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
            let charges: Vec<&[f64]> = self.charges.iter().map(|charges| charges.double).collect();
            let (targets, sources) = (self.targets_in_double.points(), frame.sources.points());
            let pairs = Pairs { simd: frame.simd, kernel: frame.kernel, look: Look::AtEach, targets, sources, runs: &self.ranges };
            add(pairs, self.with_gradients, &charges, &mut self.sums);
            return Ok(());
        }
        let centre = frame.centre(leaf).moved(away.map(|x| -x));
        let origin = T::origin(centre, frame.tree.cube.half_side(usize::from(node.level)));
        self.targets.set(frame.targets(), node.targets, origin.moved(away), frame.target_width)?;
        let charges: Vec<&[T]> = self.charges.iter().map(|charges| charges.own).collect();
        let near = T::near(&frame.sources, &charges, runs, origin, &mut self.near, &mut self.ranges)?;
        let pairs = Pairs { simd: frame.simd, kernel: frame.kernel, look: Look::AtEach, targets: self.targets.points(), sources: near.points, runs: near.runs };
        add(pairs, self.with_gradients, &near.charges, &mut self.sums);
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

    /// One child's numbers of a group, side by side, for all vectors.
    fn read(&mut self, expansions: &crate::simd::Aligned<T>, place: usize, octant: usize) -> Result<()> {
        let len = self.charges.len() * self.frame.surface.len();
        let group = &expansions.slice()[place * len * WIDTH..][..len * WIDTH];
        self.expansion.clear();
        try_reserve("expansions", &mut self.expansion, len)?;
        self.expansion.extend(group.chunks_exact(WIDTH).map(|siblings| siblings[octant]));
        Ok(())
    }

    fn add_expansion(&mut self, shell: Points<'_, T>) {
        let (frame, n) = (self.frame, self.frame.surface.len());
        let charges: Vec<&[T]> = self.expansion.chunks_exact(n).collect();
        let pairs = Pairs { simd: frame.simd, kernel: frame.kernel, look: Look::AtClosest, targets: self.targets.points(), sources: shell, runs: &[0..n] };
        add(pairs, self.with_gradients, &charges, &mut self.sums);
    }
}

/// Sums in a precision of their own.
fn add<S: Near, K: GreenFunction>(pairs: Pairs<'_, S, K>, with_gradients: bool, charges: &[&[S]], sums: &mut [f64]) {
    if with_gradients { pairs.add_gradients(charges, sums) } else { pairs.add_potentials(charges, sums) }
}
