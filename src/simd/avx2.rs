//! Four f64 or eight f32 lanes in an AVX register, with fused multiply-add.
//!
//! Why every `unsafe` here is sound: values of these types are made only inside `dispatch`, after the processor was
//! seen to have AVX2 and FMA, so the intrinsics exist; pointers come from slices whose length was checked.

use super::lanes::{Lanes, Task};
use super::real::Real;
use super::twice::Twice;
use std::arch::x86_64::*;
use std::ops::{Add, BitAnd, BitOr, Mul, Neg, Sub};

/// The type of one precision. The methods that are not alike for both are given at the end.
macro_rules! avx2 {
    (
        $Lanes:ident, $Mask:ident, $Element:ty, $WIDTH:literal, $Octet:ty, $Register:ty, $Shift:ident,
        $set1:ident $loadu:ident $storeu:ident $add:ident $sub:ident $mul:ident $div:ident $sqrt:ident $max:ident $min:ident
        $fmadd:ident $fnmadd:ident $xor:ident $and:ident $or:ident $andnot:ident $cmp:ident $blendv:ident
        $movemask:ident $round:ident $to_integers:ident $from_integers:ident, $SIGN_BIT:literal, $QUICK_UNIT:expr, $($own:item)*
    ) => {
        #[derive(Clone, Copy)]
        pub struct $Lanes($Register);

        /// All bits of a lane set, or none.
        #[derive(Clone, Copy)]
        pub struct $Mask($Register);

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
                // SAFETY: see the module text.
                Self(unsafe { $and(self.0, b.0) })
            }
        }

        impl BitOr for $Mask {
            type Output = Self;
            #[inline(always)]
            fn bitor(self, b: Self) -> Self {
                // SAFETY: see the module text.
                Self(unsafe { $or(self.0, b.0) })
            }
        }

        // SAFETY of all blocks below: see the module text.
        impl Lanes<$Element> for $Lanes {
            type Mask = $Mask;
            type Pair = Twice<Self>;
            type Octet = $Octet;
            const WIDTH: usize = $WIDTH;
            const QUICK_UNIT: f64 = $QUICK_UNIT;

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
            fn rsqrt(self) -> Self {
                // The table of AVX2 is for f32 only and has 12 bits: a division and a root cost less than steps of
                // Newton's from there.
                Self::splat(1.0).div(self.sqrt())
            }
            #[inline(always)]
            fn abs(self) -> Self {
                Self(unsafe { $andnot($set1(-0.0), self.0) })
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
                Self(unsafe { $blendv(b.0, a.0, mask.0) })
            }
            #[inline(always)]
            fn any(mask: $Mask) -> bool {
                unsafe { $movemask(mask.0) != 0 }
            }
            #[inline(always)]
            fn all(mask: $Mask) -> bool {
                unsafe { $movemask(mask.0) == (1 << $WIDTH) - 1 }
            }
            #[inline(always)]
            fn outlined<T: Task>(task: T) -> T::Output {
                unsafe { super::run_task_avx2(task) }
            }
            $(#[inline(always)] $own)*
        }
    };
}

avx2! {
    Avx2, Avx2Mask, f64, 4, Twice<Self>, __m256d, _mm256_slli_epi64,
    _mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_add_pd _mm256_sub_pd _mm256_mul_pd _mm256_div_pd
    _mm256_sqrt_pd _mm256_max_pd _mm256_min_pd _mm256_fmadd_pd _mm256_fnmadd_pd _mm256_xor_pd _mm256_and_pd _mm256_or_pd
    _mm256_andnot_pd _mm256_cmp_pd _mm256_blendv_pd _mm256_movemask_pd _mm256_round_pd _mm256_castpd_si256
    _mm256_castsi256_pd, 63, -16.0 / 5.0,

    fn differences(x: f64, from: &[f64]) -> Self {
        Self::splat(x) - Self::load(from)
    }

    fn exp2_integral(self) -> Self {
        // 2^52 + 1023 + n has n + 1023 in its lowest bits; shifted to the exponent's place they read 2^n.
        let biased = self + Self::splat(4503599627370496.0 + 1023.0);
        Self(unsafe { _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_castpd_si256(biased.0))) })
    }

    fn quick_rsqrt_begin(self) -> Self {
        // y = 12 bits of 1/sqrt(x) from the table for f32. The root and the division of `rsqrt` take twice the time, on one
        // unit that a loop has no other work for.
        let table = unsafe { _mm256_cvtps_pd(_mm_rsqrt_ps(_mm256_cvtpd_ps(self.0))) };
        let is_large_enough = Self::splat(f64::QUICK_SMALLEST).less_equal(self);
        Self(unsafe { _mm256_and_pd(table, is_large_enough.0) })
    }

    fn quick_rsqrt_from(self, y: Self) -> Self {
        // e = 1 - x y^2 < 2^-10.4, and the series of y / sqrt(1 - e) to e^3, which leaves 35/128 e^4 = 8e-14: times -16/5 and in
        // k = -2/5 - e it is y (k^3 + 28/25 k - 336/125). y = 0 where x is too small: then the series has the factor 0.
        let k = (self * y).mul_add(y, Self::splat(-7.0 / 5.0));
        let series = k.mul_add(k, Self::splat(28.0 / 25.0)).mul_add(k, Self::splat(-336.0 / 125.0));
        y * series
    }

    fn load_columns(arrays: &[&[f64]], start: usize, into: &mut [Self]) {
        let into = &mut into[..4];
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

    fn sum(self) -> f64 {
        unsafe {
            let pair = _mm_add_pd(_mm256_castpd256_pd128(self.0), _mm256_extractf128_pd::<1>(self.0));
            _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)))
        }
    }
}

avx2! {
    Avx2F32, Avx2F32Mask, f32, 8, Self, __m256, _mm256_slli_epi32,
    _mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_div_ps
    _mm256_sqrt_ps _mm256_max_ps _mm256_min_ps _mm256_fmadd_ps _mm256_fnmadd_ps _mm256_xor_ps _mm256_and_ps _mm256_or_ps
    _mm256_andnot_ps _mm256_cmp_ps _mm256_blendv_ps _mm256_movemask_ps _mm256_round_ps _mm256_castps_si256
    _mm256_castsi256_ps, 31, -2.0,

    fn differences(x: f64, from: &[f64]) -> Self {
        let (from, x) = (&from[..8], Avx2::splat(x));
        let (low, high) = (x - Avx2::load(from), x - Avx2::load(&from[4..]));
        Self(unsafe { _mm256_set_m128(_mm256_cvtpd_ps(high.0), _mm256_cvtpd_ps(low.0)) })
    }

    fn exp2_integral(self) -> Self {
        // As for f64, with 2^23 and the exponent's bias of 127.
        let biased = self + Self::splat(8388608.0 + 127.0);
        Self(unsafe { _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_castps_si256(biased.0))) })
    }

    fn quick_rsqrt_begin(self) -> Self {
        let is_large_enough = Self::splat(f32::QUICK_SMALLEST).less_equal(self);
        Self(unsafe { _mm256_and_ps(_mm256_rsqrt_ps(self.0), is_large_enough.0) })
    }

    fn quick_rsqrt_from(self, y: Self) -> Self {
        // As for f64; one step of Newton's, y (3 - x y^2) / 2, leaves 3/8 e^2 = 2.1e-7.
        y * (self * y).mul_add(y, Self::splat(-3.0))
    }

    fn sum(self) -> f32 {
        unsafe {
            let four = _mm_add_ps(_mm256_castps256_ps128(self.0), _mm256_extractf128_ps::<1>(self.0));
            let pair = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)))
        }
    }
}
