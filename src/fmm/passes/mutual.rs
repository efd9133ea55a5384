//! Near pairs of points that are sources and targets alike, each pair once.
//!
//! A leaf sums, for both sides, its points with those of near leaves that come later along the curve, and its own among themselves. So a task's sums are
//! those of its leaves' points and of others further on. Tasks hand them over, and they are added to the results one task after another: cut
//! by pairs of points alone, and added in the order of the curve, they have the same bits for any number of threads.

use super::particles::Near;
use super::vectors::{AT_ONCE, at_once};
use super::{Charges, Frame, Operator, Timings};
use crate::error::{Result, try_push, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::mutual::{self, Sums, Tile, Together};
use crate::fmm::tree::Run;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::threads::{self, Progress};
use std::ops::Range;

pub(super) fn pass<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    charges: &[Charges<'_, T>],
    with_gradients: bool,
    results: &mut [f64],
    timings: &Timings,
    progress: &mut Progress,
) -> Result<()> {
    let each = if with_gradients { 4 } else { 1 };
    let components = charges.len() * each;
    let work = |leaves: &[u32]| timings.time(Operator::ParticlesToParticles, || Task::new(frame, leaves, charges, each)?.run(leaves));
    let fold = |(reach, sums): (Reach, Vec<f64>)| {
        timings.time(Operator::ParticlesToParticles, || {
            for (&(first, count), &before) in reach.runs.iter().zip(&reach.before) {
                let results = results[first as usize * components..][..count as usize * components].chunks_exact_mut(components);
                for (i, result) in results.enumerate() {
                    for (component, result) in result.iter_mut().enumerate() {
                        *result += sums[component * reach.len() + before + i];
                    }
                }
            }
        });
        Ok(())
    };
    let tasks = frame.mutual_tasks.windows(2).map(|ends| &frame.leaves[ends[0]..ends[1]]);
    threads::for_each_chunk(tasks, |_| 0, progress, work, fold)
}

/// Tasks that are looked at for what they need.
const SAMPLE: usize = 8;

/// Bytes that a task has while it runs: the most of some tasks, evenly spread, since they are cut to cost the same.
pub(super) fn workspace_bytes<T: Near, K: GreenFunction>(frame: &Frame<T, K>, components: usize, progress: &mut Progress) -> Result<usize> {
    let tasks = frame.mutual_tasks.len().saturating_sub(1);
    let mut most = 0;
    let work = |ends: &[usize]| Ok(Reach::new(frame, &frame.leaves[ends[0]..ends[1]])?.len());
    let keep = |points: usize| {
        most = most.max(points);
        Ok(())
    };
    threads::for_each_chunk(frame.mutual_tasks.windows(2).step_by(tasks.div_ceil(SAMPLE).max(1)), |_| 0, progress, work, keep)?;
    Ok(most * components * size_of::<f64>() + Tile::<T>::BYTES)
}

/// Points of some leaves, and those further on that are near them.
struct Reach {
    /// Ascending, and none touches the next.
    runs: Vec<Run>,
    /// Points before each run.
    before: Vec<usize>,
}

impl Reach {
    fn new<T: Near, K: GreenFunction>(frame: &Frame<T, K>, leaves: &[u32]) -> Result<Self> {
        let mut all = Vec::new();
        for &leaf in leaves {
            try_push("near points", &mut all, frame.tree.nodes[leaf as usize].sources)?;
            for run in later(frame, leaf as usize) {
                try_push("near points", &mut all, run)?;
            }
        }
        all.sort_unstable();
        let mut runs: Vec<Run> = Vec::new();
        for (first, count) in all {
            match runs.last_mut() {
                Some(last) if first <= last.0 + last.1 => last.1 = last.1.max(first + count - last.0),
                _ => try_push("near points", &mut runs, (first, count))?,
            }
        }
        let mut before = try_vec("near points", runs.len() + 1, 0)?;
        for (k, run) in runs.iter().enumerate() {
            before[k + 1] = before[k] + run.1 as usize;
        }
        Ok(Self { runs, before })
    }

    fn len(&self) -> usize {
        self.before[self.runs.len()]
    }

    /// Place of a point among those of all runs.
    fn place(&self, point: u32) -> usize {
        let run = self.runs.partition_point(|run| run.0 <= point) - 1;
        self.before[run] + (point - self.runs[run].0) as usize
    }
}

/// Near points of a leaf that come after its own.
fn later<T: Near, K>(frame: &Frame<T, K>, leaf: usize) -> impl Iterator<Item = Run> {
    let (first, count) = frame.tree.nodes[leaf].sources;
    let own_end = first + count;
    frame.lists.near.row(leaf).iter().filter(move |run| run.0 + run.1 > own_end).map(move |&(first, count)| {
        let begin = first.max(own_end);
        (begin, first + count - begin)
    })
}

struct Task<'a, T: Near, K> {
    frame: &'a Frame<T, K>,
    charges: Vec<&'a [T]>,
    /// Components of a vector's sums.
    each: usize,
    reach: Reach,
    /// [vector][component][point of the reach].
    sums: Vec<f64>,
    tile: Tile<T>,
    /// Points of a leaf, and the later ones near it, and where their sums are in the reach.
    runs: Vec<Range<usize>>,
    places: Vec<usize>,
}

impl<'a, T: Near, K: GreenFunction> Task<'a, T, K> {
    fn new(frame: &'a Frame<T, K>, leaves: &[u32], charges: &[Charges<'a, T>], each: usize) -> Result<Self> {
        let reach = Reach::new(frame, leaves)?;
        let sums = try_vec("near points", reach.len() * charges.len() * each, 0.0)?;
        let charges = charges.iter().map(|charges| charges.own).collect();
        Ok(Self { frame, charges, each, reach, sums, tile: Tile::new()?, runs: Vec::new(), places: Vec::new() })
    }

    fn run(mut self, leaves: &[u32]) -> Result<(Reach, Vec<f64>)> {
        for &leaf in leaves {
            self.leaf(leaf as usize)?;
        }
        Ok((self.reach, self.sums))
    }

    fn leaf(&mut self, leaf: usize) -> Result<()> {
        let frame = self.frame;
        let node = &frame.tree.nodes[leaf];
        self.runs.clear();
        self.places.clear();
        for (first, count) in std::iter::once(node.sources).chain(later(frame, leaf)) {
            try_push("near points", &mut self.runs, first as usize..(first + count) as usize)?;
            try_push("near points", &mut self.places, self.reach.place(first))?;
        }
        // The leaf's side is about 1 then.
        let scale = if size_of::<T>() < size_of::<f64>() { f64::from(1u32 << node.level) } else { 1.0 };
        let kernel = frame.kernel.scaled(scale);
        let origin = frame.centre(leaf).high;
        let mut first = 0;
        while first < self.charges.len() {
            let vectors = at_once(self.charges.len() - first, AT_ONCE[usize::from(self.each == 4)]);
            let sums = &mut self.sums[first * self.each * self.reach.len()..][..vectors * self.each * self.reach.len()];
            let sums = Sums { all: sums, places: &self.places };
            let own = Vectors { frame, kernel, scale, origin, charges: &self.charges[first..], runs: &self.runs, tile: &mut self.tile, sums };
            match (vectors, self.each) {
                (1, 1) => dispatch(frame.simd, Of::<T, K, 1, 1>(own)),
                (2, 1) => dispatch(frame.simd, Of::<T, K, 2, 1>(own)),
                (_, 1) => dispatch(frame.simd, Of::<T, K, 4, 1>(own)),
                (1, _) => dispatch(frame.simd, Of::<T, K, 1, 4>(own)),
                _ => dispatch(frame.simd, Of::<T, K, 2, 4>(own)),
            }
            first += vectors;
        }
        Ok(())
    }
}

/// Vectors of charges that share kernel values.
struct Vectors<'a, T: Near, K> {
    frame: &'a Frame<T, K>,
    /// That of lengths times `scale`.
    kernel: K,
    scale: f64,
    origin: [f64; 3],
    charges: &'a [&'a [T]],
    runs: &'a [Range<usize>],
    tile: &'a mut Tile<T>,
    sums: Sums<'a>,
}

struct Of<'a, T: Near, K, const N: usize, const C: usize>(Vectors<'a, T, K>);

impl<T: Near, K: GreenFunction, const N: usize, const C: usize> Kernel<T> for Of<'_, T, K, N, C> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let Vectors { frame, kernel, scale, origin, charges, runs, tile, mut sums } = self.0;
        let charges = *charges.first_chunk().expect("has so many vectors");
        let together = Together { points: frame.sources.points(), scale, origin, charges, runs };
        if frame.has_coordinates_in_own_precision() {
            mutual::add::<K, T, V, N, C, 1>(kernel, &together, tile, &mut sums);
        } else {
            mutual::add::<K, T, V, N, C, 2>(kernel, &together, tile, &mut sums);
        }
    }
}
