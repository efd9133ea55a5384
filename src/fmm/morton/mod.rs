//! Codes of the boxes of an octree: place and level of a box in one number, in the order of a Morton curve (Morton 1966).
//!
//! A box of level l is one of 2^l x 2^l x 2^l that fill the root box; its anchor is its place among them. The code has three bits
//! for each level, x lowest, those of level 1 at the top, and the level at the bottom:
//!
//! ```text
//! bit 63 62 | 61 .. 59 | 58 .. 56 | ... | 7 .. 5   | 4 .. 0
//!      0  0 | level 1  | level 2  | ... | level 19 | level
//! ```
//!
//! Bits of levels below the box are 0. So the order of codes as integers is that of a walk through the tree, a box before its
//! children (pre-order); the descendants of a box are a range of codes; an ancestor is a prefix; the root is 0. With the level in
//! the code a box is one number, which every language has: two bits are left, so that signed integers sort alike. The price
//! is 19 levels instead of the 21 of a code without its level. A box of level 19 is 2e-6 of the root's side.

mod batch;
pub(super) mod bits;

pub use batch::{BLOCK, Root, anchors_of, codes_of, interleave};
use bits::{Bits, Shifts};

/// The finest level.
pub const LEVELS: u32 = 19;

const LEVEL_BITS: u32 = 5;
const LEVEL_MASK: u64 = (1 << LEVEL_BITS) - 1;

/// Bits of each axis.
const AXES: [u64; 3] = {
    let x = (bits::EVERY_THIRD & ((1 << (3 * LEVELS)) - 1)) << LEVEL_BITS;
    [x, x << 1, x << 2]
};

/// A box of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(u64);

impl Code {
    pub const ROOT: Code = Code(0);

    /// The box that a number stands for, if it stands for one.
    #[inline(always)]
    pub fn from_bits(bits: u64) -> Option<Self> {
        let level = (bits & LEVEL_MASK) as u32;
        let is_one = level <= LEVELS && bits >> 62 == 0 && bits & Self::below(level) == 0;
        is_one.then_some(Self(bits))
    }

    #[inline(always)]
    pub fn bits(self) -> u64 {
        self.0
    }

    /// `anchor` is below `2^level`, and `level` at most `LEVELS`.
    #[inline(always)]
    pub fn from_anchor(anchor: [u32; 3], level: u32) -> Self {
        Self(Shifts::interleave(anchor) << (LEVEL_BITS + 3 * (LEVELS - level)) | u64::from(level))
    }

    #[inline(always)]
    pub fn level(self) -> u32 {
        (self.0 & LEVEL_MASK) as u32
    }

    /// Place among the boxes of its level.
    #[inline(always)]
    pub fn anchor(self) -> [u32; 3] {
        Shifts::separate(self.digits())
    }

    /// Three bits for each of its levels.
    #[inline(always)]
    fn digits(self) -> u64 {
        self.0 >> (LEVEL_BITS + 3 * (LEVELS - self.level()))
    }

    /// Bits of the levels below one.
    #[inline(always)]
    fn below(level: u32) -> u64 {
        ((1 << (LEVEL_BITS + 3 * (LEVELS - level))) - 1) & !LEVEL_MASK
    }

    /// The box of a coarser level (or its own) around this one.
    #[inline(always)]
    pub fn ancestor(self, level: u32) -> Self {
        debug_assert!(level <= self.level());
        Self(self.0 & !Self::below(level) & !LEVEL_MASK | u64::from(level))
    }

    #[inline(always)]
    pub fn parent(self) -> Option<Self> {
        Some(self.ancestor(self.level().checked_sub(1)?))
    }

    /// Child `octant` of eight, x lowest; for a box above the finest level.
    #[inline(always)]
    pub fn child(self, octant: u64) -> Self {
        debug_assert!(self.level() < LEVELS && octant < 8);
        Self((self.0 + 1) | octant << (LEVEL_BITS + 3 * (LEVELS - 1 - self.level())))
    }

    /// Which child of its parent this is; 0 for the root.
    #[inline(always)]
    pub fn octant(self) -> u64 {
        if self.level() == 0 { 0 } else { self.0 >> (LEVEL_BITS + 3 * (LEVELS - self.level())) & 7 }
    }

    /// The last of its descendants in order: those are the codes greater than this one, up to and with that.
    #[inline(always)]
    pub fn last_descendant(self) -> Self {
        Self(self.0 & !LEVEL_MASK | Self::below(self.level()) | u64::from(LEVELS))
    }

    /// Whether `other` lies inside and is smaller.
    #[inline(always)]
    pub fn is_ancestor_of(self, other: Self) -> bool {
        self < other && other <= self.last_descendant()
    }

    /// The box of the same level at an offset of -1, 0 or 1 on each axis; None beyond the root.
    #[inline(always)]
    pub fn neighbour(self, offset: [i32; 3]) -> Option<Self> {
        // Bits of one axis are counted up or down where they lie: what is between them is filled so that carries pass.
        let mut bits = self.0;
        for (axis, step) in offset.into_iter().enumerate() {
            // Those of the levels down to this one, and the lowest of them.
            let own = AXES[axis] & !Self::below(self.level());
            let unit = own & own.wrapping_neg();
            let place = bits & own;
            let moved = match step {
                0 => place,
                1 if place != own => (place | !own).wrapping_add(unit) & own,
                -1 if place != 0 => place.wrapping_sub(unit) & own,
                _ => return None,
            };
            bits = bits & !own | moved;
        }
        Some(Self(bits))
    }

    /// First and last place of its cells among those of the finest level, on each axis.
    #[inline(always)]
    fn cells(self) -> [[u32; 2]; 3] {
        let shift = LEVELS - self.level();
        self.anchor().map(|a| [a << shift, (a + 1) << shift])
    }

    /// Whether two boxes of any levels meet in a face, an edge or a corner and neither contains the other.
    #[inline(always)]
    pub fn is_adjacent_to(self, other: Self) -> bool {
        let (a, b) = (self.cells(), other.cells());
        let meet = (0..3).all(|axis| a[axis][0] <= b[axis][1] && b[axis][0] <= a[axis][1]);
        meet && self != other && !self.is_ancestor_of(other) && !other.is_ancestor_of(self)
    }
}

/// The 26 offsets of neighbours, x quickest.
pub fn offsets() -> impl Iterator<Item = [i32; 3]> {
    (0..27).filter(|&i| i != 13).map(|i| [i % 3 - 1, i / 3 % 3 - 1, i / 9 - 1])
}

#[cfg(test)]
mod tests;
