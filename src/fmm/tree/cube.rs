//! The root of the tree: a cube that holds all points.

use super::Cloud;
use crate::error::{Error, Number, Result, Status};
use crate::threads::{self, Progress};

/// Points for a task.
const CHUNK: usize = 16_384;

/// A cube, axes as the coordinates have them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cube {
    pub corner: [f64; 3],
    pub side: f64,
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
        let mut bounds = Bounds::EMPTY;
        bounds.include("sources", sources, progress)?;
        if let Some(targets) = targets {
            bounds.include("targets", targets, progress)?;
        }
        let Bounds(low, high) = bounds;
        if low[0] > high[0] {
            return Ok(Self { corner: [0.0; 3], side: 1.0 });
        }
        let extent = (0..3).map(|axis| high[axis] - low[axis]).fold(0.0, f64::max);
        let largest = (0..3).map(|axis| low[axis].abs().max(high[axis].abs())).fold(0.0, f64::max);
        if !extent.is_finite() || largest > 1e150 || (extent > 0.0 && extent < 1e-150) {
            let message = format!("sources, targets: coordinates up to {} with an extent of {} are beyond what squares of distances can hold; scale them", Number(largest), Number(extent));
            return Err(Error::new(Status::Argument, message));
        }
        // A single place, or extents below the spacing of numbers there, still have a box of some size.
        let side = if largest > 0.0 { extent.max(largest * 1e-14).max(1e-140) } else { 1.0 };
        Ok(Self::holding(low, high, side * (1.0 + 1e-9) * margin))
    }

    /// A cube of this side, or little more, about the middle of what is between `low` and `high`, and all of that below its upper faces, whatever the spacing of
    /// numbers there.
    pub fn holding(low: [f64; 3], high: [f64; 3], side: f64) -> Self {
        let corner = std::array::from_fn(|axis| (0.5 * low[axis] + 0.5 * high[axis] - 0.5 * side).min(low[axis]));
        let needed = (0..3).map(|axis| high[axis] - corner[axis]).fold(0.0, f64::max) * (1.0 + 1e-9);
        Self { corner, side: with_few_digits(side.max(needed)) }
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
        let mut place = Place::default();
        for axis in 0..3 {
            // Exact, because the side has few digits; then the sum of two numbers and its error (D. E. Knuth, TAOCP 2, 4.2.2).
            let (corner, offset) = (self.corner[axis], half * f64::from(2 * anchor[axis] + 1));
            let sum = corner + offset;
            let added = sum - corner;
            place.high[axis] = sum;
            place.low[axis] = (corner - (sum - added)) + (offset - added);
        }
        place
    }
}

impl Bounds {
    const EMPTY: Self = Self([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);

    fn include(&mut self, name: &str, cloud: &dyn Cloud, progress: &mut Progress) -> Result<()> {
        let work = |(first, count): (usize, usize)| {
            let mut bounds = Self::EMPTY;
            for index in first..first + count {
                let point = cloud.point(index);
                for axis in 0..3 {
                    if !point[axis].is_finite() {
                        let message = format!("{name}[{index}][{axis}]: is {}; coordinates are finite", Number(point[axis]));
                        return Err(Error::new(Status::Nonfinite, message));
                    }
                    bounds.widen(axis, point[axis], point[axis]);
                }
            }
            Ok(bounds)
        };
        let keep = |chunk: Self| {
            (0..3).for_each(|axis| self.widen(axis, chunk.0[axis], chunk.1[axis]));
            Ok(())
        };
        threads::for_each_chunk(threads::ranges(cloud.len(), CHUNK), |_| 0, progress, work, keep)
    }

    fn widen(&mut self, axis: usize, low: f64, high: f64) {
        self.0[axis] = self.0[axis].min(low);
        self.1[axis] = self.1[axis].max(high);
    }
}
