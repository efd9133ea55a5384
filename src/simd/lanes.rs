//! `Lanes`: a handful of f64 or f32 that travel together, one per SIMD lane.
//!
//! A kernel is written once, generic over `V: Lanes`, and is compiled once per SIMD level (see `dispatch` in the
//! parent module). Everything here and in the kernels is `#[inline(always)]`, because only inlining carries the
//! caller's target features into the operation. For the same reason no closure computes with lanes: a closure cannot
//! be marked, and one that is not inlined turns every instruction into a call (tests/symbols.rs looks for those).

use super::math;
use super::real::Real;
use std::ops::{Add, BitAnd, BitOr, Mul, Neg, Sub};

/// A computation with lanes whose types it already knows. Implementations mark `run` `#[inline(always)]`.
pub trait Task {
    type Output;
    fn run(self) -> Self::Output;
}

/// A vector of `WIDTH` numbers and the operations that the kernels need.
pub trait Lanes<T: Real = f64>:
    Copy + Send + Sync + 'static + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Neg<Output = Self>
{
    /// One truth value per lane.
    type Mask: Copy + BitAnd<Output = Self::Mask> + BitOr<Output = Self::Mask>;
    /// What a kernel bound by the latency of one dependent chain computes with: two vectors in step where the level's
    /// registers hold them (see `Twice`), else one.
    type Pair: Lanes<T>;
    /// Eight numbers, as a cube has corners and a box of an octree children: part of a wide vector, one or two.
    type Octet: Lanes<T>;
    const WIDTH: usize;

    fn splat(x: T) -> Self;
    /// `x - from[i]` for the first `WIDTH` elements of `from`, computed in f64; panics if there are fewer.
    fn differences(x: f64, from: &[f64]) -> Self;
    /// The first `WIDTH` elements of `from`; panics if there are fewer.
    fn load(from: &[T]) -> Self;
    /// Writes the first `WIDTH` elements of `to`; panics if there are fewer.
    fn store(self, to: &mut [T]);

    /// `self * b + c`, fused where the level has it.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// `c - self * b`, fused where the level has it.
    fn neg_mul_add(self, b: Self, c: Self) -> Self;
    fn div(self, b: Self) -> Self;
    fn sqrt(self) -> Self;
    /// `1 / sqrt(self)` to about one unit in the last place, for positive normal numbers.
    fn rsqrt(self) -> Self;
    /// `QUICK_UNIT / sqrt(self)` with a relative error of at most 6e-13 (f64) or 3e-7 (f32), and exactly 0 where `self` is 0 or less
    /// than `Real::QUICK_SMALLEST` (2^-126; 2^-80 in f32, so that its cube is finite). For numbers up to 2^126: whoever has
    /// others scales them first.
    #[inline(always)]
    fn quick_rsqrt(self) -> Self {
        self.quick_rsqrt_from(self.quick_rsqrt_begin())
    }
    /// What sums of reciprocal roots are divided by at their end. A polynomial whose first coefficient is 1 takes an operation less.
    const QUICK_UNIT: f64;
    /// The first half of it, for loops that finish one while they begin the next: what a table says, or 0.
    fn quick_rsqrt_begin(self) -> Self;
    /// The second half, from what the first half made of `self`.
    fn quick_rsqrt_from(self, begun: Self) -> Self;
    /// Whether it pays to leave the look at `QUICK_SMALLEST` to whoever calls: where it takes the units that multiply.
    const GUARD_COSTS: bool = false;
    /// `quick_rsqrt_begin` of numbers that may be less than `QUICK_SMALLEST`, but not 0; there it may be anything.
    #[inline(always)]
    fn quick_rsqrt_begin_unguarded(self) -> Self {
        self.quick_rsqrt_begin()
    }
    fn abs(self) -> Self;
    /// The larger of two numbers; which of them if one is NaN is unspecified.
    fn max(self, b: Self) -> Self;
    /// The smaller one, likewise.
    fn min(self, b: Self) -> Self;
    /// The nearest integer, ties to even.
    fn round(self) -> Self;
    fn floor(self) -> Self;
    /// `2^self` for an integral exponent of a normal number (-1022..=1023 in f64).
    fn exp2_integral(self) -> Self;
    /// Changes the sign where the lowest bit of `integer_bits` is set.
    fn flip_sign_where_odd(self, integer_bits: Self) -> Self;

    fn less_than(self, b: Self) -> Self::Mask;
    fn less_equal(self, b: Self) -> Self::Mask;
    fn equal(self, b: Self) -> Self::Mask;
    /// `if_true` where the mask is set, `if_false` elsewhere.
    fn select(mask: Self::Mask, if_true: Self, if_false: Self) -> Self;
    fn any(mask: Self::Mask) -> bool;
    fn all(mask: Self::Mask) -> bool;

    /// Vectors that `load_columns` makes at a time.
    const BLOCK: usize = Self::WIDTH;

    /// Elements `start..start + BLOCK` of `WIDTH` arrays, one array to a lane: `into[i]` gets element `start + i`.
    #[inline(always)]
    fn load_columns(arrays: &[&[T]], start: usize, into: &mut [Self]) {
        for (i, slot) in into[..Self::BLOCK].iter_mut().enumerate() {
            let mut column = [T::default(); 32];
            for (lane, array) in arrays[..Self::WIDTH].iter().enumerate() {
                column[lane] = array[start + i];
            }
            *slot = Self::load(&column);
        }
    }

    /// Sum of all lanes, pairwise: halves are added until one is left.
    #[inline(always)]
    fn sum(self) -> T {
        let mut lanes = [T::default(); 32];
        self.store(&mut lanes);
        let mut half = Self::WIDTH / 2;
        while half > 0 {
            for i in 0..half {
                lanes[i] = lanes[i] + lanes[i + half];
            }
            half /= 2;
        }
        lanes[0]
    }

    /// `(bits, r)` with `self = n pi + r`, `|r| <= pi/2`, and the integer n in the lowest bits of `bits`.
    ///
    /// The product with pi's first part is exact inside the fused operation, and so is its difference from `self`; the
    /// second part has the next 53 (24) bits of pi. Good while n fits the mantissa with room to spare: to |x| = 1e9 in
    /// f64 and 1e6 in f32 the error of r is that of one rounding.
    #[inline(always)]
    fn remainder_by_pi(self) -> (Self, Self) {
        let bits = self.mul_add(Self::splat(T::INVERSE_PI), Self::splat(T::ROUNDER));
        let n = bits - Self::splat(T::ROUNDER);
        (bits, n.neg_mul_add(Self::splat(T::PI[1]), n.neg_mul_add(Self::splat(T::PI[0]), self)))
    }

    /// `(sin(self), cos(self))`, each with an absolute error of about a unit in the last place of 1 (2.3e-16 in f64, 1.2e-7 in
    /// f32; 1.5 units in AVX-512, which looks values up, and where there is no fused multiply-add), for magnitudes up to
    /// `Real::LARGEST_ANGLE`. NaN and infinities give NaN.
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        math::sin_cos_by_polynomials(self)
    }

    /// Runs `task` in a function of its own that has these vectors' instructions. For a task that costs microseconds
    /// and is wanted in many places: inlined everywhere, it would be compiled once for each of them.
    fn outlined<K: Task>(task: K) -> K::Output;

    #[inline(always)]
    fn zero() -> Self {
        Self::splat(T::default())
    }

    /// Lane numbers 0, 1, 2, ...
    #[inline(always)]
    fn iota() -> Self {
        let mut count = [T::default(); 32];
        for (i, slot) in count.iter_mut().enumerate() {
            *slot = T::from_f64(i as f64);
        }
        Self::load(&count)
    }

    /// Magnitude of `self` with the sign of `sign`.
    #[inline(always)]
    fn with_sign_of(self, sign: Self) -> Self {
        let magnitude = self.abs();
        Self::select(sign.less_than(Self::zero()), -magnitude, magnitude)
    }
}
