//! Pairs on their way into vectors, one pair to a lane.

use super::shape::{Shape, Symmetric};
use crate::simd::{self, Lanes};

/// Pairs that are worked on together: their one-dimensional moments stay in the first-level cache.
pub const PAIRS: usize = 32;

/// Product Gaussians of up to `PAIRS` pairs, each quantity an array over pairs.
pub struct Batch {
    pub centre: [[f64; PAIRS]; 3],
    /// xx, yy, zz, xy, xz, yz.
    pub covariance: [[f64; PAIRS]; 6],
    /// -K/2.
    exponent: [f64; PAIRS],
    prefactor: [f64; PAIRS],
    pub len: usize,
}

impl Batch {
    pub fn new() -> Self {
        Self {
            centre: [[0.0; PAIRS]; 3],
            covariance: [[0.0; PAIRS]; 6],
            exponent: [0.0; PAIRS],
            prefactor: [0.0; PAIRS],
            len: 0,
        }
    }

    pub fn is_full(&self) -> bool {
        self.len == PAIRS
    }

    #[inline(always)]
    pub fn push(&mut self, shape: &Shape, r: [f64; 3], inverse_square_width: f64) {
        let (c, k) = shape.centre(r, inverse_square_width);
        self.set(self.len, c, &shape.covariance, -0.5 * k, shape.prefactor);
        self.len += 1;
    }

    /// Fills up to whole vectors with pairs of no weight, and says how many there are then.
    #[inline(always)]
    pub fn pad<V: Lanes>(&mut self) -> usize {
        let whole = self.len.next_multiple_of(V::WIDTH);
        for lane in self.len..whole {
            self.set(lane, [0.0; 3], &[0.0; 6], 0.0, 0.0);
        }
        whole
    }

    /// The weights of the pairs from `first` on.
    #[inline(always)]
    pub fn weights<V: Lanes>(&self, first: usize) -> V {
        // Rounding can make K of a far flat neighbour a little negative; exp wants no positive argument.
        let exponent = -(-V::load(&self.exponent[first..])).max(V::zero());
        simd::exp(exponent) * V::load(&self.prefactor[first..])
    }

    #[inline(always)]
    fn set(&mut self, lane: usize, c: [f64; 3], s: &Symmetric, exponent: f64, prefactor: f64) {
        for k in 0..3 {
            self.centre[k][lane] = c[k];
        }
        for k in 0..6 {
            self.covariance[k][lane] = s[k];
        }
        self.exponent[lane] = exponent;
        self.prefactor[lane] = prefactor;
    }
}

/// Writes `vectors[k]`, k = 0.., whose lanes are pairs `first..`, as `into[pair * stride + k]`. `vectors` are stored lane
/// by lane and are a multiple of the padding in number.
#[inline(always)]
pub fn transpose<V: Lanes>(vectors: &[f64], first: usize, stride: usize, into: &mut [f64]) {
    let mut block = [V::zero(); 8];
    for (number, columns) in vectors.chunks_exact(V::WIDTH * V::WIDTH).enumerate() {
        let mut arrays: [&[f64]; 8] = [&[]; 8];
        for (array, column) in arrays.iter_mut().zip(columns.chunks_exact(V::WIDTH)) {
            *array = column;
        }
        V::load_columns(&arrays[..V::WIDTH], 0, &mut block[..V::WIDTH]);
        for (pair, vector) in block[..V::WIDTH].iter().enumerate() {
            vector.store(&mut into[(first + pair) * stride + number * V::WIDTH..]);
        }
    }
}
