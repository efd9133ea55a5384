//! `Twice<V>`: two vectors that move in step.
//!
//! A kernel whose time is the latency of one dependent chain (a QL sweep) runs two chains side by side when it is
//! instantiated with `Twice<V>`; every lane computes the same bits as it would in `V`.

use super::lanes::{Lanes, Task};
use super::real::Real;
use std::ops::{Add, BitAnd, BitOr, Mul, Neg, Sub};

#[derive(Clone, Copy)]
pub struct Twice<V>(V, V);

#[derive(Clone, Copy)]
pub struct TwiceMask<M>(M, M);

impl<V: Add<Output = V>> Add for Twice<V> {
    type Output = Self;
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        Self(self.0 + b.0, self.1 + b.1)
    }
}

impl<V: Sub<Output = V>> Sub for Twice<V> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        Self(self.0 - b.0, self.1 - b.1)
    }
}

impl<V: Mul<Output = V>> Mul for Twice<V> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        Self(self.0 * b.0, self.1 * b.1)
    }
}

impl<V: Neg<Output = V>> Neg for Twice<V> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl<M: BitAnd<Output = M>> BitAnd for TwiceMask<M> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, b: Self) -> Self {
        Self(self.0 & b.0, self.1 & b.1)
    }
}

impl<M: BitOr<Output = M>> BitOr for TwiceMask<M> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, b: Self) -> Self {
        Self(self.0 | b.0, self.1 | b.1)
    }
}

impl<T: Real, V: Lanes<T>> Lanes<T> for Twice<V> {
    type Mask = TwiceMask<V::Mask>;
    type Pair = Self;
    type Octet = V::Octet;
    const WIDTH: usize = 2 * V::WIDTH;

    #[inline(always)]
    fn splat(x: T) -> Self {
        Self(V::splat(x), V::splat(x))
    }
    #[inline(always)]
    fn differences(x: f64, from: &[f64]) -> Self {
        Self(V::differences(x, from), V::differences(x, &from[V::WIDTH..]))
    }
    #[inline(always)]
    fn load(from: &[T]) -> Self {
        Self(V::load(from), V::load(&from[V::WIDTH..]))
    }
    #[inline(always)]
    fn store(self, to: &mut [T]) {
        self.0.store(to);
        self.1.store(&mut to[V::WIDTH..]);
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self(self.0.mul_add(b.0, c.0), self.1.mul_add(b.1, c.1))
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        Self(self.0.neg_mul_add(b.0, c.0), self.1.neg_mul_add(b.1, c.1))
    }
    #[inline(always)]
    fn div(self, b: Self) -> Self {
        Self(self.0.div(b.0), self.1.div(b.1))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt(), self.1.sqrt())
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        Self(self.0.rsqrt(), self.1.rsqrt())
    }
    #[inline(always)]
    fn quick_rsqrt_begin(self) -> Self {
        Self(self.0.quick_rsqrt_begin(), self.1.quick_rsqrt_begin())
    }
    #[inline(always)]
    fn quick_rsqrt_from(self, begun: Self) -> Self {
        Self(self.0.quick_rsqrt_from(begun.0), self.1.quick_rsqrt_from(begun.1))
    }
    const QUICK_UNIT: f64 = V::QUICK_UNIT;
    const GUARD_COSTS: bool = V::GUARD_COSTS;
    #[inline(always)]
    fn quick_rsqrt_begin_unguarded(self) -> Self {
        Self(self.0.quick_rsqrt_begin_unguarded(), self.1.quick_rsqrt_begin_unguarded())
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self(self.0.abs(), self.1.abs())
    }
    #[inline(always)]
    fn max(self, b: Self) -> Self {
        Self(self.0.max(b.0), self.1.max(b.1))
    }
    #[inline(always)]
    fn min(self, b: Self) -> Self {
        Self(self.0.min(b.0), self.1.min(b.1))
    }
    #[inline(always)]
    fn round(self) -> Self {
        Self(self.0.round(), self.1.round())
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Self(self.0.floor(), self.1.floor())
    }
    #[inline(always)]
    fn exp2_integral(self) -> Self {
        Self(self.0.exp2_integral(), self.1.exp2_integral())
    }
    #[inline(always)]
    fn less_than(self, b: Self) -> Self::Mask {
        TwiceMask(self.0.less_than(b.0), self.1.less_than(b.1))
    }
    #[inline(always)]
    fn less_equal(self, b: Self) -> Self::Mask {
        TwiceMask(self.0.less_equal(b.0), self.1.less_equal(b.1))
    }
    #[inline(always)]
    fn equal(self, b: Self) -> Self::Mask {
        TwiceMask(self.0.equal(b.0), self.1.equal(b.1))
    }
    #[inline(always)]
    fn select(mask: Self::Mask, a: Self, b: Self) -> Self {
        Self(V::select(mask.0, a.0, b.0), V::select(mask.1, a.1, b.1))
    }
    #[inline(always)]
    fn any(mask: Self::Mask) -> bool {
        V::any(mask.0) | V::any(mask.1)
    }
    #[inline(always)]
    fn all(mask: Self::Mask) -> bool {
        V::all(mask.0) & V::all(mask.1)
    }
    const BLOCK: usize = V::BLOCK;

    #[inline(always)]
    fn load_columns(arrays: &[&[T]], start: usize, into: &mut [Self]) {
        let mut halves = [[V::zero(); 16]; 2];
        V::load_columns(arrays, start, &mut halves[0][..V::BLOCK]);
        V::load_columns(&arrays[V::WIDTH..], start, &mut halves[1][..V::BLOCK]);
        for (i, slot) in into[..V::BLOCK].iter_mut().enumerate() {
            *slot = Self(halves[0][i], halves[1][i]);
        }
    }
    #[inline(always)]
    fn sum(self) -> T {
        (self.0 + self.1).sum()
    }
    #[inline(always)]
    fn flip_sign_where_odd(self, integer_bits: Self) -> Self {
        Self(self.0.flip_sign_where_odd(integer_bits.0), self.1.flip_sign_where_odd(integer_bits.1))
    }
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        let (low, high) = (self.0.sin_cos(), self.1.sin_cos());
        (Self(low.0, high.0), Self(low.1, high.1))
    }
    #[inline(always)]
    fn outlined<K: Task>(task: K) -> K::Output {
        V::outlined(task)
    }
}
