//! The error function and its complement times `exp(x^2)`, to rounding.

use std::f64::consts::{FRAC_2_SQRT_PI, PI};

/// Up to here the series needs few terms, and 1 - erf keeps its digits.
const SMALL: f64 = 1.0;
/// Spacing of the trapezoidal sum, whose error is `exp(-(pi / h)^2)`, 7e-18.
const SPACING: f64 = 0.5;

/// `2 / sqrt(pi)` times the integral of `exp(-t^2)` from 0 to x. x is at least 0.
pub fn erf(x: f64) -> f64 {
    if x <= SMALL { series(x) } else { 1.0 - (-x * x).exp() * scaled_complement(x) }
}

/// `exp(x^2) erfc(x)`. x is at least 0.
pub fn scaled_complement(x: f64) -> f64 {
    if x <= SMALL {
        return (x * x).exp() * (1.0 - series(x));
    }
    // The trapezoidal sum of (2 x / pi) times the integral of exp(-t^2) / (t^2 + x^2) from 0 on, and what the pole at t = i x adds to it (C. Chiarella, A. Reichel,
    // Math. Comp. 22, 137 (1968)).
    let mut sum = 0.5 / (x * x);
    for (n, weight) in WEIGHTS.iter().enumerate() {
        let t = SPACING * (n + 1) as f64;
        sum += weight / (t * t + x * x);
    }
    let pole = if x < PI / SPACING { 2.0 * (x * x).exp() / (2.0 * PI * x / SPACING).exp_m1() } else { 0.0 };
    2.0 * SPACING * x / PI * sum - pole
}

/// `exp(-(h n)^2)` for n = 1, 2, ...: those that are not below rounding.
const WEIGHTS: [f64; 13] = [
    0.778_800_783_071_404_9,
    0.367_879_441_171_442_33,
    0.105_399_224_561_864_33,
    0.018_315_638_888_734_18,
    0.001_930_454_136_227_709_3,
    0.000_123_409_804_086_679_56,
    4.785_117_392_129_009e-6,
    1.125_351_747_192_591_2e-7,
    1.605_228_055_185_611_6e-9,
    1.388_794_386_496_402_1e-11,
    7.287_724_095_819_692e-14,
    2.319_522_830_243_569_6e-16,
    4.477_732_441_718_301_5e-19,
];

/// `2 x exp(-x^2) / sqrt(pi) (1 + (2 x^2) / 3 + (2 x^2)^2 / (3 5) + ...)`: nothing cancels.
fn series(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    let mut odd = 3.0;
    while term > 1e-17 * sum {
        term *= 2.0 * x * x / odd;
        sum += term;
        odd += 2.0;
    }
    FRAC_2_SQRT_PI * x * (-x * x).exp() * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_those_of_fifty_digits() {
        // x, erf(x), exp(x^2) erfc(x) from mpmath 1.4 with 50 digits.
        const EXPECTED: [[f64; 3]; 11] = [
            [1.0e-9, 1.128_379_167_095_512_7e-9, 0.999_999_998_871_620_8],
            [0.01, 0.011_283_415_555_849_618, 0.988_815_461_046_342_5],
            [0.3, 0.328_626_759_459_127_4, 0.734_599_334_567_655_1],
            [0.75, 0.711_155_633_653_515_1, 0.506_937_650_293_144_9],
            [1.0, 0.842_700_792_949_714_9, 0.427_583_576_155_807],
            [1.01, 0.846_810_496_228_276_8, 0.424_866_814_311_2],
            [1.7, 0.983_790_458_590_774_5, 0.291_663_297_075_343_5],
            [2.5, 0.999_593_047_982_555, 0.210_806_364_061_143_6],
            [4.0, 0.999_999_984_582_742_1, 0.136_999_457_625_061_38],
            [6.0, 1.0, 0.092_776_567_800_538_35],
            [12.0, 1.0, 0.046_854_221_014_893_76],
        ];
        for [x, plain, scaled] in EXPECTED {
            assert!((erf(x) - plain).abs() <= 4e-16 * plain, "{x}: {}", erf(x));
            assert!((scaled_complement(x) / scaled - 1.0).abs() <= 2e-15, "{x}: {}", scaled_complement(x));
        }
    }

    #[test]
    fn weights_are_what_they_say() {
        for (n, weight) in WEIGHTS.iter().enumerate() {
            let t = SPACING * (n + 1) as f64;
            assert!((weight / (-t * t).exp() - 1.0).abs() < 1e-14);
        }
    }
}
