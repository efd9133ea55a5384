//! `J^T W J` of columns on the coarse grid, without the rows of J.
//!
//! A spectrum at the points is `S c`, with `S_ia = s exp(-(x_i - y_a)^2 / sigma^2)` and what a column has at the coarse points
//! `y_a`. The products of two columns, weighted by `u_i`, are `c^T A c'` with
//!
//! ```text
//! A_ab = sum_i u_i S_ia S_ib = s^2 exp(-(y_a - y_b)^2 / (2 sigma^2)) sum_i u_i exp(-2 (x_i - (y_a + y_b) / 2)^2 / sigma^2)
//! ```
//!
//! whose last sum depends on `a + b` alone: one number for each half of a coarse step, made once for all evaluations. What is cut
//! is `exp(-36)` of a term in either factor, as in `lines`. There are as many coarse points as a spectrum has features, however
//! many points were measured.

use super::line_sums::{LineWork, add_images};
use super::lines::BandLines;
use super::points::Places;
use super::smooth::{STEPS, Smooth};
use crate::error::{Result, try_vec};
use crate::simd::{Aligned, Lanes};
use std::f64::consts::SQRT_2;

pub struct Product {
    /// `exp(-(k H)^2 / (2 sigma^2))` for k coarse steps from 0 on.
    near: Vec<f64>,
    /// `s^2 sum_i u_i exp(...)` by `a + b`.
    at_middle: Aligned,
}

impl Product {
    /// For the weights `u` of the `points`.
    ///
    /// The Gaussian is half as wide as a line, so halves of cells are to it what cells are to lines: a sum over the points of a half
    /// is one over their moments.
    #[inline(always)]
    pub fn new<V: Lanes>(lines: &BandLines, points: &[f64], weights: &[f64]) -> Result<Self> {
        let cells = lines.cells;
        // In units in which the Gaussian is exp(-y^2).
        let (half, step) = (cells.half / (SQRT_2 * lines.sigma), cells.step() / (SQRT_2 * lines.sigma));
        let smooth = Smooth::new::<V>(half, step)?;
        let places = Places::new::<V>(points, lines.shift, cells.left, cells.per_half)?;
        // With room for the last coarse point and all that are near to it.
        let len = 2 * lines.coarse_len() + smooth.taps;
        let mut at_middle = Aligned::zeros("lines", len)?;
        let mut images = Aligned::zeros("lines", len)?;
        let norm = lines.norm() * lines.norm();
        for run in &places.runs {
            let mut moments = places.moments::<V>(run, weights);
            for moment in &mut moments {
                *moment *= norm;
            }
            // Lines begin farther to the left than this sum reaches: sqrt(2) times as many coarse steps, of which there are two here.
            let first = 2 * lines.smooth.reach - smooth.reach + STEPS * run.cell;
            let image = images.len() - first - smooth.taps;
            smooth.add_column::<V>(&moments, &mut at_middle[first..], &mut images[image..]);
        }
        add_images(&mut at_middle, &images);
        let mut near = try_vec("lines", smooth.reach + 1, 0.0)?;
        for (k, slot) in near.iter_mut().enumerate() {
            *slot = (-(step * k as f64).powi(2)).exp();
        }
        Ok(Self { near, at_middle })
    }

    /// Fills `products` [row][row] with the products of the first `columns` columns of `work.coarse` [coarse step][row]. `scratch` is
    /// memory.
    ///
    /// Half of A times the columns, two rows at a time, then the columns' products with that; the other half is the transpose.
    #[inline(always)]
    pub fn of<V: Lanes>(&self, work: &LineWork, row: usize, columns: usize, scratch: &mut Aligned, products: &mut Aligned) -> Result<()> {
        products.resize("fit", row * row)?;
        if row == 0 {
            return Ok(());
        }
        let occupied = work.occupied.clone();
        let block = &work.coarse[occupied.start * row..occupied.end * row];
        let middles = &self.at_middle[2 * occupied.start..];
        let (steps, reach) = (occupied.len(), self.near.len());
        scratch.resize("fit", steps * row + 2 * (reach + 1))?;
        let (halves, weights) = scratch.split_at_mut(steps * row);
        for a in (0..steps).step_by(2) {
            // Of rows a and a + 1, which begins a step later, by coarse step from a on.
            let (near, middles) = (&self.near[..reach], &middles[2 * a..2 * a + 2 + reach]);
            let (one, other) = weights.split_at_mut(reach + 1);
            for k in 0..reach {
                one[k] = near[k] * middles[k];
                other[k + 1] = near[k] * middles[k + 2];
            }
            (one[0], one[reach]) = (0.5 * one[0], 0.0);
            (other[0], other[1]) = (0.0, 0.5 * other[1]);
            let used = (reach + 1).min(steps - a);
            let (block, halves) = (&block[a * row..(a + used) * row], &mut halves[a * row..(a + 2).min(steps) * row]);
            let mut at = 0;
            while at + 2 * V::WIDTH <= row {
                add_rows::<V, 2>(&one[..used], &other[..used], block, row, at, halves);
                at += 2 * V::WIDTH;
            }
            if at < row {
                add_rows::<V, 1>(&one[..used], &other[..used], block, row, at, halves);
            }
        }
        for c in (0..columns).step_by(COLUMNS) {
            let mut at = 0;
            while at + 2 * V::WIDTH <= row {
                multiply::<V, 2>(block, halves, row, c, at, products);
                at += 2 * V::WIDTH;
            }
            if at < row {
                multiply::<V, 1>(block, halves, row, c, at, products);
            }
        }
        for c in 0..columns {
            for d in 0..=c {
                let both = products[c * row + d] + products[d * row + c];
                products[c * row + d] = both;
                products[d * row + c] = both;
            }
        }
        Ok(())
    }
}

/// Columns that are multiplied together: rows hold whole vectors, of four numbers at least.
const COLUMNS: usize = 4;

/// Elements `at..` of two rows of `halves`: sums over the rows of `block` weighted by `one` and `other`, `STRIP` vectors wide. Even
/// and odd rows apart: eight chains with two vectors, as many as hide a multiply-add's latency, and as many loads as multiply-adds.
#[inline(always)]
fn add_rows<V: Lanes, const STRIP: usize>(one: &[f64], other: &[f64], block: &[f64], row: usize, at: usize, halves: &mut [f64]) {
    let mut even = [[V::zero(); STRIP]; 2];
    let mut odd = [[V::zero(); STRIP]; 2];
    let (block, one, other) = (&block[at..], &one[..], &other[..one.len()]);
    let mut k = 0;
    while k + 2 <= one.len() {
        add_row::<V, STRIP>([one[k], other[k]], &block[k * row..], &mut even);
        add_row::<V, STRIP>([one[k + 1], other[k + 1]], &block[(k + 1) * row..], &mut odd);
        k += 2;
    }
    if k < one.len() {
        add_row::<V, STRIP>([one[k], other[k]], &block[k * row..], &mut even);
    }
    for (a, half) in halves.chunks_exact_mut(row).enumerate() {
        for s in 0..STRIP {
            (even[a][s] + odd[a][s]).store(&mut half[at + s * V::WIDTH..]);
        }
    }
}

#[inline(always)]
fn add_row<V: Lanes, const STRIP: usize>(weights: [f64; 2], row: &[f64], sums: &mut [[V; STRIP]; 2]) {
    let weights = [V::splat(weights[0]), V::splat(weights[1])];
    let row = &row[..STRIP * V::WIDTH];
    for s in 0..STRIP {
        let numbers = V::load(&row[s * V::WIDTH..]);
        for a in 0..2 {
            sums[a][s] = numbers.mul_add(weights[a], sums[a][s]);
        }
    }
}

/// Elements `at..` of rows `c..` of `products`: the columns of `block` times those of `halves`, `STRIP` vectors wide.
#[inline(always)]
fn multiply<V: Lanes, const STRIP: usize>(block: &[f64], halves: &[f64], row: usize, c: usize, at: usize, products: &mut [f64]) {
    let mut sums = [[V::zero(); STRIP]; COLUMNS];
    for (block, half) in block.chunks_exact(row).zip(halves.chunks_exact(row)) {
        let (block, half) = (&block[c..c + COLUMNS], &half[at..at + STRIP * V::WIDTH]);
        for i in 0..COLUMNS {
            let element = V::splat(block[i]);
            for s in 0..STRIP {
                sums[i][s] = V::load(&half[s * V::WIDTH..]).mul_add(element, sums[i][s]);
            }
        }
    }
    for i in 0..COLUMNS {
        for s in 0..STRIP {
            sums[i][s].store(&mut products[(c + i) * row + at + s * V::WIDTH..]);
        }
    }
}

/// `sums[at] = sum_a coarse[a][at] numbers[a]`: what columns pull together with numbers on the coarse grid. Bound by loads.
#[inline(always)]
pub fn columns_with<V: Lanes>(work: &LineWork, row: usize, sums: &mut [f64]) {
    let occupied = work.occupied.clone();
    let block = &work.coarse[occupied.start * row..occupied.end * row];
    let numbers = &work.pulled[occupied];
    for at in (0..row).step_by(V::WIDTH) {
        let mut chains = [V::zero(); 4];
        let mut rows = block.chunks_exact(4 * row);
        let mut fours = numbers.chunks_exact(4);
        for (block, numbers) in (&mut rows).zip(&mut fours) {
            for i in 0..4 {
                chains[i] = V::load(&block[i * row + at..]).mul_add(V::splat(numbers[i]), chains[i]);
            }
        }
        for (from, number) in rows.remainder().chunks_exact(row).zip(fours.remainder()) {
            chains[0] = V::load(&from[at..]).mul_add(V::splat(*number), chains[0]);
        }
        ((chains[0] + chains[1]) + (chains[2] + chains[3])).store(&mut sums[at..]);
    }
}
