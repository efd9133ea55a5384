//! Sums over lines: from the moments of cells to a coarse grid, from there to points, and the transpose of both.

use super::lines::{BandLines, TERMS};
use super::smooth::STEPS;
use crate::error::Result;
use crate::simd::{self, Aligned, Lanes};
use std::ops::Range;

/// Memory of these sums, used again from one to the next.
#[derive(Default)]
pub struct LineWork {
    /// Columns, [coarse step][row]; only `occupied` of it may differ from 0.
    pub coarse: Aligned,
    /// Coarse steps that any stick reaches.
    pub occupied: Range<usize>,
    /// The sticks' own column, by coarse step.
    pub sticks: Aligned,
    /// Numbers of points on the coarse grid.
    pub pulled: Aligned,
    turned: Aligned,
    images: Aligned,
}

/// Whether all numbers are 0 or -0.
#[inline(always)]
fn is_zero(numbers: &[f64]) -> bool {
    // Without a way out in the middle: whole vectors at a time.
    let mut bits = 0;
    for number in numbers {
        bits |= number.to_bits() << 1;
    }
    bits == 0
}

impl BandLines {
    /// With room for a vector that begins at the last tap of the last cell's first half.
    pub fn coarse_len(&self) -> usize {
        STEPS * self.cells.count + self.smooth.taps + 8
    }

    /// The first factor for the first `used` of `columns` columns: fills `work.coarse` [coarse step][row] from moments
    /// `[cell][columns][TERMS]`, of which those outside `cells` are 0. A row has room for whole vectors of the columns that are used.
    #[inline(always)]
    pub fn smooth_columns_out<V: Lanes>(
        &self,
        moments: &[f64],
        cells: &Range<usize>,
        columns: usize,
        used: usize,
        row: usize,
        work: &mut LineWork,
    ) -> Result<()> {
        let LineWork { coarse, occupied, turned, .. } = work;
        coarse.clear("spectrum", self.coarse_len().saturating_mul(row))?;
        turned.clear("spectrum", TERMS * row)?;
        *occupied = 0..0;
        let zeros = [0.0; TERMS];
        for cell in cells.clone() {
            let moments = &moments[cell * columns * TERMS..][..used * TERMS];
            // Most cells have no sticks.
            if is_zero(moments) {
                continue;
            }
            let first = STEPS * cell;
            occupied.start = if occupied.end == 0 { first } else { occupied.start };
            occupied.end = first + self.smooth.taps;
            for at in (0..row).step_by(V::WIDTH) {
                let rows = &moments.as_chunks::<TERMS>().0[at.min(used)..];
                let mut arrays: [&[f64]; 8] = [&zeros; 8];
                if rows.len() >= V::WIDTH {
                    for i in 0..V::WIDTH {
                        arrays[i] = &rows[i];
                    }
                } else {
                    arrays.iter_mut().zip(rows).for_each(|(array, terms)| *array = terms);
                }
                let mut vectors = [V::zero(); 8];
                for start in (0..TERMS).step_by(V::BLOCK) {
                    V::load_columns(&arrays[..V::WIDTH], start, &mut vectors[..V::BLOCK]);
                    for (n, vector) in vectors[..V::BLOCK].iter().enumerate() {
                        vector.store(&mut turned[(start + n) * row + at..]);
                    }
                }
            }
            self.smooth.add_columns::<V>(turned, row, &mut coarse[first * row..]);
        }
        Ok(())
    }

    /// The same for one of them alone, `column`: fills `work.sticks`.
    #[inline(always)]
    pub fn smooth_out<V: Lanes>(
        &self,
        moments: &[f64],
        cells: &Range<usize>,
        columns: usize,
        column: usize,
        work: &mut LineWork,
    ) -> Result<()> {
        let LineWork { sticks, images, .. } = work;
        let len = self.coarse_len();
        sticks.clear("spectrum", len)?;
        images.clear("spectrum", len)?;
        for cell in cells.clone() {
            let moments = &moments[(cell * columns + column) * TERMS..][..TERMS];
            if !is_zero(moments) {
                self.add_cell::<V>(cell, moments, sticks, images);
            }
        }
        add_images(sticks, images);
        Ok(())
    }

    /// Element i of `images` is the image of element `coarse_len - 1 - i` of the coarse grid.
    #[inline(always)]
    fn add_cell<V: Lanes>(&self, cell: usize, moments: &[f64], coarse: &mut [f64], images: &mut [f64]) {
        let first = STEPS * cell;
        let image = images.len() - first - self.smooth.taps;
        self.smooth.add_column::<V>(moments, &mut coarse[first..], &mut images[image..]);
    }

    /// The second factor: the spectrum of one column at the points.
    #[inline(always)]
    pub fn at_points<V: Lanes>(&self, coarse: &[f64], spectrum: &mut [f64]) {
        let norm = self.norm();
        for run in &self.places.runs {
            let polynomial = self.smooth.polynomial::<V>(&coarse[STEPS * run.cell..], norm);
            self.places.evaluate::<V>(run, &polynomial, spectrum);
        }
    }

    /// Spectra of the columns of `work.coarse` at the points, `[point][row]`.
    #[inline(always)]
    pub fn columns_at_points<V: Lanes>(&self, row: usize, spectra: &mut [f64], work: &mut LineWork) -> Result<()> {
        let LineWork { coarse, turned, .. } = work;
        turned.resize("spectrum", TERMS * row)?;
        let norm = self.norm();
        for run in &self.places.runs {
            self.smooth.polynomials::<V>(&coarse[STEPS * run.cell * row..], row, norm, turned);
            self.places.evaluate_columns::<V>(run, turned, row, spectra);
        }
        Ok(())
    }

    /// How the spectrum of a column at the points changes: with the shift, and its second derivative in x. Polynomials would lose
    /// digits with every derivative; the sum over the coarse grid does not. Bound by its exponentials.
    #[inline(always)]
    pub fn changes<V: Lanes>(&self, coarse: &[f64], points: &[f64], slopes: &mut [f64], curvatures: &mut [f64]) {
        let step = self.cells.step();
        let (norm, inverse) = (V::splat(self.norm()), V::splat(1.0 / (self.sigma * self.sigma)));
        for ((&x, slope), curvature) in points.iter().zip(slopes).zip(curvatures) {
            let position = (x - self.shift - self.cells.left) / step;
            let below = position.floor();
            let first = V::splat(position - below + self.smooth.reach as f64) - V::iota();
            let coarse = &coarse[below as usize..];
            let (mut slopes, mut curvatures) = (V::zero(), V::zero());
            for at in (0..2 * self.smooth.reach + 2).step_by(V::WIDTH) {
                let distance = (first - V::splat(at as f64)) * V::splat(step);
                let square = distance * distance * inverse;
                let value = simd::exp(-square) * norm * V::load(&coarse[at..]);
                slopes = (distance * inverse).mul_add(value, slopes);
                curvatures = V::splat(4.0).mul_add(square, V::splat(-2.0)).mul_add(value, curvatures);
            }
            *slope = 2.0 * slopes.sum();
            *curvature = (curvatures * inverse).sum();
        }
    }

    /// The transpose of `at_points`: fills `work.pulled` [coarse step].
    #[inline(always)]
    pub fn pull<V: Lanes>(&self, at_points: &[f64], work: &mut LineWork) -> Result<()> {
        let LineWork { pulled, images, .. } = work;
        let len = self.coarse_len();
        pulled.clear("spectrum", len)?;
        images.clear("spectrum", len)?;
        let norm = self.norm();
        for run in &self.places.runs {
            let mut moments = self.places.moments::<V>(run, at_points);
            for moment in &mut moments {
                *moment *= norm;
            }
            self.add_cell::<V>(run.cell, &moments, pulled, images);
        }
        add_images(pulled, images);
        Ok(())
    }

    /// The transpose of both: from numbers at the points, the polynomial of each cell whose value is their sum over
    /// the line of a stick there: `polynomials` [cell][TERMS].
    #[inline(always)]
    pub fn transpose<V: Lanes>(&self, at_points: &[f64], polynomials: &mut [f64], work: &mut LineWork) -> Result<()> {
        self.pull::<V>(at_points, work)?;
        for (cell, to) in polynomials.chunks_exact_mut(TERMS).enumerate() {
            let polynomial = self.smooth.polynomial::<V>(&work.pulled[STEPS * cell..], 1.0);
            for n in 0..TERMS {
                to[n] = polynomial[n % 2 * (TERMS / 2) + n / 2];
            }
        }
        Ok(())
    }
}

/// Puts images where they belong: back to front.
#[inline(always)]
pub fn add_images(coarse: &mut [f64], images: &[f64]) {
    for (slot, image) in coarse.iter_mut().zip(images.iter().rev()) {
        *slot += image;
    }
}
