//! A plan: tree, lists and operators for some points, made once and used for any charges.

mod engine;
mod options;
mod points;

pub use options::{Options, Potential};

use super::kernel::{GreenFunction, Laplace, Yukawa};
use super::parameters::{self, Precision};
use super::passes::{self, Timings};
use super::tree::{Cloud, Cube};
use crate::array::{View, ViewMut};
use crate::error::{Error, Number, Result, Status, try_collect};
use crate::simd::{Level, Real, prefetch};
use crate::threads::{self, Progress};
use engine::{Engine, Ranks, build};
use points::{Scaled, margin_of, power_of_two_that_makes_one};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Results between one that is asked for and one that is handed out.
const AHEAD: usize = 16;

/// What a plan has and holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    pub order: usize,
    pub leaf_size: usize,
    pub levels: usize,
    pub boxes: usize,
    pub leaves: usize,
    /// Direct pairs of points, translations between boxes of a level, multipoles seen by leaves of coarser levels, and local expansions that see leaves.
    pub near_pairs: u64,
    pub translations: u64,
    pub finer: u64,
    pub coarser: u64,
    /// Bytes of points, tree and lists; of operators; and of an evaluation's workspace with gradients, on one thread.
    pub bytes_of_points: usize,
    pub bytes_of_operators: usize,
    pub bytes_of_evaluation: usize,
    /// Seconds that tree, lists and operators took.
    pub tree_seconds: f64,
    pub list_seconds: f64,
    pub operator_seconds: f64,
}
pub struct Plan {
    options: Options,
    order: usize,
    source_count: usize,
    target_count: Option<usize>,
    engine: Box<dyn Engine>,
    ranks: Ranks,
    /// What coordinates were multiplied by.
    scale: f64,
    stats: Stats,
    timings: Timings,
}
impl Plan {
    pub fn new<I: Real>(sources: &View<'_, I, 2>, targets: Option<&View<'_, I, 2>>, options: Options, progress: &mut Progress) -> Result<Self> {
        let simd = Level::current()?;
        options.check()?;
        // What is made has no parts to count: word comes first and last, and in between to ask whether to go on.
        progress.begin(sources.dims()[0].saturating_add(targets.map_or(0, |targets| targets.dims()[0])))?;
        for (name, view) in [("n_source", Some(sources)), ("n_target", targets)] {
            let count = view.map_or(0, |view| view.dims()[0]);
            if count > i32::MAX as usize {
                return Err(Error::new(Status::Shape, format!("{name}: is {count}; a plan has at most 2147483647")));
            }
        }
        let order = if options.order > 0 { options.order } else { parameters::order_of(options.eps, options.precision, options.period > 0.0)? };
        let mut stats = Stats { order, ..Stats::default() };
        let (plain_sources, plain_targets) = (Scaled::new(sources, 1.0), targets.map(|targets| Scaled::new(targets, 1.0)));
        let began = Instant::now();
        let plain = plain_targets.as_ref().map(|cloud| cloud as &dyn Cloud);
        let cube = if options.period > 0.0 {
            Cube::cell(&plain_sources, plain, options.period, progress)?
        } else {
            let of_targets = plain.map_or(Ok(1.0), margin_of)?;
            Cube::around(&plain_sources, plain, margin_of(&plain_sources)?.max(of_targets), progress)?
        };
        let scale = power_of_two_that_makes_one(cube.side);
        let cube = cube.scaled(scale);
        let cell = cube.repeats.then_some(cube);
        let (sources, targets) = (Scaled::new(sources, scale).folded_into(cell), targets.map(|targets| Scaled::new(targets, scale).folded_into(cell)));
        let potential = match options.potential {
            // Without screening the sum over cells needs its background.
            Potential::Yukawa { screening: 0.0 } if cube.repeats => Potential::Laplace,
            other => other,
        };
        let (engine, ranks) = match (potential, options.precision) {
            (Potential::Laplace, Precision::Double) => build::<f64, _, _>(simd, Laplace, &sources, targets.as_ref(), cube, &options, began, &mut stats, progress)?,
            (Potential::Laplace, Precision::Single) => build::<f32, _, _>(simd, Laplace, &sources, targets.as_ref(), cube, &options, began, &mut stats, progress)?,
            (Potential::Yukawa { screening }, precision) => {
                let kernel = Yukawa { screening }.scaled(scale);
                match precision {
                    Precision::Double => build::<f64, _, _>(simd, kernel, &sources, targets.as_ref(), cube, &options, began, &mut stats, progress)?,
                    Precision::Single => build::<f32, _, _>(simd, kernel, &sources, targets.as_ref(), cube, &options, began, &mut stats, progress)?,
                }
            }
        };
        engine.count(&mut stats, progress)?;
        stats.bytes_of_points += ranks.capacity() * size_of::<u32>();
        let target_count = targets.as_ref().map(|targets| targets.len());
        progress.end()?;
        Ok(Self { options, order, source_count: sources.len(), target_count, engine, ranks, scale, stats, timings: Timings::default() })
    }

    pub fn options(&self) -> Options {
        self.options
    }

    pub fn order(&self) -> usize {
        self.order
    }

    pub fn source_count(&self) -> usize {
        self.source_count
    }

    pub fn target_count(&self) -> usize {
        self.target_count.unwrap_or(self.source_count)
    }

    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Seconds of each operator in all evaluations so far, on all threads together.
    pub fn seconds(&self) -> [f64; 8] {
        self.timings.seconds()
    }

    /// Potentials [vectors][targets] and gradients [vectors][targets][3] of charges [vectors][sources].
    pub fn evaluate<I: Real>(
        &self,
        charges: &View<'_, I, 2>,
        potentials: Option<ViewMut<'_, I, 2>>,
        gradients: Option<ViewMut<'_, I, 3>>,
        progress: &mut Progress,
    ) -> Result<()> {
        let vectors = charges.dims()[0];
        progress.begin(vectors.saturating_mul(self.target_count()))?;
        // Looked at also where nobody asks for sums; without sources there may be any number of vectors.
        let vectors_with_charges = if self.source_count > 0 { vectors } else { 0 };
        for vector in 0..vectors_with_charges {
            largest_of(charges, vector, progress)?;
        }
        if vectors == 0 || self.target_count() == 0 {
            return progress.end();
        }
        let with_gradients = gradients.is_some();
        // As many together as memory is asked for, whatever their number: `passes::TOGETHER`.
        let mut potentials = potentials.map(|potentials| potentials.chunks(1));
        let mut gradients = gradients.map(|gradients| gradients.chunks(1));
        for first in (0..vectors).step_by(passes::TOGETHER) {
            let together = passes::TOGETHER.min(vectors - first);
            // Charges are computed with in a unit that makes the largest about 1: single precision has few exponents.
            let mut units = [1.0; passes::TOGETHER];
            for (vector, unit) in units[..together].iter_mut().enumerate() {
                let largest = largest_of(charges, first + vector, progress)?;
                if largest > 0.0 {
                    *unit = 2f64.powi(largest.log2().floor().clamp(-1000.0, 1000.0) as i32);
                }
            }
            let charge = |vector: usize, source: usize| charges.at([first + vector, source]).to_f64() / units[vector];
            let results = self.engine.evaluate(together, &charge, with_gradients, &self.timings, progress)?;
            for vector in 0..together {
                let rows = (potentials.as_mut().and_then(Iterator::next), gradients.as_mut().and_then(Iterator::next));
                self.hand_out(&results, (vector, together), units[vector], rows, progress)?;
            }
        }
        progress.end()
    }

    /// A target's place in the tree's order.
    fn rank(&self, target: usize) -> usize {
        self.ranks[target].load(Ordering::Relaxed) as usize
    }

    /// Writes the operators to a file for `load_operators`.
    pub fn save_operators(&self, path: &Path) -> Result<()> {
        self.engine.save_operators(path)
    }

    /// The relative error of potentials [targets] of charges [sources], as norms of vectors: for `sample` targets, all if there are fewer,
    /// chosen by `seed`, sums over all pairs are made in double precision.
    pub fn estimate_error<I: Real>(
        &self,
        charges: &View<'_, I, 1>,
        potentials: &View<'_, I, 1>,
        sample: usize,
        seed: u64,
        progress: &mut Progress,
    ) -> Result<f64> {
        let chosen = self.choose(sample, seed)?;
        progress.begin(chosen.len())?;
        let places = try_collect("sample of targets", chosen.iter().map(|&target| self.rank(target as usize) as u32))?;
        let charge = |source: usize| charges.at([source]).to_f64();
        let exact = self.engine.direct(&charge, &places, progress)?;
        let unit = self.scale / (4.0 * std::f64::consts::PI);
        let differences = || exact.iter().zip(&chosen).map(|(exact, &target)| potentials.at([target as usize]).to_f64() - exact * unit);
        let difference = norm(differences());
        progress.end()?;
        Ok(if difference > 0.0 { difference / norm(exact.iter().map(|exact| exact * unit)) } else { 0.0 })
    }

    /// Different targets, ascending: one in each of as many parts of the caller's order.
    fn choose(&self, sample: usize, seed: u64) -> Result<Vec<u32>> {
        let count = self.target_count();
        let sample = sample.min(count);
        let mut state = seed;
        try_collect("sample of targets", (0..sample).map(|part| {
            // SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014).
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut bits = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            bits ^= bits >> 31;
            let (first, end) = (part * count / sample, (part + 1) * count / sample);
            (first + (bits % (end - first) as u64) as usize) as u32
        }))
    }

    fn hand_out<I: Real>(
        &self,
        results: &[f64],
        (vector, vectors): (usize, usize),
        unit_of_charge: f64,
        (potentials, gradients): (Option<ViewMut<'_, I, 2>>, Option<ViewMut<'_, I, 3>>),
        progress: &mut Progress,
    ) -> Result<()> {
        let components = results.len() / (self.target_count() * vectors);
        let place = |target: usize| (self.rank(target) * vectors + vector) * components;
        let result = |target: usize, component: usize| results[place(target) + component];
        // Results lie in the order of the curve, anywhere in memory as seen from the caller's.
        let fetch = |target: usize| {
            if target < self.ranks.len() {
                prefetch(&results[place(target)]);
            }
        };
        let unit = self.scale / (4.0 * std::f64::consts::PI);
        let grain = threads::grain(self.target_count());
        if let Some(potentials) = potentials {
            let work = |(chunk, mut piece): (usize, ViewMut<'_, I, 2>)| {
                for place in 0..piece.dims()[1] {
                    fetch(chunk * grain + place + AHEAD);
                    piece.set([0, place], I::from_f64(result(chunk * grain + place, 0) * unit * unit_of_charge));
                }
                Ok(())
            };
            threads::for_each_chunk(potentials.split(1, grain).enumerate(), |_| 0, progress, work, |()| Ok(()))?;
        }
        if let Some(gradients) = gradients {
            let unit = unit * self.scale;
            let work = |(chunk, mut piece): (usize, ViewMut<'_, I, 3>)| {
                for place in 0..piece.dims()[1] {
                    fetch(chunk * grain + place + AHEAD);
                    for axis in 0..3 {
                        piece.set([0, place, axis], I::from_f64(result(chunk * grain + place, 1 + axis) * unit * unit_of_charge));
                    }
                }
                Ok(())
            };
            threads::for_each_chunk(gradients.split(1, grain).enumerate(), |_| 0, progress, work, |()| Ok(()))?;
        }
        Ok(())
    }
}

/// The largest magnitude of a vector of charges. Refuses one that is not finite.
fn largest_of<I: Real>(charges: &View<'_, I, 2>, vector: usize, progress: &mut Progress) -> Result<f64> {
    let work = |(first, count): (usize, usize)| {
        let mut largest = 0.0f64;
        for source in first..first + count {
            let charge = charges.at([vector, source]).to_f64();
            if !charge.is_finite() {
                return Err(Error::new(Status::Nonfinite, format!("charges[{vector}][{source}]: is {}; charges are finite", Number(charge))));
            }
            largest = largest.max(charge.abs());
        }
        Ok(largest)
    };
    let mut largest = 0.0f64;
    let keep = |chunk: f64| {
        largest = largest.max(chunk);
        Ok(())
    };
    threads::for_each_chunk(threads::ranges(charges.dims()[1], threads::grain(charges.dims()[1])), |_| 0, progress, work, keep)?;
    Ok(largest)
}
/// sqrt(sum x^2), whatever the size of the numbers.
fn norm(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = numbers.clone().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * numbers.map(|x| (x / largest).powi(2)).sum::<f64>().sqrt()
}
