//! Sums over lines: from the moments of cells to a coarse grid, from there to points, and the transpose of both.

use super::lines::{BandLines, STEPS, TERMS};
use crate::error::{Error, Result};
use crate::simd::Lanes;
use std::ops::Range;

/// Memory of these sums, used again from one to the next.
#[derive(Default)]
pub struct LineWork {
    /// [coarse step][row]; only `occupied` of it may differ from 0.
    pub coarse: Vec<f64>,
    /// Coarse steps that any stick reaches.
    pub occupied: Range<usize>,
    /// Numbers of points on the coarse grid.
    pub pulled: Vec<f64>,
    turned: Vec<f64>,
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

/// Gives `vec` the length `len`, all of them 0.
pub fn clear(what: &str, vec: &mut Vec<f64>, len: usize) -> Result<()> {
    vec.clear();
    vec.try_reserve_exact(len).map_err(|_| Error::out_of_memory(what, len.saturating_mul(size_of::<f64>())))?;
    vec.resize(len, 0.0);
    Ok(())
}

impl BandLines {
    pub fn coarse_len(&self) -> usize {
        STEPS * self.cells.count + 1 + 2 * self.reach + self.taps
    }

    /// The first factor: fills `work.coarse` [coarse step][row] from moments `[cell][columns][TERMS]`. A row has room for whole
    /// vectors of columns, or is 1 for a single column.
    #[inline(always)]
    pub fn smooth_out<V: Lanes>(&self, moments: &[f64], columns: usize, row: usize, work: &mut LineWork) -> Result<()> {
        let LineWork { coarse, occupied, turned, .. } = work;
        clear("spectrum", coarse, self.coarse_len().saturating_mul(row))?;
        clear("spectrum", turned, TERMS * row)?;
        *occupied = 0..0;
        for (cell, moments) in moments.chunks_exact(columns * TERMS).enumerate() {
            // Most cells have no sticks.
            if is_zero(moments) {
                continue;
            }
            let first = STEPS * cell;
            occupied.start = if occupied.end == 0 { first } else { occupied.start };
            occupied.end = first + STEPS + 1 + 2 * self.reach;
            let target = &mut coarse[first * row..];
            if row == 1 {
                smooth_column::<V>(&self.smooth_by_term, self.smooth_row, moments, target);
                continue;
            }
            for (column, terms) in moments.chunks_exact(TERMS).enumerate() {
                for (n, &term) in terms.iter().enumerate() {
                    turned[n * row + column] = term;
                }
            }
            let mut at = 0;
            while at + 2 * V::WIDTH <= row {
                smooth_columns::<V, 2>(&self.smooth, turned, target, row, at);
                at += 2 * V::WIDTH;
            }
            if at < row {
                smooth_columns::<V, 1>(&self.smooth, turned, target, row, at);
            }
        }
        Ok(())
    }

    /// The second factor: spectra at the points, `[point][row]`, from the coarse grid. `tapped` is memory.
    #[inline(always)]
    pub fn at_points<V: Lanes>(&self, coarse: &[f64], row: usize, spectra: &mut [f64], tapped: &mut Vec<f64>) -> Result<()> {
        if row == 1 {
            clear("spectrum", tapped, self.taps)?;
            self.column_at_points::<V>(coarse, spectra, tapped);
            return Ok(());
        }
        clear("spectrum", tapped, POINTS * self.taps)?;
        let mut i = 0;
        while i < self.first.len() {
            // Points between the same coarse steps share loads of the columns.
            if i + POINTS <= self.first.len() && self.first[i + POINTS - 1] == self.first[i] {
                self.columns_at::<V, POINTS>(i, coarse, row, spectra, tapped);
                i += POINTS;
            } else {
                self.columns_at::<V, 1>(i, coarse, row, spectra, tapped);
                i += 1;
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn columns_at<V: Lanes, const N: usize>(&self, i: usize, coarse: &[f64], row: usize, spectra: &mut [f64], tapped: &mut [f64]) {
        let taps = self.taps;
        let (mut powers, ratios) = self.powers::<V, N>(i);
        for at in (0..taps).step_by(V::WIDTH) {
            let table = V::load(&self.gaussian.table[at..]);
            for p in 0..N {
                (powers[p] * table).store(&mut tapped[p * taps + at..]);
                powers[p] = powers[p] * ratios[p];
            }
        }
        let weights: [&[f64]; N] = std::array::from_fn(|p| &tapped[p * taps..(p + 1) * taps]);
        for at in (0..row).step_by(V::WIDTH) {
            let mut sums = [V::zero(); N];
            let mut source = &coarse[self.first[i] * row + at..];
            for tap in 0..taps {
                let columns = V::load(source);
                source = source.get(row..).unwrap_or(&[]);
                for p in 0..N {
                    sums[p] = columns.mul_add(V::splat(weights[p][tap]), sums[p]);
                }
            }
            for p in 0..N {
                sums[p].store(&mut spectra[(i + p) * row + at..]);
            }
        }
    }

    /// A single column. Points between the same coarse steps share the table's products with the column.
    #[inline(always)]
    fn column_at_points<V: Lanes>(&self, coarse: &[f64], spectrum: &mut [f64], tapped: &mut [f64]) {
        let mut i = 0;
        while i < spectrum.len() {
            let first = self.first[i];
            let source = &coarse[first..first + tapped.len()];
            for at in (0..tapped.len()).step_by(V::WIDTH) {
                (V::load(&self.gaussian.table[at..]) * V::load(&source[at..])).store(&mut tapped[at..]);
            }
            while i + POINTS <= spectrum.len() && self.first[i + POINTS - 1] == first {
                let sums = self.sum_points::<V, POINTS>(i, tapped);
                spectrum[i..i + POINTS].copy_from_slice(&sums);
                i += POINTS;
            }
            while i < spectrum.len() && self.first[i] == first {
                spectrum[i] = self.sum_points::<V, 1>(i, tapped)[0];
                i += 1;
            }
        }
    }

    /// Where powers of points `i..` begin, and their ratios.
    #[inline(always)]
    fn powers<V: Lanes, const N: usize>(&self, i: usize) -> ([V; N], [V; N]) {
        let mut powers = [V::zero(); N];
        let mut ratios = [V::zero(); N];
        let (starts, steps) = (&self.starts[i * V::WIDTH..(i + N) * V::WIDTH], &self.ratios[i..i + N]);
        for p in 0..N {
            powers[p] = V::load(&starts[p * V::WIDTH..]);
            ratios[p] = V::splat(steps[p]);
        }
        (powers, ratios)
    }

    #[inline(always)]
    fn sum_points<V: Lanes, const N: usize>(&self, i: usize, tapped: &[f64]) -> [f64; N] {
        let (mut powers, ratios) = self.powers::<V, N>(i);
        let mut sums = [V::zero(); N];
        let mut rest = tapped;
        while rest.len() >= V::WIDTH {
            let taps = V::load(rest);
            rest = &rest[V::WIDTH..];
            for p in 0..N {
                sums[p] = powers[p].mul_add(taps, sums[p]);
                powers[p] = powers[p] * ratios[p];
            }
        }
        let mut totals = [0.0; N];
        for p in 0..N {
            let mut lanes = [0.0; 8];
            sums[p].store(&mut lanes);
            totals[p] = ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
        }
        totals
    }

    /// How the spectrum of `column` at point `i` changes: with the shift, and its second derivative in x.
    #[inline(always)]
    pub fn changes(&self, coarse: &[f64], column: usize, row: usize, i: usize, x: f64) -> (f64, f64) {
        let step = self.cells.step();
        let position = (x - self.shift - self.cells.left) / step;
        let inverse = 1.0 / (self.sigma * self.sigma);
        let (mut slope, mut curvature) = (0.0, 0.0);
        let offset = position - position.floor();
        let lanes = self.starts.len() / self.first.len();
        let (mut power, growth) = (self.starts[i * lanes], self.gaussian.growth(offset));
        for tap in 0..2 * self.reach + 2 {
            let distance = (offset + self.reach as f64 - tap as f64) * step;
            let value = power * self.gaussian.table[tap] * coarse[(self.first[i] + tap) * row + column];
            power *= growth;
            slope += 2.0 * distance * inverse * value;
            curvature += (4.0 * distance * distance * inverse - 2.0) * inverse * value;
        }
        (slope, curvature)
    }

    /// The transpose of `at_points`, for one column: fills `pulled` [coarse step]. `tapped` is memory.
    #[inline(always)]
    pub fn pull<V: Lanes>(&self, at_points: &[f64], pulled: &mut Vec<f64>, tapped: &mut Vec<f64>) -> Result<()> {
        clear("spectrum", pulled, self.coarse_len())?;
        clear("spectrum", tapped, self.taps)?;
        let mut i = 0;
        while i < at_points.len() {
            let first = self.first[i];
            while i + POINTS <= at_points.len() && self.first[i + POINTS - 1] == first {
                self.pull_points::<V, POINTS>(at_points, i, tapped);
                i += POINTS;
            }
            while i < at_points.len() && self.first[i] == first {
                self.pull_points::<V, 1>(at_points, i, tapped);
                i += 1;
            }
            let target = &mut pulled[first..first + self.taps];
            for at in (0..self.taps).step_by(V::WIDTH) {
                let slot = &mut target[at..at + V::WIDTH];
                V::load(&tapped[at..]).mul_add(V::load(&self.gaussian.table[at..]), V::load(slot)).store(slot);
            }
            tapped.fill(0.0);
        }
        Ok(())
    }

    #[inline(always)]
    fn pull_points<V: Lanes, const N: usize>(&self, at_points: &[f64], i: usize, tapped: &mut [f64]) {
        let (mut powers, ratios) = self.powers::<V, N>(i);
        let values = &at_points[i..i + N];
        for p in 0..N {
            powers[p] = powers[p] * V::splat(values[p]);
        }
        let mut rest = tapped;
        while rest.len() >= V::WIDTH {
            let (slot, others) = rest.split_at_mut(V::WIDTH);
            let mut sum = V::zero();
            for p in 0..N {
                sum = sum + powers[p];
                powers[p] = powers[p] * ratios[p];
            }
            (V::load(slot) + sum).store(slot);
            rest = others;
        }
    }

    /// The transpose of both: from numbers at the points, the polynomial of each cell whose value is their sum over
    /// the line of a stick there. Written as quantity `quantity` of `weights` [cell][TERMS][row], its derivative in energy as the
    /// quantity after.
    #[inline(always)]
    pub fn transpose<V: Lanes>(
        &self,
        at_points: &[f64],
        quantity: usize,
        row: usize,
        weights: &mut [f64],
        work: &mut LineWork,
    ) -> Result<()> {
        let LineWork { pulled, turned, .. } = work;
        self.pull::<V>(at_points, pulled, turned)?;
        for (cell, table) in weights.chunks_exact_mut(TERMS * row).enumerate() {
            let mut sums = [V::zero(); 4];
            for (tap, terms) in self.smooth.chunks_exact(TERMS).enumerate() {
                let value = V::splat(work.pulled[STEPS * cell + tap]);
                for part in 0..TERMS / V::WIDTH {
                    sums[part] = V::load(&terms[part * V::WIDTH..]).mul_add(value, sums[part]);
                }
            }
            let mut polynomial = [0.0; TERMS];
            for part in 0..TERMS / V::WIDTH {
                sums[part].store(&mut polynomial[part * V::WIDTH..]);
            }
            for n in 0..TERMS {
                table[n * row + quantity] = polynomial[n];
                let next = if n + 1 < TERMS { polynomial[n + 1] * (n + 1) as f64 } else { 0.0 };
                table[n * row + quantity + 1] = next * self.cells.per_half;
            }
        }
        Ok(())
    }
}

/// Points between the same coarse steps that are taken at a time: as many chains of powers and sums as registers hold.
const POINTS: usize = 4;

/// Sums side by side, which hide the latency of one.
const CHAINS: usize = 4;

/// Adds `COLUMNS` vectors of a cell's columns, from `at` on, to the coarse grid.
#[inline(always)]
fn smooth_columns<V: Lanes, const COLUMNS: usize>(
    smooth: &[f64],
    turned: &[f64],
    coarse: &mut [f64],
    row: usize,
    at: usize,
) {
    for (group, taps) in smooth.chunks(CHAINS * TERMS).enumerate() {
        let mut sums = [[V::zero(); COLUMNS]; CHAINS];
        // The last group may have fewer steps; what is computed for the others is not stored.
        let mut table = [0.0; CHAINS * TERMS];
        let taps = if taps.len() == CHAINS * TERMS {
            taps
        } else {
            table[..taps.len()].copy_from_slice(taps);
            &table
        };
        for n in 0..TERMS {
            let mut terms = [V::zero(); COLUMNS];
            for (column, term) in terms.iter_mut().enumerate() {
                *term = V::load(&turned[n * row + at + column * V::WIDTH..]);
            }
            for tap in 0..CHAINS {
                let weight = V::splat(taps[tap * TERMS + n]);
                for column in 0..COLUMNS {
                    sums[tap][column] = terms[column].mul_add(weight, sums[tap][column]);
                }
            }
        }
        let steps = (smooth.len() / TERMS - group * CHAINS).min(CHAINS);
        for (tap, sums) in sums.iter().enumerate().take(steps) {
            for (column, &sum) in sums.iter().enumerate() {
                let slot = &mut coarse[(group * CHAINS + tap) * row + at + column * V::WIDTH..];
                (V::load(slot) + sum).store(slot);
            }
        }
    }
}

/// Adds the moments of one column of a cell to the coarse grid.
#[inline(always)]
fn smooth_column<V: Lanes>(by_term: &[f64], row: usize, moments: &[f64], coarse: &mut [f64]) {
    let mut at = 0;
    while at + CHAINS * V::WIDTH <= row {
        smooth_strip::<V, CHAINS>(by_term, row, moments, coarse, at);
        at += CHAINS * V::WIDTH;
    }
    while at < row {
        smooth_strip::<V, 1>(by_term, row, moments, coarse, at);
        at += V::WIDTH;
    }
}

#[inline(always)]
fn smooth_strip<V: Lanes, const STRIP: usize>(by_term: &[f64], row: usize, moments: &[f64], coarse: &mut [f64], at: usize) {
    let mut sums = [V::zero(); STRIP];
    for (n, &moment) in moments[..TERMS].iter().enumerate() {
        let moment = V::splat(moment);
        for (s, sum) in sums.iter_mut().enumerate() {
            *sum = V::load(&by_term[n * row + at + s * V::WIDTH..]).mul_add(moment, *sum);
        }
    }
    for (s, &sum) in sums.iter().enumerate() {
        let slot = &mut coarse[at + s * V::WIDTH..];
        (V::load(slot) + sum).store(slot);
    }
}
