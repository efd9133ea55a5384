//! The lineshapes, with peak 1.
//!
//! With `x` the distance from the centre and `F` the full width at half maximum:
//!
//! ```text
//! Gaussian    exp(-4 ln2 x^2 / F^2)                     area F sqrt(pi / (4 ln2))
//! Lorentzian  1 / (1 + 4 x^2 / F^2)                     area pi F / 2
//! Voigt       Re w(z) / w(iy)                           area sigma sqrt(2 pi) / w(iy)
//!             z = (x + i F_L / 2) / (sigma sqrt2), y = Im z, sigma = F_G / sqrt(8 ln2)
//! ```
//!
//! `w` is the Faddeeva function, by the trapezoidal and midpoint rules with the pole's residue taken out (M. Al Azah
//! and S. N. Chandler-Wilde, SIAM J. Numer. Anal. 59 (2021) 2346, equations 3.1 to 3.6): with 12 nodes the error is
//! below 2e-15 everywhere in the upper half plane.

use super::super::options::Lineshape;
use crate::simd::{self, Lanes, Portable as One};
use std::f64::consts::{LN_2, PI};

pub fn area(lineshape: Lineshape, fwhm: f64) -> f64 {
    match lineshape {
        Lineshape::Gaussian => fwhm * (PI / (4.0 * LN_2)).sqrt(),
        Lineshape::Lorentzian => 0.5 * PI * fwhm,
        Lineshape::Voigt { lorentzian_fwhm } => {
            let sigma = fwhm / (8.0 * LN_2).sqrt();
            sigma * (2.0 * PI).sqrt() / Voigt::new(fwhm, lorentzian_fwhm).peak
        }
    }
}

/// Full width of the whole line: the unit of the cutoff. For Voigt the approximation of Olivero and Longbothum, J.
/// Quant. Spectrosc. Radiat. Transfer 17 (1977) 233, good to 0.02 %.
pub fn full_width(lineshape: Lineshape, fwhm: f64) -> f64 {
    match lineshape {
        Lineshape::Gaussian | Lineshape::Lorentzian => fwhm,
        Lineshape::Voigt { lorentzian_fwhm } => {
            0.5346 * lorentzian_fwhm + (0.2166 * lorentzian_fwhm * lorentzian_fwhm + fwhm * fwhm).sqrt()
        }
    }
}

/// A line of peak 1 as a function of the distance from its centre.
pub trait Profile {
    fn at<V: Lanes>(&self, x: V) -> V;
}

#[derive(Clone, Copy)]
pub struct Gaussian {
    /// 4 ln2 / F^2
    coefficient: f64,
}

impl Gaussian {
    pub fn new(fwhm: f64) -> Self {
        Self { coefficient: 4.0 * LN_2 / (fwhm * fwhm) }
    }
}

impl Profile for Gaussian {
    #[inline(always)]
    fn at<V: Lanes>(&self, x: V) -> V {
        simd::exp(-(V::splat(self.coefficient) * x * x))
    }
}

#[derive(Clone, Copy)]
pub struct Lorentzian {
    /// 4 / F^2
    coefficient: f64,
}

impl Lorentzian {
    pub fn new(fwhm: f64) -> Self {
        Self { coefficient: 4.0 / (fwhm * fwhm) }
    }
}

impl Profile for Lorentzian {
    #[inline(always)]
    fn at<V: Lanes>(&self, x: V) -> V {
        let one = V::splat(1.0);
        one.div((V::splat(self.coefficient) * x).mul_add(x, one))
    }
}

/// Nodes of the quadrature: `(k + 1/2) h` and `k h`, k = 0..NODES.
const NODES: usize = 12;

/// Constants of one Voigt line.
#[derive(Clone, Copy)]
pub struct Voigt {
    /// 1 / (sigma sqrt2): times a distance, Re z.
    scale: f64,
    /// Im z.
    y: f64,
    /// w(iy)
    peak: f64,
}

impl Voigt {
    pub fn new(gaussian_fwhm: f64, lorentzian_fwhm: f64) -> Self {
        let scale = (4.0 * LN_2).sqrt() / gaussian_fwhm;
        let mut line = Self { scale, y: 0.5 * lorentzian_fwhm * scale, peak: 1.0 };
        let mut lanes = [0.0; 32];
        line.faddeeva_real(One::splat(0.0)).store(&mut lanes);
        line.peak = lanes[0];
        line
    }

    /// Re w(x + iy) for x >= 0.
    #[inline(always)]
    fn faddeeva_real<V: Lanes>(&self, x: V) -> V {
        let h = (PI / NODES as f64).sqrt();
        let y = self.y;
        let (one, zero) = (V::splat(1.0), V::zero());
        // z^2 - t^2 = (x^2 - y^2 - t^2) + 2ixy; the sums of e^{-t^2} / (z^2 - t^2) are real_sum - i imaginary_sum.
        let a0 = x.mul_add(x, V::splat(-y * y));
        let b = x * V::splat(2.0 * y);
        let b2 = b * b;
        // x/h nearer to a multiple of 1 than of 1/2 spoils the rule with nodes k h, and the other way round.
        let phase = x * V::splat(1.0 / h);
        let fraction = phase - phase.floor();
        let near_half = V::splat(0.25).less_equal(fraction) & fraction.less_equal(V::splat(0.75));
        let use_trapezoid = near_half & V::splat(y).less_than(x);
        let first = V::select(use_trapezoid, zero, V::splat(0.5 * h));
        let mut real_sum = zero;
        let mut imaginary_sum = zero;
        for k in 0..NODES {
            let t = first + V::splat(k as f64 * h);
            let t2 = t * t;
            let a = a0 - t2;
            let weight = simd::exp(-t2).div(a.mul_add(a, b2));
            // The trapezoidal rule counts its node at 0 half.
            let weight = if k == 0 { V::select(use_trapezoid, weight * V::splat(0.5), weight) } else { weight };
            real_sum = weight.mul_add(a, real_sum);
            imaginary_sum = weight.mul_add(b, imaginary_sum);
        }
        // Re[(2 i h z / pi) (real_sum - i imaginary_sum)]
        let quadrature = V::splat(2.0 * h / PI) * (x * imaginary_sum - V::splat(y) * real_sum);
        if y >= PI / h {
            // Far enough from the real axis the midpoint rule needs no correction where y >= x; where x > y, e^{-z^2}
            // over e^{2 pi y / h} is below 1e-17 of w as well.
            return quadrature;
        }
        // Residue: Re of 2 e^{-z^2} / (1 -+ e^{-2 pi i z / h}), minus for the trapezoidal rule. It vanishes to
        // rounding for x > 7, which also keeps the arguments of sine and cosine small.
        let near = x.less_than(V::splat(7.0));
        let xs = V::select(near, x, zero);
        let (sin_z, cos_z) = (xs * V::splat(2.0 * y)).sin_cos();
        let (sin_p, cos_p) = (xs * V::splat(2.0 * PI / h)).sin_cos();
        let grow = V::splat((2.0 * PI * y / h).exp());
        let sign = V::select(use_trapezoid, V::splat(-1.0), one);
        // denominator 1 +- grow (cos_p - i sin_p) = p - i q; numerator 2 e^{y^2 - x^2} (cos_z - i sin_z)
        let p = (sign * grow).mul_add(cos_p, one);
        let q = sign * grow * sin_p;
        let size = V::splat(2.0 * (y * y).exp()) * simd::exp(-(xs * xs));
        let residue = size * (cos_z * p + sin_z * q).div(p.mul_add(p, q * q));
        quadrature + V::select(near, residue, zero)
    }
}

impl Profile for Voigt {
    #[inline(always)]
    fn at<V: Lanes>(&self, x: V) -> V {
        self.faddeeva_real((x * V::splat(self.scale)).abs()) * V::splat(1.0 / self.peak)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, dispatch};

    /// Re w(x + iy) from mpmath 1.3 with 50 digits: exp(-z^2) erfc(-iz).
    const FADDEEVA: &str = include_str!("../../../tests/data/exciton/faddeeva.txt");

    struct AgainstTable;
    impl Kernel for AgainstTable {
        type Output = f64;
        #[inline(always)]
        fn run<V: Lanes>(self) -> f64 {
            let mut worst: f64 = 0.0;
            for row in FADDEEVA.lines().filter(|line| !line.starts_with('#')) {
                let [x, y, w] = *row.split_whitespace().map(|t| t.parse().unwrap()).collect::<Vec<f64>>() else {
                    panic!("three numbers a row")
                };
                let line = Voigt { scale: 1.0, y, peak: 1.0 };
                let mut lanes = [0.0; 32];
                line.faddeeva_real(V::splat(x)).store(&mut lanes);
                worst = worst.max((lanes[0] - w).abs() / w.max(1e-3));
            }
            worst
        }
    }

    #[test]
    fn faddeeva_agrees_with_fifty_digits_at_every_level() {
        for level in Level::available() {
            let worst = dispatch(level, AgainstTable);
            assert!(worst < 2e-13, "{level:?}: {worst:e}");
        }
    }

    fn at(profile: &impl Profile, x: f64) -> f64 {
        let mut lanes = [0.0; 32];
        profile.at(One::splat(x)).store(&mut lanes);
        lanes[0]
    }

    #[test]
    fn half_maximum_is_where_the_width_says() {
        assert!((at(&Gaussian::new(70.0), 35.0) - 0.5).abs() < 1e-15);
        assert!((at(&Lorentzian::new(70.0), 35.0) - 0.5).abs() < 1e-15);
        let half = full_width(Lineshape::Voigt { lorentzian_fwhm: 30.0 }, 70.0) / 2.0;
        assert!((at(&Voigt::new(70.0, 30.0), half) - 0.5).abs() < 5e-4);
        assert!((at(&Voigt::new(70.0, 30.0), 0.0) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn areas_are_integrals() {
        for shape in [Lineshape::Gaussian, Lineshape::Voigt { lorentzian_fwhm: 1e-3 }] {
            // The rectangle rule is exact to rounding for a Gaussian sampled finer than its width.
            let line = Voigt::new(70.0, 1e-3);
            let sum: f64 = (-400_000..400_000)
                .map(|i| {
                    let x = i as f64 * 0.5;
                    0.5 * if shape == Lineshape::Gaussian { at(&Gaussian::new(70.0), x) } else { at(&line, x) }
                })
                .sum();
            // The Lorentzian tail beyond the sum's ends holds 2 * 5e-4 / (pi 2e5).
            assert!((sum / area(shape, 70.0) - 1.0).abs() < 1e-8, "{shape:?}: {sum}");
        }
    }
}
