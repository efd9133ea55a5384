//! Numbers of 106 bits as unevaluated sums of two f64, and eigenproblems in them.
//!
//! For matrices of a few rows that are set up once and whose condition would cost half of f64's digits. The sum and
//! product are Knuth's and Dekker's error-free ones (T. J. Dekker, Numer. Math. 18 (1971) 224); the eigensolver is
//! Jacobi's, cyclic, which needs nothing but a square root.

use super::NotConverged;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `high + low`, `|low|` at most half a unit in the last place of `high`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DoubleDouble {
    pub high: f64,
    pub low: f64,
}

impl DoubleDouble {
    pub const ZERO: Self = Self { high: 0.0, low: 0.0 };
    pub const ONE: Self = Self { high: 1.0, low: 0.0 };

    /// The exact sum of two numbers.
    fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let part_of_b = high - a;
        Self { high, low: (a - (high - part_of_b)) + (b - part_of_b) }
    }

    /// The exact product of two numbers.
    fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        Self { high, low: a.mul_add(b, -high) }
    }

    pub fn abs(self) -> Self {
        if self.high < 0.0 { -self } else { self }
    }

    /// For numbers that are not negative: one step of Newton's on the root of the high part.
    pub fn sqrt(self) -> Self {
        if self.high <= 0.0 {
            return Self::ZERO;
        }
        let root = self.high.sqrt();
        let rest = self - Self::product(root, root);
        Self::sum(root, rest.high / (2.0 * root))
    }

    pub fn to_f64(self) -> f64 {
        self.high + self.low
    }
}

impl From<f64> for DoubleDouble {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

impl Neg for DoubleDouble {
    type Output = Self;
    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl Add for DoubleDouble {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let highs = Self::sum(self.high, other.high);
        let lows = Self::sum(self.low, other.low);
        let first = Self::sum(highs.high, highs.low + lows.high);
        Self::sum(first.high, first.low + lows.low)
    }
}

impl Sub for DoubleDouble {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for DoubleDouble {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let highs = Self::product(self.high, other.high);
        Self::sum(highs.high, highs.low + (self.high * other.low + self.low * other.high))
    }
}

impl Div for DoubleDouble {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        // Long division: three digits of 53 bits.
        let first = self.high / other.high;
        let rest = self - other * first.into();
        let second = rest.high / other.high;
        let rest = rest - other * second.into();
        Self::sum(first, second) + (rest.high / other.high).into()
    }
}

/// Eigenvalues (in no order) and eigenvectors (`vectors[i * n + k]` is element i of vector k) of a symmetric matrix.
pub fn eigen(mut matrix: Vec<DoubleDouble>, n: usize) -> Result<(Vec<DoubleDouble>, Vec<DoubleDouble>), NotConverged> {
    assert_eq!(matrix.len(), n * n);
    let mut vectors = vec![DoubleDouble::ZERO; n * n];
    for i in 0..n {
        vectors[i * n + i] = DoubleDouble::ONE;
    }
    // Quadratic convergence: five sweeps do for f64, one more for twice the digits; 60 would be a mistake.
    for _ in 0..60 {
        let mut rotated = false;
        for i in 0..n {
            for j in i + 1..n {
                let coupling = matrix[i * n + j];
                let scale = (matrix[i * n + i] * matrix[j * n + j]).abs().sqrt();
                // Beyond the digits of either diagonal element: nothing to rotate away.
                if coupling.abs().high <= 1e-33 * scale.high || coupling.high == 0.0 {
                    continue;
                }
                rotated = true;
                rotate(&mut matrix, &mut vectors, n, i, j);
            }
        }
        if !rotated {
            return Ok(((0..n).map(|i| matrix[i * n + i]).collect(), vectors));
        }
    }
    Err(NotConverged)
}

/// Jacobi's rotation of rows and columns i and j that makes element ij vanish.
fn rotate(matrix: &mut [DoubleDouble], vectors: &mut [DoubleDouble], n: usize, i: usize, j: usize) {
    let two = DoubleDouble::from(2.0);
    let theta = (matrix[j * n + j] - matrix[i * n + i]) / (two * matrix[i * n + j]);
    let root = (theta * theta + DoubleDouble::ONE).sqrt();
    let magnitude = DoubleDouble::ONE / (theta.abs() + root);
    let tangent = if theta.high < 0.0 { -magnitude } else { magnitude };
    let cosine = DoubleDouble::ONE / (tangent * tangent + DoubleDouble::ONE).sqrt();
    let sine = tangent * cosine;
    for k in 0..n {
        let (a, b) = (matrix[k * n + i], matrix[k * n + j]);
        matrix[k * n + i] = cosine * a - sine * b;
        matrix[k * n + j] = sine * a + cosine * b;
        let (a, b) = (vectors[k * n + i], vectors[k * n + j]);
        vectors[k * n + i] = cosine * a - sine * b;
        vectors[k * n + j] = sine * a + cosine * b;
    }
    for k in 0..n {
        let (a, b) = (matrix[i * n + k], matrix[j * n + k]);
        matrix[i * n + k] = cosine * a - sine * b;
        matrix[j * n + k] = sine * a + cosine * b;
    }
    matrix[i * n + j] = DoubleDouble::ZERO;
    matrix[j * n + i] = DoubleDouble::ZERO;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: DoubleDouble, b: DoubleDouble) -> f64 {
        (a - b).abs().to_f64()
    }

    #[test]
    fn a_third_has_thirty_digits_and_roots_square_back() {
        let third = DoubleDouble::ONE / 3.0.into();
        assert!(distance(third + third + third, DoubleDouble::ONE) < 1e-31);
        for x in [2.0, 1e-9, 12345.678] {
            let root = DoubleDouble::from(x).sqrt();
            assert!(distance(root * root, x.into()) < 1e-30 * x);
        }
    }

    #[test]
    fn the_hilbert_matrix_is_put_together_again_from_its_eigenvectors() {
        let n = 10;
        let matrix: Vec<DoubleDouble> =
            (0..n * n).map(|at| DoubleDouble::ONE / ((at / n + at % n + 1) as f64).into()).collect();
        let (values, vectors) = eigen(matrix.clone(), n).unwrap();
        for i in 0..n {
            for j in 0..n {
                let mut sum = DoubleDouble::ZERO;
                for k in 0..n {
                    sum = sum + vectors[i * n + k] * values[k] * vectors[j * n + k];
                }
                assert!(distance(sum, matrix[i * n + j]) < 1e-29);
            }
        }
        // The smallest eigenvalue of the Hilbert matrix of order 10, to the digits that f64 prints.
        let smallest = values.iter().map(|x| x.to_f64()).fold(f64::INFINITY, f64::min);
        assert!((smallest / 1.093_153_819_379_666e-13 - 1.0).abs() < 1e-12, "{smallest:e}");
    }
}
