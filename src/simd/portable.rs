//! The level that every machine has: four lanes in an array, which the compiler maps to whatever the target's
//! baseline offers (SSE2 on x86-64, NEON on AArch64).

use super::lanes::{Lanes, Task};
use super::real::Real;
use super::twice::Twice;
use std::ops::{Add, BitAnd, BitOr, Mul, Neg, Sub};

const WIDTH: usize = 4;

#[derive(Clone, Copy)]
pub struct Portable<T>([T; WIDTH]);

#[derive(Clone, Copy)]
pub struct PortableMask([bool; WIDTH]);

#[inline(always)]
fn map<T: Real>(a: Portable<T>, f: impl Fn(T) -> T) -> Portable<T> {
    Portable(std::array::from_fn(|i| f(a.0[i])))
}

#[inline(always)]
fn zip<T: Real>(a: Portable<T>, b: Portable<T>, f: impl Fn(T, T) -> T) -> Portable<T> {
    Portable(std::array::from_fn(|i| f(a.0[i], b.0[i])))
}

impl<T: Real> Add for Portable<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        zip(self, b, |x, y| x + y)
    }
}

impl<T: Real> Sub for Portable<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        zip(self, b, |x, y| x - y)
    }
}

impl<T: Real> Mul for Portable<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        zip(self, b, |x, y| x * y)
    }
}

impl<T: Real> Neg for Portable<T> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        map(self, |x| -x)
    }
}

impl BitAnd for PortableMask {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, b: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & b.0[i]))
    }
}

impl BitOr for PortableMask {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, b: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] | b.0[i]))
    }
}

/// Only where the baseline has the instruction: the library call that stands in for it is 20 times slower.
const FUSED: bool = cfg!(any(target_arch = "aarch64", target_feature = "fma"));

#[inline(always)]
fn fma<T: Real>(a: T, b: T, c: T) -> T {
    if FUSED { a.fused(b, c) } else { a * b + c }
}

impl<T: Real> Lanes<T> for Portable<T> {
    type Mask = PortableMask;
    type Pair = Self;
    type Octet = Twice<Self>;
    const WIDTH: usize = WIDTH;

    #[inline(always)]
    fn splat(x: T) -> Self {
        Self([x; WIDTH])
    }
    #[inline(always)]
    fn differences(x: f64, from: &[f64]) -> Self {
        Self(std::array::from_fn(|i| T::from_f64(x - from[i])))
    }
    #[inline(always)]
    fn load(from: &[T]) -> Self {
        Self(std::array::from_fn(|i| from[i]))
    }
    #[inline(always)]
    fn store(self, to: &mut [T]) {
        to[..WIDTH].copy_from_slice(&self.0);
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self(std::array::from_fn(|i| fma(self.0[i], b.0[i], c.0[i])))
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        Self(std::array::from_fn(|i| fma(-self.0[i], b.0[i], c.0[i])))
    }
    #[inline(always)]
    fn div(self, b: Self) -> Self {
        zip(self, b, |x, y| x / y)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        map(self, T::sqrt)
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        map(self, |x| T::from_f64(1.0) / x.sqrt())
    }
    #[inline(always)]
    fn quick_rsqrt_begin(self) -> Self {
        // Compilers compute both sides of a choice, and a division by 0 would raise its flag: so nothing smaller is divided by.
        let inverse = self.max(Self::splat(T::QUICK_SMALLEST)).rsqrt();
        zip(self, inverse, |x, y| if x >= T::QUICK_SMALLEST { y } else { T::default() })
    }
    #[inline(always)]
    fn quick_rsqrt_from(self, begun: Self) -> Self {
        begun
    }
    const QUICK_UNIT: f64 = 1.0;
    #[inline(always)]
    fn abs(self) -> Self {
        map(self, T::abs)
    }
    #[inline(always)]
    fn max(self, b: Self) -> Self {
        zip(self, b, |x, y| if x > y { x } else { y })
    }
    #[inline(always)]
    fn min(self, b: Self) -> Self {
        zip(self, b, |x, y| if x < y { x } else { y })
    }
    #[inline(always)]
    fn round(self) -> Self {
        map(self, |x| (x + T::ROUNDER) - T::ROUNDER)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        let nearest = self.round();
        zip(self, nearest, |x, r| if r > x { r - T::from_f64(1.0) } else { r })
    }
    #[inline(always)]
    fn exp2_integral(self) -> Self {
        map(self, T::exp2_integral)
    }
    #[inline(always)]
    fn flip_sign_where_odd(self, integer_bits: Self) -> Self {
        zip(self, integer_bits, T::flip_sign_where_odd)
    }
    #[inline(always)]
    fn remainder_by_pi(self) -> (Self, Self) {
        if FUSED {
            let bits = self.mul_add(Self::splat(T::INVERSE_PI), Self::splat(T::ROUNDER));
            let n = bits - Self::splat(T::ROUNDER);
            (bits, n.neg_mul_add(Self::splat(T::PI[1]), n.neg_mul_add(Self::splat(T::PI[0]), self)))
        } else {
            let pairs = self.0.map(T::remainder_by_pi_unfused);
            (Self(pairs.map(|(bits, _)| bits)), Self(pairs.map(|(_, rest)| rest)))
        }
    }
    #[inline(always)]
    fn less_than(self, b: Self) -> PortableMask {
        PortableMask(std::array::from_fn(|i| self.0[i] < b.0[i]))
    }
    #[inline(always)]
    fn less_equal(self, b: Self) -> PortableMask {
        PortableMask(std::array::from_fn(|i| self.0[i] <= b.0[i]))
    }
    #[inline(always)]
    fn equal(self, b: Self) -> PortableMask {
        PortableMask(std::array::from_fn(|i| self.0[i] == b.0[i]))
    }
    #[inline(always)]
    fn select(mask: PortableMask, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|i| if mask.0[i] { a.0[i] } else { b.0[i] }))
    }
    #[inline(always)]
    fn any(mask: PortableMask) -> bool {
        mask.0.iter().any(|&set| set)
    }
    #[inline(always)]
    fn all(mask: PortableMask) -> bool {
        mask.0.iter().all(|&set| set)
    }
    #[inline(always)]
    fn sum(self) -> T {
        (self.0[0] + self.0[2]) + (self.0[1] + self.0[3])
    }
    #[inline(never)]
    fn outlined<K: Task>(task: K) -> K::Output {
        task.run()
    }
}
