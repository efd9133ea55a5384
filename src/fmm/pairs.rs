//! Sums over pairs of points: the hot loop of the direct sum and of the near field of the multipole method.
//!
//! Targets lie in lanes, two vectors of them at a time (`Lanes::Pair`; what is left over in one), and sources are broadcast one by one. So a source costs four
//! broadcast loads for two vectors of pairs, nothing is summed across lanes, and it makes no difference how many sources a run
//! has. The loop is bound by the arithmetic units: AVX2 in f64 takes 18 vector operations for a vector of potentials, of which the
//! reciprocal root has 11, and 24 with gradients.
//!
//! Sums are f64 in both precisions: a sum of `BLOCK` terms in precision T is added to them at a time, which keeps the error of
//! f32 near that of a term, however many sources there are.

use super::kernel::GreenFunction;
use crate::simd::{Lanes, Real};
use std::ops::Range;

/// Sources whose terms are summed in the precision of the terms.
const BLOCK: usize = 512;

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
pub fn add_potentials<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
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
            potentials_of::<K, T, V::Pair, N>(kernel, targets, first, sources, charges, runs, &mut potentials);
            first += V::Pair::WIDTH;
        } else {
            potentials_of::<K, T, V, N>(kernel, targets, first, sources, charges, runs, &mut potentials);
            first += V::WIDTH;
        }
    }
}

/// Potentials of the targets of one vector, from number `first` on.
#[inline(always)]
fn potentials_of<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
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
            sum_potentials(kernel, target, sources.range(from..upto), charges.map(|q| &q[from..upto]), &mut sums);
            terms += upto - from;
            from = upto;
            if terms == BLOCK {
                for v in 0..N {
                    flush(&mut sums[v], &mut potentials[v][first..]);
                }
                terms = 0;
            }
        }
    }
    for v in 0..N {
        flush(&mut sums[v], &mut potentials[v][first..]);
    }
}

/// As `add_potentials`, and adds `4 pi` times the gradient with respect to the target to `gradients[v][axis][i]`.
#[inline(always)]
pub fn add_potentials_and_gradients<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
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
            gradients_of::<K, T, V::Pair, N>(kernel, targets, first, sources, charges, runs, sums);
            first += V::Pair::WIDTH;
        } else {
            gradients_of::<K, T, V, N>(kernel, targets, first, sources, charges, runs, sums);
            first += V::WIDTH;
        }
    }
}

/// Potentials and gradients of the targets of one vector, from number `first` on.
#[inline(always)]
fn gradients_of<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
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
            sum_gradients(kernel, target, sources.range(from..upto), charges.map(|q| &q[from..upto]), &mut sums);
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

#[inline(always)]
fn load<T: Real, V: Lanes<T>>(points: Points<'_, T>, first: usize) -> [V; 3] {
    [V::load(&points.x[first..]), V::load(&points.y[first..]), V::load(&points.z[first..])]
}

#[inline(always)]
fn sum_potentials<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
    target: [V; 3],
    sources: Points<'_, T>,
    charges: [&[T]; N],
    sums: &mut [V; N],
) {
    let len = sources.len();
    let charges = charges.map(|q| &q[..len]);
    let mut local = *sums;
    for j in 0..len {
        let dx = target[0] - V::splat(sources.x[j]);
        let dy = target[1] - V::splat(sources.y[j]);
        let dz = target[2] - V::splat(sources.z[j]);
        let r2 = dx.mul_add(dx, dy.mul_add(dy, dz * dz));
        let potential = kernel.potential(r2, r2.quick_rsqrt());
        for v in 0..N {
            local[v] = potential.mul_add(V::splat(charges[v][j]), local[v]);
        }
    }
    *sums = local;
}

/// `sums[v]` are the potential and the three components of the gradient.
#[inline(always)]
fn sum_gradients<K: GreenFunction, T: Real, V: Lanes<T>, const N: usize>(
    kernel: K,
    target: [V; 3],
    sources: Points<'_, T>,
    charges: [&[T]; N],
    sums: &mut [[V; 4]; N],
) {
    let len = sources.len();
    let charges = charges.map(|q| &q[..len]);
    let mut local = *sums;
    for j in 0..len {
        let dx = target[0] - V::splat(sources.x[j]);
        let dy = target[1] - V::splat(sources.y[j]);
        let dz = target[2] - V::splat(sources.z[j]);
        let r2 = dx.mul_add(dx, dy.mul_add(dy, dz * dz));
        let (potential, slope) = kernel.potential_and_slope(r2, r2.quick_rsqrt());
        for v in 0..N {
            let charge = V::splat(charges[v][j]);
            let weight = slope * charge;
            let [value, x, y, z] = local[v];
            local[v] =
                [potential.mul_add(charge, value), weight.mul_add(dx, x), weight.mul_add(dy, y), weight.mul_add(dz, z)];
        }
    }
    *sums = local;
}

/// Adds a vector to f64 sums and sets it to 0.
#[inline(always)]
fn flush<T: Real, V: Lanes<T>>(sum: &mut V, into: &mut [f64]) {
    let mut lanes = [T::default(); 32];
    sum.store(&mut lanes);
    for (total, term) in into[..V::WIDTH].iter_mut().zip(lanes) {
        *total += term.to_f64();
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
        flush(value, &mut potentials[v][first..]);
        flush(x, &mut gradients[v][0][first..]);
        flush(y, &mut gradients[v][1][first..]);
        flush(z, &mut gradients[v][2][first..]);
    }
}

#[cfg(test)]
pub(in crate::fmm) mod tests;
