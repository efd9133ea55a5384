//! Points in the order of a Morton curve.

use super::{BLOCK, Cloud, Cube, Indices, every};
use crate::error::Result;
use crate::fmm::morton::bits::{Bits, Shifts, place_of};
use crate::fmm::morton::{Code, interleave};
use crate::threads::{self, Progress};

/// Bits of a coordinate, and so the finest level.
pub const LEVELS: usize = 20;

/// Number along the curve of the finest box that holds a point, and the caller's number of the point in the lowest 32 bits.
type Entry = u128;

#[inline(always)]
fn code_of(entry: Entry) -> u64 {
    (entry >> 32) as u64
}

/// Numbers along the curve of the finest boxes that hold some points.
#[inline(always)]
pub fn codes_of(cloud: &dyn Cloud, indices: &Indices, cube: &Cube) -> [u64; BLOCK] {
    let per_side = 1.0 / cube.side;
    let (mut points, mut places, mut codes) = ([[0.0; BLOCK]; 3], [[0; BLOCK]; 3], [0; BLOCK]);
    cloud.read(indices, &mut points);
    for axis in 0..3 {
        for (place, x) in places[axis].iter_mut().zip(&points[axis]) {
            *place = place_of((x - cube.corner[axis]) * per_side, LEVELS as u32);
        }
    }
    interleave(&places, &mut codes);
    codes
}

/// Codes in ascending order, and which point each belongs to. Points of one code are in the caller's order.
pub struct Order {
    entries: Vec<Entry>,
}

impl Order {
    pub fn along_the_curve(cloud: &dyn Cloud, cube: &Cube, progress: &mut Progress) -> Result<Self> {
        let block = |first: usize, count: usize, [entries]: &mut [[Entry; BLOCK]; 1]| {
            let indices = every(1, first, count);
            for ((entry, code), &index) in entries.iter_mut().zip(codes_of(cloud, &indices, cube)).zip(&indices) {
                *entry = Entry::from(code) << 32 | Entry::from(index);
            }
        };
        let mut entries = Vec::new();
        threads::append_in_blocks("order of points", [&mut entries], cloud.len(), threads::grain(cloud.len()), progress, block)?;
        Ok(Self { entries: threads::sorted(entries, progress)? })
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The caller's number of the point at a place of the order.
    #[inline]
    pub fn index(&self, place: usize) -> usize {
        self.entries[place] as u32 as usize
    }

    /// Codes of the first and the last point of a range.
    pub fn codes_of(&self, range: (u32, u32)) -> Option<(u64, u64)> {
        let entries = &self.entries[range.0 as usize..][..range.1 as usize];
        Some((code_of(*entries.first()?), code_of(*entries.last()?)))
    }

    /// Whether a point lies in a box.
    pub fn holds_a_point_of(&self, code: Code) -> bool {
        let shift = 3 * (LEVELS as u32 - code.level());
        let first = Shifts::interleave(code.anchor()) << shift;
        let place = self.entries.partition_point(|&entry| code_of(entry) < first);
        self.entries.get(place).is_some_and(|&entry| code_of(entry) < first + (1 << shift))
    }

    /// Ranges of a box's points that belong to each of its octants, which are boxes of `level`.
    pub fn octants(&self, range: (u32, u32), level: usize) -> [(u32, u32); 8] {
        let shift = 3 * (LEVELS - level);
        let entries = &self.entries[range.0 as usize..][..range.1 as usize];
        let mut first = 0;
        std::array::from_fn(|octant| {
            let rest = &entries[first..];
            let is_in = |place: usize| (code_of(rest[place]) >> shift & 7) as usize <= octant;
            let count = if octant == 7 { rest.len() } else { end_about(rest.len(), rest.len() / (8 - octant), is_in) };
            let found = (range.0 + first as u32, count as u32);
            first += count;
            found
        })
    }

    pub fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
    }
}

/// How many of `count` places are in, which are the first ones: about `guess` maybe, so that places near it are asked for first, in less memory than halves of all.
fn end_about(count: usize, guess: usize, is_in: impl Fn(usize) -> bool) -> usize {
    // All below `low` are in, none from `high` on is.
    let (mut low, mut high) = (0, count);
    let mut step = 8.max(guess / 32);
    let mut place = guess;
    while low < high {
        place = place.clamp(low, high - 1);
        let was_in = is_in(place);
        if was_in {
            low = place + 1;
        } else {
            high = place;
        }
        // Wider steps away from the guess until both sides of the end are known, and halves from then on.
        place = if low > 0 && high < count {
            low + (high - low) / 2
        } else if was_in {
            low.saturating_add(step)
        } else {
            high.saturating_sub(step)
        };
        step = step.saturating_mul(4);
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_found_from_any_guess() {
        for count in [0, 1, 2, 9, 100, 5000usize] {
            for end in [0, 1, 2, 7, 50, count / 2, count.saturating_sub(1), count] {
                let end = end.min(count);
                for guess in [0, 1, end, count / 8, count, 2 * count] {
                    assert_eq!(end_about(count, guess, |place| place < end), end, "{count} {guess}");
                }
            }
        }
    }

    #[test]
    fn points_of_one_place_are_in_the_caller_s_order() {
        let points = vec![[0.01, 0.0, 0.0], [0.9, 0.9, 0.9], [0.126, 0.0, 0.0], [0.01, 0.0, 0.0]];
        let cube = Cube { corner: [0.0; 3], side: 1.0, repeats: false };
        let order = Order::along_the_curve(&points, &cube, &mut Progress::none()).unwrap();
        assert_eq!([0, 1, 2, 3].map(|place| order.index(place)), [0, 3, 2, 1]);
    }
}
