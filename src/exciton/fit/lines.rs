//! Gaussian lines as local polynomials: from sticks to spectra on any grid, and from a misfit back to sticks.
//!
//! The energy axis is cut into cells of 1.16 sigma. Within a cell a line is a polynomial of degree 15 in the stick's
//! place `t` (-1 to 1 across the cell), so that all a spectrum needs of the sticks of a cell are 16 moments
//! `sum strength t^n`, to which a stick adds two or four vectors. The derivative of a stick with respect to its energy
//! has the moments `n t^(n-1)`. The transpose is as cheap: a misfit's weight for a stick at `e`, `sum_i u_i g(x_i - e)`,
//! is one polynomial per cell.
//!
//! From moments to points it goes through a coarse grid of step `H = 0.39 sigma`: `g_sigma` is the convolution of
//! `exp(-x^2 / sigma^2)` with itself by the trapezoidal rule, to `2 exp(-pi^2 sigma^2 / (2 H^2)) = 1e-14`. The points
//! may lie anywhere. What is left out beyond 6 sigma of either factor is `exp(-36) = 2e-16` of the peak; the polynomials
//! err by `2 (a / 2 sigma)^16 max|g^(16)| / 16! = 5e-16` with half a cell `a`.

use crate::error::{Error, Number, Result, Status, try_vec};
use crate::simd::{self, Lanes};
use std::f64::consts::{LN_2, PI};

/// Moments of a cell: whole vectors at every level.
pub const TERMS: usize = 16;
/// Cell in sigma, and coarse steps to a cell.
const CELL: f64 = 1.16;
const STEPS: usize = 3;
/// Where each of the two factors of a line stops, in sigma.
const REACH: f64 = 6.0;
/// More cells than this are for lines that are too narrow for their grid to show.
const MOST_CELLS: f64 = 1e6;
/// Quantities of a stick in the transposed direction: weight of absorption, of CD, and their derivatives. Rows of tables
/// are padded to a vector.
pub const WEIGHTS: usize = 4;

/// Where cells lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cells {
    left: f64,
    half: f64,
    per_half: f64,
    pub count: usize,
}

impl Cells {
    /// For lines of `fwhm` at the `points` of each band (empty without), moved by its shift.
    pub fn new(points: [&[f64]; 2], fwhm: [f64; 2], shift: [f64; 2]) -> Result<Self> {
        let used = || (0..2).filter(|&band| !points[band].is_empty());
        let sigma = |band: usize| fwhm[band] * SIGMA_PER_FWHM;
        let narrowest = used().map(sigma).fold(f64::INFINITY, f64::min);
        if narrowest.is_infinite() {
            return Ok(Self { left: 0.0, half: 1.0, per_half: 1.0, count: 0 });
        }
        // A line at e contributes at x - shift: beyond sqrt(2) REACH sigma it is exp(-36) there.
        let reach = |band: usize| 2f64.sqrt() * REACH * sigma(band);
        let low = used().map(|b| points[b][0] - shift[b] - reach(b)).fold(f64::INFINITY, f64::min);
        let high = used().map(|b| points[b][points[b].len() - 1] - shift[b] + reach(b)).fold(f64::NEG_INFINITY, f64::max);
        let cell = CELL * narrowest;
        let count = ((high - low) / cell).ceil();
        if !(count <= MOST_CELLS) {
            return Err(Error::new(
                Status::Option,
                format!(
                    "fwhm: {} cm-1 is too narrow for a grid from {} to {} cm-1; a fit needs lines of a millionth of the \
                     grid's range at least",
                    Number(narrowest / SIGMA_PER_FWHM),
                    Number(low),
                    Number(high)
                ),
            ));
        }
        Ok(Self { left: low, half: cell / 2.0, per_half: 2.0 / cell, count: count as usize })
    }

    /// Half a cell's inverse: from derivatives in `t` to those in energy.
    #[inline(always)]
    pub fn per_half(&self) -> f64 {
        self.per_half
    }

    /// The cell of an energy and the place in it; None where lines are too far from every point.
    #[inline(always)]
    pub fn place(&self, energy: f64) -> Option<(usize, f64)> {
        let position = (energy - self.left) * self.per_half * 0.5;
        if !(position >= 0.0 && position < self.count as f64) {
            return None;
        }
        let cell = position as usize;
        Some((cell, 2.0 * (position - cell as f64) - 1.0))
    }

    fn step(&self) -> f64 {
        2.0 * self.half / STEPS as f64
    }
}

pub const SIGMA_PER_FWHM: f64 = 0.424_660_900_144_009_5; // 1 / sqrt(8 ln 2)

/// The lines of one band: one width, one shift, the points where its spectrum is wanted.
pub struct BandLines {
    cells: Cells,
    sigma: f64,
    shift: f64,
    /// Coarse steps that a factor reaches.
    reach: usize,
    /// Polynomials of the first factor: [coarse step from a cell's left edge - reach][TERMS].
    smooth: Vec<f64>,
    /// The second factor at each point: [point][taps], from coarse step `first` on.
    spread: Vec<f64>,
    first: Vec<usize>,
    taps: usize,
}

impl BandLines {
    #[inline(always)]
    pub fn new<V: Lanes>(cells: Cells, points: &[f64], fwhm: f64, shift: f64) -> Result<Self> {
        let sigma = fwhm * SIGMA_PER_FWHM;
        let step = cells.step();
        let reach = (REACH * sigma / step).ceil() as usize;
        let taps = (2 * reach + 2).next_multiple_of(V::WIDTH);
        let norm = 2.0 * step / (sigma * (2.0 * PI).sqrt());
        let mut lines = Self {
            cells,
            sigma,
            shift,
            reach,
            smooth: try_vec("lines", (STEPS + 1 + 2 * reach) * TERMS, 0.0)?,
            spread: try_vec("lines", points.len().saturating_mul(taps), 0.0)?,
            first: try_vec("lines", points.len(), 0)?,
            taps,
        };
        lines.fill_smooth();
        let coefficient = V::splat(-1.0 / (sigma * sigma));
        for (i, (&x, row)) in points.iter().zip(lines.spread.chunks_exact_mut(taps)).enumerate() {
            let position = (x - shift - cells.left) / step;
            let below = position.floor();
            // Coarse arrays begin `reach` steps before the first cell.
            lines.first[i] = below as usize;
            for at in (0..taps).step_by(V::WIDTH) {
                let tap = V::iota() + V::splat(at as f64);
                let distance = (V::splat(position - below + reach as f64) - tap) * V::splat(step);
                let wanted = tap.less_than(V::splat((2 * reach + 2) as f64));
                let value = simd::exp(coefficient * distance * distance) * V::splat(norm);
                V::select(wanted, value, V::zero()).store(&mut row[at..]);
            }
        }
        Ok(lines)
    }

    /// `exp(-(y - e)^2 / sigma^2)` as polynomials of `t` where `e = left + half (1 + t)`, interpolated at Chebyshev's points.
    fn fill_smooth(&mut self) {
        let step = self.cells.step();
        let chebyshev = chebyshev_to_monomials();
        let cosines: [[f64; TERMS]; TERMS] = std::array::from_fn(|k| {
            std::array::from_fn(|m| (k as f64 * (m as f64 + 0.5) * PI / TERMS as f64).cos())
        });
        for (tap, terms) in self.smooth.chunks_exact_mut(TERMS).enumerate() {
            let y = (tap as f64 - self.reach as f64) * step;
            let samples = cosines[1].map(|t| (-((y - self.cells.half * (1.0 + t)) / self.sigma).powi(2)).exp());
            for (k, polynomial) in chebyshev.iter().enumerate() {
                let sum: f64 = samples.iter().zip(&cosines[k]).map(|(sample, cosine)| sample * cosine).sum();
                let coefficient = sum * if k == 0 { 1.0 } else { 2.0 } / TERMS as f64;
                for (term, power) in terms.iter_mut().zip(polynomial) {
                    *term += coefficient * power;
                }
            }
        }
    }

    fn coarse_len(&self) -> usize {
        STEPS * self.cells.count + 1 + 2 * self.reach + self.taps
    }

    /// Spectra at the points, `[point][columns]` with rows of `row` numbers, from moments `[cell][columns][TERMS]`.
    /// Also the coarse grid between them, for `changes`.
    #[inline(always)]
    pub fn spectra<V: Lanes>(&self, moments: &[f64], columns: usize, row: usize) -> Result<(Vec<f64>, Vec<f64>)> {
        let mut coarse = try_vec("spectrum", self.coarse_len().saturating_mul(row), 0.0)?;
        let mut turned = try_vec("spectrum", TERMS * row, 0.0)?;
        for (cell, moments) in moments.chunks_exact(columns * TERMS).enumerate() {
            for (column, terms) in moments.chunks_exact(TERMS).enumerate() {
                for (n, &term) in terms.iter().enumerate() {
                    turned[n * row + column] = term;
                }
            }
            let target = &mut coarse[STEPS * cell * row..];
            for at in (0..row).step_by(V::WIDTH) {
                smooth_columns::<V>(&self.smooth, &turned, target, row, at);
            }
        }
        let points = self.first.len();
        let mut spectra = try_vec("spectrum", points.saturating_mul(row), 0.0)?;
        for (i, out) in spectra.chunks_exact_mut(row).enumerate() {
            let spread = &self.spread[i * self.taps..(i + 1) * self.taps];
            let source = &coarse[self.first[i] * row..];
            for at in (0..row).step_by(V::WIDTH) {
                spread_columns::<V>(spread, source, row, at).store(&mut out[at..]);
            }
        }
        Ok((spectra, coarse))
    }

    /// How the spectrum of `column` at point `i` changes: with the shift, and its second derivative in x.
    #[inline(always)]
    pub fn changes(&self, coarse: &[f64], column: usize, row: usize, i: usize, x: f64) -> (f64, f64) {
        let step = self.cells.step();
        let position = (x - self.shift - self.cells.left) / step;
        let inverse = 1.0 / (self.sigma * self.sigma);
        let (mut slope, mut curvature) = (0.0, 0.0);
        for tap in 0..2 * self.reach + 2 {
            let distance = (position - position.floor() + self.reach as f64 - tap as f64) * step;
            let value = self.spread[i * self.taps + tap] * coarse[(self.first[i] + tap) * row + column];
            slope += 2.0 * distance * inverse * value;
            curvature += (4.0 * distance * distance * inverse - 2.0) * inverse * value;
        }
        (slope, curvature)
    }

    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    /// The transpose of `spectra`: from numbers at the points, the polynomial of each cell whose value is their sum over
    /// the line of a stick there. Written as quantity `quantity` of `weights` [cell][TERMS][V::WIDTH], its derivative in
    /// energy as quantity `quantity + 2`.
    #[inline(always)]
    pub fn transpose<V: Lanes>(&self, at_points: &[f64], quantity: usize, weights: &mut [f64]) -> Result<()> {
        let mut coarse = try_vec("spectrum", self.coarse_len(), 0.0)?;
        for (i, &value) in at_points.iter().enumerate() {
            let target = &mut coarse[self.first[i]..];
            for at in (0..self.taps).step_by(V::WIDTH) {
                let slot = &mut target[at..];
                V::load(&self.spread[i * self.taps + at..]).mul_add(V::splat(value), V::load(slot)).store(slot);
            }
        }
        for (cell, table) in weights.chunks_exact_mut(TERMS * V::WIDTH).enumerate() {
            let mut sums = [V::zero(); 4];
            for (tap, terms) in self.smooth.chunks_exact(TERMS).enumerate() {
                let value = V::splat(coarse[STEPS * cell + tap]);
                for part in 0..TERMS / V::WIDTH {
                    sums[part] = V::load(&terms[part * V::WIDTH..]).mul_add(value, sums[part]);
                }
            }
            let mut polynomial = [0.0; TERMS];
            for part in 0..TERMS / V::WIDTH {
                sums[part].store(&mut polynomial[part * V::WIDTH..]);
            }
            for n in 0..TERMS {
                table[n * V::WIDTH + quantity] = polynomial[n];
                let next = if n + 1 < TERMS { polynomial[n + 1] * (n + 1) as f64 } else { 0.0 };
                table[n * V::WIDTH + quantity + 2] = next * self.cells.per_half;
            }
        }
        Ok(())
    }
}

/// Sums side by side, which hide the latency of one. More columns at a time would share loads but not fit the registers.
const CHAINS: usize = 4;

/// Adds a vector of a cell's columns, from `at` on, to the coarse grid.
#[inline(always)]
fn smooth_columns<V: Lanes>(smooth: &[f64], turned: &[f64], coarse: &mut [f64], row: usize, at: usize) {
    for (group, taps) in smooth.chunks(CHAINS * TERMS).enumerate() {
        let mut sums = [V::zero(); CHAINS];
        for n in 0..TERMS {
            let term = V::load(&turned[n * row + at..]);
            for (tap, sum) in sums.iter_mut().enumerate() {
                // The last group may have fewer steps; what is computed for the others is not stored.
                let weight = taps.get(tap * TERMS + n).copied().unwrap_or(0.0);
                *sum = term.mul_add(V::splat(weight), *sum);
            }
        }
        for (tap, &sum) in sums.iter().enumerate().take(taps.len() / TERMS) {
            let slot = &mut coarse[(group * CHAINS + tap) * row + at..];
            (V::load(slot) + sum).store(slot);
        }
    }
}

/// A vector of one point's columns, from `at` on, from the coarse grid. The number of taps is a multiple of `CHAINS`.
#[inline(always)]
fn spread_columns<V: Lanes>(spread: &[f64], coarse: &[f64], row: usize, at: usize) -> V {
    let mut sums = [V::zero(); CHAINS];
    for (group, weights) in spread.chunks_exact(CHAINS).enumerate() {
        for (chain, sum) in sums.iter_mut().enumerate() {
            let source = V::load(&coarse[(group * CHAINS + chain) * row + at..]);
            *sum = source.mul_add(V::splat(weights[chain]), *sum);
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// Row k: the coefficients of Chebyshev's polynomial T_k.
fn chebyshev_to_monomials() -> [[f64; TERMS]; TERMS] {
    let mut rows = [[0.0; TERMS]; TERMS];
    rows[0][0] = 1.0;
    rows[1][1] = 1.0;
    for k in 2..TERMS {
        for n in 0..TERMS {
            rows[k][n] = if n > 0 { 2.0 * rows[k - 1][n - 1] } else { 0.0 } - rows[k - 2][n];
        }
    }
    rows
}

/// The area of a line of peak 1: what `HL_NORMALIZATION_AREA` divides by.
pub fn area(fwhm: f64) -> f64 {
    fwhm * (PI / (4.0 * LN_2)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::powers::Powers;
    use super::*;
    use crate::simd::{Kernel, Level, dispatch};

    const FWHM: f64 = 70.0;

    fn gaussian(x: f64) -> f64 {
        (-4.0 * LN_2 * (x / FWHM).powi(2)).exp()
    }

    fn points() -> Vec<f64> {
        (0..97).map(|i| 11_790.0 + 13.7 * i as f64 + 5.0 * (0.7 * i as f64).sin()).collect()
    }

    struct OneStick(f64);
    impl Kernel for OneStick {
        /// Worst errors of the line, its derivative in energy, in x, the second one in x, and the transpose.
        type Output = [f64; 5];
        #[inline(always)]
        fn run<V: Lanes>(self) -> [f64; 5] {
            let points = points();
            let shift = 3.25;
            let cells = Cells::new([&points, &[]], [FWHM, FWHM], [shift, 0.0]).unwrap();
            let lines = BandLines::new::<V>(cells, &points, FWHM, shift).unwrap();
            assert!(lines.taps < 48);
            let row = 8;
            let mut moments = vec![0.0; cells.count * 2 * TERMS];
            if let Some((cell, t)) = cells.place(self.0) {
                let powers = Powers::<V>::new();
                let (values, slopes) = (powers.values(t, 1.0), powers.slopes(t, cells.per_half()));
                for part in 0..TERMS / V::WIDTH {
                    values[part].store(&mut moments[(2 * cell) * TERMS + part * V::WIDTH..]);
                    slopes[part].store(&mut moments[(2 * cell + 1) * TERMS + part * V::WIDTH..]);
                }
            }
            let (spectra, coarse) = lines.spectra::<V>(&moments, 2, row).unwrap();
            let mut worst = [0.0f64; 5];
            let s2 = (FWHM * SIGMA_PER_FWHM).powi(2);
            for (i, &x) in points.iter().enumerate() {
                let d = x - shift - self.0;
                let g = gaussian(d);
                let (with_shift, curvature) = lines.changes(&coarse, 0, row, i, x);
                let mut at_points = vec![0.0; points.len()];
                at_points[i] = 1.0;
                let mut weights = vec![0.0; cells.count * TERMS * V::WIDTH];
                lines.transpose::<V>(&at_points, 0, &mut weights).unwrap();
                let back = cells.place(self.0).map_or(0.0, |(cell, t)| {
                    (0..TERMS).rev().fold(0.0, |sum, n| sum * t + weights[(cell * TERMS + n) * V::WIDTH])
                });
                let errors = [
                    spectra[i * row] - g,
                    (spectra[i * row + 1] - g * d / s2) * FWHM,
                    (with_shift - g * d / s2) * FWHM,
                    (curvature - (d * d / s2 - 1.0) / s2 * g) * FWHM * FWHM,
                    back - g,
                ];
                for (worst, error) in worst.iter_mut().zip(errors) {
                    *worst = worst.max(error.abs());
                }
            }
            worst
        }
    }

    #[test]
    fn a_line_and_its_derivatives_are_right_to_rounding_at_every_level() {
        for level in Level::available() {
            for step in 0..60 {
                let energy = 11_500.0 + 31.3 * step as f64;
                let worst = dispatch(level, OneStick(energy));
                // Places are rounded to 2e-12 cm-1; derivatives of the two approximations lose a few digits.
                for (error, bound) in worst.into_iter().zip([5e-14, 2e-12, 1e-12, 2e-11, 5e-14]) {
                    assert!(error < bound, "{level:?}, {energy}: {worst:?}");
                }
            }
        }
    }
}
