//! Points in the order of a Morton curve.

use super::{Cloud, Cube};
use crate::error::Result;
use crate::fmm::morton::Code;
use crate::fmm::morton::bits::{Bits, Shifts};
use crate::threads::{self, Progress};

/// Bits of a coordinate, and so the finest level.
pub const LEVELS: usize = 20;

/// The number along the curve of the finest box that holds a point, given as fractions of the cube's side.
#[inline]
fn code_of(fractions: [f64; 3]) -> u64 {
    const BOXES: f64 = (1u32 << LEVELS) as f64;
    Shifts::interleave(fractions.map(|fraction| (fraction * BOXES).clamp(0.0, BOXES - 1.0) as u32))
}

/// Codes in ascending order, and which point each belongs to. Points of one code are in the caller's order.
pub struct Order {
    entries: Vec<(u64, u32)>,
}

impl Order {
    pub fn along_the_curve(cloud: &dyn Cloud, cube: &Cube, progress: &mut Progress) -> Result<Self> {
        let per_side = 1.0 / cube.side;
        let entry = |index: usize| {
            let point = cloud.point(index);
            let fractions = std::array::from_fn(|axis| (point[axis] - cube.corner[axis]) * per_side);
            (code_of(fractions), index as u32)
        };
        let entries = threads::made("order of points", cloud.len(), threads::grain(cloud.len()), progress, entry)?;
        Ok(Self { entries: threads::sorted(entries, progress)? })
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The caller's number of the point at a place of the order.
    #[inline]
    pub fn index(&self, place: usize) -> usize {
        self.entries[place].1 as usize
    }

    /// Codes of the first and the last point of a range.
    pub fn codes_of(&self, range: (u32, u32)) -> Option<(u64, u64)> {
        let entries = &self.entries[range.0 as usize..][..range.1 as usize];
        Some((entries.first()?.0, entries.last()?.0))
    }

    /// Whether a point lies in a box.
    pub fn holds_a_point_of(&self, code: Code) -> bool {
        let shift = 3 * (LEVELS as u32 - code.level());
        let first = Shifts::interleave(code.anchor()) << shift;
        let place = self.entries.partition_point(|entry| entry.0 < first);
        self.entries.get(place).is_some_and(|entry| entry.0 < first + (1 << shift))
    }

    /// Ranges of a box's points that belong to each of its octants, which are boxes of `level`.
    pub fn octants(&self, range: (u32, u32), level: usize) -> [(u32, u32); 8] {
        let shift = 3 * (LEVELS - level);
        let entries = &self.entries[range.0 as usize..][..range.1 as usize];
        let mut first = 0;
        std::array::from_fn(|octant| {
            let rest = &entries[first..];
            let count = if octant == 7 { rest.len() } else { rest.partition_point(|entry| (entry.0 >> shift & 7) as usize <= octant) };
            let found = (range.0 + first as u32, count as u32);
            first += count;
            found
        })
    }

    /// How many boxes of a level hold points, and the sum of the squares of how many each holds.
    pub fn occupied(&self, level: usize) -> (f64, f64) {
        let shift = 3 * (LEVELS - level);
        let boxes = self.entries.chunk_by(|a, b| a.0 >> shift == b.0 >> shift);
        boxes.fold((0.0, 0.0), |(count, squares), points| (count + 1.0, squares + (points.len() as f64).powi(2)))
    }

    pub fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<(u64, u32)>()
    }
}
