//! Sums over pairs of points: the hot loop of the direct sum and of the near field of the multipole method.
//!
//! Targets lie in lanes, two vectors of them at a time (`Lanes::Pair`; what is left over in one), and sources are broadcast one by one. So a source costs four
//! broadcast loads for two vectors of pairs, nothing is summed across lanes, and it makes no difference how many sources a run
//! has. The loop is bound by the units that multiply: with gradients, f64 and Laplace's kernel 14 products, fused or not, for a vector (a root from the table
//! among them) at AVX-512, where a core that multiplies one vector a cycle takes 16 cycles. Sums, differences and the look at the closest pair go beside.
//!
//! Sums are f64 in both precisions: a sum of `BLOCK` terms in precision T is added to them at a time, which keeps the error of
//! f32 near that of a term, however many sources there are.

use super::kernel::GreenFunction;
use crate::simd::{Lanes, Real};
use std::ops::Range;

/// Sources whose terms are summed in the precision of the terms.
const BLOCK: usize = 512;

/// How sums see to it that two points at one place give each other nothing, where a look at every pair costs (`Lanes::GUARD_COSTS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// At every pair, for targets that may be sources.
    AtEach,
    /// At the closest pair of a block, which is summed again if it was too close: for points that hardly ever meet, or are so many that those that do are few.
    AtClosest,
}

/// Coordinates of points, an array for each axis.
#[derive(Clone, Copy)]
pub struct Points<'a, T> {
    pub x: &'a [T],
    pub y: &'a [T],
    pub z: &'a [T],
}

impl<'a, T> Points<'a, T> {
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.x.len()
    }

    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }

    #[inline(always)]
    pub fn range(&self, range: Range<usize>) -> Points<'a, T> {
        Points { x: &self.x[range.clone()], y: &self.y[range.clone()], z: &self.z[range] }
    }
}

/// What the number of targets is a multiple of, in the two functions below. What stands in the places beyond the last target is
/// finite and otherwise of no importance.
#[inline(always)]
pub fn targets_at_a_time<T: Real, V: Lanes<T>>() -> usize {
    V::WIDTH
}

/// Adds `4 pi sum_j q_j G(x_i, y_j)` to `potentials[i]`, over the sources of all runs, for each of `N` vectors of charges.
///
/// `charges[v]` belong to `sources`, `potentials[v]` to `targets`. The order of a sum is that of the runs, whatever the lanes.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub fn add_potentials<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
    look: Look,
    targets: Points<'_, T>,
    sources: Points<'_, T>,
    charges: [&[T]; N],
    runs: &[Range<usize>],
    potentials: [&mut [f64]; N],
) {
    let mut potentials = potentials;
    assert!(targets.len() % V::WIDTH == 0);
    let mut first = 0;
    while first < targets.len() {
        if first + V::Pair::WIDTH <= targets.len() {
            potentials_of::<K, T, V::Pair, N>(kernel, look, targets, first, sources, charges, runs, &mut potentials);
            first += V::Pair::WIDTH;
        } else {
            potentials_of::<K, T, V, N>(kernel, look, targets, first, sources, charges, runs, &mut potentials);
            first += V::WIDTH;
        }
    }
}

/// Potentials of the targets of one vector, from number `first` on.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn potentials_of<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
    look: Look,
    targets: Points<'_, T>,
    first: usize,
    sources: Points<'_, T>,
    charges: [&[T]; N],
    runs: &[Range<usize>],
    potentials: &mut [&mut [f64]; N],
) {
    let target = load::<T, V>(targets, first);
    let mut sums = [V::zero(); N];
    let mut terms = 0;
    for run in runs {
        let mut from = run.start;
        while from < run.end {
            let upto = run.end.min(from + (BLOCK - terms));
            sum_potentials(kernel, look, target, sources.range(from..upto), charges.map(|q| &q[from..upto]), &mut sums);
            terms += upto - from;
            from = upto;
            if terms == BLOCK {
                for v in 0..N {
                    flush(&mut sums[v], 1.0 / V::QUICK_UNIT, &mut potentials[v][first..]);
                }
                terms = 0;
            }
        }
    }
    for v in 0..N {
        flush(&mut sums[v], 1.0 / V::QUICK_UNIT, &mut potentials[v][first..]);
    }
}

/// As `add_potentials`, and adds `4 pi` times the gradient with respect to the target to `gradients[v][axis][i]`.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub fn add_potentials_and_gradients<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
    look: Look,
    targets: Points<'_, T>,
    sources: Points<'_, T>,
    charges: [&[T]; N],
    runs: &[Range<usize>],
    mut potentials: [&mut [f64]; N],
    mut gradients: [[&mut [f64]; 3]; N],
) {
    assert!(targets.len() % V::WIDTH == 0);
    let mut first = 0;
    while first < targets.len() {
        let sums = (&mut potentials, &mut gradients);
        if first + V::Pair::WIDTH <= targets.len() {
            gradients_of::<K, T, V::Pair, N>(kernel, look, targets, first, sources, charges, runs, sums);
            first += V::Pair::WIDTH;
        } else {
            gradients_of::<K, T, V, N>(kernel, look, targets, first, sources, charges, runs, sums);
            first += V::WIDTH;
        }
    }
}

/// Potentials and gradients of the targets of one vector, from number `first` on.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn gradients_of<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
    look: Look,
    targets: Points<'_, T>,
    first: usize,
    sources: Points<'_, T>,
    charges: [&[T]; N],
    runs: &[Range<usize>],
    (potentials, gradients): (&mut [&mut [f64]; N], &mut [[&mut [f64]; 3]; N]),
) {
    let target = load::<T, V>(targets, first);
    let mut sums = [[V::zero(); 4]; N];
    let mut terms = 0;
    for run in runs {
        let mut from = run.start;
        while from < run.end {
            let upto = run.end.min(from + (BLOCK - terms));
            sum_gradients(kernel, look, target, sources.range(from..upto), charges.map(|q| &q[from..upto]), &mut sums);
            terms += upto - from;
            from = upto;
            if terms == BLOCK {
                flush_all(&mut sums, potentials, gradients, first);
                terms = 0;
            }
        }
    }
    flush_all(&mut sums, potentials, gradients, first);
}

/// `u^3`.
#[inline(always)]
pub(super) fn cube(unit: f64) -> f64 {
    unit * unit * unit
}

#[inline(always)]
fn load<T: Real, V: Lanes<T>>(points: Points<'_, T>, first: usize) -> [V; 3] {
    [V::load(&points.x[first..]), V::load(&points.y[first..]), V::load(&points.z[first..])]
}

/// A target's, or rather a vector's, differences from source `j`, and their squares' sum.
#[inline(always)]
fn differences<T: Real, V: Lanes<T>>(target: [V; 3], sources: Points<'_, T>, j: usize) -> ([V; 3], V) {
    let dx = target[0] - V::splat(sources.x[j]);
    let dy = target[1] - V::splat(sources.y[j]);
    let dz = target[2] - V::splat(sources.z[j]);
    let first = if V::GUARD_COSTS { dz.mul_add(dz, V::splat(T::from_f64(FLOOR))) } else { dz * dz };
    ([dx, dy, dz], dx.mul_add(dx, dy.mul_add(dy, first)))
}

/// What is added to squares of distances that may be 0 where a root is taken: far below those that count (`Real::QUICK_SMALLEST`), and
/// the cube of its root is finite. For f64, whose sums alone go unguarded.
const FLOOR: f64 = {
    let tiny = 1.0 / (1u128 << 100) as f64;
    tiny * tiny * tiny * tiny * tiny * tiny
};

/// Adds what some sources give to `sums`.
///
/// Where two points are at one place a pair counts nothing (`Lanes::quick_rsqrt`). A look at every distance costs a fifteenth where it needs
/// the units that multiply; there pairs may be summed without it, and once more with it if one was that close.
#[inline(always)]
fn sum_potentials<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
    look: Look,
    target: [V; 3],
    sources: Points<'_, T>,
    charges: [&[T]; N],
    sums: &mut [V; N],
) {
    if !V::GUARD_COSTS || look == Look::AtEach {
        (*sums, _) = potentials_with::<K, T, V, N, true>(kernel, target, sources, charges, *sums);
        return;
    }
    let (unguarded, closest) = potentials_with::<K, T, V, N, false>(kernel, target, sources, charges, *sums);
    if V::any(closest.less_than(V::splat(T::QUICK_SMALLEST))) {
        (*sums, _) = potentials_with::<K, T, V, N, true>(kernel, target, sources, charges, *sums);
    } else {
        *sums = unguarded;
    }
}

/// The sums, and the least square of a distance.
#[inline(always)]
fn potentials_with<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize, const GUARDED: bool>(
    kernel: K,
    target: [V; 3],
    sources: Points<'_, T>,
    charges: [&[T]; N],
    mut sums: [V; N],
) -> ([V; N], V) {
    let len = sources.len();
    let charges = charges.map(|q| &q[..len]);
    let mut closest = V::splat(T::LARGEST);
    for j in 0..len {
        let (_, r2) = differences(target, sources, j);
        let root = if GUARDED { r2.quick_rsqrt_begin() } else { r2.quick_rsqrt_begin_unguarded() };
        closest = closest.min(r2);
        let potential = kernel.potential(r2, r2.quick_rsqrt_from(root));
        for v in 0..N {
            // Not fused: with gradients it is a product as well, and the bits are the same.
            sums[v] = sums[v] + potential * V::splat(charges[v][j]);
        }
    }
    (sums, closest)
}

/// The same with gradients: `sums[v]` are the potential and minus the three components of the gradient.
#[inline(always)]
fn sum_gradients<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
    look: Look,
    target: [V; 3],
    sources: Points<'_, T>,
    charges: [&[T]; N],
    sums: &mut [[V; 4]; N],
) {
    if !V::GUARD_COSTS || look == Look::AtEach {
        (*sums, _) = gradients_with::<K, T, V, N, true>(kernel, target, sources, charges, *sums);
        return;
    }
    let (unguarded, closest) = gradients_with::<K, T, V, N, false>(kernel, target, sources, charges, *sums);
    if V::any(closest.less_than(V::splat(T::QUICK_SMALLEST))) {
        (*sums, _) = gradients_with::<K, T, V, N, true>(kernel, target, sources, charges, *sums);
    } else {
        *sums = unguarded;
    }
}

#[inline(always)]
fn gradients_with<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize, const GUARDED: bool>(
    kernel: K,
    target: [V; 3],
    sources: Points<'_, T>,
    charges: [&[T]; N],
    mut sums: [[V; 4]; N],
) -> ([[V; 4]; N], V) {
    let len = sources.len();
    let charges = charges.map(|q| &q[..len]);
    let mut closest = V::splat(T::LARGEST);
    for j in 0..len {
        let ([dx, dy, dz], r2) = differences(target, sources, j);
        let root = if GUARDED { r2.quick_rsqrt_begin() } else { r2.quick_rsqrt_begin_unguarded() };
        closest = closest.min(r2);
        let inverse = r2.quick_rsqrt_from(root);
        for v in 0..N {
            let (potential, pull) = kernel.potential_and_pull(r2, inverse, V::splat(charges[v][j]));
            let [value, x, y, z] = sums[v];
            sums[v] = [value + potential, pull.mul_add(dx, x), pull.mul_add(dy, y), pull.mul_add(dz, z)];
        }
    }
    (sums, closest)
}

/// Adds a vector times `unit` to f64 sums and sets it to 0.
#[inline(always)]
fn flush<T: Real, V: Lanes<T>>(sum: &mut V, unit: f64, into: &mut [f64]) {
    let mut lanes = [T::default(); 32];
    sum.store(&mut lanes);
    for (total, term) in into[..V::WIDTH].iter_mut().zip(lanes) {
        *total += unit * term.to_f64();
    }
    *sum = V::zero();
}

#[inline(always)]
fn flush_all<T: Real, V: Lanes<T>, const N: usize>(
    sums: &mut [[V; 4]; N],
    potentials: &mut [&mut [f64]; N],
    gradients: &mut [[&mut [f64]; 3]; N],
    first: usize,
) {
    for v in 0..N {
        let [value, x, y, z] = &mut sums[v];
        flush(value, 1.0 / V::QUICK_UNIT, &mut potentials[v][first..]);
        for (axis, sum) in [x, y, z].into_iter().enumerate() {
            flush(sum, -1.0 / cube(V::QUICK_UNIT), &mut gradients[v][axis][first..]);
        }
    }
}

#[cfg(test)]
pub(in crate::fmm) mod tests;
