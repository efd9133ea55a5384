//! Sums over pairs of points that are sources and targets alike, each pair once for both directions.
//!
//! Distance and kernel serve both. The points near each other lie in lanes, some `TILE` at a time with their charges and sums beside them, and each
//! of the first ones is broadcast in turn; its own sums stay in registers while it passes a tile. Sums of a tile are read and written with every pair. A point meets the
//! vectors behind its own; within its own vector, where it would meet some points for the second time, only its own sums are made.
//!
//! Differences of coordinates are f64 in both precisions, so that points may be as close to each other as their coordinates can say; what is made of
//! them is in precision T, and no more than `BLOCK` terms are added in it.
//!
//! Bound by multiplications: with gradients (AVX2, f64, Laplace's kernel) 22 of them, fused or not, for two directions instead of 34, on two units; on the others 10
//! operations, 15 loads and four stores go beside. Two vectors side by side gain nothing. In f32 as many multiplications as differences and conversions.

use super::kernel::GreenFunction;
use super::pairs::Points;
use crate::error::Result;
use crate::simd::{Aligned, Lanes, Real};
use std::ops::Range;

/// Points in lanes at a time: with their charges and sums, of one vector with gradients, half of a first-level cache.
const TILE: usize = 192;
/// Terms that are added in the precision of the terms.
const BLOCK: usize = 512;
/// Most charges and sums of a point: of two vectors with gradients, or of four without.
const MOST_ROWS: usize = 10;

/// What is near each other: `runs` of points, all of which meet those of the first run.
pub struct Together<'a, T, const N: usize> {
    pub points: Points<'a, f64>,
    /// What coordinates are multiplied by, a power of two: f32 has few exponents.
    pub scale: f64,
    pub charges: [&'a [T]; N],
    pub runs: &'a [Range<usize>],
}

/// Points of a tile, for vectors of some width.
pub struct Tile<T: Real> {
    /// [vector][axis][lane].
    places: Aligned<f64>,
    /// [vector][charges, then sums][lane].
    numbers: Aligned<T>,
}

impl<T: Real> Tile<T> {
    pub fn new() -> Result<Self> {
        Ok(Self { places: Aligned::zeros("near points", TILE * 3)?, numbers: Aligned::zeros("near points", TILE * MOST_ROWS)? })
    }
}

/// Adds `4 pi` times potentials and, if `C` is 4 and not 1, gradients in scaled coordinates to `sums`: [vector][component][point of all runs, one run after another].
#[inline(always)]
pub fn add<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize, const C: usize>(kernel: K, together: &Together<'_, T, N>, tile: &mut Tile<T>, sums: &mut [f64]) {
    let (width, rows) = (V::WIDTH, N + N * C);
    assert!(rows <= MOST_ROWS && TILE % width == 0);
    let runs = together.runs;
    let stride = sums.len() / (N * C);
    let firsts = runs.first().map_or(0, |run| run.len());
    let (mut run, mut done, mut place) = (0, 0, 0);
    while run < runs.len() {
        // As many of the next points as a tile holds. None shares a vector with points of the first run but those.
        let mut count = 0;
        while count < TILE && run < runs.len() && !(count > 0 && run == 1 && done == 0) {
            let from = runs[run].start + done;
            let more = (runs[run].end - from).min(TILE - count);
            fill::<T, V, N>(together, from..from + more, tile, rows, count);
            (count, done) = (count + more, done + more);
            if done == runs[run].len() {
                (run, done) = (run + 1, 0);
            }
        }
        let padded = count.next_multiple_of(width);
        pad::<T, V>(tile, rows, count..padded);
        let (places, numbers) = (&tile.places.slice()[..padded * 3], &mut tile.numbers.slice_mut()[..padded * rows]);
        let mut begin = 0;
        // Points of the first run behind the tile have met it.
        let last = firsts.min(place + count);
        while begin < last {
            let end = last.min(begin + BLOCK);
            for numbers in numbers.chunks_exact_mut(rows * width) {
                numbers[N * width..].fill(T::default());
            }
            for i in begin..end {
                let index = runs[0].start + i;
                let point = [together.points.x[index], together.points.y[index], together.points.z[index]].map(|x| x * together.scale);
                let charges = std::array::from_fn(|v| together.charges[v][index]);
                let mut own = [[V::zero(); C]; N];
                let mut behind = 0;
                if i >= place {
                    let vector = (i - place) / width;
                    behind = vector + 1;
                    let places = &places[vector * 3 * width..][..3 * width];
                    let numbers = &mut numbers[vector * rows * width..][..rows * width];
                    pass::<K, T, V, N, C, false>(kernel, point, charges, places, numbers, &mut own);
                }
                pass::<K, T, V, N, C, true>(kernel, point, charges, &places[behind * 3 * width..], &mut numbers[behind * rows * width..], &mut own);
                for v in 0..N {
                    for c in 0..C {
                        sums[(v * C + c) * stride + i] += own[v][c].sum().to_f64();
                    }
                }
            }
            for row in 0..N * C {
                let to = &mut sums[row * stride + place..][..count];
                for (lanes, numbers) in to.chunks_mut(width).zip(numbers.chunks_exact(rows * width)) {
                    for (sum, term) in lanes.iter_mut().zip(&numbers[(N + row) * width..]) {
                        *sum += term.to_f64();
                    }
                }
            }
            begin = end;
        }
        place += count;
    }
}

/// Puts points and charges into a tile, from its place `at` on.
#[inline(always)]
fn fill<T: Real, V: Lanes<T>, const N: usize>(together: &Together<'_, T, N>, range: Range<usize>, tile: &mut Tile<T>, rows: usize, at: usize) {
    let (places, numbers) = (tile.places.slice_mut(), tile.numbers.slice_mut());
    for (axis, from) in [together.points.x, together.points.y, together.points.z].into_iter().enumerate() {
        for (k, x) in from[range.clone()].iter().enumerate() {
            let place = at + k;
            places[(place / V::WIDTH * 3 + axis) * V::WIDTH + place % V::WIDTH] = x * together.scale;
        }
    }
    for v in 0..N {
        for (k, &charge) in together.charges[v][range.clone()].iter().enumerate() {
            let place = at + k;
            numbers[(place / V::WIDTH * rows + v) * V::WIDTH + place % V::WIDTH] = charge;
        }
    }
}

/// Places of no point: without charge, at the origin.
#[inline(always)]
fn pad<T: Real, V: Lanes<T>>(tile: &mut Tile<T>, rows: usize, places: Range<usize>) {
    for place in places {
        let (vector, lane) = (place / V::WIDTH, place % V::WIDTH);
        for axis in 0..3 {
            tile.places.slice_mut()[(vector * 3 + axis) * V::WIDTH + lane] = 0.0;
        }
        for row in 0..rows {
            tile.numbers.slice_mut()[(vector * rows + row) * V::WIDTH + lane] = T::default();
        }
    }
}

/// One point and some vectors of others: adds to its sums, and to those of the others if `BOTH`.
#[inline(always)]
fn pass<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize, const C: usize, const BOTH: bool>(
    kernel: K,
    point: [f64; 3],
    charges: [T; N],
    places: &[f64],
    numbers: &mut [T],
    sums: &mut [[V; C]; N],
) {
    let (width, rows) = (V::WIDTH, N + N * C);
    let mut own = *sums;
    for (places, numbers) in places.chunks_exact(3 * width).zip(numbers.chunks_exact_mut(rows * width)) {
        let dx = V::differences(point[0], places);
        let dy = V::differences(point[1], &places[width..]);
        let dz = V::differences(point[2], &places[2 * width..]);
        let r2 = dx.mul_add(dx, dy.mul_add(dy, dz * dz));
        let (potential, slope) = if C == 1 { (kernel.potential(r2), V::zero()) } else { kernel.potential_and_slope(r2) };
        let difference = [dx, dy, dz];
        for v in 0..N {
            let other = V::load(&numbers[v * width..]);
            own[v][0] = potential.mul_add(other, own[v][0]);
            if C == 4 {
                let other = slope * other;
                for axis in 0..3 {
                    own[v][1 + axis] = other.mul_add(difference[axis], own[v][1 + axis]);
                }
            }
            if BOTH {
                // The gradient of one with respect to its place is that of the other turned round.
                let charge = V::splat(charges[v]);
                let to = &mut numbers[(N + v * C) * width..][..C * width];
                potential.mul_add(charge, V::load(to)).store(to);
                if C == 4 {
                    let charge = slope * charge;
                    for axis in 0..3 {
                        let to = &mut to[(1 + axis) * width..];
                        charge.neg_mul_add(difference[axis], V::load(to)).store(to);
                    }
                }
            }
        }
    }
    *sums = own;
}

#[cfg(test)]
mod tests;
