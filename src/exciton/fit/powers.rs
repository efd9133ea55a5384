//! Powers of a stick's place in its cell, in vectors.

use super::lines::TERMS;
use crate::simd::Lanes;

/// Makes `[1, t, ..., t^15]`, what a stick adds to moments, and its derivative; the first half of that for parts of cells.
///
/// Vectors are made in registers, one factor for each bit of the power: stores of their numbers one by one followed by loads of
/// them all would stall. Which lane takes which factor is settled once, before the sticks come.
pub struct Powers<V: Lanes> {
    /// Lanes whose number n has the bit 1, 2 or 4; the same of n - 1, and lane 0.
    bits: [V::Mask; 3],
    bits_below: [V::Mask; 3],
    is_first: V::Mask,
    count: V,
}

impl<V: Lanes> Powers<V> {
    #[inline(always)]
    pub fn new() -> Self {
        let count = V::iota();
        let is_first = count.equal(V::zero());
        let below = V::select(is_first, V::zero(), count - V::splat(1.0));
        Self { bits: bits(count), bits_below: bits(below), is_first, count }
    }

    /// `[1, t, ..., t^15] weight`
    #[inline(always)]
    pub fn values(&self, t: f64, weight: f64) -> [V; 4] {
        let factors = squares::<V>(t);
        let mut value = product(&self.bits, &factors) * V::splat(weight);
        let mut values = [V::zero(); 4];
        for slot in values.iter_mut().take(TERMS / V::WIDTH) {
            *slot = value;
            value = value * factors[V::WIDTH.trailing_zeros() as usize];
        }
        values
    }

    /// `[1, t, ..., t^7]`
    #[inline(always)]
    pub fn short(&self, t: f64) -> [V; 2] {
        let factors = squares::<V>(t);
        let value = product(&self.bits, &factors);
        [value, value * factors[2]]
    }

    /// `[0, 1, 2 t, ..., 15 t^14] weight`
    #[inline(always)]
    pub fn slopes(&self, t: f64, weight: f64) -> [V; 4] {
        let factors = squares::<V>(t);
        let stride = factors[V::WIDTH.trailing_zeros() as usize];
        // Powers n - 1; that of n = 0 does not matter, and is put right for the parts after the first.
        let mut power = product(&self.bits_below, &factors) * V::splat(weight);
        let mut edge = t * t * t;
        if V::WIDTH == 8 {
            edge = edge * t * edge;
        }
        let mut slopes = [V::zero(); 4];
        for (part, slot) in slopes.iter_mut().take(TERMS / V::WIDTH).enumerate() {
            *slot = (self.count + V::splat((part * V::WIDTH) as f64)) * power;
            power = power * stride;
            if part == 0 {
                power = V::select(self.is_first, V::splat(edge * weight), power);
            }
        }
        slopes
    }
}

/// t, t^2, t^4, t^8.
#[inline(always)]
fn squares<V: Lanes>(t: f64) -> [V; 4] {
    let (t2, t4) = (t * t, (t * t) * (t * t));
    [V::splat(t), V::splat(t2), V::splat(t4), V::splat(t4 * t4)]
}

#[inline(always)]
fn product<V: Lanes>(bits: &[V::Mask; 3], factors: &[V; 4]) -> V {
    let one = V::splat(1.0);
    let mut product = V::select(bits[0], factors[0], one) * V::select(bits[1], factors[1], one);
    if V::WIDTH > 4 {
        product = product * V::select(bits[2], factors[2], one);
    }
    product
}

/// Which of the whole numbers `n` below 8 have the bits 1, 2 and 4.
#[inline(always)]
fn bits<V: Lanes>(n: V) -> [V::Mask; 3] {
    let (one, two) = (V::splat(1.0), V::splat(2.0));
    let quarters = n * V::splat(0.25);
    let halves = (quarters - quarters.floor()) * two;
    let units = (halves - halves.floor()) * two;
    [one.less_equal(units), one.less_equal(halves), one.less_equal(quarters)]
}
