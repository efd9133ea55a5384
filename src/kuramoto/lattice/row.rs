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
//! What bounds them: `describe` is 26 vector operations (19 in f32) on two arithmetic ports; `slopes` in two dimensions
//! ten loads of neighbours and two more on two load ports, and as many operations. On a Zen 3 core with AVX2 a whole
//! Euler step takes 3.0 ns a cell in f64 and 1.5 in f32 while lines are in the first-level cache and several steps go
//! to a sweep; the arithmetic alone would allow 1.6 ns.

use crate::kuramoto::law::{Coupling, Law};
use crate::simd::{Around, Lanes, Operation, Real, map_lines, sin_cos};
use std::marker::PhantomData;

/// A line of cells as neighbours see it: sines and cosines, or phases and ones.
#[derive(Clone, Copy)]
pub struct Described<'a, T> {
    pub first: &'a [T],
    pub second: &'a [T],
}

/// The neighbours of a line of cells along one axis.
pub type Pair<'a, T> = [Described<'a, T>; 2];

/// The line itself, its neighbours along every axis that couples, and what drives it.
#[derive(Clone, Copy)]
pub struct Surroundings<'a, T> {
    pub centre: Described<'a, T>,
    pub pairs: [Pair<'a, T>; 3],
    /// How many of the pairs there are.
    pub axes: usize,
    pub omega: &'a [T],
    pub strength: &'a [T],
}

/// Fills the description of a line of phases.
#[inline(always)]
pub fn describe<T: Real, V: Lanes<T>>(law: Law, phases: &[T], first: &mut [T], second: &mut [T]) {
    let len = phases.len();
    let (first, second) = (&mut first[..len], &mut second[..len]);
    match law {
        Law::Sine => map_lines::<T, V, 0, 1, 2>([], [phases], [first, second], &SineAndCosine(PhantomData::<T>)),
        Law::DirectSine | Law::Linear => {
            first.copy_from_slice(phases);
            second.fill(T::from_f64(1.0));
        }
    }
}

struct SineAndCosine<T>(PhantomData<T>);

impl<T: Real, V: Lanes<T>> Operation<V, 0, 1, 2> for SineAndCosine<T> {
    #[inline(always)]
    fn apply(&self, _: [[[V; 2]; 2]; 0], [phase]: [V; 1]) -> [V; 2] {
        let (sine, cosine) = sin_cos(phase);
        [sine, cosine]
    }
}

/// `slopes[i] = omega[i] + K[i] sum of the coupling to the neighbours`.
#[inline(always)]
pub fn slopes<T: Real, V: Lanes<T>>(coupling: &Coupling<T>, line: &Surroundings<'_, T>, slopes: &mut [T]) {
    with_law::<T, V>(coupling, Slopes { line, slopes });
}

/// A step by the slope, and what the next stage sees of it, in one go: `to = from + factor * slope`, described in `first`
/// and `second`. Only for `Law::Sine`; the same bits as `slopes`, `advance` and `describe`, without the way through memory.
#[inline(always)]
pub fn step_and_describe<T: Real, V: Lanes<T>>(
    coupling: &Coupling<T>,
    line: &Surroundings<'_, T>,
    from: &[T],
    factor: T,
    to: &mut [T],
    first: &mut [T],
    second: &mut [T],
) {
    with_law::<T, V>(coupling, StepAndDescribe { line, from, factor, outputs: [to, first, second] });
}

/// What is to be done once the law is known.
trait UnderLaw<T: Real, V: Lanes<T>> {
    fn run<L: Term<T, V>>(self, law: L);
}

#[inline(always)]
fn with_law<T: Real, V: Lanes<T>>(coupling: &Coupling<T>, what: impl UnderLaw<T, V>) {
    match coupling.law {
        Law::Sine if coupling.lag != T::default() => what.run(Separable::<V, true> {
            cosine: V::splat(coupling.cosine_of_lag),
            sine: V::splat(coupling.sine_of_lag),
        }),
        Law::Sine => what.run(Separable::<V, false> { cosine: V::zero(), sine: V::zero() }),
        Law::DirectSine => what.run(Direct::<V, true> { lag: V::splat(coupling.lag) }),
        Law::Linear => what.run(Direct::<V, false> { lag: V::splat(coupling.lag) }),
    }
}

struct Slopes<'a, T> {
    line: &'a Surroundings<'a, T>,
    slopes: &'a mut [T],
}

impl<T: Real, V: Lanes<T>> UnderLaw<T, V> for Slopes<'_, T> {
    #[inline(always)]
    fn run<L: Term<T, V>>(self, law: L) {
        let Self { line, slopes } = self;
        let inputs = [line.centre.first, line.centre.second, line.strength, line.omega];
        let law = Slope(law, PhantomData::<T>);
        match line.axes {
            0 => slopes.copy_from_slice(&line.omega[..slopes.len()]),
            1 => map_lines::<T, V, 1, 4, 1>(around(line), inputs, [slopes], &law),
            2 => map_lines::<T, V, 2, 4, 1>(around(line), inputs, [slopes], &law),
            _ => map_lines::<T, V, 3, 4, 1>(around(line), inputs, [slopes], &law),
        }
    }
}

struct StepAndDescribe<'a, T> {
    line: &'a Surroundings<'a, T>,
    from: &'a [T],
    factor: T,
    outputs: [&'a mut [T]; 3],
}

impl<T: Real, V: Lanes<T>> UnderLaw<T, V> for StepAndDescribe<'_, T> {
    #[inline(always)]
    fn run<L: Term<T, V>>(self, law: L) {
        let Self { line, from, factor, outputs } = self;
        let inputs = [line.centre.first, line.centre.second, line.strength, line.omega, from];
        let step = Step { law, factor: V::splat(factor), precision: PhantomData::<T> };
        match line.axes {
            0 => map_lines::<T, V, 0, 5, 3>([], inputs, outputs, &step),
            1 => map_lines::<T, V, 1, 5, 3>(around(line), inputs, outputs, &step),
            2 => map_lines::<T, V, 2, 5, 3>(around(line), inputs, outputs, &step),
            _ => map_lines::<T, V, 3, 5, 3>(around(line), inputs, outputs, &step),
        }
    }
}

#[inline(always)]
fn around<'a, T: Real, const AXES: usize>(line: &Surroundings<'a, T>) -> Around<'a, T, AXES> {
    std::array::from_fn(|axis| line.pairs[axis].map(|side| [side.first, side.second]))
}

struct Slope<L, T>(L, PhantomData<T>);

impl<T: Real, V: Lanes<T>, L: Term<T, V>, const AXES: usize> Operation<V, AXES, 4, 1> for Slope<L, T> {
    #[inline(always)]
    fn apply(&self, around: [[[V; 2]; 2]; AXES], [first, second, strength, omega]: [V; 4]) -> [V; 1] {
        [self.0.of([first, second], around).mul_add(strength, omega)]
    }
}

struct Step<L, V, T> {
    law: L,
    factor: V,
    precision: PhantomData<T>,
}

impl<T: Real, V: Lanes<T>, L: Term<T, V>, const AXES: usize> Operation<V, AXES, 5, 3> for Step<L, V, T> {
    #[inline(always)]
    fn apply(&self, around: [[[V; 2]; 2]; AXES], [first, second, strength, omega, from]: [V; 5]) -> [V; 3] {
        // Without neighbours the sum is 0, as in `slopes`.
        let slope = if AXES == 0 { omega } else { self.law.of([first, second], around).mul_add(strength, omega) };
        let to = self.factor.mul_add(slope, from);
        let (sine, cosine) = sin_cos(to);
        [to, sine, cosine]
    }
}

/// The sum over the neighbours of one vector of cells.
trait Term<T: Real, V: Lanes<T>> {
    fn of<const AXES: usize>(&self, centre: [V; 2], around: [[[V; 2]; 2]; AXES]) -> V;
}

struct Separable<V, const LAGS: bool> {
    cosine: V,
    sine: V,
}

impl<T: Real, V: Lanes<T>, const LAGS: bool> Term<T, V> for Separable<V, LAGS> {
    #[inline(always)]
    fn of<const AXES: usize>(&self, [sine, cosine]: [V; 2], around: [[[V; 2]; 2]; AXES]) -> V {
        let mut sums = [V::zero(); 2];
        for axis in 0..AXES {
            for part in 0..2 {
                let pair = around[axis][0][part] + around[axis][1][part];
                sums[part] = if axis == 0 { pair } else { sums[part] + pair };
            }
        }
        let [sines, cosines] = sums;
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
    fn of<const AXES: usize>(&self, [phase, _]: [V; 2], around: [[[V; 2]; 2]; AXES]) -> V {
        let mut sum = V::zero();
        for pair in around {
            let mut both = V::zero();
            for [neighbour, is_there] in pair {
                let difference = neighbour - phase - self.lag;
                let law = if SINE { sin_cos(difference).0 } else { difference };
                both = both + law * is_there;
            }
            sum = sum + both;
        }
        sum
    }
}
