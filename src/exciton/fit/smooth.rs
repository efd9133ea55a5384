//! `exp(-y^2)` at the steps of a coarse grid about a cell, as polynomials of the place in the cell; and sums with them.
//!
//! One table serves both factors of a line (`lines`): from a stick to the coarse grid, and from there to points, as a Gaussian
//! does not care which of its ends is which. Steps lie alike about the middle of a cell, so the polynomial of a step at `-t` is that
//! of its mirror image at `t`: even and odd powers are summed apart for half of the steps, and sum and difference of the two belong to
//! a step and to its image. That is half of the arithmetic, and half of the table.

use super::chebyshev;
use super::lines::TERMS;
use crate::error::Result;
use crate::simd::{self, Aligned, Lanes};

/// Coarse steps to a cell. Odd numbers leave no step in the middle of all.
pub const STEPS: usize = 3;
/// Where a factor stops: `exp(-36)`.
pub const REACH: f64 = 6.0;
/// Even powers, and odd ones.
const HALF: usize = TERMS / 2;
/// Pairs of steps that are taken together: with even and odd sums of three vectors of columns they fill sixteen registers.
const TOGETHER: usize = 2;

pub struct Smooth {
    /// Coarse steps that it reaches beyond a cell.
    pub reach: usize,
    /// Coarse steps about a cell, from `-reach` on; tap `taps - 1 - i` is the image of tap `i`.
    pub taps: usize,
    /// [pair of taps, padded][even powers, then odd powers] of the first of the two.
    table: Aligned,
    /// The same by term, [TERMS][pairs, padded to `row`].
    by_term: Aligned,
    row: usize,
}

impl Smooth {
    /// For half a cell and a step in the Gaussian's own unit.
    #[inline(always)]
    pub fn new<V: Lanes>(half: f64, step: f64) -> Result<Self> {
        let reach = (REACH / step).ceil() as usize;
        let taps = STEPS + 1 + 2 * reach;
        let pairs = taps / 2;
        let row = pairs.next_multiple_of(V::WIDTH);
        let mut smooth = Self {
            reach,
            taps,
            table: Aligned::zeros("lines", pairs.next_multiple_of(TOGETHER) * TERMS)?,
            by_term: Aligned::zeros("lines", row * TERMS)?,
            row,
        };
        let (nodes, cosines) = chebyshev::points();
        let polynomials = chebyshev::polynomials();
        for (pair, terms) in smooth.table.chunks_exact_mut(TERMS).take(pairs).enumerate() {
            let y = V::splat((pair as f64 - reach as f64) * step - half);
            let mut samples = [0.0; TERMS];
            for at in (0..TERMS).step_by(V::WIDTH) {
                let distance = V::splat(half).neg_mul_add(V::load(&nodes[at..]), y);
                simd::exp(-(distance * distance)).store(&mut samples[at..]);
            }
            let mut coefficients = [0.0; TERMS];
            times_matrix::<V>(&samples, &cosines, &mut coefficients);
            times_matrix::<V>(&coefficients, &polynomials, terms);
            for (n, slot) in smooth.by_term.chunks_exact_mut(row).enumerate() {
                slot[pair] = terms[n % 2 * HALF + n / 2];
            }
        }
        Ok(smooth)
    }

    /// Adds `row / WIDTH` vectors of columns of a cell, `turned` [TERMS][row], to its taps `coarse` [tap][row]. As many loads as
    /// multiply-adds, and a little more of the latter with three vectors.
    #[inline(always)]
    pub fn add_columns<V: Lanes>(&self, turned: &[f64], row: usize, coarse: &mut [f64]) {
        let mut at = 0;
        while at < row {
            let vectors = ((row - at) / V::WIDTH).min(3);
            for pair in (0..self.taps / 2).step_by(TOGETHER) {
                match vectors {
                    3 => self.add_pairs::<V, 3>(pair, turned, row, at, coarse),
                    2 => self.add_pairs::<V, 2>(pair, turned, row, at, coarse),
                    _ => self.add_pairs::<V, 1>(pair, turned, row, at, coarse),
                }
            }
            at += vectors * V::WIDTH;
        }
    }

    #[inline(always)]
    fn add_pairs<V: Lanes, const VECTORS: usize>(&self, pair: usize, turned: &[f64], row: usize, at: usize, coarse: &mut [f64]) {
        // Lengths that the compiler knows: no checks of bounds between the multiply-adds, which were a third of all instructions here.
        let weights: &[[f64; TERMS]; TOGETHER] = self.table.as_chunks().0[pair..].first_chunk().expect("padded");
        let len = VECTORS * V::WIDTH;
        let mut even = [[V::zero(); VECTORS]; TOGETHER];
        let mut odd = [[V::zero(); VECTORS]; TOGETHER];
        for (terms, m) in turned.chunks_exact(2 * row).zip(0..HALF) {
            let (of_even, of_odd) = (&terms[at..at + len], &terms[row + at..row + at + len]);
            for p in 0..TOGETHER {
                let weight = V::splat(weights[p][m]);
                for v in 0..VECTORS {
                    even[p][v] = V::load(&of_even[v * V::WIDTH..]).mul_add(weight, even[p][v]);
                }
            }
            for p in 0..TOGETHER {
                let weight = V::splat(weights[p][HALF + m]);
                for v in 0..VECTORS {
                    odd[p][v] = V::load(&of_odd[v * V::WIDTH..]).mul_add(weight, odd[p][v]);
                }
            }
        }
        for p in 0..TOGETHER {
            for v in 0..VECTORS {
                // A pair too many has zeros, and adds them to steps that are there.
                for (tap, sum) in [(pair + p, even[p][v] + odd[p][v]), (self.taps - 1 - pair - p, even[p][v] - odd[p][v])] {
                    let slot = &mut coarse[tap * row + at + v * V::WIDTH..];
                    (V::load(slot) + sum).store(slot);
                }
            }
        }
    }

    /// Adds one column of a cell, `moments` [TERMS], to its taps. Those of the second half go to `images`, whose element i is the
    /// image of that of `coarse`: vectors keep their direction.
    #[inline(always)]
    pub fn add_column<V: Lanes>(&self, moments: &[f64], coarse: &mut [f64], images: &mut [f64]) {
        let mut at = 0;
        while at + 4 * V::WIDTH <= self.row {
            self.add_strip::<V, 4>(moments, at, coarse, images);
            at += 4 * V::WIDTH;
        }
        if at + 2 * V::WIDTH <= self.row {
            self.add_strip::<V, 2>(moments, at, coarse, images);
            at += 2 * V::WIDTH;
        }
        if at < self.row {
            self.add_strip::<V, 1>(moments, at, coarse, images);
        }
    }

    #[inline(always)]
    fn add_strip<V: Lanes, const STRIP: usize>(&self, moments: &[f64], at: usize, coarse: &mut [f64], images: &mut [f64]) {
        let mut even = [V::zero(); STRIP];
        let mut odd = [V::zero(); STRIP];
        let len = STRIP * V::WIDTH;
        let row = self.row;
        for (terms, moments) in self.by_term.chunks_exact(2 * row).zip(moments.as_chunks::<2>().0) {
            let (of_even, of_odd) = (&terms[at..at + len], &terms[row + at..row + at + len]);
            let (even_moment, odd_moment) = (V::splat(moments[0]), V::splat(moments[1]));
            for s in 0..STRIP {
                even[s] = V::load(&of_even[s * V::WIDTH..]).mul_add(even_moment, even[s]);
                odd[s] = V::load(&of_odd[s * V::WIDTH..]).mul_add(odd_moment, odd[s]);
            }
        }
        let (coarse, images) = (&mut coarse[at..at + len], &mut images[at..at + len]);
        for s in 0..STRIP {
            let slot = &mut coarse[s * V::WIDTH..(s + 1) * V::WIDTH];
            (V::load(slot) + (even[s] + odd[s])).store(slot);
            let slot = &mut images[s * V::WIDTH..(s + 1) * V::WIDTH];
            (V::load(slot) + (even[s] - odd[s])).store(slot);
        }
    }

    /// The transpose for one column: the polynomial whose value at a place in the cell is the sum of `coarse` [tap] over the
    /// Gaussian from there, times `factor`. Even powers, then odd ones.
    #[inline(always)]
    pub fn polynomial<V: Lanes>(&self, coarse: &[f64], factor: f64) -> [f64; TERMS] {
        let (firsts, images) = coarse[..self.taps].split_at(self.taps / 2);
        // Vectors of even powers, then of odd ones; there are four at most.
        let vectors = HALF / V::WIDTH;
        let mut sums = [V::zero(); 4];
        for ((terms, &one), &other) in self.table.as_chunks::<TERMS>().0.iter().zip(firsts).zip(images.iter().rev()) {
            let (one, other) = (V::splat(one), V::splat(other));
            let (sum, difference) = (one + other, one - other);
            for v in 0..vectors {
                sums[v] = V::load(&terms[v * V::WIDTH..]).mul_add(sum, sums[v]);
                sums[vectors + v] = V::load(&terms[HALF + v * V::WIDTH..]).mul_add(difference, sums[vectors + v]);
            }
        }
        let mut polynomial = [0.0; TERMS];
        for (v, sum) in sums.iter().enumerate().take(2 * vectors) {
            (*sum * V::splat(factor)).store(&mut polynomial[v * V::WIDTH..]);
        }
        polynomial
    }

    /// The same for columns `coarse` [tap][row]: `polynomials` [even powers, then odd ones][row].
    #[inline(always)]
    pub fn polynomials<V: Lanes>(&self, coarse: &[f64], row: usize, factor: f64, polynomials: &mut [f64]) {
        for at in (0..row).step_by(V::WIDTH) {
            self.half_polynomials::<V, false>(coarse, row, at, factor, &mut polynomials[..HALF * row]);
            self.half_polynomials::<V, true>(coarse, row, at, factor, &mut polynomials[HALF * row..]);
        }
    }

    #[inline(always)]
    fn half_polynomials<V: Lanes, const IS_ODD: bool>(&self, coarse: &[f64], row: usize, at: usize, factor: f64, to: &mut [f64]) {
        let mut sums = [V::zero(); HALF];
        for (pair, terms) in self.table.chunks_exact(TERMS).take(self.taps / 2).enumerate() {
            let (one, other) = (V::load(&coarse[pair * row + at..]), V::load(&coarse[(self.taps - 1 - pair) * row + at..]));
            let both = if IS_ODD { one - other } else { one + other };
            let terms = if IS_ODD { &terms[HALF..] } else { &terms[..HALF] };
            for m in 0..HALF {
                sums[m] = V::splat(terms[m]).mul_add(both, sums[m]);
            }
        }
        for m in 0..HALF {
            (sums[m] * V::splat(factor)).store(&mut to[m * row + at..]);
        }
    }
}

/// `out[n] = sum_m row[m] matrix[m][n]`
#[inline(always)]
fn times_matrix<V: Lanes>(row: &[f64; TERMS], matrix: &[[f64; TERMS]; TERMS], out: &mut [f64]) {
    for at in (0..TERMS).step_by(V::WIDTH) {
        let mut sum = V::zero();
        for m in 0..TERMS {
            sum = V::load(&matrix[m][at..]).mul_add(V::splat(row[m]), sum);
        }
        sum.store(&mut out[at..]);
    }
}
