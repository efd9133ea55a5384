//! `Real`: f32 or f64, with the vectors and the constants that belong to it.

use super::lanes::Lanes;
use super::portable::Portable;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};
use std::fmt::{Debug, Display, LowerExp};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A precision that kernels are compiled for.
pub trait Real:
    Copy
    + Debug
    + Default
    + Display
    + LowerExp
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// Vectors of each SIMD level.
    type Portable: Lanes<Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx2: Lanes<Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx512: Lanes<Self>;

    /// The largest finite number.
    const LARGEST: Self;
    /// Up to here multiples of pi/8 are counted, and beyond a sine has hardly a digit: one unit in the last place of the argument is a
    /// sixteenth of a radian or more.
    const LARGEST_ANGLE: Self;
    /// 1.5 * 2^(bits of the mantissa - 1): added to a number, it leaves the nearest integer in the lowest bits.
    const ROUNDER: Self;
    const INVERSE_PI: Self;
    /// pi rounded, and what is missing.
    const PI: [Self; 2];
    /// ln(2) in two parts; the last bits of the first are zero, so that its products with exponents are exact.
    const LN2: [Self; 2];
    /// `exp` of this is a normal number.
    const SMALLEST_EXPONENT: f64;
    /// Terms of the Taylor series of `exp(r)`, `|r| <= ln(2)/2`, that matter.
    const EXPONENTIAL_TERMS: usize;
    /// `Lanes::quick_rsqrt` is 0 below.
    const QUICK_SMALLEST: Self;
    /// Minimax polynomials on [-pi/2, pi/2]: `sin r = r + r z S(z)`, `cos r = 1 - z/2 + z^2 C(z)`, `z = r^2`, with an
    /// absolute error of 6e-18 and 5e-9 at most (scripts/minimax makes them).
    const SINE: &'static [Self];
    const COSINE: &'static [Self];
    /// Minimax polynomials on [-pi/16, pi/16]: `sin r = r + r z S(z)`, `cos r = 1 + z C(z)`, with an absolute error of 6e-17 and 3e-9 at
    /// most (scripts/minimax).
    const SMALL_SINE: &'static [Self];
    const SMALL_COSINE: &'static [Self];
    /// `sin(k pi/8)` for k from 0 to 19: sixteen are a turn, and cosines begin with the fourth.
    const SINES_OF_SIXTEENTHS: [Self; 20];

    fn from_f64(x: f64) -> Self;
    fn to_f64(self) -> f64;
    fn is_finite(self) -> bool;
    fn sqrt(self) -> Self;
    fn abs(self) -> Self;
    /// `self * b + c` with one rounding.
    fn fused(self, b: Self, c: Self) -> Self;
    /// `2^self` for an integral exponent of a normal number.
    fn exp2_integral(self) -> Self;
    /// Changes the sign if the lowest bit of the other number is set.
    fn flip_sign_where_odd(self, integer_bits: Self) -> Self;
    /// `Lanes::remainder_by_pi` without fused multiply-add.
    fn remainder_by_pi_unfused(self) -> (Self, Self);
}

const SINES_OF_SIXTEENTHS: [f64; 20] = {
    // sin(pi/8), sin(pi/4), sin(3 pi/8)
    const QUARTER: [f64; 5] = [0.0, 0.382_683_432_365_089_8, std::f64::consts::FRAC_1_SQRT_2, 0.923_879_532_511_286_7, 1.0];
    let mut sines = [0.0; 20];
    let mut k = 0;
    while k < 20 {
        let in_half = k % 8;
        let sine = QUARTER[if in_half <= 4 { in_half } else { 8 - in_half }];
        sines[k] = if k % 16 < 8 { sine } else { -sine };
        k += 1;
    }
    sines
};

impl Real for f64 {
    type Portable = Portable<f64>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = avx2::Avx2;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = avx512::Avx512;

    const LARGEST: f64 = f64::MAX;
    const LARGEST_ANGLE: f64 = 562_949_953_421_312.0; // 2^49
    const ROUNDER: f64 = 6755399441055744.0;
    const INVERSE_PI: f64 = std::f64::consts::FRAC_1_PI;
    const PI: [f64; 2] = [std::f64::consts::PI, 1.224_646_799_147_353_2e-16];
    const LN2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
    const SMALLEST_EXPONENT: f64 = -708.0;
    const EXPONENTIAL_TERMS: usize = 14;
    const QUICK_SMALLEST: f64 = 1.175_494_350_822_287_5e-38; // 2^-126
    const SINE: &'static [f64] = &[
        -0.166_666_666_666_666_645_5,
        0.008_333_333_333_333_114,
        -0.000_198_412_698_411_859_6,
        2.755_731_920_778_688e-6,
        -2.505_210_660_663_171_5e-8,
        1.605_892_783_614_661_3e-10,
        -7.642_712_919_149_49e-13,
        2.718_496_276_244_618_7e-15,
    ];
    const COSINE: &'static [f64] = &[
        0.041_666_666_666_665_83,
        -0.001_388_888_888_883_005,
        2.480_158_728_578_38e-5,
        -2.755_731_706_849_964_5e-7,
        2.087_659_259_187_816e-9,
        -1.146_363_541_969_417e-11,
        4.616_134_848_425_19e-14,
    ];
    const SMALL_SINE: &'static [f64] =
        &[-0.166_666_666_666_660_7, 0.008_333_333_332_077_31, -0.000_198_412_610_706_728_7, 2.753_233_668_466_357_6e-6];
    const SMALL_COSINE: &'static [f64] =
        &[-0.499_999_999_999_957_54, 0.041_666_666_655_966_8, -0.001_388_888_050_654_890_6, 2.477_570_523_726_957e-5];
    const SINES_OF_SIXTEENTHS: [f64; 20] = SINES_OF_SIXTEENTHS;

    #[inline(always)]
    fn from_f64(x: f64) -> f64 {
        x
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        f64::is_finite(self)
    }
    #[inline(always)]
    fn sqrt(self) -> f64 {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn abs(self) -> f64 {
        f64::abs(self)
    }
    #[inline(always)]
    fn fused(self, b: f64, c: f64) -> f64 {
        self.mul_add(b, c)
    }
    #[inline(always)]
    fn exp2_integral(self) -> f64 {
        f64::from_bits(((self as i64 + 1023) as u64) << 52)
    }
    #[inline(always)]
    fn flip_sign_where_odd(self, integer_bits: f64) -> f64 {
        f64::from_bits(self.to_bits() ^ (integer_bits.to_bits() << 63))
    }
    #[inline(always)]
    fn remainder_by_pi_unfused(self) -> (f64, f64) {
        // pi in parts of 26 bits, whose products with n < 2^27 are exact; then the rest.
        const PARTS: [f64; 4] =
            [3.141_592_621_803_283_7, 3.178_650_942_459_171_3e-8, 1.224_646_786_410_718_9e-16, 1.273_663_432_702_19e-24];
        let bits = self * Self::INVERSE_PI + Self::ROUNDER;
        let n = bits - Self::ROUNDER;
        (bits, (((self - n * PARTS[0]) - n * PARTS[1]) - n * PARTS[2]) - n * PARTS[3])
    }
}

impl Real for f32 {
    type Portable = Portable<f32>;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = avx2::Avx2F32;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = avx512::Avx512F32;

    const LARGEST: f32 = f32::MAX;
    const LARGEST_ANGLE: f32 = 1_048_576.0; // 2^20
    const ROUNDER: f32 = 12582912.0;
    const INVERSE_PI: f32 = std::f32::consts::FRAC_1_PI;
    const PI: [f32; 2] = [std::f32::consts::PI, -8.742_278e-8];
    const LN2: [f32; 2] = [0.693_145_75, 1.428_606_8e-6];
    const SMALLEST_EXPONENT: f64 = -87.0;
    const EXPONENTIAL_TERMS: usize = 8;
    const QUICK_SMALLEST: f32 = 8.271_806e-25; // 2^-80
    const SINE: &'static [f32] = &[-0.166_666_57, 0.008_333_017, -0.000_198_066_15, 2.600_054_6e-6];
    const COSINE: &'static [f32] = &[0.041_666_657, -0.001_388_856_9, 2.476_930_4e-5, -2.619_381_4e-7];
    const SMALL_SINE: &'static [f32] = &[-0.166_666_52, 0.008_321_953];
    const SMALL_COSINE: &'static [f32] = &[-0.499_999_1, 0.041_592_173];
    const SINES_OF_SIXTEENTHS: [f32; 20] = {
        let mut rounded = [0.0; 20];
        let mut k = 0;
        while k < 20 {
            rounded[k] = SINES_OF_SIXTEENTHS[k] as f32;
            k += 1;
        }
        rounded
    };

    #[inline(always)]
    fn from_f64(x: f64) -> f32 {
        x as f32
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self.into()
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        f32::is_finite(self)
    }
    #[inline(always)]
    fn sqrt(self) -> f32 {
        f32::sqrt(self)
    }
    #[inline(always)]
    fn abs(self) -> f32 {
        f32::abs(self)
    }
    #[inline(always)]
    fn fused(self, b: f32, c: f32) -> f32 {
        self.mul_add(b, c)
    }
    #[inline(always)]
    fn exp2_integral(self) -> f32 {
        f32::from_bits(((self as i32 + 127) as u32) << 23)
    }
    #[inline(always)]
    fn flip_sign_where_odd(self, integer_bits: f32) -> f32 {
        f32::from_bits(self.to_bits() ^ (integer_bits.to_bits() << 31))
    }
    #[inline(always)]
    fn remainder_by_pi_unfused(self) -> (f32, f32) {
        let bits = self * Self::INVERSE_PI + Self::ROUNDER;
        let n = f64::from(bits - Self::ROUNDER);
        (bits, (f64::from(self) - n * std::f64::consts::PI) as f32)
    }
}
