//! Sums over the images of a unit charge by P. P. Ewald's method (Ann. Phys. 369, 253 (1921)): a part that falls off in space, and one that falls off in wave vectors.
//! Lengths are in periods here: the cell has side 1.
//!
//! ```text
//! G_per(d) =   sum over n of s(|d + n|)
//!            + 4 pi sum over k = 2 pi m, not 0, of exp(-(k^2 + kappa^2) / (4 alpha^2)) / (k^2 + kappa^2) cos(k d)
//!            + uniform part
//! ```
//!
//! with `s(r) = (exp(kappa r) erfc(alpha r + beta) + exp(-kappa r) erfc(alpha r - beta)) / (2 r)`, `beta = kappa / (2 alpha)`, which is `erfc(alpha r) / r`
//! for kappa = 0. The uniform part is that of k = 0, `4 pi exp(-beta^2) / kappa^2`; without screening, where it diverges, what is left of it when the mean of G_per is
//! 0: `-pi / alpha^2` (S. W. de Leeuw, J. W. Perram, E. R. Smith, Proc. R. Soc. A 373, 27 (1980); G. Salin, J.-M. Caillol, J. Chem. Phys. 113, 10459 (2000) for Yukawa).

use crate::error::{Result, try_push};
use super::error_function::{erf, scaled_complement};
use std::f64::consts::{FRAC_2_SQRT_PI, PI};

/// `erfc` and `exp(-x^2)` are below rounding from here on.
pub const REACH: f64 = 6.0;
/// Beyond this screening (in 1 / period) images are summed as they are: few are near enough.
const SCREENED: f64 = 4.0;
/// `exp(-x)` is below rounding from here on.
const FARTHEST_EXPONENT: f64 = 40.0;

/// A way to split the sum.
#[derive(Clone, Copy, Debug)]
pub struct Ewald {
    /// kappa, in 1 / period.
    pub screening: f64,
    /// In 1 / period.
    pub alpha: f64,
}

impl Ewald {
    fn beta(&self) -> f64 {
        0.5 * self.screening / self.alpha
    }

    /// `s(r)`, r > 0. Both terms with exponents that are not positive.
    pub fn in_space(&self, r: f64) -> f64 {
        let (beta, x) = (self.beta(), self.alpha * r);
        let gauss = (-(x * x + beta * beta)).exp();
        let second = if x >= beta {
            gauss * scaled_complement(x - beta)
        } else {
            2.0 * (-self.screening * r).exp() - gauss * scaled_complement(beta - x)
        };
        0.5 * (gauss * scaled_complement(x + beta) + second) / r
    }

    /// `s(r) - exp(-kappa r) / r`, which is finite at r = 0.
    pub fn in_space_without_kernel(&self, r: f64) -> f64 {
        let (beta, x) = (self.beta(), self.alpha * r);
        if r == 0.0 {
            let gauss = (-beta * beta).exp();
            return gauss * (self.screening * scaled_complement(beta) - FRAC_2_SQRT_PI * self.alpha);
        }
        if self.screening == 0.0 {
            return -erf(x) / r;
        }
        if x < beta {
            let gauss = (-(x * x + beta * beta)).exp();
            return 0.5 * gauss * (scaled_complement(beta + x) - scaled_complement(beta - x)) / r;
        }
        self.in_space(r) - (-self.screening * r).exp() / r
    }

    /// Factor of `cos(k d)` for a wave vector `k = 2 pi m` with this `m^2`, without 4 pi.
    pub fn of_wave(&self, m2: f64) -> f64 {
        let k2 = 4.0 * PI * PI * m2 + self.screening * self.screening;
        (-0.25 * k2 / (self.alpha * self.alpha)).exp() / k2
    }

    /// Components of m are at most that.
    pub fn most_waves(&self) -> i32 {
        (REACH * self.alpha / PI).ceil() as i32
    }

    /// The part that does not depend on d.
    pub fn uniform(&self) -> f64 {
        if self.screening == 0.0 {
            -PI / (self.alpha * self.alpha)
        } else {
            4.0 * PI * (-self.beta() * self.beta()).exp() / (self.screening * self.screening)
        }
    }
}

/// Images that are more than one cell away.
pub struct FarImages {
    ewald: Ewald,
    /// Wave vectors of one octant with weights for all with the same magnitudes of components.
    waves: Vec<([i32; 3], f64)>,
}

impl FarImages {
    pub fn new(screening: f64) -> Result<Self> {
        let ewald = Ewald { screening, alpha: 2.0 };
        let mut waves = Vec::new();
        if screening <= SCREENED {
            let most = ewald.most_waves();
            for m in (0..(most + 1).pow(3)).map(|i| [i / (most + 1).pow(2), i / (most + 1) % (most + 1), i % (most + 1)]) {
                let m2 = m.iter().map(|m| m * m).sum::<i32>();
                if m2 > 0 && m2 <= most * most {
                    let same = m.iter().map(|&m| if m > 0 { 2.0 } else { 1.0 }).product::<f64>();
                    try_push("waves", &mut waves, (m, 4.0 * PI * same * ewald.of_wave(f64::from(m2))))?;
                }
            }
        }
        Ok(Self { ewald, waves })
    }

    /// What does not depend on d, apart from `varying`.
    pub fn uniform(&self) -> f64 {
        if self.waves.is_empty() { 0.0 } else { self.ewald.uniform() }
    }

    /// The sum for a vector of at most 1.1 periods along each axis, without the uniform part: `G_per(d)` without the kernel's value for `|n| <= 1` along all axes.
    pub fn varying(&self, d: [f64; 3]) -> f64 {
        let distance = |n: [i32; 3]| (0..3).map(|axis| (d[axis] + f64::from(n[axis])).powi(2)).sum::<f64>().sqrt();
        let is_near = |n: &[i32; 3]| n.iter().all(|n| n.abs() <= 1);
        if self.waves.is_empty() {
            let screening = self.ewald.screening;
            let most = (FARTHEST_EXPONENT / screening).ceil() as i32 + 2;
            let far = cube(most).filter(|n| !is_near(n)).map(distance);
            return far.map(|r| (-screening * r).exp() / r).sum();
        }
        let reach = REACH / self.ewald.alpha;
        let mut in_space = 0.0;
        for n in cube(reach.ceil() as i32 + 1) {
            let r = distance(n);
            if is_near(&n) {
                in_space += self.ewald.in_space_without_kernel(r);
            } else if r < reach {
                in_space += self.ewald.in_space(r);
            }
        }
        let angle = |axis: usize, m: i32| (2.0 * PI * f64::from(m) * d[axis]).cos();
        let in_waves: f64 = self.waves.iter().map(|(m, weight)| weight * angle(0, m[0]) * angle(1, m[1]) * angle(2, m[2])).sum();
        in_space + in_waves
    }
}

/// Vectors of whole numbers up to `most` along each axis.
fn cube(most: i32) -> impl Iterator<Item = [i32; 3]> {
    let across = 2 * most + 1;
    (0..across.pow(3)).map(move |i| [i / (across * across), i / across % across, i % across].map(|n| n - most))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: [[f64; 3]; 6] = [[0.0; 3], [0.5, 0.5, 0.5], [0.1, -0.2, 0.35], [1.05, -1.05, 1.05], [0.03, 0.0, 0.0], [1.0, 0.4, -0.7]];

    /// The same by another way to split it.
    fn otherwise(screening: f64, alpha: f64, d: [f64; 3]) -> f64 {
        let ewald = Ewald { screening, alpha };
        let distance = |n: [i32; 3]| (0..3).map(|axis| (d[axis] + f64::from(n[axis])).powi(2)).sum::<f64>().sqrt();
        let mut sum = ewald.uniform();
        for n in cube((REACH / alpha).ceil() as i32 + 2) {
            let r = distance(n);
            let is_near = n.iter().all(|n| n.abs() <= 1);
            sum += if is_near { ewald.in_space_without_kernel(r) } else { ewald.in_space(r) };
        }
        for m in cube(ewald.most_waves() + 1).filter(|m| *m != [0; 3]) {
            let m2 = m.iter().map(|m| f64::from(m * m)).sum();
            let angle: f64 = (0..3).map(|axis| 2.0 * PI * f64::from(m[axis]) * d[axis]).sum();
            sum += 4.0 * PI * ewald.of_wave(m2) * angle.cos();
        }
        sum
    }

    #[test]
    fn sums_do_not_depend_on_how_they_are_split() {
        for screening in [0.0, 1e-3, 0.5, 2.0, 3.9] {
            let far = FarImages::new(screening).unwrap();
            for d in PLACES {
                let found = far.varying(d) + far.uniform();
                for alpha in [1.4, 2.7, 3.3] {
                    let expected = otherwise(screening, alpha, d);
                    assert!((found - expected).abs() <= 2e-14 * expected.abs().max(20.0), "{screening} {alpha} {d:?}: {found} {expected}");
                }
            }
        }
    }

    #[test]
    fn screened_sums_are_those_of_images() {
        for screening in [2.5, 3.9, 4.1, 9.0, 60.0] {
            let far = FarImages::new(screening).unwrap();
            for d in PLACES {
                let most = (45.0 / screening) as i32 + 3;
                let images = cube(most).filter(|n| n.iter().any(|n| n.abs() > 1));
                let expected: f64 = images
                    .map(|n| (0..3).map(|axis| (d[axis] + f64::from(n[axis])).powi(2)).sum::<f64>().sqrt())
                    .map(|r| (-screening * r).exp() / r)
                    .sum();
                let found = far.varying(d) + far.uniform();
                assert!((found - expected).abs() <= 1e-13 * expected.max(0.1), "{screening} {d:?}: {found} {expected}");
            }
        }
    }

    #[test]
    fn madelung_constants_are_those_of_the_literature() {
        // G_per(d) itself: with the images that `varying` leaves out.
        let far = FarImages::new(0.0).unwrap();
        let whole = |d: [f64; 3]| {
            let distances = cube(1).map(|n| (0..3).map(|axis| (d[axis] + f64::from(n[axis])).powi(2)).sum::<f64>().sqrt());
            far.varying(d) + far.uniform() + distances.filter(|&r| r > 0.0).map(|r| 1.0 / r).sum::<f64>()
        };
        // A simple cubic lattice in its background: C. A. Sholl, Proc. Phys. Soc. 92, 434 (1967).
        assert!((whole([0.0; 3]) + 2.837_297_479_480_62).abs() < 1e-13);
        // Caesium chloride, in nearest distances, and rock salt of eight ions in a cell: D. Borwein, J. M. Borwein, K. F. Taylor, J. Math. Phys. 26, 2999 (1985);
        // Y. Sakamoto, J. Chem. Phys. 28, 164 (1958).
        let caesium = (whole([0.0; 3]) - whole([0.5; 3])) * 0.75f64.sqrt();
        assert!((caesium + 1.762_674_773_070_99).abs() < 1e-13, "{caesium}");
        let salt: f64 = (0..8).map(|i| [i & 1, i >> 1 & 1, i >> 2]).map(|n| whole(n.map(|n| 0.5 * f64::from(n))) * if n.iter().sum::<i32>() % 2 == 0 { 1.0 } else { -1.0 }).sum();
        assert!((0.5 * salt + 1.747_564_594_633_182_2).abs() < 1e-13, "{salt}");
    }
}
