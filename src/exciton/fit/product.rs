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

use super::lines::{BandLines, GaussianRows, REACH};
use super::line_sums::LineWork;
use crate::error::{Result, try_vec};
use crate::simd::Lanes;

pub struct Product {
    /// `exp(-(k H)^2 / (2 sigma^2))` for k coarse steps from 0 on.
    near: Vec<f64>,
    /// `s^2 sum_i u_i exp(...)` by `a + b`.
    at_middle: Vec<f64>,
}

impl Product {
    /// For the weights `u` of the `points`.
    #[inline(always)]
    pub fn new<V: Lanes>(lines: &BandLines, points: &[f64], weights: &[f64]) -> Result<Self> {
        let step = lines.cells.step();
        let reach = (2f64.sqrt() * REACH * lines.sigma / step).ceil() as usize;
        let used = 2 * reach + 2;
        let len = used.next_multiple_of(V::WIDTH);
        let rate = 0.5 * (step / lines.sigma).powi(2);
        let rows = GaussianRows::new(rate, reach, used, len, lines.norm().powi(2))?;
        let mut at_middle = try_vec("lines", 2 * lines.coarse_len() + len, 0.0)?;
        for (&x, &weight) in points.iter().zip(weights) {
            if weight == 0.0 {
                continue;
            }
            // In halves of a coarse step, from the first coarse point on.
            let position = 2.0 * ((x - lines.shift - lines.cells.left) / step + lines.reach as f64);
            let below = position.floor();
            let (start, ratio) = rows.powers::<V>(position - below);
            let (mut power, ratio) = (start * V::splat(weight), V::splat(ratio));
            // Lines end farther from the first coarse point than this sum reaches.
            let target = &mut at_middle[below as usize - reach..][..len];
            for at in (0..len).step_by(V::WIDTH) {
                let slot = &mut target[at..at + V::WIDTH];
                V::load(&rows.table[at..]).mul_add(power, V::load(slot)).store(slot);
                power = power * ratio;
            }
        }
        let mut near = try_vec("lines", reach + 1, 0.0)?;
        for (k, slot) in near.iter_mut().enumerate() {
            *slot = (-rate * (k * k) as f64).exp();
        }
        Ok(Self { near, at_middle })
    }

    /// Fills `products` [row][row] with the products of all columns of `work.coarse` [coarse step][row]. `scratch` is memory.
    ///
    /// Half of A times the columns, row by row, then the columns' products with that; the other half is the transpose.
    #[inline(always)]
    pub fn of<V: Lanes>(&self, work: &LineWork, row: usize, columns: usize, scratch: &mut Vec<f64>, products: &mut Vec<f64>) -> Result<()> {
        super::line_sums::clear("fit", products, row * row)?;
        super::line_sums::clear("fit", scratch, row + self.near.len())?;
        let (sums, weights) = scratch.split_at_mut(row);
        let occupied = work.occupied.clone();
        for a in occupied.clone() {
            let steps = self.near.len().min(occupied.end - a);
            for (k, weight) in weights[..steps].iter_mut().enumerate() {
                *weight = self.near[k] * self.at_middle[2 * a + k];
            }
            weights[0] *= 0.5;
            let block = &work.coarse[a * row..(a + steps) * row];
            let mut at = 0;
            while at + 3 * V::WIDTH <= row {
                weighted_sum::<V, 3>(&weights[..steps], block, row, at, sums);
                at += 3 * V::WIDTH;
            }
            while at < row {
                weighted_sum::<V, 1>(&weights[..steps], block, row, at, sums);
                at += V::WIDTH;
            }
            for (c, &element) in block[..columns].iter().enumerate() {
                let element = V::splat(element);
                let target = &mut products[c * row..(c + 1) * row];
                for at in (0..row).step_by(V::WIDTH) {
                    let slot = &mut target[at..at + V::WIDTH];
                    V::load(&sums[at..]).mul_add(element, V::load(slot)).store(slot);
                }
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

/// `sums[at..] = sum_k weights[k] block[k][at..]`, `STRIP` vectors wide. Two chains for each, which hide half of a multiply-add's
/// latency; bound by loads.
#[inline(always)]
fn weighted_sum<V: Lanes, const STRIP: usize>(weights: &[f64], block: &[f64], row: usize, at: usize, sums: &mut [f64]) {
    let mut even = [V::zero(); STRIP];
    let mut odd = [V::zero(); STRIP];
    let mut k = 0;
    while k + 2 <= weights.len() {
        add_row::<V, STRIP>(weights[k], &block[k * row + at..], &mut even);
        add_row::<V, STRIP>(weights[k + 1], &block[(k + 1) * row + at..], &mut odd);
        k += 2;
    }
    if k < weights.len() {
        add_row::<V, STRIP>(weights[k], &block[k * row + at..], &mut even);
    }
    for s in 0..STRIP {
        (even[s] + odd[s]).store(&mut sums[at + s * V::WIDTH..]);
    }
}

#[inline(always)]
fn add_row<V: Lanes, const STRIP: usize>(weight: f64, row: &[f64], sums: &mut [V; STRIP]) {
    let (weight, row) = (V::splat(weight), &row[..STRIP * V::WIDTH]);
    for s in 0..STRIP {
        sums[s] = V::load(&row[s * V::WIDTH..]).mul_add(weight, sums[s]);
    }
}

/// `sums[at] = sum_a coarse[a][at] numbers[a]`: what columns pull together with numbers on the coarse grid.
#[inline(always)]
pub fn columns_with<V: Lanes>(work: &LineWork, row: usize, sums: &mut [f64]) {
    let occupied = work.occupied.clone();
    let block = &work.coarse[occupied.start * row..occupied.end * row];
    for at in (0..row).step_by(V::WIDTH) {
        weighted_sum::<V, 1>(&work.pulled[occupied.clone()], block, row, at, sums);
    }
}
