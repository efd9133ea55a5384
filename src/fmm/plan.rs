//! A plan: tree, lists and operators for some points, made once and used for any charges.

use super::kernel::{GreenFunction, Laplace, Yukawa};
use super::operators::{self, Key, Operators, Translations, Wanted, kept_or};
use super::parameters::{self, LEAST_ORDER, Precision};
use super::periodic::{self, Images, check::Charged};
use super::passes::{self, Charges, Frame, Grain, Near, Particles, Timings};
use super::surface::Surface;
use super::tree::{Cloud, Cube, Lists, Refinement, Tree};
use crate::array::{View, ViewMut};
use crate::error::{Error, Number, Result, Status, try_box, try_collect, try_vec};
use crate::simd::{Level, Real, prefetch};
use crate::threads::{self, Progress};
use std::any::TypeId;
use std::path::Path;
use std::time::Instant;

/// Points or charges for a task.
const CHUNK: usize = 16_384;
/// Results between one that is asked for and one that is handed out.
const AHEAD: usize = 16;
/// Pairs of a task of leaves: about a millisecond.
const PAIRS_OF_A_TASK: usize = 1 << 20;

/// Least screening of a cell that repeats, in 1 / period.
const LEAST_SCREENING: f64 = 1e-7;

/// A kernel by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Potential {
    Laplace,
    Yukawa { screening: f64 },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    pub potential: Potential,
    pub precision: Precision,
    /// Relative accuracy; not read if there is an order.
    pub eps: f64,
    /// 0: as eps wants it.
    pub order: usize,
    /// 0: as suits order and points.
    pub leaf_size: usize,
    pub max_level: usize,
    /// None: the faster way.
    pub translations: Option<Translations>,
    /// Side of the cubic cell in which points repeat; 0: they do not.
    pub period: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            potential: Potential::Laplace, precision: Precision::Double, eps: 1e-6, order: 0, leaf_size: 0, max_level: 20, translations: None, period: 0.0,
        }
    }
}

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
    /// Bytes of points, tree and lists; of operators; and of an evaluation's workspace with gradients.
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
    /// Place in the tree's order of each target.
    ranks: Vec<u32>,
    /// What coordinates were multiplied by.
    scale: f64,
    stats: Stats,
    timings: Timings,
}

/// Evaluations of one kernel in one precision.
trait Engine: Send + Sync {
    /// Sums in the tree's order, without 1 / (4 pi), of some vectors: `charge(vector, source)` -> [target][vector][component].
    fn evaluate(&self, vectors: usize, charge: &(dyn Fn(usize, usize) -> f64 + Sync), with_gradients: bool, timings: &Timings, progress: &mut Progress) -> Result<Vec<f64>>;
    fn rank_targets(&self) -> Result<Vec<u32>>;
    /// Sums in double precision over all pairs, without 1 / (4 pi), for some targets by their place in the tree's order.
    fn direct(&self, charge: &(dyn Fn(usize) -> f64 + Sync), places: &[u32], progress: &mut Progress) -> Result<Vec<f64>>;
    fn count(&self, stats: &mut Stats);
    fn save_operators(&self, path: &Path) -> Result<()>;
}

impl Plan {
    pub fn new<I: Real>(sources: &View<'_, I, 2>, targets: Option<&View<'_, I, 2>>, options: Options, progress: &mut Progress) -> Result<Self> {
        let simd = Level::current()?;
        check(&options)?;
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
            Cube::around(&plain_sources, plain, 1.0, progress)?
        };
        let scale = power_of_two_that_makes_one(cube.side);
        let cube = cube.scaled(scale);
        let cell = cube.repeats.then_some(cube);
        let (sources, targets) = (Scaled { cell, ..Scaled::new(sources, scale) }, targets.map(|targets| Scaled { cell, ..Scaled::new(targets, scale) }));
        let potential = match options.potential {
            // Without screening the sum over cells needs its background.
            Potential::Yukawa { screening: 0.0 } if cube.repeats => Potential::Laplace,
            other => other,
        };
        let engine = match (potential, options.precision) {
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
        engine.count(&mut stats);
        let ranks = engine.rank_targets()?;
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
        let places = try_collect("sample of targets", chosen.iter().map(|&target| self.ranks[target as usize]))?;
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
        let place = |target: usize| (self.ranks[target] as usize * vectors + vector) * components;
        let result = |target: usize, component: usize| results[place(target) + component];
        // Results lie in the order of the curve, anywhere in memory as seen from the caller's.
        let fetch = |target: usize| {
            if target < self.ranks.len() {
                prefetch(&results[place(target)]);
            }
        };
        let unit = self.scale / (4.0 * std::f64::consts::PI);
        if let Some(potentials) = potentials {
            let work = |(chunk, mut piece): (usize, ViewMut<'_, I, 2>)| {
                for place in 0..piece.dims()[1] {
                    fetch(chunk * CHUNK + place + AHEAD);
                    piece.set([0, place], I::from_f64(result(chunk * CHUNK + place, 0) * unit * unit_of_charge));
                }
                Ok(())
            };
            threads::for_each_chunk(potentials.split(1, CHUNK).enumerate(), |_| 0, progress, work, |()| Ok(()))?;
        }
        if let Some(gradients) = gradients {
            let unit = unit * self.scale;
            let work = |(chunk, mut piece): (usize, ViewMut<'_, I, 3>)| {
                for place in 0..piece.dims()[1] {
                    fetch(chunk * CHUNK + place + AHEAD);
                    for axis in 0..3 {
                        piece.set([0, place, axis], I::from_f64(result(chunk * CHUNK + place, 1 + axis) * unit * unit_of_charge));
                    }
                }
                Ok(())
            };
            threads::for_each_chunk(gradients.split(1, CHUNK).enumerate(), |_| 0, progress, work, |()| Ok(()))?;
        }
        Ok(())
    }
}

fn check(options: &Options) -> Result<()> {
    let most = options.precision.most_order();
    let refuse = |message: String| Err(Error::new(Status::Option, message));
    if options.order != 0 && !(LEAST_ORDER..=most).contains(&options.order) {
        return refuse(format!("order: is {}; use {LEAST_ORDER} to {most}, or 0 for what eps wants", options.order));
    }
    if options.max_level > 20 {
        return refuse(format!("max_level: is {}; use 0 to 20", options.max_level));
    }
    if let Potential::Yukawa { screening } = options.potential
        && !(screening >= 0.0 && screening.is_finite())
    {
        return refuse(format!("screening: is {}; an inverse length is at least 0 and finite", Number(screening)));
    }
    let period = options.period;
    if !(period == 0.0 || (1e-150..=1e150).contains(&period)) {
        return refuse(format!("period: is {}; the side of a cell is 1e-150 to 1e150, and 0 stands for open space", Number(period)));
    }
    if let Potential::Yukawa { screening } = options.potential
        && screening > 0.0
        && screening * period < LEAST_SCREENING
        && period > 0.0
    {
        let least = Number(LEAST_SCREENING / period);
        return refuse(format!(
            "screening: is {}; with this period the mean of the potential, charge / (screening^2 period^3), leaves no digits for what varies: use at least {least}, or HL_KERNEL_LAPLACE",
            Number(screening)
        ));
    }
    Ok(())
}

/// 2^k with k such that `side` 2^k is between 1/2 and 1, about.
fn power_of_two_that_makes_one(side: f64) -> f64 {
    2f64.powi(-(side.log2().ceil() as i32))
}

/// The caller's points times a power of two, and folded into a cell if there is one.
struct Scaled<'a, I> {
    view: View<'a, I, 2>,
    scale: f64,
    cell: Option<Cube>,
}

impl<'a, I: Real> Scaled<'a, I> {
    fn new(view: &View<'a, I, 2>, scale: f64) -> Self {
        Self { view: *view, scale, cell: None }
    }
}

impl<I: Real> Cloud for Scaled<'_, I> {
    fn len(&self) -> usize {
        self.view.dims()[0]
    }

    fn point(&self, index: usize) -> [f64; 3] {
        std::array::from_fn(|axis| {
            let x = self.view.at([index, axis]).to_f64() * self.scale;
            if let Some(cell) = &self.cell { cell.fold(axis, x) } else { x }
        })
    }

    fn prefetch(&self, index: usize) {
        self.view.prefetch_line([index, 0], 3);
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
    threads::for_each_chunk(threads::ranges(charges.dims()[1], CHUNK), |_| 0, progress, work, keep)?;
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

#[allow(clippy::too_many_arguments)]
fn build<T: Near, K: GreenFunction + 'static, I: Real>(
    simd: Level,
    kernel: K,
    sources: &Scaled<'_, I>,
    targets: Option<&Scaled<'_, I>>,
    cube: Cube,
    options: &Options,
    began: Instant,
    stats: &mut Stats,
    progress: &mut Progress,
) -> Result<Box<dyn Engine>> {
    let order = stats.order;
    let near_in_double = size_of::<T>() < size_of::<I>();
    let other = targets.map(|targets| targets as &dyn Cloud);
    let (cube, refinement) = if options.leaf_size > 0 {
        (cube, Refinement { leaf_size: options.leaf_size, max_level: options.max_level })
    } else {
        let weight = parameters::weight_of_a_box(simd, options.precision, other.is_none(), near_in_double);
        let shape = parameters::shape_of(sources, other, cube, (order, weight), options.max_level, progress)?;
        (shape.cube, shape.refinement)
    };
    stats.leaf_size = refinement.leaf_size;
    let tree = Tree::build(sources, other, cube, refinement, progress)?;
    let own = Particles::in_order(sources, &tree.sources, progress)?;
    let others = match targets {
        Some(targets) => Some(Particles::in_order(targets, tree.targets(), progress)?),
        None => None,
    };
    stats.tree_seconds = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let surface = Surface::new(order)?;
    let lists = Lists::build(&tree, surface.len(), progress)?;
    stats.list_seconds = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let wanted = Wanted {
        cutoff: options.precision.cutoff(),
        translations: options.translations.unwrap_or_else(|| parameters::translations_of(order, options.precision)),
        threshold: parameters::threshold_of(order, options.precision),
    };
    let operators = |surface: &Surface, half_side: f64| {
        // A set of a large order takes seconds, and a kernel that is not homogeneous has one for each level.
        progress.advance(0)?;
        let key = Key {
            kernel: K::NAME,
            fingerprint: kernel.fingerprint(),
            precision: TypeId::of::<T>(),
            simd,
            order,
            half_side: half_side.to_bits(),
            translations: wanted.translations,
        };
        kept_or(key, || Operators::<T>::new(kernel, surface, half_side, wanted, simd))
    };
    let images = if cube.repeats {
        let screening = kernel.screening() * cube.side;
        let key = Key {
            kernel: K::NAME,
            fingerprint: screening.to_bits(),
            precision: TypeId::of::<Images<T>>(),
            simd,
            order,
            half_side: 0,
            translations: wanted.translations,
        };
        Some(kept_or(key, || Images::<T>::new(screening, &surface))?)
    } else {
        None
    };
    let frame = Frame::new(simd, kernel, near_in_double, surface, (tree, lists), (own, others), operators, images, Grain { pairs: PAIRS_OF_A_TASK })?;
    stats.operator_seconds = began.elapsed().as_secs_f64();
    Ok(try_box("plan", frame)? as Box<dyn Engine>)
}

impl<T: Near, K: GreenFunction> Engine for Frame<T, K> {
    fn evaluate(&self, vectors: usize, charge: &(dyn Fn(usize, usize) -> f64 + Sync), with_gradients: bool, timings: &Timings, progress: &mut Progress) -> Result<Vec<f64>> {
        let order = &self.tree.sources;
        let (mut own, mut double) = (Vec::with_capacity(vectors), Vec::with_capacity(vectors));
        for vector in 0..vectors {
            let mut charges = try_vec("charges", order.len(), T::default())?;
            let work = |(chunk, charges): (usize, &mut [T])| {
                for (place, own) in charges.iter_mut().enumerate() {
                    *own = T::from_f64(charge(vector, order.index(chunk * CHUNK + place)));
                }
                Ok(())
            };
            threads::for_each_chunk(charges.chunks_mut(CHUNK).enumerate(), |_| 0, progress, work, |()| Ok(()))?;
            own.push(charges);
            let count = if self.wants_charges_in_double() { order.len() } else { 0 };
            double.push(try_collect("charges", (0..count).map(|place| charge(vector, order.index(place))))?);
        }
        let charges: Vec<Charges<'_, T>> = own.iter().zip(&double).map(|(own, double)| Charges { own, double }).collect();
        passes::evaluate(self, &charges, with_gradients, timings, progress)
    }

    fn rank_targets(&self) -> Result<Vec<u32>> {
        let order = self.tree.targets();
        let mut ranks = try_vec("order of targets", order.len(), 0u32)?;
        for place in 0..order.len() {
            ranks[order.index(place)] = place as u32;
        }
        Ok(ranks)
    }

    fn direct(&self, charge: &(dyn Fn(usize) -> f64 + Sync), places: &[u32], progress: &mut Progress) -> Result<Vec<f64>> {
        let order = &self.tree.sources;
        let charges = try_collect("charges", (0..order.len()).map(|place| charge(order.index(place))))?;
        let mut sums = try_vec("sample of targets", places.len(), 0.0)?;
        if self.tree.cube.repeats {
            let points = self.targets().points();
            let targets = try_collect("sample of targets", places.iter().map(|&place| place as usize).map(|place| [points.x[place], points.y[place], points.z[place]]))?;
            let sources = Charged { points: self.sources.points(), charges: &charges };
            periodic::check::sum(self.kernel.screening(), self.tree.cube.side, &sources, &targets, &mut sums, progress)?;
            return Ok(sums);
        }
        let width = 16;
        let work = |(places, sums): (&[u32], &mut [f64])| {
            passes::sum_directly(self, &charges, places, sums);
            Ok(())
        };
        threads::for_each_chunk(places.chunks(width).zip(sums.chunks_mut(width)), |task| task.0.len(), progress, work, |()| Ok(()))?;
        Ok(sums)
    }

    fn save_operators(&self, path: &Path) -> Result<()> {
        let key = |operators: &Operators<T>| Key {
            kernel: K::NAME,
            fingerprint: self.kernel.fingerprint(),
            precision: TypeId::of::<T>(),
            simd: self.simd,
            order: self.surface.order,
            half_side: operators.half_side.to_bits(),
            translations: operators.across.way(),
        };
        let sets: Vec<(Key, &Operators<T>)> = self.distinct_operators().iter().map(|operators| (key(operators), &**operators)).collect();
        operators::save(&sets, path)
    }

    fn count(&self, stats: &mut Stats) {
        stats.levels = self.tree.depth() + 1;
        stats.boxes = self.tree.nodes.len();
        stats.leaves = self.tree.nodes.iter().filter(|node| node.is_leaf()).count();
        stats.near_pairs = self.leaves.iter().map(|&leaf| self.pairs_of(leaf).0).sum();
        let images = self.lists.images.as_ref().map_or((0, 0), |images| (images.finer.len(), images.coarser.len()));
        stats.finer = (self.lists.finer.len() + images.0) as u64;
        stats.coarser = (self.lists.coarser.len() + images.1) as u64;
        stats.translations = self.count_translations();
        (stats.bytes_of_points, stats.bytes_of_operators) = self.bytes();
        stats.bytes_of_evaluation = passes::workspace_bytes(self, passes::TOGETHER, true);
    }
}
