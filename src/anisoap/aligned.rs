//! Moments of Gaussians whose axes are those of the laboratory: products of one-dimensional ones.
//!
//! `E[x^p y^q z^r] = X_p Y_q Z_r` with `X_(k+1) = c X_k + k S X_(k-1)`. The sum over pairs is a matrix product: row (p, q)
//! of the moments is `sum_pairs X_p Y_q (Z_0, Z_1, ...)`, a vector along r; eight rows at a time stay in registers
//! while the pairs go by. Bound by the multiply-add units: 8 of them to 10 loads a pair.

use super::batch::{Batch, PAIRS, transpose};
use super::moments::{Moments, PADDING, padded};
use crate::simd::Lanes;

/// One-dimensional moments of a batch.
pub struct Axes {
    /// `stride` numbers for each pair.
    powers: [Vec<f64>; 3],
    stride: usize,
    column: Vec<f64>,
}

impl Axes {
    pub fn new(degree: usize) -> crate::error::Result<Self> {
        let stride = padded(degree + 1);
        let table = || crate::error::try_vec("one-dimensional moments", stride * PAIRS, 0.0);
        Ok(Self { powers: [table()?, table()?, table()?], stride, column: crate::error::try_vec("moments", stride * PADDING, 0.0)? })
    }

    #[inline(always)]
    fn fill<V: Lanes>(&mut self, batch: &Batch, whole: usize) {
        let degree = self.stride - 1;
        for first in (0..whole).step_by(V::WIDTH) {
            for axis in 0..3 {
                let c = V::load(&batch.centre[axis][first..]);
                let s = V::load(&batch.covariance[axis][first..]);
                let mut last = V::zero();
                let mut power = if axis == 2 { batch.weights::<V>(first) } else { V::splat(1.0) };
                let mut k_times_s = V::zero();
                power.store(&mut self.column);
                for k in 0..degree {
                    let next = c.mul_add(power, k_times_s * last);
                    next.store(&mut self.column[(k + 1) * V::WIDTH..]);
                    (last, power) = (power, next);
                    k_times_s = k_times_s + s;
                }
                transpose::<V>(&self.column[..self.stride * V::WIDTH], first, self.stride, &mut self.powers[axis]);
            }
        }
    }
}

/// Adds the batch's moments.
#[inline(always)]
pub fn add<V: Lanes>(batch: &mut Batch, axes: &mut Axes, layout: &Moments, moments: &mut [f64]) {
    let whole = batch.pad::<V>();
    axes.fill::<V>(batch, whole);
    let degree = layout.degree;
    for p in 0..=degree {
        let rows = layout.rows(p);
        for r in (0..=degree - p).step_by(V::WIDTH) {
            // Rows that reach as far as r, in blocks of about the same height.
            let height = degree - p - r + 1;
            let blocks = height.div_ceil(8);
            let mut q = 0;
            for block in 0..blocks {
                let end = height * (block + 1) / blocks;
                let product = Product { axes, pairs: batch.len, p, q, r, rows: &rows[q..end] };
                match end - q {
                    1 => product.add::<V, 1>(moments),
                    2 => product.add::<V, 2>(moments),
                    3 => product.add::<V, 3>(moments),
                    4 => product.add::<V, 4>(moments),
                    5 => product.add::<V, 5>(moments),
                    6 => product.add::<V, 6>(moments),
                    7 => product.add::<V, 7>(moments),
                    8 => product.add::<V, 8>(moments),
                    _ => unreachable!("blocks of 1 to 8 rows"),
                }
                q = end;
            }
        }
    }
    batch.len = 0;
}

/// A block of rows (p, q), (p, q + 1), ... at z^r, z^(r+1), ...
struct Product<'a> {
    axes: &'a Axes,
    pairs: usize,
    p: usize,
    q: usize,
    r: usize,
    rows: &'a [usize],
}

impl Product<'_> {
    #[inline(always)]
    fn add<V: Lanes, const ROWS: usize>(self, moments: &mut [f64]) {
        let stride = self.axes.stride;
        let [x, y, z] = &self.axes.powers;
        let mut sums = [V::zero(); ROWS];
        let pairs = x.chunks_exact(stride).zip(y.chunks_exact(stride)).zip(z.chunks_exact(stride)).take(self.pairs);
        for ((x, y), z) in pairs {
            let xz = V::load(&z[self.r..]) * V::splat(x[self.p]);
            let y: &[f64; ROWS] = y[self.q..self.q + ROWS].try_into().expect("ROWS of them");
            for (sum, &y) in sums.iter_mut().zip(y) {
                *sum = xz.mul_add(V::splat(y), *sum);
            }
        }
        for (sum, row) in sums.into_iter().zip(self.rows) {
            let target = &mut moments[row + self.r..row + self.r + V::WIDTH];
            (V::load(target) + sum).store(target);
        }
    }
}
