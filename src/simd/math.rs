//! Elementary functions on vectors.

use super::lanes::Lanes;
use super::real::Real;

/// `exp(x)` for `x <= 0`, to one unit in the last place; below -708 (-87 in f32) the result is 0.
///
/// `exp(x) = 2^n exp(r)` with `n = round(x / ln 2)` and `|r| <= ln(2)/2`, where `n ln 2` is taken away in two parts
/// so that `r` keeps all its bits (Cody and Waite 1980). `exp(r)` is its Taylor series to r^13 (r^7): the first term left
/// out is 4e-18 (5e-9).
#[inline(always)]
pub fn exp<T: Real, V: Lanes<T>>(x: V) -> V {
    let smallest = V::splat(T::from_f64(T::SMALLEST_EXPONENT));
    let underflows = x.less_than(smallest);
    let x = x.max(smallest);
    let n = (x * V::splat(T::from_f64(std::f64::consts::LOG2_E))).round();
    let r = n.neg_mul_add(V::splat(T::LN2[1]), n.neg_mul_add(V::splat(T::LN2[0]), x));
    // Pairs of coefficients first, then powers of r^2 and r^4: a chain half as long as Horner's.
    let r2 = r * r;
    let r4 = r2 * r2;
    let mut pairs = [V::zero(); 7];
    for k in 0..T::EXPONENTIAL_TERMS / 2 {
        let [even, odd] = [2 * k, 2 * k + 1].map(inverse_factorial);
        pairs[k] = V::splat(T::from_f64(odd)).mul_add(r, V::splat(T::from_f64(even)));
    }
    let low = pairs[3].mul_add(r2, pairs[2]).mul_add(r4, pairs[1].mul_add(r2, pairs[0]));
    let series = if T::EXPONENTIAL_TERMS > 8 {
        let high = pairs[6].mul_add(r4, pairs[5].mul_add(r2, pairs[4]));
        high.mul_add(r4 * r4, low)
    } else {
        low
    };
    V::select(underflows, V::zero(), series * n.exp2_integral())
}

#[inline(always)]
fn inverse_factorial(k: usize) -> f64 {
    const TABLE: [f64; 14] = {
        let mut inverse = [1.0; 14];
        let mut factorial = 1.0;
        let mut k = 1;
        while k < 14 {
            factorial *= k as f64;
            inverse[k] = 1.0 / factorial;
            k += 1;
        }
        inverse
    };
    TABLE[k]
}

/// `Lanes::sin_cos` by two polynomials.
///
/// `x = n pi + r`: both change sign for odd n. One interval of length pi costs two more terms of each polynomial than
/// quadrants would and saves choosing between them: 26 vector operations in f64, 19 in f32. Even and odd terms are summed apart, in chains
/// half as long as Horner's.
#[inline(always)]
pub fn sin_cos_by_polynomials<T: Real, V: Lanes<T>>(x: V) -> (V, V) {
    let (n, r) = x.remainder_by_pi();
    let z = r * r;
    let z2 = z * z;
    let sine = (r * z).mul_add(alternating(T::SINE, z, z2), r);
    let one_minus_half_z = z.neg_mul_add(V::splat(T::from_f64(0.5)), V::splat(T::from_f64(1.0)));
    let cosine = z2.mul_add(alternating(T::COSINE, z, z2), one_minus_half_z);
    (sine.flip_sign_where_odd(n), cosine.flip_sign_where_odd(n))
}

/// The sine of a sum of up to three numbers that are angles each (`Real::LARGEST_ANGLE`): what counts multiples of pi/8 in `Lanes::sin_cos` may miss
/// there, what counts those of pi does not.
#[inline(always)]
pub fn sine_of_difference<T: Real, V: Lanes<T>>(x: V) -> V {
    sin_cos_by_polynomials(x).0
}

/// `(bits, r)` with `x = n pi/8 + r`, `|r| <= pi/16`, and the integer n in the lowest bits of `bits`, up to `Real::LARGEST_ANGLE`.
///
/// As `Lanes::remainder_by_pi`, for levels with fused operations: eighths of both parts of pi are exact.
#[inline(always)]
pub fn remainder_by_sixteenths<T: Real, V: Lanes<T>>(x: V) -> (V, V) {
    let eighth = T::from_f64(0.125);
    let bits = x.mul_add(V::splat(T::from_f64(8.0) * T::INVERSE_PI), V::splat(T::ROUNDER));
    let n = bits - V::splat(T::ROUNDER);
    (bits, n.neg_mul_add(V::splat(eighth * T::PI[1]), n.neg_mul_add(V::splat(eighth * T::PI[0]), x)))
}

/// `(sin(a + r), cos(a + r))` from those of a, for `|r| <= pi/16`. With two lookups for a, which a level with permutations of whole registers
/// has, 21 vector operations in f64 and 16 in f32, in a chain two thirds as long as that of `sin_cos_by_polynomials`.
#[inline(always)]
pub fn turned_a_little<T: Real, V: Lanes<T>>(sine: V, cosine: V, r: V) -> (V, V) {
    let z = r * r;
    let sine_of_r = (r * z).mul_add(polynomial(T::SMALL_SINE, z), r);
    let less_one = z * polynomial(T::SMALL_COSINE, z);
    (
        cosine.mul_add(sine_of_r, sine.mul_add(less_one, sine)),
        sine.neg_mul_add(sine_of_r, cosine.mul_add(less_one, cosine)),
    )
}

/// `sum_k coefficients[k] z^k`, even and odd powers apart; `z2 = z^2`.
#[inline(always)]
fn alternating<T: Real, V: Lanes<T>>(coefficients: &[T], z: V, z2: V) -> V {
    let len = coefficients.len();
    let mut sums = [V::splat(coefficients[len - 2]), V::splat(coefficients[len - 1])];
    for k in (0..len - 2).rev() {
        let parity = (len - k) % 2;
        sums[parity] = sums[parity].mul_add(z2, V::splat(coefficients[k]));
    }
    if len % 2 == 0 { sums[1].mul_add(z, sums[0]) } else { sums[0].mul_add(z, sums[1]) }
}

/// `sum_k coefficients[k] z^k`, by Horner's rule.
#[inline(always)]
fn polynomial<T: Real, V: Lanes<T>>(coefficients: &[T], z: V) -> V {
    let last = coefficients.len() - 1;
    let mut sum = V::splat(coefficients[last]);
    for k in (0..last).rev() {
        sum = sum.mul_add(z, V::splat(coefficients[k]));
    }
    sum
}

/// `ln(fraction 2^exponent)` to about one unit in the last place, for a fraction in [sqrt(1/2), sqrt(2)) and an integral exponent.
///
/// With `s = (f - 1) / (f + 1)`: `ln f = 2 (s + s^3/3 + s^5/5 + ...)`, `|s| <= 0.172`; the first term left out is 3e-19. Where
/// the exponent is 0, and the logarithm may be small, it is small relative error that counts: `f - 1` is exact there.
#[inline(always)]
pub fn ln_of_parts<V: Lanes>(fraction: V, exponent: V) -> V {
    const INVERSE_ODD: [f64; 10] = {
        let mut inverse = [0.0; 10];
        let mut k = 0;
        while k < 10 {
            inverse[k] = 2.0 / (2 * k + 3) as f64;
            k += 1;
        }
        inverse
    };
    let one = V::splat(1.0);
    let s = (fraction - one).div(fraction + one);
    let z = s * s;
    let series = (s * z).mul_add(polynomial(&INVERSE_ODD, z), exponent * V::splat(f64::LN2[1]));
    exponent.mul_add(V::splat(f64::LN2[0]), s.mul_add(V::splat(2.0), series))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, dispatch};

    struct Logarithm;
    impl Kernel for Logarithm {
        type Output = f64;
        #[inline(always)]
        fn run<V: Lanes>(self) -> f64 {
            let mut worst: f64 = 0.0;
            for i in 0..100_000 {
                let fraction = 0.5f64.sqrt() + (i as f64 / 100_000.0) * (2f64.sqrt() - 0.5f64.sqrt());
                for exponent in [0.0, -1.0, -52.0, 17.0] {
                    let mut lanes = [0.0; 32];
                    ln_of_parts(V::splat(fraction), V::splat(exponent)).store(&mut lanes);
                    let expected = (fraction * f64::exp2(exponent)).ln();
                    worst = worst.max((lanes[0] - expected).abs() / expected.abs().max(1e-300));
                }
            }
            worst
        }
    }

    #[test]
    fn logarithms_are_right_to_units_in_the_last_place_at_every_level() {
        for level in Level::available() {
            let worst = dispatch(level, Logarithm);
            assert!(worst <= 6e-16, "{level:?}: {worst:e}");
        }
    }

    struct AgainstStd;
    impl<T: Real> Kernel<T> for AgainstStd {
        type Output = f64;
        #[inline(always)]
        fn run<V: Lanes<T>>(self) -> f64 {
            let mut worst: f64 = 0.0;
            let mut lanes = [T::default(); 32];
            for i in 0..200_000 {
                let x = T::from_f64((i as f64) * T::SMALLEST_EXPONENT / 200_000.0);
                exp(V::splat(x)).store(&mut lanes);
                worst = worst.max((lanes[0].to_f64() / x.to_f64().exp() - 1.0).abs());
            }
            exp(V::splat(-T::LARGEST)).store(&mut lanes);
            assert_eq!(lanes[0].to_f64(), 0.0);
            exp(V::zero()).store(&mut lanes);
            assert_eq!(lanes[0].to_f64(), 1.0);
            worst
        }
    }

    #[test]
    fn exp_is_right_to_one_unit_in_the_last_place_at_every_level() {
        for level in Level::available() {
            let worst = dispatch::<f64, _>(level, AgainstStd);
            assert!(worst <= 4.5e-16, "{level:?}: {worst:e}");
            let worst = dispatch::<f32, _>(level, AgainstStd);
            assert!(worst <= 2.4e-7, "{level:?}, f32: {worst:e}");
        }
    }

    /// The largest error of sine and cosine, absolute, for arguments up to `largest`.
    struct Trigonometry {
        largest: f64,
    }
    impl<T: Real> Kernel<T> for Trigonometry {
        /// And of sines of differences as large as can be.
        type Output = [f64; 2];
        #[inline(always)]
        fn run<V: Lanes<T>>(self) -> [f64; 2] {
            let (mut worst, mut worst_of_differences): (f64, f64) = (0.0, 0.0);
            for i in -50_000..50_000 {
                let x = T::from_f64(self.largest * (i as f64 / 50_000.0).powi(5));
                let (sine, cosine) = V::splat(x).sin_cos();
                let mut lanes = [T::default(); 32];
                sine.store(&mut lanes);
                worst = worst.max((lanes[0].to_f64() - x.to_f64().sin()).abs());
                cosine.store(&mut lanes);
                worst = worst.max((lanes[0].to_f64() - x.to_f64().cos()).abs());
            }
            for i in -50_000..50_000 {
                let x = T::from_f64(3.0 * T::LARGEST_ANGLE.to_f64() * (i as f64 / 50_000.0).powi(5));
                let mut lanes = [T::default(); 32];
                sine_of_difference(V::splat(x)).store(&mut lanes);
                worst_of_differences = worst_of_differences.max((lanes[0].to_f64() - x.to_f64().sin()).abs());
            }
            for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let (sine, cosine) = V::splat(T::from_f64(x)).sin_cos();
                assert!((sine + cosine).sum().to_f64().is_nan());
            }
            [worst, worst_of_differences]
        }
    }

    #[test]
    fn sine_and_cosine_are_right_to_a_unit_of_one_at_every_level() {
        for level in Level::available() {
            let units = if level == Level::Avx2 { 1.0 } else { 1.5 };
            // Without fused operations the last digits of pi go, as those of such angles have.
            let of_largest = if level == Level::Portable { [0.25, 1e-6] } else { [2.3e-16, 2.4e-7] };
            for largest in [4.0, 1e3, 1e6, 1e9] {
                let [worst, of_differences] = dispatch::<f64, _>(level, Trigonometry { largest });
                assert!(worst <= units * 2.3e-16, "{level:?}, |x| <= {largest}: {worst:e}");
                assert!(of_differences <= of_largest[0], "{level:?}: {of_differences:e}");
            }
            for largest in [4.0, 1e3, 1e6] {
                let [worst, of_differences] = dispatch::<f32, _>(level, Trigonometry { largest });
                assert!(worst <= units * 1.2e-7, "{level:?}, |x| <= {largest}: {worst:e}");
                assert!(of_differences <= of_largest[1], "{level:?}, f32: {of_differences:e}");
            }
        }
    }
}
