//! Many codes at once, in blocks that stay in the first-level cache.

use super::bits::{Bits, Shifts, place_of};
#[cfg(target_arch = "x86_64")]
use super::bits::{Deposits, are_quick};
use super::{Code, LEVEL_BITS, LEVELS};

/// Codes that are made at a time at most.
pub const BLOCK: usize = 256;

/// The root box.
#[derive(Clone, Copy, Debug)]
pub struct Root {
    /// The corner with the least coordinates.
    pub origin: [f64; 3],
    pub side: f64,
}

impl Root {
    /// Where a coordinate lies, from 0 to 1 inside. A division, so that the far face of a box whose side is a difference of
    /// coordinates is 1 exactly.
    #[inline(always)]
    pub fn fraction(&self, axis: usize, x: f64) -> f64 {
        (x - self.origin[axis]) / self.side
    }

    /// Place among the boxes of the finest level. The far face belongs to the last box.
    #[inline(always)]
    pub fn place(&self, axis: usize, x: f64) -> u32 {
        place_of(self.fraction(axis, x), LEVELS)
    }
}

/// Codes of places among the boxes of the finest level: those of the boxes around them of another level.
pub fn codes_of(places: [&[u32]; 3], level: u32, codes: &mut [Code]) {
    #[cfg(target_arch = "x86_64")]
    if are_quick() {
        // SAFETY: the processor has the instructions.
        return unsafe { codes_with_deposits(places, level, codes) };
    }
    codes_with::<Shifts>(places, level, codes);
}

/// Bits of places of one level in turn, x lowest.
pub fn interleave<const COUNT: usize>(places: &[[u32; COUNT]; 3], digits: &mut [u64; COUNT]) {
    #[cfg(target_arch = "x86_64")]
    if are_quick() {
        // SAFETY: the processor has the instructions.
        return unsafe { interleave_with_deposits(places, digits) };
    }
    interleave_with::<Shifts, COUNT>(places, digits);
}

/// Places of boxes among those of their own level.
pub fn anchors_of(codes: &[Code], anchors: &mut [[u32; 3]]) {
    #[cfg(target_arch = "x86_64")]
    if are_quick() {
        // SAFETY: the processor has the instructions.
        return unsafe { anchors_with_deposits(codes, anchors) };
    }
    anchors_with::<Shifts>(codes, anchors);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
pub(super) fn codes_with_deposits(places: [&[u32]; 3], level: u32, codes: &mut [Code]) {
    codes_with::<Deposits>(places, level, codes);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
fn interleave_with_deposits<const COUNT: usize>(places: &[[u32; COUNT]; 3], digits: &mut [u64; COUNT]) {
    interleave_with::<Deposits, COUNT>(places, digits);
}

#[inline(always)]
fn interleave_with<B: Bits, const COUNT: usize>([x, y, z]: &[[u32; COUNT]; 3], digits: &mut [u64; COUNT]) {
    for i in 0..COUNT {
        digits[i] = B::interleave([x[i], y[i], z[i]]);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
pub(super) fn anchors_with_deposits(codes: &[Code], anchors: &mut [[u32; 3]]) {
    anchors_with::<Deposits>(codes, anchors);
}

#[inline(always)]
pub(super) fn codes_with<B: Bits>(places: [&[u32]; 3], level: u32, codes: &mut [Code]) {
    let [x, y, z] = places.map(|line| &line[..codes.len()]);
    let finer = LEVELS - level;
    for (i, code) in codes.iter_mut().enumerate() {
        let anchor = [x[i] >> finer, y[i] >> finer, z[i] >> finer];
        *code = Code(B::interleave(anchor) << (LEVEL_BITS + 3 * finer) | u64::from(level));
    }
}

#[inline(always)]
pub(super) fn anchors_with<B: Bits>(codes: &[Code], anchors: &mut [[u32; 3]]) {
    for (code, anchor) in codes.iter().zip(anchors) {
        *anchor = B::separate(code.digits());
    }
}
