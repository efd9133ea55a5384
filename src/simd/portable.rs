//! The level that every machine has: four lanes in an array, which the compiler maps to whatever the target's
//! baseline offers (SSE2 on x86-64, NEON on AArch64).

use super::lanes::{Lanes, Task};
use std::ops::{Add, BitAnd, BitOr, Mul, Neg, Sub};

const WIDTH: usize = 4;

#[derive(Clone, Copy)]
pub struct Portable([f64; WIDTH]);

#[derive(Clone, Copy)]
pub struct PortableMask([bool; WIDTH]);

#[inline(always)]
fn map(a: Portable, f: impl Fn(f64) -> f64) -> Portable {
    Portable(std::array::from_fn(|i| f(a.0[i])))
}

#[inline(always)]
fn zip(a: Portable, b: Portable, f: impl Fn(f64, f64) -> f64) -> Portable {
    Portable(std::array::from_fn(|i| f(a.0[i], b.0[i])))
}

impl Add for Portable {
    type Output = Self;
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        zip(self, b, |x, y| x + y)
    }
}

impl Sub for Portable {
    type Output = Self;
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        zip(self, b, |x, y| x - y)
    }
}

impl Mul for Portable {
    type Output = Self;
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        zip(self, b, |x, y| x * y)
    }
}

impl Neg for Portable {
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

/// Fused only where the baseline has the instruction: the library call that stands in for it is 20 times slower.
#[inline(always)]
fn fma(a: f64, b: f64, c: f64) -> f64 {
    if cfg!(any(target_arch = "aarch64", target_feature = "fma")) { a.mul_add(b, c) } else { a * b + c }
}

impl Lanes for Portable {
    type Mask = PortableMask;
    type Pair = Self;
    const WIDTH: usize = WIDTH;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self([x; WIDTH])
    }
    #[inline(always)]
    fn load(from: &[f64]) -> Self {
        Self(std::array::from_fn(|i| from[i]))
    }
    #[inline(always)]
    fn store(self, to: &mut [f64]) {
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
        map(self, f64::sqrt)
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        map(self, |x| 1.0 / x.sqrt())
    }
    #[inline(always)]
    fn abs(self) -> Self {
        map(self, f64::abs)
    }
    #[inline(always)]
    fn max(self, b: Self) -> Self {
        zip(self, b, |x, y| if x > y { x } else { y })
    }
    #[inline(always)]
    fn round(self) -> Self {
        // Adding and taking away 1.5 * 2^52 leaves no room for a fraction; good for |x| < 2^51.
        const ROUNDER: f64 = 6755399441055744.0;
        map(self, |x| (x + ROUNDER) - ROUNDER)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        let nearest = self.round();
        zip(self, nearest, |x, r| if r > x { r - 1.0 } else { r })
    }
    #[inline(always)]
    fn exp2_integral(self) -> Self {
        map(self, |x| f64::from_bits(((x as i64 + 1023) as u64) << 52))
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
    const BLOCK: usize = WIDTH;

    #[inline(always)]
    fn load_columns(arrays: &[&[f64]], start: usize, into: &mut [Self]) {
        for (i, slot) in into[..WIDTH].iter_mut().enumerate() {
            *slot = Self(std::array::from_fn(|lane| arrays[lane][start + i]));
        }
    }
    #[inline(always)]
    fn sum(self) -> f64 {
        (self.0[0] + self.0[2]) + (self.0[1] + self.0[3])
    }
    #[inline(never)]
    fn outlined<T: Task>(task: T) -> T::Output {
        task.run()
    }
}
