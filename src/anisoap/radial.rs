//! The radial basis: how many functions, their norms, and Loewdin's orthonormalisation.
//!
//! For angular momentum l the functions are `r^k B(r)`, `k = l + 2n`, with `B = exp(-r^2 / 2 s^2)` (GTO) or 1 on
//! `[0, r_c]` (monomial). Norms and overlaps of normalised functions are
//!
//! ```text
//! GTO       N_k = (s^(2k+3) Gamma(k + 3/2) / 2)^(-1/2)    S_kk' = Gamma((k+k'+3)/2) / sqrt(Gamma(k+3/2) Gamma(k'+3/2))
//! monomial  N_k = sqrt((2k+3) / r_c^(2k+3))               S_kk' = sqrt((2k+3)(2k'+3)) / (k+k'+3)
//! ```
//!
//! and orthonormal functions come from `W = diag(N) S^(-1/2)` with the symmetric root. S is nearly singular (its smallest
//! eigenvalue is 7e-8 for l = 9 and n up to 6), which costs f64 half its digits; here the root is taken with twice as
//! many and then rounded.

use crate::error::{Error, Number, Result, Status};
use crate::linalg::double_double::{DoubleDouble, eigen};

/// The largest angular momentum: coefficients of larger solid harmonics are not exact in the integers used.
pub const LARGEST_ANGULAR: usize = 20;
/// The largest degree l + 2n, for the same reason.
pub const LARGEST_DEGREE: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Basis {
    /// Gaussian-type orbitals of this width.
    Gto { width: f64 },
    Monomial,
}

impl Basis {
    /// 1 / s^2, the exponent of the basis' Gaussian; 0 without one.
    pub fn inverse_square_width(self) -> f64 {
        // One division for both: of a division in one arm the compiler may make one before the choice, and a width that is 0 there raises the
        // processor's flag, which is the caller's to look at, or to be stopped by.
        let width = match self {
            Basis::Gto { width } => width,
            Basis::Monomial => f64::INFINITY,
        };
        1.0 / (width * width)
    }

    /// `N_k`.
    fn norm(self, cutoff: f64, k: usize) -> f64 {
        let power = (2 * k + 3) as i32;
        let (square, length) = match self {
            Basis::Gto { width } => {
                // Gamma(k + 3/2) = sqrt(pi)/2 prod_{i<=k} (i + 1/2)
                let gamma = (1..=k).fold(std::f64::consts::PI.sqrt() / 2.0, |product, i| product * (i as f64 + 0.5));
                (2.0 / gamma, width)
            }
            Basis::Monomial => (f64::from(power), cutoff),
        };
        square.sqrt() * root_power(1.0 / length, power)
    }

    fn overlap(self, l: usize, n: usize, m: usize) -> DoubleDouble {
        let number = |x: usize| DoubleDouble::from(x as f64);
        let (n, m) = (n.min(m), n.max(m));
        match self {
            Basis::Gto { .. } => {
                // With a = l + 3/2: Gamma(a+n+m)^2 / (Gamma(a+2n) Gamma(a+2m)), n <= m, as a product of their ratios.
                let mut square = DoubleDouble::ONE;
                for i in 0..m - n {
                    let above = number(2 * (l + 2 * n + i) + 3);
                    let below = number(2 * (l + n + m + i) + 3);
                    square = square * above / below;
                }
                square.sqrt()
            }
            Basis::Monomial => {
                let (k, p) = (l + 2 * n, l + 2 * m);
                (number(2 * k + 3) * number(2 * p + 3)).sqrt() / number(k + p + 3)
            }
        }
    }
}

/// x^(power/2).
fn root_power(x: f64, power: i32) -> f64 {
    x.powi(power / 2) * x.sqrt()
}

/// How far Loewdin's orthonormalisation may go.
#[derive(Clone, Copy, Debug)]
pub struct Conditioning {
    /// Eigenvalues of the overlap up to this one are dropped, with their functions.
    pub rcond: f64,
    /// The largest error that is allowed, see `transform`.
    pub tolerance: f64,
}

/// `W[n * count + m]` for one l: what the raw coefficients of the functions n contribute to orthonormal function m.
///
/// Refuses a basis where dropped functions leave the overlap wrong by more than the tolerance (in Frobenius' norm, as
/// AniSOAP does), or where rounding of a raw coefficient, 2^-52, would grow beyond it: by the root of the smallest
/// eigenvalue that is kept.
pub fn transform(basis: Basis, cutoff: f64, l: usize, count: usize, conditioning: Conditioning) -> Result<Vec<f64>> {
    let overlap: Vec<DoubleDouble> = (0..count * count).map(|at| basis.overlap(l, at / count, at % count)).collect();
    let refuse = |why: String| {
        Err(Error::new(
            Status::Option,
            format!(
                "max_radial: {count} radial functions at l = {l} are too close to linear dependence ({why}); ask for fewer, or \
                 change basis_rcond and basis_tol"
            ),
        ))
    };
    let Ok((values, vectors)) = eigen(overlap, count) else {
        return Err(Error::new(Status::NotConverged, format!("the overlap matrix of l = {l} did not become diagonal")));
    };
    let is_kept = |value: DoubleDouble| value.to_f64() > conditioning.rcond;
    let dropped = values.iter().filter(|&&value| !is_kept(value)).map(|value| value.to_f64().powi(2)).sum::<f64>().sqrt();
    if dropped > conditioning.tolerance {
        return refuse(format!("dropping them changes the overlap by {}, more than basis_tol", Number(dropped)));
    }
    let smallest = values.iter().filter(|&&value| is_kept(value)).map(|value| value.to_f64()).fold(f64::INFINITY, f64::min);
    if !(f64::EPSILON <= conditioning.tolerance * smallest.max(0.0).sqrt()) {
        return refuse(format!("the overlap's smallest eigenvalue is {}; rounding grows beyond basis_tol", Number(smallest)));
    }
    let mut transform = Vec::with_capacity(count * count);
    for n in 0..count {
        let norm = basis.norm(cutoff, l + 2 * n);
        for m in 0..count {
            let mut root = DoubleDouble::ZERO;
            for (k, &value) in values.iter().enumerate().filter(|(_, value)| is_kept(**value)) {
                root = root + vectors[n * count + k] * vectors[m * count + k] / value.sqrt();
            }
            let element = norm * root.to_f64();
            if !element.is_finite() || !norm.is_normal() {
                return Err(Error::new(
                    Status::Option,
                    format!(
                        "max_radial: the norm of r^{} is beyond the range of numbers; use a length unit in which the cutoff and the \
                         width are closer to 1",
                        l + 2 * n
                    ),
                ));
            }
            transform.push(element);
        }
    }
    Ok(transform)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: Conditioning = Conditioning { rcond: 0.0, tolerance: 1e-8 };

    /// W^T G W = 1 for the overlaps G of the functions as they are, without norms, by quadrature.
    fn orthonormality(basis: Basis, cutoff: f64, l: usize, count: usize) -> f64 {
        let transform = transform(basis, cutoff, l, count, STRICT).unwrap();
        // Gauss-Legendre would be overkill: the integrands are smooth and Simpson's rule has 20,000 points.
        let (end, steps) = (if basis == Basis::Monomial { cutoff } else { 12.0 * cutoff }, 20_000);
        let radial = |r: f64, n: usize| {
            let envelope = (-0.5 * r * r * basis.inverse_square_width()).exp();
            r.powi((l + 2 * n) as i32) * envelope
        };
        let mut gram = vec![0.0; count * count];
        for step in 0..=steps {
            let r = end * step as f64 / steps as f64;
            let weight = end / steps as f64 / 3.0 * if step == 0 || step == steps { 1.0 } else { 2.0 + 2.0 * (step % 2) as f64 };
            for n in 0..count {
                for m in 0..count {
                    gram[n * count + m] += weight * r * r * radial(r, n) * radial(r, m);
                }
            }
        }
        let mut worst: f64 = 0.0;
        for a in 0..count {
            for b in 0..count {
                let mut sum = 0.0;
                for n in 0..count {
                    for m in 0..count {
                        sum += transform[n * count + a] * gram[n * count + m] * transform[m * count + b];
                    }
                }
                worst = worst.max((sum - if a == b { 1.0 } else { 0.0 }).abs());
            }
        }
        worst
    }

    #[test]
    fn transformed_functions_are_orthonormal() {
        for l in [0, 1, 4] {
            let gto = orthonormality(Basis::Gto { width: 1.3 }, 1.3, l, 4);
            assert!(gto < 1e-9, "GTO, l = {l}: {gto:e}");
            let monomial = orthonormality(Basis::Monomial, 2.5, l, 3);
            assert!(monomial < 1e-9, "monomial, l = {l}: {monomial:e}");
        }
    }

    #[test]
    fn the_square_of_the_root_inverts_an_ill_conditioned_overlap() {
        // W S W = 1 for the part without norms, in double-double: to 1e-8 / eigenvalue only in f64.
        let basis = Basis::Gto { width: 1.0 };
        let (l, count) = (9, 7);
        let w = transform(basis, 1.0, l, count, STRICT).unwrap();
        let norm: Vec<f64> = (0..count).map(|n| basis.norm(1.0, l + 2 * n)).collect();
        for a in 0..count {
            for b in 0..count {
                let mut sum = DoubleDouble::ZERO;
                for n in 0..count {
                    for m in 0..count {
                        let left = DoubleDouble::from(w[n * count + a]) / norm[n].into();
                        let right = DoubleDouble::from(w[m * count + b]) / norm[m].into();
                        sum = sum + left * basis.overlap(l, n, m) * right;
                    }
                }
                let expected = if a == b { 1.0 } else { 0.0 };
                // W is rounded to f64: entries of 1e3 leave 1e-13 each, times their like.
                assert!((sum.to_f64() - expected).abs() < 1e-8, "{a} {b}: {}", sum.to_f64());
            }
        }
    }

    #[test]
    fn a_basis_beyond_the_digits_is_refused_and_may_be_cut() {
        let basis = Basis::Monomial;
        let error = transform(basis, 7.0, 6, 12, STRICT).unwrap_err();
        assert_eq!(error.code, Status::Option as i32);
        assert!(error.message.contains("max_radial") && error.message.contains("basis_rcond"), "{}", error.message);
        assert!(transform(basis, 7.0, 6, 7, Conditioning { rcond: 1e-8, tolerance: 1e-3 }).is_ok());
    }
}
