//! Eight f64 or sixteen f32 lanes in an AVX-512 register.
//!
//! Why every `unsafe` here is sound: values of these types are made only inside `dispatch`, after the processor was
//! seen to have AVX-512 F, DQ and VL, so the intrinsics exist; pointers come from slices whose length was checked.

use super::lanes::{Lanes, Task};
use super::math;
use super::real::Real;
use super::twice::Twice;
use std::arch::x86_64::*;
use std::ops::{Add, BitAnd, BitOr, Mul, Neg, Sub};

/// The type of one precision. The methods that are not alike for both are given at the end.
macro_rules! avx512 {
    (
        $Lanes:ident, $Mask:ident, $Element:ty, $WIDTH:literal, $Octet:ty, $Register:ty, $Shift:ident,
        $set1:ident $loadu:ident $storeu:ident $add:ident $sub:ident $mul:ident $div:ident $sqrt:ident $max:ident $min:ident
        $fmadd:ident $fnmadd:ident $xor:ident $abs:ident $cmp:ident $blend:ident $round:ident $to_integers:ident $from_integers:ident
        $scalef:ident, $MaskBits:ident, $ALL:literal, $SIGN_BIT:literal, $QUICK_UNIT:expr, $GUARD_COSTS:literal, $($own:item)*
    ) => {
        #[derive(Clone, Copy)]
        pub struct $Lanes($Register);

        /// A bit a lane.
        #[derive(Clone, Copy)]
        pub struct $Mask($MaskBits);

        impl Add for $Lanes {
            type Output = Self;
            #[inline(always)]
            fn add(self, b: Self) -> Self {
                // SAFETY: see the module text.
                Self(unsafe { $add(self.0, b.0) })
            }
        }

        impl Sub for $Lanes {
            type Output = Self;
            #[inline(always)]
            fn sub(self, b: Self) -> Self {
                // SAFETY: see the module text.
                Self(unsafe { $sub(self.0, b.0) })
            }
        }

        impl Mul for $Lanes {
            type Output = Self;
            #[inline(always)]
            fn mul(self, b: Self) -> Self {
                // SAFETY: see the module text.
                Self(unsafe { $mul(self.0, b.0) })
            }
        }

        impl Neg for $Lanes {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                // SAFETY: see the module text.
                Self(unsafe { $xor(self.0, $set1(-0.0)) })
            }
        }

        impl BitAnd for $Mask {
            type Output = Self;
            #[inline(always)]
            fn bitand(self, b: Self) -> Self {
                Self(self.0 & b.0)
            }
        }

        impl BitOr for $Mask {
            type Output = Self;
            #[inline(always)]
            fn bitor(self, b: Self) -> Self {
                Self(self.0 | b.0)
            }
        }

        // SAFETY of all blocks below: see the module text.
        impl Lanes<$Element> for $Lanes {
            type Mask = $Mask;
            type Pair = Twice<Self>;
            type Octet = $Octet;
            const WIDTH: usize = $WIDTH;
            const QUICK_UNIT: f64 = $QUICK_UNIT;
            const GUARD_COSTS: bool = $GUARD_COSTS;

            #[inline(always)]
            fn splat(x: $Element) -> Self {
                Self(unsafe { $set1(x) })
            }
            #[inline(always)]
            fn load(from: &[$Element]) -> Self {
                let from = &from[..$WIDTH];
                Self(unsafe { $loadu(from.as_ptr()) })
            }
            #[inline(always)]
            fn store(self, to: &mut [$Element]) {
                let to = &mut to[..$WIDTH];
                unsafe { $storeu(to.as_mut_ptr(), self.0) }
            }
            #[inline(always)]
            fn mul_add(self, b: Self, c: Self) -> Self {
                Self(unsafe { $fmadd(self.0, b.0, c.0) })
            }
            #[inline(always)]
            fn neg_mul_add(self, b: Self, c: Self) -> Self {
                Self(unsafe { $fnmadd(self.0, b.0, c.0) })
            }
            #[inline(always)]
            fn div(self, b: Self) -> Self {
                Self(unsafe { $div(self.0, b.0) })
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Self(unsafe { $sqrt(self.0) })
            }
            #[inline(always)]
            fn abs(self) -> Self {
                Self(unsafe { $abs(self.0) })
            }
            #[inline(always)]
            fn max(self, b: Self) -> Self {
                Self(unsafe { $max(self.0, b.0) })
            }
            #[inline(always)]
            fn min(self, b: Self) -> Self {
                Self(unsafe { $min(self.0, b.0) })
            }
            #[inline(always)]
            fn round(self) -> Self {
                Self(unsafe { $round::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0) })
            }
            #[inline(always)]
            fn floor(self) -> Self {
                Self(unsafe { $round::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0) })
            }
            #[inline(always)]
            fn flip_sign_where_odd(self, integer_bits: Self) -> Self {
                let sign = unsafe { $from_integers($Shift::<$SIGN_BIT>($to_integers(integer_bits.0))) };
                Self(unsafe { $xor(self.0, sign) })
            }
            #[inline(always)]
            fn exp2_integral(self) -> Self {
                Self(unsafe { $scalef($set1(1.0), self.0) })
            }
            #[inline(always)]
            fn less_than(self, b: Self) -> $Mask {
                $Mask(unsafe { $cmp::<_CMP_LT_OQ>(self.0, b.0) })
            }
            #[inline(always)]
            fn less_equal(self, b: Self) -> $Mask {
                $Mask(unsafe { $cmp::<_CMP_LE_OQ>(self.0, b.0) })
            }
            #[inline(always)]
            fn equal(self, b: Self) -> $Mask {
                $Mask(unsafe { $cmp::<_CMP_EQ_OQ>(self.0, b.0) })
            }
            #[inline(always)]
            fn select(mask: $Mask, a: Self, b: Self) -> Self {
                Self(unsafe { $blend(mask.0, b.0, a.0) })
            }
            #[inline(always)]
            fn any(mask: $Mask) -> bool {
                mask.0 != 0
            }
            #[inline(always)]
            fn all(mask: $Mask) -> bool {
                mask.0 == $ALL
            }
            #[inline(always)]
            fn outlined<T: Task>(task: T) -> T::Output {
                unsafe { super::run_task_avx512(task) }
            }
            $(#[inline(always)] $own)*
        }
    };
}

avx512! {
    Avx512, Avx512Mask, f64, 8, Self, __m512d, _mm512_slli_epi64,
    _mm512_set1_pd _mm512_loadu_pd _mm512_storeu_pd _mm512_add_pd _mm512_sub_pd _mm512_mul_pd _mm512_div_pd
    _mm512_sqrt_pd _mm512_max_pd _mm512_min_pd _mm512_fmadd_pd _mm512_fnmadd_pd _mm512_xor_pd _mm512_abs_pd _mm512_cmp_pd_mask
    _mm512_mask_blend_pd _mm512_roundscale_pd _mm512_castpd_si512 _mm512_castsi512_pd _mm512_scalef_pd, __mmask8, 0xff, 63, 8.0 / 3.0, true,

    fn differences(x: f64, from: &[f64]) -> Self {
        Self::splat(x) - Self::load(from)
    }

    fn rsqrt(self) -> Self {
        // y = 14 bits of 1/sqrt(x) from the table, e = 1 - x y^2 < 2^-13, and the series of y / sqrt(1 - e) to e^3,
        // which leaves 35/128 e^4 < 2^-53. No unit that divides is touched: vsqrtpd and vdivpd take 30 cycles of one
        // port. One step of third order is a shorter chain than two of Newton's.
        let y = Self(unsafe { _mm512_rsqrt14_pd(self.0) });
        let e = (self * y).neg_mul_add(y, Self::splat(1.0));
        let series = Self::splat(0.3125).mul_add(e, Self::splat(0.375)).mul_add(e, Self::splat(0.5));
        (y * e).mul_add(series, y)
    }

    fn quick_rsqrt_begin(self) -> Self {
        let is_large_enough = Self::splat(f64::QUICK_SMALLEST).less_equal(self);
        Self(unsafe { _mm512_maskz_rsqrt14_pd(is_large_enough.0, self.0) })
    }

    fn quick_rsqrt_from(self, y: Self) -> Self {
        // As `rsqrt` to e^2: e < 2^-13, and 5/16 e^3 = 6e-13 are left. Times 8/3 and in k = -2/3 - e the series is y (k^2 + 20/9).
        // y = 0 where x is too small: then the series has the factor 0.
        let k = (self * y).mul_add(y, Self::splat(-5.0 / 3.0));
        y * k.mul_add(k, Self::splat(20.0 / 9.0))
    }

    fn quick_rsqrt_begin_unguarded(self) -> Self {
        Self(unsafe { _mm512_rsqrt14_pd(self.0) })
    }

    fn sin_cos(self) -> (Self, Self) {
        // The lowest four bits of n choose one of sixteen numbers in two registers.
        let (n, r) = math::remainder_by_sixteenths(self);
        let n = unsafe { _mm512_castpd_si512(n.0) };
        let table = &f64::SINES_OF_SIXTEENTHS;
        let sine = unsafe { _mm512_permutex2var_pd(Self::load(table).0, n, Self::load(&table[8..]).0) };
        let cosine = unsafe { _mm512_permutex2var_pd(Self::load(&table[4..]).0, n, Self::load(&table[12..]).0) };
        math::turned_a_little(Self(sine), Self(cosine), r)
    }

    fn load_columns(arrays: &[&[f64]], start: usize, into: &mut [Self]) {
        let into = &mut into[..8];
        let arrays = &arrays[..8];
        unsafe {
            let mut r = [_mm512_setzero_pd(); 8];
            for lane in 0..8 {
                r[lane] = Self::load(&arrays[lane][start..]).0;
            }
            // Pairs of rows, then pairs of pairs, then halves: 8 shuffles a stage.
            let t: [__m512d; 8] = [
                _mm512_unpacklo_pd(r[0], r[1]),
                _mm512_unpackhi_pd(r[0], r[1]),
                _mm512_unpacklo_pd(r[2], r[3]),
                _mm512_unpackhi_pd(r[2], r[3]),
                _mm512_unpacklo_pd(r[4], r[5]),
                _mm512_unpackhi_pd(r[4], r[5]),
                _mm512_unpacklo_pd(r[6], r[7]),
                _mm512_unpackhi_pd(r[6], r[7]),
            ];
            // Element c of the block wants 128-bit part c/2 of t[c%2], t[c%2+2], t[c%2+4], t[c%2+6].
            for odd in 0..2 {
                let low02 = _mm512_shuffle_f64x2::<0x88>(t[odd], t[odd + 2]);
                let high02 = _mm512_shuffle_f64x2::<0xdd>(t[odd], t[odd + 2]);
                let low46 = _mm512_shuffle_f64x2::<0x88>(t[odd + 4], t[odd + 6]);
                let high46 = _mm512_shuffle_f64x2::<0xdd>(t[odd + 4], t[odd + 6]);
                into[odd] = Self(_mm512_shuffle_f64x2::<0x88>(low02, low46));
                into[odd + 4] = Self(_mm512_shuffle_f64x2::<0xdd>(low02, low46));
                into[odd + 2] = Self(_mm512_shuffle_f64x2::<0x88>(high02, high46));
                into[odd + 6] = Self(_mm512_shuffle_f64x2::<0xdd>(high02, high46));
            }
        }
    }

    fn sum(self) -> f64 {
        unsafe {
            let four = _mm256_add_pd(_mm512_castpd512_pd256(self.0), _mm512_extractf64x4_pd::<1>(self.0));
            let pair = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd::<1>(four));
            _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)))
        }
    }
}

avx512! {
    Avx512F32, Avx512F32Mask, f32, 16, super::avx2::Avx2F32, __m512, _mm512_slli_epi32,
    _mm512_set1_ps _mm512_loadu_ps _mm512_storeu_ps _mm512_add_ps _mm512_sub_ps _mm512_mul_ps _mm512_div_ps
    _mm512_sqrt_ps _mm512_max_ps _mm512_min_ps _mm512_fmadd_ps _mm512_fnmadd_ps _mm512_xor_ps _mm512_abs_ps _mm512_cmp_ps_mask
    _mm512_mask_blend_ps _mm512_roundscale_ps _mm512_castps_si512 _mm512_castsi512_ps _mm512_scalef_ps, __mmask16, 0xffff, 31, -2.0, false,

    fn differences(x: f64, from: &[f64]) -> Self {
        let (from, x) = (&from[..16], Avx512::splat(x));
        let (low, high) = (x - Avx512::load(from), x - Avx512::load(&from[8..]));
        Self(unsafe { _mm512_insertf32x8::<1>(_mm512_castps256_ps512(_mm512_cvtpd_ps(low.0)), _mm512_cvtpd_ps(high.0)) })
    }

    fn rsqrt(self) -> Self {
        // As for f64; one step of Newton's takes 14 bits to 27.
        let y = Self(unsafe { _mm512_rsqrt14_ps(self.0) });
        let e = (self * y).neg_mul_add(y, Self::splat(1.0));
        (y * e).mul_add(Self::splat(0.5), y)
    }

    fn sin_cos(self) -> (Self, Self) {
        let (n, r) = math::remainder_by_sixteenths(self);
        let n = unsafe { _mm512_castps_si512(n.0) };
        let table = &f32::SINES_OF_SIXTEENTHS;
        let sine = unsafe { _mm512_permutexvar_ps(n, Self::load(table).0) };
        let cosine = unsafe { _mm512_permutexvar_ps(n, Self::load(&table[4..]).0) };
        math::turned_a_little(Self(sine), Self(cosine), r)
    }

    fn quick_rsqrt_begin(self) -> Self {
        let is_large_enough = Self::splat(f32::QUICK_SMALLEST).less_equal(self);
        Self(unsafe { _mm512_maskz_rsqrt14_ps(is_large_enough.0, self.0) })
    }

    fn quick_rsqrt_from(self, y: Self) -> Self {
        // y (3 - x y^2) / 2, times -2.
        y * (self * y).mul_add(y, Self::splat(-3.0))
    }

    fn sum(self) -> f32 {
        unsafe {
            let eight = _mm256_add_ps(_mm512_castps512_ps256(self.0), _mm512_extractf32x8_ps::<1>(self.0));
            let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
            let pair = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)))
        }
    }
}
