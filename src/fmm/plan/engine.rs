//! Plans of one kernel in one precision behind one face: how they are built, and what they are asked.

use super::points::Scaled;
use super::{Options, Stats};
use crate::error::{Result, try_box, try_collect, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::operators::{self, Key, Operators, Wanted, kept_or};
use crate::fmm::parameters::{self, Shape};
use crate::fmm::passes::{self, Charges, Frame, Grain, Near, Particles, Timings};
use crate::fmm::periodic::{self, Images, check::Charged};
use crate::fmm::surface::Surface;
use crate::fmm::tree::{Cloud, Cube, Lists, Order, Refinement, Tree};
use crate::simd::{Level, Real};
use crate::threads::{self, Progress};
use std::any::TypeId;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

/// Pairs of a task of leaves: about a millisecond.
const PAIRS_OF_A_TASK: usize = 1 << 20;

/// For each target its place in the tree's order. Atomic because threads write them, each its own, in any order; a load is a plain one.
pub type Ranks = Vec<AtomicU32>;

/// Evaluations of one kernel in one precision.
pub trait Engine: Send + Sync {
    /// Sums in the tree's order, without 1 / (4 pi), of some vectors: `charge(vector, source)` -> [target][vector][component].
    fn evaluate(&self, vectors: usize, charge: &(dyn Fn(usize, usize) -> f64 + Sync), with_gradients: bool, timings: &Timings, progress: &mut Progress) -> Result<Vec<f64>>;
    /// Sums in double precision over all pairs, without 1 / (4 pi), for some targets by their place in the tree's order.
    fn direct(&self, charge: &(dyn Fn(usize) -> f64 + Sync), places: &[u32], progress: &mut Progress) -> Result<Vec<f64>>;
    fn count(&self, stats: &mut Stats, progress: &mut Progress) -> Result<()>;
    fn save_operators(&self, path: &Path) -> Result<()>;
}

#[allow(clippy::too_many_arguments)]
pub fn build<T: Near, K: GreenFunction + 'static, I: Real>(
    simd: Level,
    kernel: K,
    sources: &Scaled<'_, I>,
    targets: Option<&Scaled<'_, I>>,
    cube: Cube,
    options: &Options,
    began: Instant,
    stats: &mut Stats,
    progress: &mut Progress,
) -> Result<(Box<dyn Engine>, Ranks)> {
    let order = stats.order;
    let near_in_double = size_of::<T>() < size_of::<I>();
    let other = targets.map(|targets| targets as &dyn Cloud);
    let Shape { cube, leaf_size } = if options.leaf_size > 0 {
        Shape { cube, leaf_size: options.leaf_size }
    } else {
        let weight = parameters::weight_of_a_box(simd, options.precision, other.is_none(), near_in_double);
        parameters::shape_of(sources, other, cube, (order, weight), options.max_level, progress)?
    };
    let refinement = Refinement { leaf_size, max_level: options.max_level, is_balanced: options.balance };
    stats.leaf_size = leaf_size;
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
    // Made here, malloc finds the room of an earlier plan's for them; before the points it asked the system for pages in every other plan (docs/design.md).
    let ranks = ranks_of(tree.targets(), progress)?;
    stats.list_seconds = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let wanted = Wanted {
        cutoff: options.precision.cutoff(),
        translations: options.translations.unwrap_or_else(|| parameters::translations_of(order, options.precision)),
        threshold: parameters::threshold_of(order, options.precision),
    };
    let operators = |surface: &Surface, half_side: f64, progress: &mut Progress| {
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
    let frame = Frame::new(simd, kernel, near_in_double, surface, (tree, lists), (own, others), operators, images, Grain { pairs: PAIRS_OF_A_TASK }, progress)?;
    stats.operator_seconds = began.elapsed().as_secs_f64();
    Ok((try_box("plan", frame)?, ranks))
}

fn ranks_of(targets: &Order, progress: &mut Progress) -> Result<Ranks> {
    let grain = threads::grain(targets.len());
    let ranks = threads::made("order of targets", targets.len(), grain, progress, |_| AtomicU32::new(0))?;
    let work = |(first, count): (usize, usize)| {
        for place in first..first + count {
            ranks[targets.index(place)].store(place as u32, Ordering::Relaxed);
        }
        Ok(())
    };
    threads::for_each_chunk(threads::ranges(targets.len(), grain), |_| 0, progress, work, |()| Ok(()))?;
    Ok(ranks)
}

impl<T: Near, K: GreenFunction> Engine for Frame<T, K> {
    fn evaluate(&self, vectors: usize, charge: &(dyn Fn(usize, usize) -> f64 + Sync), with_gradients: bool, timings: &Timings, progress: &mut Progress) -> Result<Vec<f64>> {
        let order = &self.tree.sources;
        let (mut own, mut double) = (Vec::with_capacity(vectors), Vec::with_capacity(vectors));
        for vector in 0..vectors {
            let grain = threads::grain(order.len());
            own.push(threads::made("charges", order.len(), grain, progress, |place| T::from_f64(charge(vector, order.index(place))))?);
            let count = if self.wants_charges_in_double() { order.len() } else { 0 };
            double.push(threads::made("charges", count, grain, progress, |place| charge(vector, order.index(place)))?);
        }
        let charges: Vec<Charges<'_, T>> = own.iter().zip(&double).map(|(own, double)| Charges { own, double }).collect();
        passes::evaluate(self, &charges, with_gradients, timings, progress)
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

    fn count(&self, stats: &mut Stats, progress: &mut Progress) -> Result<()> {
        stats.levels = self.tree.depth() + 1;
        stats.boxes = self.tree.nodes.len();
        stats.leaves = self.tree.nodes.iter().filter(|node| node.is_leaf()).count();
        stats.near_pairs = self.near_pairs;
        let images = self.lists.images.as_ref().map_or((0, 0), |images| (images.finer.len(), images.coarser.len()));
        stats.finer = (self.lists.finer.len() + images.0) as u64;
        stats.coarser = (self.lists.coarser.len() + images.1) as u64;
        stats.translations = self.count_translations(progress)?;
        (stats.bytes_of_points, stats.bytes_of_operators) = self.bytes();
        stats.bytes_of_evaluation = passes::workspace_bytes(self, passes::TOGETHER, true, progress)?;
        Ok(())
    }
}
