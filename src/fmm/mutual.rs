//! Sums over pairs of points that are sources and targets alike, each pair once for both directions.
//!
//! Distance and kernel serve both. The points near each other lie in lanes, a tile of them at a time with their charges and sums beside them, and each
//! of the first ones is broadcast in turn; its own sums stay in registers while it passes a tile. Sums of a tile are read and written with every pair. A point meets the
//! vectors behind its own; within its own vector, where it would meet some points for the second time, only its own sums are made.
//!
//! Coordinates are f64 in both precisions. Pairs of f32 have their differences from numbers of f32, without conversions: coordinates that came as f32 differ by what f32 says,
//! and others are counted from the leaf's centre and split into two parts, `high + low`, whose differences err by 2^-50 of the leaf's side. Pairs for which that is too much, and
//! only they, have differences of f64 (`CLOSE`). No more than `BLOCK` terms are added in precision T.
//!
//! Bound by multiplications: with gradients (f64, Laplace's kernel) 19 of them at AVX2 and 18 with a root and a comparison at AVX-512, fused or not, for two directions, on two
//! units; sums, differences, 8 loads and four stores go beside. In f32 17 multiplications. Two vectors side by side gain nothing.

use super::kernel::GreenFunction;
use super::pairs::{Points, cube};
use crate::error::Result;
use crate::simd::{Aligned, Lanes, Real};
use std::ops::Range;

/// Bytes of a number of all points of a tile: of one vector of charges with gradients half of a first-level cache is in use.
const ROW: usize = 1536;
/// Terms that are added in the precision of the terms.
const BLOCK: usize = 512;
/// Most numbers of a point: coordinates in two parts, charges and sums of two vectors with gradients, or of four without.
const MOST_ROWS: usize = 16;
/// Squared distance, in sides of leaves, below which pairs of coordinates in two parts have differences of f64.
const CLOSE: f64 = 1.0 / (1u64 << 54) as f64;

/// What is near each other: `runs` of points, all of which meet those of the first run.
pub struct Together<'a, T, const N: usize> {
    pub points: Points<'a, f64>,
    /// What coordinates are multiplied by, a power of two: f32 has few exponents.
    pub scale: f64,
    /// Where coordinates in two parts are counted from, in the caller's unit.
    pub origin: [f64; 3],
    pub charges: [&'a [T]; N],
    pub runs: &'a [Range<usize>],
}

/// Where sums go: [vector][component][place], with the places of the first points of the runs.
pub struct Sums<'a> {
    pub all: &'a mut [f64],
    pub places: &'a [usize],
}

/// Points of a tile with their numbers, [number][point].
pub struct Tile<T: Real> {
    /// Parts of coordinates, charges, sums.
    rows: Aligned<T>,
    /// Coordinates, for what is close.
    exact: Aligned<f64>,
    /// What lies in it: run, first point within the run, and their number.
    pieces: [(usize, usize, usize); MOST_PIECES],
}

/// Most parts of runs in a tile: 27 runs are near a leaf that is not among coarser or finer ones.
const MOST_PIECES: usize = 32;

impl<T: Real> Tile<T> {
    /// Points that it holds.
    const LEN: usize = ROW / size_of::<T>();

    pub fn new() -> Result<Self> {
        Ok(Self {
            rows: Aligned::zeros("near points", Self::LEN * MOST_ROWS)?,
            exact: Aligned::zeros("near points", Self::LEN * 3)?,
            pieces: [(0, 0, 0); MOST_PIECES],
        })
    }

    pub const BYTES: usize = Self::LEN * (MOST_ROWS * size_of::<T>() + 3 * size_of::<f64>());
}

/// Numbers of a point in a tile: coordinates in `P` parts, `N` charges, and `C` sums of each vector.
struct Rows<const N: usize, const C: usize, const P: usize>;

impl<const N: usize, const C: usize, const P: usize> Rows<N, C, P> {
    const CHARGES: usize = 3 * P;
    const SUMS: usize = Self::CHARGES + N;
    const ALL: usize = Self::SUMS + N * C;
}

/// A point that meets a tile.
struct Point<T, const N: usize> {
    exact: [f64; 3],
    parts: [[T; 3]; 2],
    charges: [T; N],
}

/// Adds `4 pi` times potentials and, if `C` is 4 and not 1, gradients.
///
/// `P` is 1 if coordinates are numbers of T, and 2 if they have to be split.
#[inline(always)]
pub fn add<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize, const C: usize, const P: usize>(
    kernel: K,
    together: &Together<'_, T, N>,
    tile: &mut Tile<T>,
    sums: &mut Sums<'_>,
) {
    let width = V::WIDTH;
    assert!(Rows::<N, C, P>::ALL <= MOST_ROWS && Tile::<T>::LEN % width == 0);
    let runs = together.runs;
    let stride = sums.all.len() / (N * C);
    let units = units::<T, V>(together.scale);
    let firsts = runs.first().map_or(0, |run| run.len());
    let (mut run, mut done, mut place) = (0, 0, 0);
    while run < runs.len() {
        // As many of the next points as a tile holds. None shares a vector with points of the first run but those.
        let (mut count, mut pieces) = (0, 0);
        while count < Tile::<T>::LEN && pieces < MOST_PIECES && run < runs.len() && !(count > 0 && run == 1 && done == 0) {
            let more = (runs[run].len() - done).min(Tile::<T>::LEN - count);
            let from = runs[run].start + done;
            fill::<T, N, C, P>(together, from..from + more, tile, count);
            tile.pieces[pieces] = (run, done, more);
            (count, done, pieces) = (count + more, done + more, pieces + 1);
            if done == runs[run].len() {
                (run, done) = (run + 1, 0);
            }
        }
        let vectors = count.div_ceil(width);
        pad::<T, N, C, P>(tile, count..vectors * width);
        let mut begin = 0;
        // Points of the first run behind the tile have met it.
        let last = firsts.min(place + count);
        while begin < last {
            let end = last.min(begin + BLOCK);
            for row in tile.rows.slice_mut()[..Rows::<N, C, P>::ALL * Tile::<T>::LEN].chunks_exact_mut(Tile::<T>::LEN).skip(Rows::<N, C, P>::SUMS) {
                row[..vectors * width].fill(T::default());
            }
            for i in begin..end {
                let point = point::<T, N, P>(together, i);
                let mut own = [[V::zero(); C]; N];
                let mut behind = 0;
                if i >= place {
                    let vector = (i - place) / width;
                    behind = vector + 1;
                    pass::<K, T, V, N, C, P, false>(kernel, &point, tile, vector..behind, &mut own);
                }
                pass::<K, T, V, N, C, P, true>(kernel, &point, tile, behind..vectors, &mut own);
                for v in 0..N {
                    for c in 0..C {
                        sums.all[(v * C + c) * stride + sums.places[0] + i] += units[c] * own[v][c].sum().to_f64();
                    }
                }
            }
            for row in 0..N * C {
                let mut own = &tile.rows.slice()[(Rows::<N, C, P>::SUMS + row) * Tile::<T>::LEN..][..count];
                for &(run, first, len) in &tile.pieces[..pieces] {
                    let to = &mut sums.all[row * stride + sums.places[run] + first..][..len];
                    for (sum, term) in to.iter_mut().zip(own) {
                        *sum += units[row % C] * term.to_f64();
                    }
                    own = &own[len..];
                }
            }
            begin = end;
        }
        place += count;
    }
}

/// What makes potentials and gradients of sums, in a unit of length that is `scale` times smaller and in units of
/// `Lanes::QUICK_UNIT`.
#[inline(always)]
fn units<T: Real, V: Lanes<T>>(scale: f64) -> [f64; 4] {
    let of_gradients = -(scale * scale) / cube(V::QUICK_UNIT);
    [scale / V::QUICK_UNIT, of_gradients, of_gradients, of_gradients]
}

/// The parts of a scaled coordinate.
#[inline(always)]
fn parts<T: Real, const P: usize>(x: f64, origin: f64) -> [T; 2] {
    if P == 1 {
        return [T::from_f64(x), T::default()];
    }
    let x = x - origin;
    let high = T::from_f64(x);
    [high, T::from_f64(x - high.to_f64())]
}

/// Point `i` of the first run.
#[inline(always)]
fn point<T: Real, const N: usize, const P: usize>(together: &Together<'_, T, N>, i: usize) -> Point<T, N> {
    let (index, scale) = (together.runs[0].start + i, together.scale);
    let exact = [together.points.x[index], together.points.y[index], together.points.z[index]].map(|x| x * scale);
    let mut point = Point { exact, parts: [[T::default(); 3]; 2], charges: [T::default(); N] };
    for axis in 0..3 {
        let [high, low] = parts::<T, P>(exact[axis], together.origin[axis] * scale);
        (point.parts[0][axis], point.parts[1][axis]) = (high, low);
    }
    for v in 0..N {
        point.charges[v] = together.charges[v][index];
    }
    point
}

/// Puts points and charges into a tile, from its place `at` on.
#[inline(always)]
fn fill<T: Real, const N: usize, const C: usize, const P: usize>(together: &Together<'_, T, N>, range: Range<usize>, tile: &mut Tile<T>, at: usize) {
    let (len, scale) = (range.len(), together.scale);
    let (rows, exact) = (tile.rows.slice_mut(), tile.exact.slice_mut());
    for (axis, from) in [together.points.x, together.points.y, together.points.z].into_iter().enumerate() {
        let (from, origin) = (&from[range.clone()], together.origin[axis] * scale);
        let (highs, lows) = rows.split_at_mut(3 * Tile::<T>::LEN);
        let highs = &mut highs[axis * Tile::<T>::LEN + at..][..len];
        if P == 1 {
            for (high, x) in highs.iter_mut().zip(from) {
                *high = T::from_f64(x * scale);
            }
            continue;
        }
        let lows = &mut lows[axis * Tile::<T>::LEN + at..][..len];
        let exact = &mut exact[axis * Tile::<T>::LEN + at..][..len];
        for (((high, low), exact), x) in highs.iter_mut().zip(lows).zip(exact).zip(from) {
            *exact = x * scale;
            [*high, *low] = parts::<T, P>(*exact, origin);
        }
    }
    for v in 0..N {
        rows[(Rows::<N, C, P>::CHARGES + v) * Tile::<T>::LEN + at..][..len].copy_from_slice(&together.charges[v][range.clone()]);
    }
}

/// Places of no point: without charge, at the origin.
#[inline(always)]
fn pad<T: Real, const N: usize, const C: usize, const P: usize>(tile: &mut Tile<T>, places: Range<usize>) {
    for row in tile.rows.slice_mut()[..Rows::<N, C, P>::SUMS * Tile::<T>::LEN].chunks_exact_mut(Tile::<T>::LEN) {
        row[places.clone()].fill(T::default());
    }
    if P == 2 {
        for axis in tile.exact.slice_mut().chunks_exact_mut(Tile::<T>::LEN) {
            axis[places.clone()].fill(0.0);
        }
    }
}

/// A vector of pairs, of which the first half is done: differences, distances, and what a table says of their roots.
#[derive(Clone, Copy)]
struct Begun<V> {
    difference: [V; 3],
    r2: V,
    root: V,
}

/// Begins the pairs of a point with the vector at place `at`.
#[inline(always)]
fn begin<T: Real, V: Lanes<T>, const N: usize, const P: usize>(point: &Point<T, N>, rows: &[T], exact: &[f64], at: usize) -> Begun<V> {
    let mut difference = [V::zero(); 3];
    for axis in 0..3 {
        difference[axis] = V::splat(point.parts[0][axis]) - V::load(&rows[axis * Tile::<T>::LEN + at..]);
        if P == 2 {
            difference[axis] = difference[axis] + (V::splat(point.parts[1][axis]) - V::load(&rows[(3 + axis) * Tile::<T>::LEN + at..]));
        }
    }
    let mut r2 = square::<T, V>(difference);
    if P == 2 && V::any(r2.less_than(V::splat(T::from_f64(CLOSE)))) {
        for axis in 0..3 {
            difference[axis] = V::differences(point.exact[axis], &exact[axis * Tile::<T>::LEN + at..]);
        }
        r2 = square::<T, V>(difference);
    }
    Begun { difference, r2, root: r2.quick_rsqrt_begin() }
}

/// Potential and, if `C` is 4, pull of a charge.
#[inline(always)]
fn field<K: GreenFunction, T: Real, V: Lanes<T>, const C: usize>(kernel: K, r2: V, inverse: V, charge: V) -> (V, V) {
    if C == 1 { (kernel.potential(r2, inverse) * charge, V::zero()) } else { kernel.potential_and_pull(r2, inverse, charge) }
}

#[inline(always)]
fn square<T: Real, V: Lanes<T>>([x, y, z]: [V; 3]) -> V {
    x.mul_add(x, y.mul_add(y, z * z))
}

/// One point and some vectors of others: adds to its sums, and to those of the others if `BOTH`.
///
/// A pair is a chain of some 75 cycles, by the latencies of its operations, and processors look about a hundred operations ahead: so one vector is finished while the
/// next is begun.
#[inline(always)]
fn pass<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize, const C: usize, const P: usize, const BOTH: bool>(
    kernel: K,
    point: &Point<T, N>,
    tile: &mut Tile<T>,
    vectors: Range<usize>,
    sums: &mut [[V; C]; N],
) {
    let rows = &mut tile.rows.slice_mut()[..Rows::<N, C, P>::ALL * Tile::<T>::LEN];
    let exact = &tile.exact.slice()[..3 * Tile::<T>::LEN];
    // Spelt out so that the compiler sees that all numbers are within the tile.
    let most = Tile::<T>::LEN - V::WIDTH;
    let (mut at, end) = (vectors.start * V::WIDTH, vectors.end * V::WIDTH);
    let mut own = *sums;
    let mut next = begin::<T, V, N, P>(point, rows, exact, at.min(most));
    while at < end && at <= most {
        let Begun { difference, r2, root } = next;
        next = begin::<T, V, N, P>(point, rows, exact, (at + V::WIDTH).min(most));
        let inverse = r2.quick_rsqrt_from(root);
        for v in 0..N {
            let other = V::load(&rows[(Rows::<N, C, P>::CHARGES + v) * Tile::<T>::LEN + at..]);
            let (potential, pull) = field::<K, T, V, C>(kernel, r2, inverse, other);
            own[v][0] = own[v][0] + potential;
            if C == 4 {
                for axis in 0..3 {
                    own[v][1 + axis] = pull.mul_add(difference[axis], own[v][1 + axis]);
                }
            }
            if BOTH {
                // The gradient of one with respect to its place is that of the other turned round.
                let (potential, pull) = field::<K, T, V, C>(kernel, r2, inverse, V::splat(point.charges[v]));
                let first = (Rows::<N, C, P>::SUMS + v * C) * Tile::<T>::LEN + at;
                let to = &mut rows[first..];
                (V::load(to) + potential).store(to);
                if C == 4 {
                    for axis in 0..3 {
                        let to = &mut rows[first + (1 + axis) * Tile::<T>::LEN..];
                        pull.neg_mul_add(difference[axis], V::load(to)).store(to);
                    }
                }
            }
        }
        at += V::WIDTH;
    }
    *sums = own;
}

#[cfg(test)]
mod tests;
