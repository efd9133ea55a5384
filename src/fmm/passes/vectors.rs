//! Several vectors of charges at once: kernel values that they share.
//!
//! Each vector's sums have the operations of a sum of its own, in the same order: results have the bits of vectors that are evaluated one by one.

use super::particles::Near;
use crate::fmm::kernel::GreenFunction;
use crate::fmm::pairs::{self, Look, Points};
use crate::simd::{Kernel, Lanes, Level, dispatch};
use std::marker::PhantomData;
use std::ops::Range;

/// Vectors that are evaluated together: all memory of an evaluation is in proportion to it. More gain little, because near pairs share no more than registers hold.
pub const TOGETHER: usize = 4;
/// Vectors that share the kernel values of a loop over pairs, without and with gradients: as many sums as registers have room for.
pub(super) const AT_ONCE: [usize; 2] = [4, 2];

/// Pairs of points, for all vectors.
#[derive(Clone, Copy)]
pub(super) struct Pairs<'a, T, K> {
    pub simd: Level,
    pub kernel: K,
    pub look: Look,
    pub targets: Points<'a, T>,
    pub sources: Points<'a, T>,
    pub runs: &'a [Range<usize>],
}

impl<T: Near, K: GreenFunction> Pairs<'_, T, K> {
    /// Adds potentials to `sums` [vector][targets].
    pub fn add_potentials(self, charges: &[&[T]], sums: &mut [f64]) {
        let each = self.targets.len();
        let mut first = 0;
        while first < charges.len() {
            let (own, count) = (&mut sums[first * each..], at_once(charges.len() - first, AT_ONCE[0]));
            match count {
                1 => dispatch(self.simd, Potentials::<T, K, 1>(self, &charges[first..], own, PhantomData)),
                2 => dispatch(self.simd, Potentials::<T, K, 2>(self, &charges[first..], own, PhantomData)),
                _ => dispatch(self.simd, Potentials::<T, K, 4>(self, &charges[first..], own, PhantomData)),
            }
            first += count;
        }
    }

    /// Adds potentials and the components of gradients to `sums` [vector][4][targets].
    pub fn add_gradients(self, charges: &[&[T]], sums: &mut [f64]) {
        let each = 4 * self.targets.len();
        let mut first = 0;
        while first < charges.len() {
            let (own, count) = (&mut sums[first * each..], at_once(charges.len() - first, AT_ONCE[1]));
            match count {
                1 => dispatch(self.simd, Gradients::<T, K, 1>(self, &charges[first..], own, PhantomData)),
                _ => dispatch(self.simd, Gradients::<T, K, 2>(self, &charges[first..], own, PhantomData)),
            }
            first += count;
        }
    }
}

/// The largest power of two that is left and allowed.
pub(super) fn at_once(left: usize, most: usize) -> usize {
    let mut count = most;
    while count > left {
        count /= 2;
    }
    count
}

struct Potentials<'a, 'b, T, K, const N: usize>(Pairs<'a, T, K>, &'b [&'a [T]], &'b mut [f64], PhantomData<T>);

impl<T: Near, K: GreenFunction, const N: usize> Kernel<T> for Potentials<'_, '_, T, K, N> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let Self(pairs, charges, sums, _) = self;
        let charges: [&[T]; N] = *charges.first_chunk().expect("has so many vectors");
        let mut each = sums.chunks_exact_mut(pairs.targets.len().max(1));
        let sums: [&mut [f64]; N] = std::array::from_fn(|_| each.next().unwrap_or_default());
        pairs::add_potentials::<K, T, V, N>(pairs.kernel, pairs.look, pairs.targets, pairs.sources, charges, pairs.runs, sums);
    }
}

struct Gradients<'a, 'b, T, K, const N: usize>(Pairs<'a, T, K>, &'b [&'a [T]], &'b mut [f64], PhantomData<T>);

impl<T: Near, K: GreenFunction, const N: usize> Kernel<T> for Gradients<'_, '_, T, K, N> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let Self(pairs, charges, sums, _) = self;
        let charges: [&[T]; N] = *charges.first_chunk().expect("has so many vectors");
        let mut each = sums.chunks_exact_mut(pairs.targets.len().max(1));
        let mut potentials: [&mut [f64]; N] = std::array::from_fn(|_| Default::default());
        let mut gradients: [[&mut [f64]; 3]; N] = std::array::from_fn(|_| Default::default());
        for vector in 0..N {
            potentials[vector] = each.next().unwrap_or_default();
            gradients[vector] = std::array::from_fn(|_| each.next().unwrap_or_default());
        }
        pairs::add_potentials_and_gradients::<K, T, V, N>(pairs.kernel, pairs.look, pairs.targets, pairs.sources, charges, pairs.runs, potentials, gradients);
    }
}
