//! The root of the tree: a cube that holds all points, or the cell of a lattice into which they are folded.

use super::{BLOCK, Block, Cloud, every};
use crate::error::{Error, Number, Result, Status};
use crate::threads::{self, Progress};

/// A cube, axes as the coordinates have them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cube {
    pub corner: [f64; 3],
    pub side: f64,
    /// Whether it is the cell of a lattice, all of whose points are there again in every other cell. Then boxes at its faces touch those at the opposite
    /// ones.
    pub repeats: bool,
}

/// The cell itself among its 27 images that touch it, which are -1, 0 or 1 sides away along each axis and numbered as directions are.
pub const ITSELF: u8 = 13;

/// How many sides an image is away.
pub fn image_vector(image: u8) -> [i64; 3] {
    [1, 3, 9].map(|weight| i64::from(image) / weight % 3 - 1)
}

/// A point with more digits than a number has: the sum of both.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    pub high: [f64; 3],
    pub low: [f64; 3],
}

/// The next larger number of 24 binary digits.
pub fn with_few_digits(side: f64) -> f64 {
    const DROPPED: u64 = (1 << 29) - 1;
    f64::from_bits((side.to_bits() + DROPPED) & !DROPPED)
}

/// What points span: the smallest and the largest of each coordinate.
#[derive(Clone, Copy, Debug)]
struct Bounds([f64; 3], [f64; 3]);

impl Cube {
    /// The cube round all points, larger than they need by a relative 1e-9, so that none lies on its upper faces, and by `margin` (1: no more than that)
    /// about the middle. Refuses a coordinate that is not finite, by name and index.
    pub fn around(sources: &dyn Cloud, targets: Option<&dyn Cloud>, margin: f64, progress: &mut Progress) -> Result<Self> {
        let bounds = Bounds::of(sources, targets, progress)?;
        let Bounds(low, high) = bounds;
        if low[0] > high[0] {
            return Ok(Self { corner: [0.0; 3], side: 1.0, repeats: false });
        }
        let extent = (0..3).map(|axis| high[axis] - low[axis]).fold(0.0, f64::max);
        let largest = bounds.largest();
        if !extent.is_finite() || largest > 1e150 || (extent > 0.0 && extent < 1e-150) {
            let message = format!("sources, targets: coordinates up to {} with an extent of {} are beyond what squares of distances can hold; scale them", Number(largest), Number(extent));
            return Err(Error::new(Status::Argument, message));
        }
        // A single place, or extents below the spacing of numbers there, still have a box of some size.
        let side = if largest > 0.0 { extent.max(largest * 1e-14).max(1e-140) } else { 1.0 };
        Ok(Self::holding(low, high, side * (1.0 + 1e-9) * margin))
    }

    /// The cell of a cubic lattice of this period. Only differences of points matter, so it is put round the points: those that one cell can hold stay where
    /// they are and keep all their digits. A cloud that leaves room lies at a third of the cell, where no box of any level has a face, or in the middle: in the
    /// corner of a box, and of its parent, and so on, expansions are at their worst.
    pub fn cell(sources: &dyn Cloud, targets: Option<&dyn Cloud>, period: f64, progress: &mut Progress) -> Result<Self> {
        let bounds = Bounds::of(sources, targets, progress)?;
        let largest = bounds.largest();
        if largest > 1e150 || largest > period * 2f64.powi(50) {
            let message = format!(
                "sources, targets: coordinates up to {} have no digits left for a place in a cell of period {}; move the points to where the cell is",
                Number(largest), Number(period)
            );
            return Err(Error::new(Status::Argument, message));
        }
        let Bounds(low, high) = bounds;
        if low[0] > high[0] {
            return Ok(Self { corner: [0.0; 3], side: period, repeats: true });
        }
        let corner = std::array::from_fn(|axis| {
            let extent = high[axis] - low[axis];
            let before = if extent <= 0.5 * period { 1.0 / 3.0 } else { 0.5 };
            let centred = 0.5 * low[axis] + 0.5 * high[axis] - before * period;
            if extent <= 0.99 * period { centred.min(low[axis]) } else { low[axis] }
        });
        Ok(Self { corner, side: period, repeats: true })
    }

    /// The same cube where lengths are a power of two times as large.
    pub fn scaled(&self, scale: f64) -> Self {
        Self { corner: self.corner.map(|x| x * scale), side: self.side * scale, ..*self }
    }

    /// The coordinate along an axis of the image of a point that lies in the cell.
    pub fn fold(&self, axis: usize, x: f64) -> f64 {
        let corner = self.corner[axis];
        let periods = ((x - corner) / self.side).floor();
        if periods == 0.0 {
            return x;
        }
        // One rounding; the quotient may have been rounded over a whole number.
        let folded = (-periods).mul_add(self.side, x);
        if folded < corner {
            folded + self.side
        } else if folded - corner >= self.side {
            folded - self.side
        } else {
            folded
        }
    }

    /// By how much the points of an image are away from those of the cell.
    pub fn displacement(&self, image: u8) -> [f64; 3] {
        image_vector(image).map(|sides| sides as f64 * self.side)
    }

    /// A cube of this side, or little more, about the middle of what is between `low` and `high`, and all of that below its upper faces, whatever the spacing of
    /// numbers there.
    pub fn holding(low: [f64; 3], high: [f64; 3], side: f64) -> Self {
        let corner = std::array::from_fn(|axis| (0.5 * low[axis] + 0.5 * high[axis] - 0.5 * side).min(low[axis]));
        let needed = (0..3).map(|axis| high[axis] - corner[axis]).fold(0.0, f64::max) * (1.0 + 1e-9);
        Self { corner, side: with_few_digits(side.max(needed)), repeats: false }
    }

    /// Where its lower and upper faces are.
    fn bounds(&self) -> ([f64; 3], [f64; 3]) {
        (self.corner, self.corner.map(|x| x + self.side))
    }

    /// One so many times as large about the same middle.
    pub fn enlarged(&self, factor: f64) -> Self {
        let (low, high) = self.bounds();
        if factor > 1.0 { Self::holding(low, high, self.side * factor) } else { *self }
    }

    /// Half the side of boxes of a level.
    pub fn half_side(&self, level: usize) -> f64 {
        0.5 * self.side / (1u64 << level) as f64
    }

    /// The centre of a box, and what is missing from it: far from the origin a small box is not much larger than the spacing of numbers.
    pub fn centre(&self, anchor: [u32; 3], level: usize) -> Place {
        let half = self.half_side(level);
        // The side has few digits, so products with its half are exact. A cell's has as many as the caller gave it: those beyond 30 go into what is missing.
        let leading = f64::from_bits(half.to_bits() & !((1 << 23) - 1));
        let rest = half - leading;
        let mut place = Place::default();
        for axis in 0..3 {
            let halves = f64::from(2 * anchor[axis] + 1);
            let (sum, error) = sum_and_error(self.corner[axis], leading * halves);
            (place.high[axis], place.low[axis]) = sum_and_error(sum, error + rest * halves);
        }
        place
    }
}

impl Place {
    /// A place so far from this one.
    pub fn moved(self, by: [f64; 3]) -> Self {
        let mut moved = self;
        for axis in 0..3 {
            let (sum, error) = sum_and_error(self.high[axis], by[axis]);
            (moved.high[axis], moved.low[axis]) = sum_and_error(sum, error + self.low[axis]);
        }
        moved
    }
}

/// The sum of two numbers, and what is missing from it (D. E. Knuth, TAOCP 2, 4.2.2).
fn sum_and_error(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let added = sum - a;
    (sum, (a - (sum - added)) + (b - added))
}

impl Bounds {
    const EMPTY: Self = Self([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);

    fn of(sources: &dyn Cloud, targets: Option<&dyn Cloud>, progress: &mut Progress) -> Result<Self> {
        let mut bounds = Self::EMPTY;
        bounds.include("sources", sources, progress)?;
        if let Some(targets) = targets {
            bounds.include("targets", targets, progress)?;
        }
        Ok(bounds)
    }

    /// The largest magnitude of a coordinate; 0 without points.
    fn largest(&self) -> f64 {
        if self.0[0] > self.1[0] { 0.0 } else { self.0.iter().chain(&self.1).fold(0.0, |largest, x| largest.max(x.abs())) }
    }

    fn include(&mut self, name: &str, cloud: &dyn Cloud, progress: &mut Progress) -> Result<()> {
        let work = |(first, count): (usize, usize)| {
            let (mut bounds, mut points) = (Self::EMPTY, [[0.0; BLOCK]; 3]);
            for (at, len) in threads::ranges(count, BLOCK) {
                cloud.read(&every(1, first + at, len), &mut points);
                for (axis, line) in points.iter().enumerate() {
                    let (low, high) = span(line).ok_or_else(|| not_finite(name, first + at, &points))?;
                    bounds.widen(axis, low, high);
                }
            }
            Ok(bounds)
        };
        let keep = |chunk: Self| {
            (0..3).for_each(|axis| self.widen(axis, chunk.0[axis], chunk.1[axis]));
            Ok(())
        };
        threads::for_each_chunk(threads::ranges(cloud.len(), threads::grain(cloud.len())), |_| 0, progress, work, keep)
    }

    fn widen(&mut self, axis: usize, low: f64, high: f64) {
        self.0[axis] = self.0[axis].min(low);
        self.1[axis] = self.1[axis].max(high);
    }
}

/// The least and the largest of some numbers; None if one is not finite. In lanes, so that the compiler makes vectors of it.
fn span(numbers: &[f64; BLOCK]) -> Option<(f64, f64)> {
    const LANES: usize = 8;
    let (mut low, mut high, mut zeros) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES], [0.0; LANES]);
    for numbers in numbers.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            let x = numbers[lane];
            low[lane] = if x < low[lane] { x } else { low[lane] };
            high[lane] = if x > high[lane] { x } else { high[lane] };
            // NaN for what is not finite.
            zeros[lane] += 0.0 * x;
        }
    }
    let is_finite = zeros.iter().sum::<f64>() == 0.0;
    is_finite.then(|| (low.into_iter().fold(f64::INFINITY, f64::min), high.into_iter().fold(f64::NEG_INFINITY, f64::max)))
}

/// About the first of some points, from number `first` on, that is not finite.
fn not_finite(name: &str, first: usize, points: &Block) -> Error {
    let all = (0..BLOCK).flat_map(|i| (0..3).map(move |axis| (i, axis)));
    let (i, axis) = all.into_iter().find(|&(i, axis)| !points[axis][i].is_finite()).unwrap_or_default();
    Error::new(Status::Nonfinite, format!("{name}[{}][{axis}]: is {}; coordinates are finite", first + i, Number(points[axis][i])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_folded_into_the_cell_by_whole_periods() {
        for (side, corner) in [(1.0, 0.0), (0.3, -0.1), (12.345_678_9, 4.2), (1e-9, 7.0), (0.7, -5e3)] {
            let cell = Cube { corner: [corner; 3], side, repeats: true };
            for i in 0..4000 {
                let x = corner + side * (f64::from(i) / 7.0).powi(2) * 0.01;
                let folded = cell.fold(0, x);
                assert!(folded >= corner && folded - corner <= side, "{x}: {folded}");
                let periods = (x - folded) / side;
                assert!((periods - periods.round()).abs() * side <= 4.0 * f64::EPSILON * x.abs().max(side), "{x}: {periods}");
                assert_eq!(cell.fold(0, folded), folded, "{x}");
            }
        }
    }

    #[test]
    fn centres_of_a_cell_s_boxes_have_twice_the_digits() {
        // 1/3 as a number has an even mantissa of 53 digits; sums of its odd multiples are exact in fractions of 2^-74.
        let side = 1.0 / 3.0;
        let cell = Cube { corner: [0.1; 3], side, repeats: true };
        let exact = |x: f64| (x * 2f64.powi(60)) as i128 * (1 << 30);
        for anchor in [0, 1, 77, 1_048_575] {
            let centre = cell.centre([anchor; 3], 20);
            let expected = exact(0.1) + exact(side) * i128::from(2 * anchor + 1) / (1 << 21);
            let found = exact(centre.high[0]) + (centre.low[0] * 2f64.powi(90)) as i128;
            assert!((found - expected).abs() <= 1 << 10, "{anchor}: {}", found - expected);
        }
    }
}
