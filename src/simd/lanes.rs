//! `Lanes`: a handful of f64 that travel together, one per SIMD lane.
//!
//! A kernel is written once, generic over `V: Lanes`, and is compiled once per SIMD level (see `dispatch` in the
//! parent module). Everything here and in the kernels is `#[inline(always)]`, because only inlining carries the
//! caller's target features into the operation. For the same reason no closure computes with lanes: a closure cannot
//! be marked, and one that is not inlined turns every instruction into a call (tests/symbols.rs looks for those).

use std::ops::{Add, BitAnd, BitOr, Mul, Neg, Sub};

/// A computation with lanes whose types it already knows. Implementations mark `run` `#[inline(always)]`.
pub trait Task {
    type Output;
    fn run(self) -> Self::Output;
}

/// A vector of `WIDTH` f64 and the operations that the kernels need.
pub trait Lanes:
    Copy + Send + Sync + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Neg<Output = Self>
{
    /// One truth value per lane.
    type Mask: Copy + BitAnd<Output = Self::Mask> + BitOr<Output = Self::Mask>;
    /// What a kernel bound by the latency of one dependent chain computes with: two vectors in step where the level's
    /// registers hold them (see `Twice`), else one.
    type Pair: Lanes;
    const WIDTH: usize;

    fn splat(x: f64) -> Self;
    /// The first `WIDTH` elements of `from`; panics if there are fewer.
    fn load(from: &[f64]) -> Self;
    /// Writes the first `WIDTH` elements of `to`; panics if there are fewer.
    fn store(self, to: &mut [f64]);

    /// `self * b + c`, fused where the level has it.
    fn mul_add(self, b: Self, c: Self) -> Self;
    /// `c - self * b`, fused where the level has it.
    fn neg_mul_add(self, b: Self, c: Self) -> Self;
    fn div(self, b: Self) -> Self;
    fn sqrt(self) -> Self;
    /// `1 / sqrt(self)` to about one unit in the last place, for positive normal numbers.
    fn rsqrt(self) -> Self;
    fn abs(self) -> Self;
    /// The larger of two numbers; which of them if one is NaN is unspecified.
    fn max(self, b: Self) -> Self;
    /// The nearest integer, ties to even.
    fn round(self) -> Self;
    fn floor(self) -> Self;
    /// `2^self` for integral `self` in -1022..=1023.
    fn exp2_integral(self) -> Self;

    fn less_than(self, b: Self) -> Self::Mask;
    fn less_equal(self, b: Self) -> Self::Mask;
    fn equal(self, b: Self) -> Self::Mask;
    /// `if_true` where the mask is set, `if_false` elsewhere.
    fn select(mask: Self::Mask, if_true: Self, if_false: Self) -> Self;
    fn any(mask: Self::Mask) -> bool;
    fn all(mask: Self::Mask) -> bool;

    /// Vectors that `load_columns` makes at a time.
    const BLOCK: usize;

    /// Elements `start..start + BLOCK` of `WIDTH` arrays, one array to a lane: `into[i]` gets element `start + i`.
    fn load_columns(arrays: &[&[f64]], start: usize, into: &mut [Self]);

    /// Sum of all lanes, pairwise: halves are added until one is left.
    fn sum(self) -> f64;

    /// Runs `task` in a function of its own that has these vectors' instructions. For a task that costs microseconds
    /// and is wanted in many places: inlined everywhere, it would be compiled once for each of them.
    fn outlined<T: Task>(task: T) -> T::Output;

    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }

    /// Lane numbers 0, 1, 2, ...
    #[inline(always)]
    fn iota() -> Self {
        const COUNT: [f64; 32] = {
            let mut count = [0.0; 32];
            let mut i = 0;
            while i < 32 {
                count[i] = i as f64;
                i += 1;
            }
            count
        };
        Self::load(&COUNT)
    }

    /// Magnitude of `self` with the sign of `sign`.
    #[inline(always)]
    fn with_sign_of(self, sign: Self) -> Self {
        let magnitude = self.abs();
        Self::select(sign.less_than(Self::zero()), -magnitude, magnitude)
    }
}
