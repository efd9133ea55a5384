//! The hot loops: one line of cells, all arrays contiguous and padded.
//!
//! Separable coupling: `sin(b - a) = sin b cos a - cos b sin a`, so one sine and cosine a cell serve all its
//! neighbours, and with `S`, `C` the sums of the neighbours' sines and cosines
//!
//! ```text
//! sum_n sin(theta_n - theta - alpha) = cos(theta + alpha) S - sin(theta + alpha) C
//! ```
//!
//! A place without a cell has sine and cosine 0 and so couples to nothing: a boundary without a branch. In the direct
//! laws a cell is described by (phase, 1) instead of (sine, cosine), and a missing one by (0, 0).
//!
//! What bounds them: `describe` is 25 vector operations (19 in f32) on two arithmetic ports; `slopes` in two dimensions
//! ten loads and as many operations on two load ports. With AVX-512 that is 1.2 ns a cell, when lines are in the
//! first-level cache.

use super::law::Law;
use crate::simd::{Lanes, Real, sin_cos};

/// A line of cells as neighbours see it: sines and cosines, or phases and ones.
#[derive(Clone, Copy)]
pub struct Described<'a, T> {
    pub first: &'a [T],
    pub second: &'a [T],
}

/// The neighbours of a line of cells along one axis.
pub type Pair<'a, T> = [Described<'a, T>; 2];

/// Constants of the law, in lanes' precision.
#[derive(Clone, Copy)]
pub struct Coupling<T> {
    pub law: Law,
    pub lag: T,
    pub cosine_of_lag: T,
    pub sine_of_lag: T,
}

impl<T: Real> Coupling<T> {
    pub fn new(law: Law, lag: f64) -> Self {
        let (sine, cosine) = lag.sin_cos();
        Self {
            law,
            lag: T::from_f64(lag),
            cosine_of_lag: T::from_f64(cosine),
            sine_of_lag: T::from_f64(sine),
        }
    }
}

/// Fills the description of a line of phases.
#[inline(always)]
pub fn describe<T: Real, V: Lanes<T>>(law: Law, phases: &[T], first: &mut [T], second: &mut [T]) {
    let len = phases.len();
    let (first, second) = (&mut first[..len], &mut second[..len]);
    match law {
        Law::Sine => {
            let mut at = 0;
            while at + V::WIDTH <= len {
                let (sine, cosine) = sin_cos(V::load(&phases[at..]));
                sine.store(&mut first[at..]);
                cosine.store(&mut second[at..]);
                at += V::WIDTH;
            }
        }
        Law::DirectSine | Law::Linear => {
            first.copy_from_slice(phases);
            second.fill(T::from_f64(1.0));
        }
    }
}

/// `slopes[i] = omega[i] + K[i] sum of the coupling to the neighbours`. All slices have one length, a multiple of the
/// vectors' width.
#[inline(always)]
pub fn slopes<T: Real, V: Lanes<T>>(
    coupling: &Coupling<T>,
    centre: Described<'_, T>,
    pairs: &[Pair<'_, T>],
    omega: &[T],
    strength: &[T],
    slopes: &mut [T],
) {
    match *pairs {
        [] => slopes.copy_from_slice(omega),
        [a] => slopes_of::<T, V, 1>(coupling, centre, [a], omega, strength, slopes),
        [a, b] => slopes_of::<T, V, 2>(coupling, centre, [a, b], omega, strength, slopes),
        [a, b, c] => slopes_of::<T, V, 3>(coupling, centre, [a, b, c], omega, strength, slopes),
        _ => unreachable!("a lattice has at most three axes"),
    }
}

#[inline(always)]
fn slopes_of<T: Real, V: Lanes<T>, const AXES: usize>(
    coupling: &Coupling<T>,
    centre: Described<'_, T>,
    pairs: [Pair<'_, T>; AXES],
    omega: &[T],
    strength: &[T],
    slopes: &mut [T],
) {
    let has_lag = coupling.lag != T::default();
    match coupling.law {
        Law::Sine if has_lag => sweep::<T, V, Separable<V, true>, AXES>(
            &Separable { cosine: V::splat(coupling.cosine_of_lag), sine: V::splat(coupling.sine_of_lag) },
            centre, pairs, omega, strength, slopes,
        ),
        Law::Sine => sweep::<T, V, Separable<V, false>, AXES>(
            &Separable { cosine: V::zero(), sine: V::zero() },
            centre, pairs, omega, strength, slopes,
        ),
        Law::DirectSine => sweep::<T, V, Direct<V, true>, AXES>(
            &Direct { lag: V::splat(coupling.lag) },
            centre, pairs, omega, strength, slopes,
        ),
        Law::Linear => sweep::<T, V, Direct<V, false>, AXES>(
            &Direct { lag: V::splat(coupling.lag) },
            centre, pairs, omega, strength, slopes,
        ),
    }
}

/// The sum over the neighbours of one vector of cells.
trait Term<T: Real, V: Lanes<T>> {
    fn of<const AXES: usize>(&self, centre: (V, V), pairs: [[(V, V); 2]; AXES]) -> V;
}

struct Separable<V, const LAGS: bool> {
    cosine: V,
    sine: V,
}

impl<T: Real, V: Lanes<T>, const LAGS: bool> Term<T, V> for Separable<V, LAGS> {
    #[inline(always)]
    fn of<const AXES: usize>(&self, (sine, cosine): (V, V), pairs: [[(V, V); 2]; AXES]) -> V {
        let mut sines = pairs[0][0].0 + pairs[0][1].0;
        let mut cosines = pairs[0][0].1 + pairs[0][1].1;
        for axis in 1..AXES {
            sines = sines + (pairs[axis][0].0 + pairs[axis][1].0);
            cosines = cosines + (pairs[axis][0].1 + pairs[axis][1].1);
        }
        if LAGS {
            let lagged_cosine = cosine.mul_add(self.cosine, -(sine * self.sine));
            let lagged_sine = sine.mul_add(self.cosine, cosine * self.sine);
            lagged_sine.neg_mul_add(cosines, lagged_cosine * sines)
        } else {
            sine.neg_mul_add(cosines, cosine * sines)
        }
    }
}

/// `sin(theta_n - theta - alpha)`, or its argument, neighbour by neighbour.
struct Direct<V, const SINE: bool> {
    lag: V,
}

impl<T: Real, V: Lanes<T>, const SINE: bool> Term<T, V> for Direct<V, SINE> {
    #[inline(always)]
    fn of<const AXES: usize>(&self, (phase, _): (V, V), pairs: [[(V, V); 2]; AXES]) -> V {
        let mut sum = V::zero();
        for pair in pairs {
            let mut both = V::zero();
            for (neighbour, is_there) in pair {
                let difference = neighbour - phase - self.lag;
                let law = if SINE { sin_cos(difference).0 } else { difference };
                both = both + law * is_there;
            }
            sum = sum + both;
        }
        sum
    }
}

#[inline(always)]
fn sweep<T: Real, V: Lanes<T>, L: Term<T, V>, const AXES: usize>(
    law: &L,
    centre: Described<'_, T>,
    pairs: [Pair<'_, T>; AXES],
    omega: &[T],
    strength: &[T],
    slopes: &mut [T],
) {
    let len = slopes.len();
    let load = |line: &[T], at: usize| V::load(&line[at..]);
    let mut at = 0;
    while at + V::WIDTH <= len {
        let mut around = [[(V::zero(), V::zero()); 2]; AXES];
        for axis in 0..AXES {
            for side in 0..2 {
                around[axis][side] = (load(pairs[axis][side].first, at), load(pairs[axis][side].second, at));
            }
        }
        let sum = law.of((load(centre.first, at), load(centre.second, at)), around);
        sum.mul_add(load(strength, at), load(omega, at)).store(&mut slopes[at..]);
        at += V::WIDTH;
    }
}

/// `to[i] = base[i] + factor * slopes[i]`
#[inline(always)]
pub fn advance<T: Real, V: Lanes<T>>(base: &[T], factor: T, slopes: &[T], to: &mut [T]) {
    let len = to.len();
    let (base, slopes) = (&base[..len], &slopes[..len]);
    let factor = V::splat(factor);
    let mut at = 0;
    while at + V::WIDTH <= len {
        factor.mul_add(V::load(&slopes[at..]), V::load(&base[at..])).store(&mut to[at..]);
        at += V::WIDTH;
    }
}

/// `to[i] += factor * slopes[i]`
#[inline(always)]
pub fn add<T: Real, V: Lanes<T>>(factor: T, slopes: &[T], to: &mut [T]) {
    let len = to.len();
    let slopes = &slopes[..len];
    let factor = V::splat(factor);
    let mut at = 0;
    while at + V::WIDTH <= len {
        factor.mul_add(V::load(&slopes[at..]), V::load(&to[at..])).store(&mut to[at..]);
        at += V::WIDTH;
    }
}
