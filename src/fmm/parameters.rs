//! From the accuracy that is asked for to the order of expansions, and from points to the size of leaves.

use super::operators::Translations;
use super::surface::Surface;
use super::tree::{Census, Cloud, Cube};
use crate::error::{Error, Number, Result, Status};
use crate::simd::Level;
use crate::threads::Progress;

/// In which precision expansions and pairs are computed. Points and results are the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    Double,
    /// Expansions in f32; pairs too if the points came in f32, else in f64.
    Single,
}

/// Relative errors of potentials of charges of random signs, by order, from 2: measured in a uniform cube, the worst of the shapes that were tried, with a
/// margin of a third or more (`passes/tests.rs` and the reference data hold them to it). An order more is worth a factor of seven.
const ERRORS: [f64; 13] = [4e-2, 4e-3, 6e-4, 6e-5, 6e-6, 9e-7, 1e-7, 1.5e-8, 2.6e-9, 3.6e-10, 7e-11, 1.6e-11, 6e-12];
/// The same in a cell that repeats, for charges whose sum is 0 (worst of cubes, planes, lines and clusters with leaves of 5, a third added): boxes of levels 0 and 1 have
/// expansions too, and of charges of random signs the largest boxes bring the largest errors.
const ERRORS_OF_CELLS: [f64; 13] = [1.9e-1, 7.5e-3, 9e-4, 1e-4, 1.3e-5, 1.7e-6, 2.5e-7, 3.5e-8, 5e-9, 7e-10, 1.5e-10, 6e-11, 1.3e-11];
/// Least error of a cell with expansions in f32.
const LEAST_ERROR_OF_CELLS_SINGLE: f64 = 4e-6;
/// Order of the first of them, and of the last.
pub const LEAST_ORDER: usize = 2;
pub const MOST_ORDER: usize = LEAST_ORDER + ERRORS.len() - 1;
/// Orders beyond lose digits of f32 to cancellation.
pub const MOST_ORDER_SINGLE: usize = 7;

impl Precision {
    pub fn most_order(self) -> usize {
        match self {
            Precision::Double => MOST_ORDER,
            Precision::Single => MOST_ORDER_SINGLE,
        }
    }

    /// Singular values below that part of the largest are left out.
    pub fn cutoff(self) -> f64 {
        match self {
            Precision::Double => 4e-14,
            Precision::Single => 1e-7,
        }
    }
}

/// The faster way to carry multipoles between boxes of a level: the same at every order and precision that was measured, whatever the number of vectors
/// of charges (docs/fmm.md).
pub fn translations_of(_order: usize, _precision: Precision) -> Translations {
    Translations::Fourier
}

/// The singular values, as parts of the largest, that compressed translations of an order do without.
pub fn threshold_of(order: usize, precision: Precision) -> f64 {
    let own = 0.3 * ERRORS[order - LEAST_ORDER];
    match precision {
        Precision::Double => own,
        Precision::Single => own.max(1e-7),
    }
}

/// The smallest order whose error is at most `eps`, in open space or in a cell that repeats.
pub fn order_of(eps: f64, precision: Precision, repeats: bool) -> Result<usize> {
    let mut errors = if repeats { ERRORS_OF_CELLS } else { ERRORS };
    let errors = &mut errors[..=precision.most_order() - LEAST_ORDER];
    if repeats && precision == Precision::Single {
        errors.iter_mut().for_each(|error| *error = error.max(LEAST_ERROR_OF_CELLS_SINGLE));
    }
    if !(eps > 0.0 && eps < 1.0) {
        return Err(Error::new(Status::Option, format!("eps: is {}; the relative accuracy is between 0 and 1", Number(eps))));
    }
    match errors.iter().position(|&error| error <= eps) {
        Some(place) => Ok(LEAST_ORDER + place),
        None => {
            let reachable = Number(*errors.last().expect("has orders"));
            let remedy = if precision == Precision::Single { " or compute in double precision" } else { " or sum directly" };
            Err(Error::new(Status::Option, format!("eps: {} cannot be kept; ask for at least {reachable}{remedy}", Number(eps))))
        }
    }
}

/// What a box costs in pairs of points, whatever it holds: its share of translations and of matrices. Fitted at orders 3 to 7 with AVX2: products of
/// translations grow as the number of frequencies, p (2 p - 1)^2, matrices as n^2.
fn cost_of_a_box(order: usize) -> f64 {
    cost_of_matrices(order) + cost_of_translations(order)
}

fn cost_of_matrices(order: usize) -> f64 {
    1000.0 + 0.35 * (Surface::len_of(order) as f64).powi(2)
}

fn cost_of_translations(order: usize) -> f64 {
    26.0 * frequencies_of(order)
}

/// What a level costs in pairs whatever it holds: the matrices of all frequencies are made for it.
fn cost_of_a_level(order: usize) -> f64 {
    2500.0 * frequencies_of(order)
}

fn frequencies_of(order: usize) -> f64 {
    let p = order as f64;
    p * (2.0 * p - 1.0).powi(2)
}

/// What a box costs in units of a pair, as times what `cost_of_a_box` says, which is for double precision and pairs in one direction at a time (AVX2, with
/// gradients).
pub fn weight_of_a_box(simd: Level, precision: Precision, is_mutual: bool, near_in_double: bool) -> f64 {
    let of_a_box = match precision {
        Precision::Double => 1.0,
        Precision::Single => 0.6,
    };
    // Each pair once for both directions, a part of what two take.
    let of_a_pair = match (precision, is_mutual) {
        (Precision::Double, true) => 0.72,
        (Precision::Single, true) => 0.33,
        (Precision::Double, false) => 1.0,
        (Precision::Single, false) => if near_in_double { 1.0 } else { 0.6 },
    };
    // Pairs gain more from wider vectors than boxes, which read as much memory. From the instructions of both loops, and from a sphere's surface with leaves of several sizes.
    let of_wide_vectors = if simd == Level::Avx512 { 1.5 } else { 1.0 };
    of_wide_vectors * of_a_box / of_a_pair
}

/// Where the root is and how many points a leaf holds at most.
pub struct Shape {
    pub cube: Cube,
    pub leaf_size: usize,
}

/// Points looked at to find out how they lie.
const SAMPLE: usize = 16_384;
/// A level says something about the points while boxes hold so many of the sample on average.
const RELIABLE: f64 = 12.0;
/// Points on a line hold as many in boxes of any level; finer ones say no more than this.
const MOST_RELIABLE: usize = 10;

/// The size of leaves for which pairs and boxes cost the same, about.
///
/// With s points in a leaf and D dimensions that they fill, each meets some 3^D s, and N / s leaves and those above them cost a box each. Near-uniform
/// points have leaves of s 2^D or s only, as the root's size has it: then the root is made larger, up to twice, until its leaves have the best size. A cell that
/// repeats has the size that it has. `weight` is what `weight_of_a_box` says.
pub fn shape_of(
    sources: &dyn Cloud,
    targets: Option<&dyn Cloud>,
    cube: Cube,
    (order, weight): (usize, f64),
    max_level: usize,
    progress: &mut Progress,
) -> Result<Shape> {
    let count = sources.len().max(targets.map_or(0, Cloud::len));
    let denser = match targets {
        Some(targets) if targets.len() > sources.len() => targets,
        _ => sources,
    };
    let occupancy = Occupancy::of(denser, &cube, progress)?;
    let dimensions = occupancy.dimensions;
    let neighbours = 3f64.powf(dimensions);
    // Of a box there are 1 + 2^-D + 4^-D + ... with those above it.
    let boxes_for_a_leaf = 1.0 / (1.0 - 2f64.powf(-dimensions));
    let best = (weight * cost_of_a_box(order) * boxes_for_a_leaf / neighbours).sqrt().max(8.0);
    let children = 2f64.powf(dimensions);
    if occupancy.is_even && count as f64 > 4.0 * best {
        // Points in a box of the level where they would first be fewer than the best.
        let mut points = count as f64 / occupancy.boxes_of_reliable;
        let mut level = occupancy.reliable_level;
        while points > best && level < max_level {
            points /= children;
            level += 1;
        }
        if cube.repeats {
            // The cell cannot be enlarged: leaves of the level on either side of the best, whichever costs less.
            let cost = |points: f64| points / best + best / points;
            if level > 1 && cost(children * points) < cost(points) {
                points *= children;
            }
            let leaf_size = (points + 6.0 * points.sqrt()).max(points * 2f64.powf(3.0 - dimensions)).round() as usize;
            return Ok(Shape { cube, leaf_size });
        }
        // Leaves from end to end that would have the best size, and so the boxes of a root that fits.
        let across = 2f64.powi(level as i32);
        let even = Even { count: count as f64, order, weight, dimensions, filled: count as f64 / points / across.powf(dimensions) };
        let across = even.best_across(across * (points / best).powf(1.0 / dimensions), max_level);
        let points = even.points_of(across);
        let margin = 2f64.powi(level_of(across) as i32) / across as f64;
        // Enough for what chance and the shape of the cloud put into a leaf, but less than into its parent.
        let leaf_size = (points + 6.0 * points.sqrt()).max(points * 2f64.powf(3.0 - dimensions)).round() as usize;
        let cube = cube.enlarged(margin);
        return Ok(Shape { cube, leaf_size });
    }
    // Leaves of a cloud of many densities hold from a part of the limit up to it.
    let leaf_size = (best * children.powf(0.4)).round() as usize;
    Ok(Shape { cube, leaf_size })
}

/// The level whose boxes are as many from end to end, or the next finer one.
fn level_of(across: usize) -> usize {
    across.next_power_of_two().ilog2() as usize
}

/// A cloud of even density with some even number of leaves from end to end: then the outer ones are as full as the others, if it is a cube.
struct Even {
    count: f64,
    order: usize,
    weight: f64,
    dimensions: f64,
    /// Leaves that there are, as a part of across^dimensions.
    filled: f64,
}

impl Even {
    fn points_of(&self, across: usize) -> f64 {
        self.count / (self.filled * (across as f64).powf(self.dimensions))
    }

    /// The number near `about` at which pairs, boxes and levels cost least.
    fn best_across(&self, about: f64, max_level: usize) -> usize {
        const TRIED: f64 = 64.0;
        // So few are tried that it does not matter; far apart they are multiples of powers of two, which groups of siblings fill.
        let step = 2 * ((about / TRIED).ceil().max(1.0) as usize).next_power_of_two();
        let (first, last) = ((0.5 * about) as usize / step, (2.0 * about) as usize / step + 1);
        let candidates = (first.max(1)..=last).map(|steps| steps * step).filter(|&across| level_of(across) <= max_level);
        candidates.min_by(|&a, &b| self.cost(a).total_cmp(&self.cost(b))).unwrap_or(1 << max_level)
    }

    /// In pairs.
    fn cost(&self, across: usize) -> f64 {
        let boxes_of = |across: usize| self.filled * (across as f64).powf(self.dimensions);
        // Of a box and those about it: fewer at the faces of the cloud, which is much of a small one.
        let neighbours = |across: usize| (3.0 - 2.0 / across as f64).powf(self.dimensions);
        let near = self.count * self.points_of(across) * neighbours(across);
        let mut far = 0.0;
        let mut half = across.div_ceil(2);
        for _ in 2..=level_of(across) {
            // Boxes are counted from the middle of the root. Siblings are translated together, whether all eight are there or not.
            let own = 2 * half;
            half = half.div_ceil(2);
            let parents = 2 * half;
            let seen = (neighbours(parents) - 1.0) / (3f64.powf(self.dimensions) - 1.0);
            let siblings = boxes_of(parents) * 2f64.powf(self.dimensions);
            // A fifth of translations are transforms of a box.
            far += siblings * cost_of_translations(self.order) * (0.2 + 0.8 * seen) + boxes_of(own) * cost_of_matrices(self.order) + cost_of_a_level(self.order);
        }
        near + self.weight * far
    }
}

/// How points fill boxes.
struct Occupancy {
    /// The finest level at which a box holds many of the sample, and the boxes that hold any there.
    reliable_level: usize,
    boxes_of_reliable: f64,
    /// From how boxes multiply from level to level.
    dimensions: f64,
    /// Whether boxes hold about the same.
    is_even: bool,
}

impl Occupancy {
    fn of(cloud: &dyn Cloud, cube: &Cube, progress: &mut Progress) -> Result<Self> {
        let step = cloud.len().div_ceil(SAMPLE).max(1);
        let mut sample = Census::of(cloud, step, cube, progress)?;
        let (mut level, mut boxes) = (0, sample.occupied(0)?);
        let mut dimensions = 3.0;
        while level < MOST_RELIABLE {
            let finer = sample.occupied(level + 1)?;
            if finer == 0 || (sample.len() as f64) < RELIABLE * finer as f64 {
                break;
            }
            dimensions = (finer as f64 / boxes as f64).log2().clamp(1.0, 3.0);
            (level, boxes) = (level + 1, finer);
        }
        let boxes = boxes.max(1) as f64;
        let mean = sample.len() as f64 / boxes;
        // Of evenly spread points the mean square is mean^2 + mean.
        let spread = sample.squares(level) / boxes / (mean * mean + mean);
        Ok(Self { reliable_level: level, boxes_of_reliable: boxes, dimensions, is_even: level > 0 && boxes > 1.0 && spread < 1.6 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accuracy_has_the_least_order_that_keeps_it() {
        let order = |eps| order_of(eps, Precision::Double, false).unwrap();
        assert_eq!([1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-9, 1e-11].map(order), [3, 4, 5, 6, 7, 8, 11, 14]);
        assert!(order_of(1e-13, Precision::Double, false).unwrap_err().message.contains("cannot be kept"));
        assert!(order_of(1e-8, Precision::Single, false).unwrap_err().message.contains("double precision"));
        let order = |eps, precision| order_of(eps, precision, true).map_err(|error| error.message);
        assert_eq!([1e-2, 1e-4, 1e-6, 2e-11].map(|eps| order(eps, Precision::Double)), [Ok(3), Ok(5), Ok(8), Ok(14)]);
        assert_eq!(order(4e-6, Precision::Single), Ok(7));
        assert!(order(1e-6, Precision::Single).unwrap_err().contains("at least 4e-6"));
        for eps in [0.0, -1.0, 1.0, f64::NAN, f64::INFINITY] {
            assert!(order_of(eps, Precision::Double, false).is_err());
        }
    }

    fn random(count: usize) -> Vec<[f64; 3]> {
        let mut state = 1u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        (0..count).map(|_| [uniform(), uniform(), uniform()]).collect()
    }

    /// Leaves of an even cloud's tree have one size, and no level is there for nothing: that cost half of an evaluation of 10,000 points at order 9.
    #[test]
    fn roots_of_even_clouds_are_as_large_as_their_leaves_want_and_not_larger() {
        for count in [2000, 10_000, 30_000, 100_000] {
            let points = random(count);
            for order in [3, 5, 7, 9, 11, 14] {
                let mut progress = Progress::none();
                let fitting = Cube::around(&points, None, 1.0, &mut progress).unwrap();
                let shape = shape_of(&points, None, fitting, (order, 1.4), 19, &mut progress).unwrap();
                let margin = shape.cube.side / fitting.side;
                assert!((1.0..1.99).contains(&margin), "{count} points, order {order}: {margin}");
                let refinement = crate::fmm::tree::Refinement { leaf_size: shape.leaf_size, max_level: 19, is_balanced: false };
                let tree = crate::fmm::tree::Tree::build(&points, None, shape.cube, refinement, &mut progress).unwrap();
                let across = 2f64.powi(tree.depth() as i32) / margin;
                assert!((across / 2.0 - (across / 2.0).round()).abs() < 1e-6, "{count} points, order {order}: {across} leaves from end to end");
            }
        }
    }

    #[test]
    fn fewest_pairs_boxes_and_levels_are_near_the_best_leaves() {
        let cube = |count: f64, order| Even { count, order, weight: 1.4, dimensions: 3.0, filled: 1.0 };
        assert_eq!([1e4, 3e4, 1e5, 1e6, 1e7].map(|count: f64| cube(count, 7).best_across((count / 53.0).cbrt(), 19)), [4, 8, 12, 28, 56]);
        // A level costs as much as the pairs that it spares.
        assert_eq!(level_of(cube(1e4, 7).best_across(5.7, 19)), 2);
        let line = Even { count: 1e7, order: 7, weight: 1.4, dimensions: 1.0, filled: 1.0 };
        let across = line.best_across(60_000.0, 19);
        assert!((30_000..=120_000).contains(&across) && across % 1024 == 0, "{across}");
        assert_eq!(cube(1e7, 7).best_across(56.0, 3), 8);
    }
}
