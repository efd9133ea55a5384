//! Four lanes in an AVX register, with fused multiply-add.
//!
//! Why every `unsafe` here is sound: values of `Avx2` are made only inside `dispatch`, after the processor was
//! seen to have AVX2 and FMA, so the intrinsics exist; pointers come from slices whose length was checked.

use super::lanes::{Lanes, Task};
use super::twice::Twice;
use std::arch::x86_64::*;
use std::ops::{Add, BitAnd, BitOr, Mul, Neg, Sub};

const WIDTH: usize = 4;

#[derive(Clone, Copy)]
pub struct Avx2(__m256d);

/// All bits of a lane set, or none.
#[derive(Clone, Copy)]
pub struct Avx2Mask(__m256d);

impl Add for Avx2 {
    type Output = Self;
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        // SAFETY: see the module text.
        Self(unsafe { _mm256_add_pd(self.0, b.0) })
    }
}

impl Sub for Avx2 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        // SAFETY: see the module text.
        Self(unsafe { _mm256_sub_pd(self.0, b.0) })
    }
}

impl Mul for Avx2 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, b: Self) -> Self {
        // SAFETY: see the module text.
        Self(unsafe { _mm256_mul_pd(self.0, b.0) })
    }
}

impl Neg for Avx2 {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: see the module text.
        Self(unsafe { _mm256_xor_pd(self.0, _mm256_set1_pd(-0.0)) })
    }
}

impl BitAnd for Avx2Mask {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, b: Self) -> Self {
        // SAFETY: see the module text.
        Self(unsafe { _mm256_and_pd(self.0, b.0) })
    }
}

impl BitOr for Avx2Mask {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, b: Self) -> Self {
        // SAFETY: see the module text.
        Self(unsafe { _mm256_or_pd(self.0, b.0) })
    }
}

// SAFETY of all blocks below: see the module text.
impl Lanes for Avx2 {
    type Mask = Avx2Mask;
    type Pair = Twice<Self>;
    const WIDTH: usize = WIDTH;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self(unsafe { _mm256_set1_pd(x) })
    }
    #[inline(always)]
    fn load(from: &[f64]) -> Self {
        let from = &from[..WIDTH];
        Self(unsafe { _mm256_loadu_pd(from.as_ptr()) })
    }
    #[inline(always)]
    fn store(self, to: &mut [f64]) {
        let to = &mut to[..WIDTH];
        unsafe { _mm256_storeu_pd(to.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        Self(unsafe { _mm256_fmadd_pd(self.0, b.0, c.0) })
    }
    #[inline(always)]
    fn neg_mul_add(self, b: Self, c: Self) -> Self {
        Self(unsafe { _mm256_fnmadd_pd(self.0, b.0, c.0) })
    }
    #[inline(always)]
    fn div(self, b: Self) -> Self {
        Self(unsafe { _mm256_div_pd(self.0, b.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(unsafe { _mm256_sqrt_pd(self.0) })
    }
    #[inline(always)]
    fn rsqrt(self) -> Self {
        // AVX2 has a reciprocal square root table for f32 only, whose range is too small for f64.
        Self::splat(1.0).div(self.sqrt())
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self(unsafe { _mm256_andnot_pd(_mm256_set1_pd(-0.0), self.0) })
    }
    #[inline(always)]
    fn max(self, b: Self) -> Self {
        Self(unsafe { _mm256_max_pd(self.0, b.0) })
    }
    #[inline(always)]
    fn round(self) -> Self {
        Self(unsafe { _mm256_round_pd::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0) })
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Self(unsafe { _mm256_round_pd::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0) })
    }
    #[inline(always)]
    fn exp2_integral(self) -> Self {
        // 2^52 + 1023 + n has n + 1023 in its lowest bits; shifted to the exponent's place they read 2^n.
        let biased = self + Self::splat(4503599627370496.0 + 1023.0);
        Self(unsafe { _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(biased.0))) })
    }
    #[inline(always)]
    fn less_than(self, b: Self) -> Avx2Mask {
        Avx2Mask(unsafe { _mm256_cmp_pd::<_CMP_LT_OQ>(self.0, b.0) })
    }
    #[inline(always)]
    fn less_equal(self, b: Self) -> Avx2Mask {
        Avx2Mask(unsafe { _mm256_cmp_pd::<_CMP_LE_OQ>(self.0, b.0) })
    }
    #[inline(always)]
    fn equal(self, b: Self) -> Avx2Mask {
        Avx2Mask(unsafe { _mm256_cmp_pd::<_CMP_EQ_OQ>(self.0, b.0) })
    }
    #[inline(always)]
    fn select(mask: Avx2Mask, a: Self, b: Self) -> Self {
        Self(unsafe { _mm256_blendv_pd(b.0, a.0, mask.0) })
    }
    #[inline(always)]
    fn any(mask: Avx2Mask) -> bool {
        unsafe { _mm256_movemask_pd(mask.0) != 0 }
    }
    #[inline(always)]
    fn all(mask: Avx2Mask) -> bool {
        unsafe { _mm256_movemask_pd(mask.0) == 0xf }
    }
    const BLOCK: usize = WIDTH;

    #[inline(always)]
    fn load_columns(arrays: &[&[f64]], start: usize, into: &mut [Self]) {
        let into = &mut into[..WIDTH];
        let r0 = Self::load(&arrays[0][start..]).0;
        let r1 = Self::load(&arrays[1][start..]).0;
        let r2 = Self::load(&arrays[2][start..]).0;
        let r3 = Self::load(&arrays[3][start..]).0;
        unsafe {
            let low01 = _mm256_unpacklo_pd(r0, r1);
            let high01 = _mm256_unpackhi_pd(r0, r1);
            let low23 = _mm256_unpacklo_pd(r2, r3);
            let high23 = _mm256_unpackhi_pd(r2, r3);
            into[0] = Self(_mm256_permute2f128_pd::<0x20>(low01, low23));
            into[1] = Self(_mm256_permute2f128_pd::<0x20>(high01, high23));
            into[2] = Self(_mm256_permute2f128_pd::<0x31>(low01, low23));
            into[3] = Self(_mm256_permute2f128_pd::<0x31>(high01, high23));
        }
    }
    #[inline(always)]
    fn sum(self) -> f64 {
        unsafe {
            let pair = _mm_add_pd(_mm256_castpd256_pd128(self.0), _mm256_extractf128_pd::<1>(self.0));
            _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)))
        }
    }
    #[inline(always)]
    fn outlined<T: Task>(task: T) -> T::Output {
        unsafe { super::run_task_avx2(task) }
    }
}
