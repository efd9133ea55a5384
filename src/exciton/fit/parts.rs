//! Cells cut into parts, for sums over so many sticks that shorter polynomials pay.
//!
//! In an eighth of a cell a line is a polynomial of degree 7 to `2 (a / 2 sigma)^8 max|g^(8)| / 8! = 2e-14` of its peak, with half a part
//! `a = 0.0725 sigma`. A stick then adds 8 numbers to moments instead of 16, and has its weight from 8. What is interpolated is the
//! polynomial of the whole cell, linearly: the moments of a cell are a matrix times those of each part, and the polynomials of
//! the parts the transposed matrix times that of the cell. Matrices are the same for all cells.

use super::chebyshev;
use super::lines::{Cells, TERMS};
use crate::error::{Result, try_vec};
use crate::simd::Lanes;

/// To a cell; a power of 2, so that parts have the places of cells to the last bit.
pub const PARTS: usize = 8;
/// Moments of a part.
pub const PART_TERMS: usize = 8;
/// Sticks to a part from which on parts are worth their matrices and their memory.
const FEWEST_STICKS: usize = 16;

pub struct Parts {
    /// The parts, as cells.
    pub cells: Cells,
    /// [part of a cell][term of the part][term of the cell], and with the last two exchanged.
    by_part_term: Vec<f64>,
    by_term: Vec<f64>,
}

impl Parts {
    /// The parts of cells; None where a sum of so many sticks does without.
    pub fn new(cells: &Cells, sticks: usize) -> Result<Option<Self>> {
        if sticks / FEWEST_STICKS < cells.count * PARTS || cells.count == 0 {
            return Ok(None);
        }
        let mut parts = Self {
            cells: cells.cut(PARTS),
            by_part_term: try_vec("lines", PARTS * PART_TERMS * TERMS, 0.0)?,
            by_term: try_vec("lines", PARTS * TERMS * PART_TERMS, 0.0)?,
        };
        let (nodes, cosines) = chebyshev::points::<PART_TERMS>();
        let polynomials = chebyshev::polynomials::<PART_TERMS>();
        for part in 0..PARTS {
            let middle = (2 * part + 1) as f64 / PARTS as f64 - 1.0;
            // The powers of t at Chebyshev's points of the part.
            let mut samples = [1.0; PART_TERMS];
            for n in 0..TERMS {
                let mut coefficients = [0.0; PART_TERMS];
                for m in 0..PART_TERMS {
                    for k in 0..PART_TERMS {
                        coefficients[k] += samples[m] * cosines[m][k];
                    }
                }
                for r in 0..PART_TERMS {
                    let column = r % 2 * (PART_TERMS / 2) + r / 2;
                    let sum = (0..PART_TERMS).map(|k| coefficients[k] * polynomials[k][column]).sum();
                    parts.by_part_term[(part * PART_TERMS + r) * TERMS + n] = sum;
                    parts.by_term[(part * TERMS + n) * PART_TERMS + r] = sum;
                }
                for m in 0..PART_TERMS {
                    samples[m] *= middle + nodes[m] / PARTS as f64;
                }
            }
        }
        Ok(Some(parts))
    }

    /// Numbers of moments in all parts.
    pub fn moments_len(&self) -> usize {
        self.cells.count.saturating_mul(PART_TERMS)
    }

    /// Moments of cells [cell][TERMS] from those of their parts.
    #[inline(always)]
    pub fn join<V: Lanes>(&self, of_parts: &[f64], of_cells: &mut [f64]) {
        for (cell, of_parts) in of_cells.chunks_exact_mut(TERMS).zip(of_parts.chunks_exact(PARTS * PART_TERMS)) {
            let mut sums = [V::zero(); 4];
            for (moment, row) in of_parts.iter().zip(self.by_part_term.chunks_exact(TERMS)) {
                let moment = V::splat(*moment);
                for (v, sum) in sums.iter_mut().take(TERMS / V::WIDTH).enumerate() {
                    *sum = V::load(&row[v * V::WIDTH..]).mul_add(moment, *sum);
                }
            }
            for (v, sum) in sums.iter().take(TERMS / V::WIDTH).enumerate() {
                sum.store(&mut cell[v * V::WIDTH..]);
            }
        }
    }

    /// The polynomial of a part of a cell from that of the cell.
    #[inline(always)]
    pub fn polynomial<V: Lanes>(&self, part: usize, of_cell: &[f64; TERMS]) -> [f64; PART_TERMS] {
        let rows = &self.by_term[part * TERMS * PART_TERMS..(part + 1) * TERMS * PART_TERMS];
        let mut sums = [V::zero(); 2];
        for (coefficient, row) in of_cell.iter().zip(rows.chunks_exact(PART_TERMS)) {
            let coefficient = V::splat(*coefficient);
            for (v, sum) in sums.iter_mut().take(PART_TERMS / V::WIDTH).enumerate() {
                *sum = V::load(&row[v * V::WIDTH..]).mul_add(coefficient, *sum);
            }
        }
        let mut polynomial = [0.0; PART_TERMS];
        for (v, sum) in sums.iter().take(PART_TERMS / V::WIDTH).enumerate() {
            sum.store(&mut polynomial[v * V::WIDTH..]);
        }
        polynomial
    }
}

#[cfg(test)]
mod tests {
    use super::super::BANDS;
    use super::super::line_sums::LineWork;
    use super::super::lines::{BandLines, Cells};
    use super::*;
    use crate::simd::{Kernel, Level, dispatch};

    const FWHM: f64 = 70.0;

    fn gaussian(x: f64) -> f64 {
        (-4.0 * std::f64::consts::LN_2 * (x / FWHM).powi(2)).exp()
    }

    fn horner(polynomial: &[f64], t: f64) -> f64 {
        polynomial.iter().rev().fold(0.0, |sum, c| sum * t + c)
    }

    struct OneStick(f64);
    impl Kernel for OneStick {
        /// Worst errors of the line, its transpose and the derivative of that.
        type Output = [f64; 3];
        #[inline(always)]
        fn run<V: Lanes>(self) -> [f64; 3] {
            let points: Vec<f64> = (0..97).map(|i| 11_790.0 + 13.7 * i as f64).collect();
            let cells = Cells::new([&points, &[], &[]], [FWHM; BANDS], [0.0; BANDS]).unwrap();
            let lines = BandLines::new::<V>(cells, &points, FWHM, 0.0).unwrap();
            let parts = Parts::new(&cells, usize::MAX).unwrap().unwrap();
            let mut of_parts = vec![0.0; parts.moments_len()];
            let place = parts.cells.place(self.0);
            if let Some((part, s)) = place {
                (0..PART_TERMS).for_each(|r| of_parts[part * PART_TERMS + r] = s.powi(r as i32));
            }
            let mut moments = vec![0.0; cells.count * TERMS];
            parts.join::<V>(&of_parts, &mut moments);
            let mut work = LineWork::default();
            lines.smooth_out::<V>(&moments, &(0..cells.count), 1, 0, &mut work).unwrap();
            let mut spectrum = vec![0.0; points.len()];
            lines.at_points::<V>(&work.sticks, &mut spectrum);
            let mut worst = [0.0f64; 3];
            for (i, &x) in points.iter().enumerate() {
                let d = x - self.0;
                let mut at_points = vec![0.0; points.len()];
                at_points[i] = 1.0;
                let mut weights = vec![0.0; cells.count * TERMS];
                lines.transpose::<V>(&at_points, &mut weights, &mut work).unwrap();
                let [back, slope] = place.map_or([0.0; 2], |(part, s)| {
                    let of_cell: [f64; TERMS] = std::array::from_fn(|n| weights[part / PARTS * TERMS + n]);
                    let slopes: [f64; TERMS] =
                        std::array::from_fn(|n| if n + 1 < TERMS { (n + 1) as f64 * of_cell[n + 1] * cells.per_half } else { 0.0 });
                    [of_cell, slopes].map(|of_cell| horner(&parts.polynomial::<V>(part % PARTS, &of_cell), s))
                });
                let slope_is = gaussian(d) * d * 8.0 * std::f64::consts::LN_2 / (FWHM * FWHM);
                let errors = [spectrum[i] - gaussian(d), back - gaussian(d), (slope - slope_is) * FWHM];
                worst.iter_mut().zip(errors).for_each(|(worst, error)| *worst = worst.max(error.abs()));
            }
            worst
        }
    }

    #[test]
    fn a_line_by_way_of_a_part_is_right_to_rounding_at_every_level() {
        for level in Level::available() {
            for step in 0..60 {
                let energy = 11_500.0 + 31.3 * step as f64;
                let worst = dispatch(level, OneStick(energy));
                // As for whole cells, and the interpolation's 2e-14.
                for (error, bound) in worst.into_iter().zip([7e-14, 7e-14, 2e-12]) {
                    assert!(error < bound, "{level:?}, {energy}: {worst:?}");
                }
            }
        }
    }

    #[test]
    fn few_sticks_do_without_parts() {
        let points = [12_000.0, 12_500.0];
        let cells = Cells::new([&points, &[], &[]], [FWHM; BANDS], [0.0; BANDS]).unwrap();
        assert!(Parts::new(&cells, 800).unwrap().is_none());
        let none = Cells::new([&[], &[], &[]], [FWHM; BANDS], [0.0; BANDS]).unwrap();
        assert!(Parts::new(&none, 800_000).unwrap().is_none());
    }
}
