//! Gaussian lines as local polynomials: from sticks to spectra on any grid, and from a misfit back to sticks.
//!
//! The energy axis is cut into cells of 1.16 sigma. Within a cell a line is a polynomial of degree 15 in the stick's
//! place `t` (-1 to 1 across the cell), so that all a spectrum needs of the sticks of a cell are 16 moments
//! `sum strength t^n`, to which a stick adds two or four vectors. The derivative of a stick with respect to its energy
//! has the moments `n t^(n-1)`. The transpose is as cheap: a misfit's weight for a stick at `e`, `sum_i u_i g(x_i - e)`,
//! is one polynomial per cell.
//!
//! From moments to points it goes through a coarse grid of step `H = 0.39 sigma`: `g_sigma` is the convolution of
//! `exp(-x^2 / sigma^2)` with itself by the trapezoidal rule, to `2 exp(-pi^2 sigma^2 / (2 H^2)) = 1e-14`. What is left out beyond
//! 6 sigma of either factor is `exp(-36) = 2e-16` of the peak. Points may lie anywhere: they have cells as sticks do, and a spectrum
//! is a polynomial in each of them, summed from the coarse grid once for all points there. Interpolation is linear, so for either end
//! of a line it errs as that of the whole line does, by `2 (a / 2 sigma)^16 max|g^(16)| / 16! = 5e-16` with half a cell `a`.

use super::BANDS;
use super::points::Places;
use super::smooth::{REACH, STEPS, Smooth};
use crate::error::{Error, Number, Result, Status};
use crate::simd::Lanes;
use std::f64::consts::{LN_2, PI};

/// Moments of a cell: whole vectors at every level.
pub const TERMS: usize = 16;
/// Cell in sigma.
const CELL: f64 = 1.16;
/// More cells than this are for lines that are too narrow for their grid to show.
const MOST_CELLS: f64 = 1e6;
/// All bands share cells of the narrowest line, of which a wide one reaches many: the time grows with the square of the ratio.
const MOST_RATIO: f64 = 30.0;

/// 2^52: added to a whole number, it leaves that in the lowest bits, where it is read in one step.
pub const ROUNDER: f64 = 4_503_599_627_370_496.0;

/// The whole number below 2^32 that `ROUNDER` was added to.
#[inline(always)]
pub fn whole(rounded: f64) -> usize {
    rounded.to_bits() as u32 as usize
}

/// Where cells lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cells {
    pub(super) left: f64,
    pub(super) half: f64,
    pub(super) per_half: f64,
    pub count: usize,
}

impl Cells {
    /// For lines of `fwhm` at the `points` of each band (empty without), moved by its shift.
    pub fn new(points: [&[f64]; BANDS], fwhm: [f64; BANDS], shift: [f64; BANDS]) -> Result<Self> {
        let used = || (0..BANDS).filter(|&band| !points[band].is_empty());
        let sigma = |band: usize| fwhm[band] * SIGMA_PER_FWHM;
        let narrowest = used().map(sigma).fold(f64::INFINITY, f64::min);
        if narrowest.is_infinite() {
            return Ok(Self { left: 0.0, half: 1.0, per_half: 1.0, count: 0 });
        }
        let widest = used().map(sigma).fold(0.0, f64::max);
        if !(widest <= MOST_RATIO * narrowest) {
            return Err(Error::new(
                Status::Option,
                format!(
                    "fwhm: {} and {} cm-1 are too far apart for one fit; lines of different spectra may differ by a factor of \
                     {MOST_RATIO}",
                    Number(narrowest / SIGMA_PER_FWHM),
                    Number(widest / SIGMA_PER_FWHM)
                ),
            ));
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
    #[cfg(test)]
    pub fn place(&self, energy: f64) -> Option<(usize, f64)> {
        let position = (energy - self.left) * self.per_half * 0.5;
        if !(position >= 0.0 && position < self.count as f64) {
            return None;
        }
        let cell = position as usize;
        Some((cell, 2.0 * (position - cell as f64) - 1.0))
    }

    /// Every cell cut into `parts`, a power of 2.
    pub fn cut(&self, parts: usize) -> Self {
        let by = parts as f64;
        Self { left: self.left, half: self.half / by, per_half: self.per_half * by, count: self.count * parts }
    }

    /// `place` in lanes: cells as numbers, `count` for none.
    #[inline(always)]
    pub fn places<V: Lanes>(&self, energy: V) -> (V, V) {
        let position = (energy - V::splat(self.left)) * V::splat(self.per_half * 0.5);
        let is_inside = V::zero().less_equal(position) & position.less_than(V::splat(self.count as f64));
        let cell = position.floor();
        let t = V::splat(2.0) * (position - cell) - V::splat(1.0);
        (V::select(is_inside, cell, V::splat(self.count as f64)), V::select(is_inside, t, V::zero()))
    }

    pub(super) fn step(&self) -> f64 {
        2.0 * self.half / STEPS as f64
    }
}

pub const SIGMA_PER_FWHM: f64 = 0.424_660_900_144_009_5; // 1 / sqrt(8 ln 2)

/// The lines of one band: one width, one shift, the points where its spectrum is wanted.
pub struct BandLines {
    pub(super) cells: Cells,
    pub(super) sigma: f64,
    pub(super) shift: f64,
    /// Either factor of a line about a cell.
    pub(super) smooth: Smooth,
    pub(super) places: Places,
}

impl BandLines {
    #[inline(always)]
    pub fn new<V: Lanes>(cells: Cells, points: &[f64], fwhm: f64, shift: f64) -> Result<Self> {
        let sigma = fwhm * SIGMA_PER_FWHM;
        Ok(Self {
            cells,
            sigma,
            shift,
            smooth: Smooth::new::<V>(cells.half / sigma, cells.step() / sigma)?,
            places: Places::new::<V>(points, shift, cells.left, 0.5 * cells.per_half)?,
        })
    }

    /// What the product of both factors is multiplied by.
    pub(super) fn norm(&self) -> f64 {
        2.0 * self.cells.step() / (self.sigma * (2.0 * PI).sqrt())
    }
}

/// The area of a line of peak 1: what `HL_NORMALIZATION_AREA` divides by.
pub fn area(fwhm: f64) -> f64 {
    fwhm * (PI / (4.0 * LN_2)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::line_sums::LineWork;
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
            let cells = Cells::new([&points, &[], &[]], [FWHM; BANDS], [shift, 0.0, 0.0]).unwrap();
            let lines = BandLines::new::<V>(cells, &points, FWHM, shift).unwrap();
            assert!(lines.smooth.taps < 40);
            let row = 8;
            let mut work = LineWork::default();
            let mut moments = vec![0.0; cells.count * 2 * TERMS];
            if let Some((cell, t)) = cells.place(self.0) {
                let (mut cells_of_lanes, mut places) = ([0.0; 8], [0.0; 8]);
                let (a, b) = cells.places(V::splat(self.0));
                a.store(&mut cells_of_lanes);
                b.store(&mut places);
                assert!(cells_of_lanes[V::WIDTH - 1] == cell as f64 && places[V::WIDTH - 1] == t);
                let powers = Powers::<V>::new();
                let (values, slopes) = (powers.values(t, 1.0), powers.slopes(t, cells.per_half()));
                for part in 0..TERMS / V::WIDTH {
                    values[part].store(&mut moments[(2 * cell) * TERMS + part * V::WIDTH..]);
                    slopes[part].store(&mut moments[(2 * cell + 1) * TERMS + part * V::WIDTH..]);
                }
            }
            lines.smooth_columns_out::<V>(&moments, &(0..cells.count), 2, 2, row, &mut work).unwrap();
            let mut spectra = vec![0.0; points.len() * row];
            lines.columns_at_points::<V>(row, &mut spectra, &mut work).unwrap();
            lines.smooth_out::<V>(&moments, &(0..cells.count), 2, 0, &mut work).unwrap();
            let coarse = work.sticks.to_vec();
            let mut one = vec![0.0; points.len()];
            lines.at_points::<V>(&coarse, &mut one);
            assert!((0..points.len()).all(|i| (one[i] - spectra[i * row]).abs() < 1e-15));
            let (mut with_shift, mut curvatures) = (vec![0.0; points.len()], vec![0.0; points.len()]);
            lines.changes::<V>(&coarse, &points, &mut with_shift, &mut curvatures);
            let mut worst = [0.0f64; 5];
            let s2 = (FWHM * SIGMA_PER_FWHM).powi(2);
            for (i, &x) in points.iter().enumerate() {
                let d = x - shift - self.0;
                let g = gaussian(d);
                let (with_shift, curvature) = (with_shift[i], curvatures[i]);
                let mut at_points = vec![0.0; points.len()];
                at_points[i] = 1.0;
                let mut weights = vec![0.0; cells.count * TERMS];
                lines.transpose::<V>(&at_points, &mut weights, &mut work).unwrap();
                let back = cells.place(self.0).map_or(0.0, |(cell, t)| {
                    (0..TERMS).rev().fold(0.0, |sum, n| sum * t + weights[cell * TERMS + n])
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
