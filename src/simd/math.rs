//! Elementary functions on vectors.

use super::lanes::Lanes;

/// `exp(x)` for `x <= 0`, to one unit in the last place; below -708 the result is 0.
///
/// `exp(x) = 2^n exp(r)` with `n = round(x / ln 2)` and `|r| <= ln(2)/2`, where `n ln 2` is taken away in two parts
/// so that `r` keeps all its bits (Cody and Waite 1980). `exp(r)` is its Taylor series to r^13: the first term left
/// out is 4e-18.
#[inline(always)]
pub fn exp<V: Lanes>(x: V) -> V {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1; // the last 32 bits are zero, so that n LN2_HIGH is exact
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const INVERSE_FACTORIALS: [f64; 14] = {
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
    let smallest = V::splat(-708.0);
    let underflows = x.less_than(smallest);
    let x = x.max(smallest);
    let n = (x * V::splat(std::f64::consts::LOG2_E)).round();
    let r = n.neg_mul_add(V::splat(LN2_LOW), n.neg_mul_add(V::splat(LN2_HIGH), x));
    // Pairs of coefficients first, then powers of r^2 and r^4: a chain half as long as Horner's.
    let r2 = r * r;
    let r4 = r2 * r2;
    let mut pairs = [V::zero(); 7];
    for (k, pair) in pairs.iter_mut().enumerate() {
        *pair = V::splat(INVERSE_FACTORIALS[2 * k + 1]).mul_add(r, V::splat(INVERSE_FACTORIALS[2 * k]));
    }
    let high = pairs[6].mul_add(r4, pairs[5].mul_add(r2, pairs[4]));
    let low = pairs[3].mul_add(r2, pairs[2]).mul_add(r4, pairs[1].mul_add(r2, pairs[0]));
    let series = high.mul_add(r4 * r4, low);
    V::select(underflows, V::zero(), series * n.exp2_integral())
}

/// `(sin(x), cos(x))` for `|x| <= 1e6`, to one unit in the last place away from zeros.
///
/// `x = n pi/2 + r`, `|r| <= pi/4`, with pi/2 in three parts whose products with `n` are exact (Cody and Waite); then
/// the polynomials of fdlibm's kernels (k_sin.c, k_cos.c), and the quadrant decides which is which.
#[inline(always)]
pub fn sin_cos<V: Lanes>(x: V) -> (V, V) {
    const PIO2_1: f64 = 1.570_796_326_734_125_614_17;
    const PIO2_2: f64 = 6.077_100_506_303_965_976_60e-11;
    const PIO2_3: f64 = 2.022_266_248_795_950_631_54e-21;
    const SINE: [f64; 6] = [
        -1.666_666_666_666_663_243_48e-1,
        8.333_333_333_322_489_461_24e-3,
        -1.984_126_982_985_794_931_34e-4,
        2.755_731_370_707_006_767_89e-6,
        -2.505_076_025_340_686_341_95e-8,
        1.589_690_995_211_550_102_21e-10,
    ];
    const COSINE: [f64; 6] = [
        4.166_666_666_666_660_190_37e-2,
        -1.388_888_888_887_410_957_49e-3,
        2.480_158_728_947_672_941_78e-5,
        -2.755_731_435_139_066_330_35e-7,
        2.087_572_321_298_174_827_90e-9,
        -1.135_964_755_778_819_482_65e-11,
    ];
    let one = V::splat(1.0);
    let n = (x * V::splat(std::f64::consts::FRAC_2_PI)).round();
    let r = n.neg_mul_add(V::splat(PIO2_3), n.neg_mul_add(V::splat(PIO2_2), n.neg_mul_add(V::splat(PIO2_1), x)));
    let z = r * r;
    let sine = (z * r).mul_add(polynomial(&SINE, z), r);
    let half = z * V::splat(0.5);
    let whole = one - half;
    let cosine = whole + (z * z).mul_add(polynomial(&COSINE, z), (one - whole) - half);

    let quarter = V::splat(0.25);
    let quadrant = n - V::splat(4.0) * (n * quarter).floor();
    // 0: (s, c)   1: (c, -s)   2: (-s, -c)   3: (-c, s)
    let half_turn = V::splat(1.5).less_than(quadrant);
    let within = V::select(half_turn, quadrant - V::splat(2.0), quadrant);
    let quarter_turn = V::splat(0.5).less_than(within);
    let s = V::select(quarter_turn, cosine, sine);
    let c = V::select(quarter_turn, -sine, cosine);
    (V::select(half_turn, -s, s), V::select(half_turn, -c, c))
}

/// `sum_k coefficients[k] z^k`, by Horner's rule.
#[inline(always)]
fn polynomial<V: Lanes>(coefficients: &[f64; 6], z: V) -> V {
    let mut sum = V::splat(coefficients[5]);
    for k in (0..5).rev() {
        sum = sum.mul_add(z, V::splat(coefficients[k]));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, dispatch};

    struct AgainstStd;
    impl Kernel for AgainstStd {
        type Output = f64;
        #[inline(always)]
        fn run<V: Lanes>(self) -> f64 {
            let mut worst: f64 = 0.0;
            for i in 0..200_000 {
                let x = -(i as f64) * 708.0 / 200_000.0;
                let mut lanes = [0.0; 32];
                exp(V::splat(x)).store(&mut lanes);
                worst = worst.max((lanes[0] / x.exp() - 1.0).abs());
            }
            let mut lanes = [1.0; 32];
            exp(V::splat(-1e300)).store(&mut lanes);
            assert_eq!(lanes[0], 0.0);
            exp(V::splat(0.0)).store(&mut lanes);
            assert_eq!(lanes[0], 1.0);
            worst
        }
    }

    #[test]
    fn exp_is_right_to_one_unit_in_the_last_place_at_every_level() {
        for level in Level::available() {
            let worst = dispatch(level, AgainstStd);
            assert!(worst <= 4.5e-16, "{level:?}: {worst:e}");
        }
    }

    struct Trigonometry;
    impl Kernel for Trigonometry {
        type Output = f64;
        #[inline(always)]
        fn run<V: Lanes>(self) -> f64 {
            let mut worst: f64 = 0.0;
            for i in -100_000..100_000 {
                let x = i as f64 * 0.01 + (i as f64 * 1e-5).powi(3) * 1e6;
                let (sine, cosine) = sin_cos(V::splat(x));
                let mut lanes = [0.0; 32];
                sine.store(&mut lanes);
                worst = worst.max((lanes[0] - x.sin()).abs());
                cosine.store(&mut lanes);
                worst = worst.max((lanes[0] - x.cos()).abs());
            }
            worst
        }
    }

    #[test]
    fn sine_and_cosine_are_right_to_rounding_at_every_level() {
        for level in Level::available() {
            let worst = dispatch(level, Trigonometry);
            assert!(worst <= 2.3e-16, "{level:?}: {worst:e}");
        }
    }
}
