//! Cholesky's factor of normal equations, and which values it finds undetermined.

use crate::error::{Result, try_vec};

/// Cholesky's factor of the rows and columns that are free, scaled to a unit diagonal. Rows whose pivot vanishes are left out.
pub struct Factor {
    count: usize,
    /// Lower triangle; rows and columns that are left out are 0.
    lower: Vec<f64>,
    per_scale: Vec<f64>,
    /// Free rows that cannot be told from each other, or that change nothing: those with a part in a direction whose
    /// pivot vanishes.
    pub undetermined: Vec<bool>,
}

/// A pivot below this part of its diagonal element is rounding.
const SMALLEST_PIVOT: f64 = 1e-13;
/// A part of a combination below this is the root of what rounding leaves of such a pivot.
const SMALLEST_PART: f64 = 1e-5;

impl Factor {
    pub fn new(matrix: &[f64], free: &[bool]) -> Result<Self> {
        let count = free.len();
        let mut per_scale = try_vec("fit", count, 0.0)?;
        for p in 0..count {
            let diagonal = matrix[p * count + p];
            if free[p] && diagonal > 0.0 {
                per_scale[p] = 1.0 / diagonal.sqrt();
            }
        }
        let mut lower = try_vec("fit", count * count, 0.0)?;
        let mut undetermined = try_vec("fit", count, false)?;
        for p in 0..count {
            undetermined[p] = free[p] && per_scale[p] == 0.0;
        }
        let mut combination = try_vec("fit", count, 0.0)?;
        for p in 0..count {
            if per_scale[p] == 0.0 {
                continue;
            }
            for q in 0..=p {
                if q < p && lower[q * count + q] == 0.0 {
                    continue;
                }
                let mut sum = matrix[p * count + q] * per_scale[p] * per_scale[q];
                for s in 0..q {
                    sum -= lower[p * count + s] * lower[q * count + s];
                }
                if q < p {
                    lower[p * count + q] = sum / lower[q * count + q];
                } else if sum > SMALLEST_PIVOT {
                    lower[p * count + p] = sum.sqrt();
                } else {
                    // The rows before this one that make it up: L^T x = row p.
                    undetermined[p] = true;
                    combination[..p].copy_from_slice(&lower[p * count..p * count + p]);
                    for r in (0..p).rev() {
                        let pivot = lower[r * count + r];
                        if pivot == 0.0 {
                            continue;
                        }
                        let known: f64 = (r + 1..p).map(|s| lower[s * count + r] * combination[s]).sum();
                        combination[r] = (combination[r] - known) / pivot;
                        undetermined[r] |= combination[r].abs() > SMALLEST_PART;
                    }
                    lower[p * count..p * count + p].fill(0.0);
                }
            }
        }
        Ok(Self { count, lower, per_scale, undetermined })
    }

    /// Solves in place; 0 for rows that are left out.
    pub fn solve(&self, right: &mut [f64]) {
        let count = self.count;
        for p in 0..count {
            let pivot = self.lower[p * count + p];
            let known: f64 = (0..p).map(|q| self.lower[p * count + q] * right[q]).sum();
            right[p] = if pivot > 0.0 { (right[p] * self.per_scale[p] - known) / pivot } else { 0.0 };
        }
        for p in (0..count).rev() {
            let pivot = self.lower[p * count + p];
            let known: f64 = (p + 1..count).map(|q| self.lower[q * count + p] * right[q]).sum();
            right[p] = if pivot > 0.0 { (right[p] - known) / pivot } else { 0.0 };
        }
        for p in 0..count {
            right[p] *= self.per_scale[p];
        }
    }

    /// The inverse, with rows and columns of 0 for what is left out.
    pub fn inverse(&self) -> Result<Vec<f64>> {
        let count = self.count;
        let mut inverse = try_vec("covariance", count * count, 0.0)?;
        let mut column = try_vec("covariance", count, 0.0)?;
        for p in 0..count {
            column.fill(0.0);
            column[p] = 1.0;
            self.solve(&mut column);
            if self.lower[p * count + p] > 0.0 {
                for q in 0..count {
                    inverse[q * count + p] = column[q];
                }
            }
        }
        // Equal but for rounding.
        for p in 0..count {
            for q in 0..p {
                let mean = 0.5 * (inverse[p * count + q] + inverse[q * count + p]);
                inverse[p * count + q] = mean;
                inverse[q * count + p] = mean;
            }
        }
        Ok(inverse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_a_combination_that_nothing_determines_is_named() {
        // r = (a + b, c, d + 2 a + 2 b), and e does nothing.
        let rows = [[1.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 3.0, 0.0, 0.0], [2.0, 2.0, 0.0, 1.0, 0.0]];
        let mut matrix = [0.0; 25];
        for row in rows {
            for p in 0..5 {
                for q in 0..5 {
                    matrix[p * 5 + q] += row[p] * row[q];
                }
            }
        }
        let factor = Factor::new(&matrix, &[true; 5]).unwrap();
        assert_eq!(factor.undetermined, [true, true, false, false, true]);
        // What is determined has the variance that any choice of the others gives: (J^T J)^-1 of c and of d.
        let inverse = factor.inverse().unwrap();
        assert!((inverse[12] - 1.0 / 9.0).abs() < 1e-14 && (inverse[18] - 5.0).abs() < 1e-12);
        let held = Factor::new(&matrix, &[true, false, true, true, false]).unwrap();
        assert_eq!(held.undetermined, [false; 5]);
    }
}
