//! Moments of Gaussians whose axes are those of the laboratory: products of one-dimensional ones.
//!
//! `E[x^p y^q z^r] = X_p Y_q Z_r` with `X_(k+1) = c X_k + k S X_(k-1)`. The sum over pairs is a matrix product: row (p, q)
//! of the moments is `sum_pairs X_p Y_q (Z_0, Z_1, ...)`, vectors along r; a block of up to six rows and two vectors stays in
//! registers while the pairs go by. Bound by the multiply-add units: 14 operations to 9 loads a pair and block.

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
        for r in (0..=degree - p).step_by(2 * V::WIDTH) {
            // Rows that reach into the second vector from r on have both; the last rows, a vector's width of them, one.
            let height = degree - p - r + 1;
            let both = height.saturating_sub(V::WIDTH);
            let product = Product { axes, pairs: batch.len, p, r, rows: layout.rows(p) };
            let blocks = both.div_ceil(6);
            for block in 0..blocks {
                let rows = both * block / blocks..both * (block + 1) / blocks;
                match rows.len() {
                    1 => product.add::<V, 1, 2, 2>(rows.start, moments),
                    2 => product.add::<V, 2, 2, 2>(rows.start, moments),
                    3 => product.add::<V, 3, 2, 1>(rows.start, moments),
                    4 => product.add::<V, 4, 2, 1>(rows.start, moments),
                    5 => product.add::<V, 5, 2, 1>(rows.start, moments),
                    6 => product.add::<V, 6, 2, 1>(rows.start, moments),
                    _ => unreachable!("blocks of 1 to 6 rows"),
                }
            }
            match height - both {
                1 => product.add::<V, 1, 1, 4>(both, moments),
                2 => product.add::<V, 2, 1, 4>(both, moments),
                3 => product.add::<V, 3, 1, 2>(both, moments),
                4 => product.add::<V, 4, 1, 2>(both, moments),
                5 => product.add::<V, 5, 1, 2>(both, moments),
                6 => product.add::<V, 6, 1, 1>(both, moments),
                7 => product.add::<V, 7, 1, 1>(both, moments),
                8 => product.add::<V, 8, 1, 1>(both, moments),
                _ => unreachable!("a vector has at most 8 lanes"),
            }
        }
    }
    batch.len = 0;
}

/// Moments at x^p and z^r, z^(r+1), ... for some powers of y.
struct Product<'a> {
    axes: &'a Axes,
    pairs: usize,
    p: usize,
    r: usize,
    rows: &'a [usize],
}

impl Product<'_> {
    /// Rows q .. q + ROWS, so many vectors along r. `CHAINS` pairs go side by side, each with sums of its own, where there
    /// would be too few sums to keep the multiply-add units busy.
    #[inline(always)]
    fn add<V: Lanes, const ROWS: usize, const VECTORS: usize, const CHAINS: usize>(&self, q: usize, moments: &mut [f64]) {
        let (stride, p, r) = (self.axes.stride, self.p, self.r);
        let [x, y, z] = &self.axes.powers;
        assert!(p < stride && q + ROWS <= stride && r + VECTORS * V::WIDTH <= stride);
        let mut sums = [[[V::zero(); VECTORS]; ROWS]; CHAINS];
        // Pairs beyond the last have no weight.
        let pairs = self.pairs.next_multiple_of(CHAINS) * stride;
        let step = CHAINS * stride;
        let steps = x[..pairs].chunks_exact(step).zip(y[..pairs].chunks_exact(step)).zip(z[..pairs].chunks_exact(step));
        for ((x, y), z) in steps {
            for (chain, sums) in sums.iter_mut().enumerate() {
                let first = chain * stride;
                let x = V::splat(x[first + p]);
                let mut xz = [V::zero(); VECTORS];
                for (xz, z) in xz.iter_mut().zip(z[first + r..first + r + VECTORS * V::WIDTH].chunks_exact(V::WIDTH)) {
                    *xz = x * V::load(z);
                }
                let y: &[f64; ROWS] = y[first + q..first + q + ROWS].try_into().expect("ROWS of them");
                for (sums, &y) in sums.iter_mut().zip(y) {
                    let y = V::splat(y);
                    for (sum, &xz) in sums.iter_mut().zip(&xz) {
                        *sum = xz.mul_add(y, *sum);
                    }
                }
            }
        }
        for (row, &start) in self.rows[q..q + ROWS].iter().enumerate() {
            for vector in 0..VECTORS {
                let at = start + r + vector * V::WIDTH;
                let target = &mut moments[at..at + V::WIDTH];
                let mut sum = sums[0][row][vector];
                for chain in &sums[1..] {
                    sum = sum + chain[row][vector];
                }
                (V::load(target) + sum).store(target);
            }
        }
    }
}
