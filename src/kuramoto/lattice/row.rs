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
//! What bounds them: a sine and cosine are 26 vector operations (19 in f32; 21 and 16 at AVX-512, which looks multiples up) on two
//! arithmetic ports, a slope in two dimensions ten loads of neighbours and two more on two load ports and thirteen operations. One vector
//! of both is a chain of 100 cycles and more, and operations that wait for it fill the scheduler before the arithmetic is busy. So where a step's
//! end is the next one's beginning both are in one loop, two vectors at a time, with the slopes of the next two before the sines of these.
//! With several steps to a sweep a Sapphire Rapids core at AVX-512 takes 1.35 ns a cell and Euler step in f64 and 0.60 in f32 (2.8 GHz; arithmetic
//! alone would allow 0.75 and 0.3). What is left is probably the second-level cache: a dozen lines a stage come from there or go there, because a stage's
//! turn comes again only after those of all others (counted, not measured: the machine had no counters). A Zen 3 core at AVX2 takes 2.5 and 1.07 ns.

use crate::kuramoto::law::{Coupling, Law};
use crate::simd::{Around, Follower, Lanes, Operation, Real, Sequel, Task, map_lines, map_lines_behind, map_lines_overlapped, sine_of_difference};
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
        Law::Sine => V::outlined(Describe { phases, sines: first, cosines: second, vectors: PhantomData::<V> }),
        Law::DirectSine | Law::Linear => {
            first.copy_from_slice(phases);
            second.fill(T::from_f64(1.0));
        }
    }
}

struct Describe<'a, T, V> {
    phases: &'a [T],
    sines: &'a mut [T],
    cosines: &'a mut [T],
    vectors: PhantomData<V>,
}

impl<T: Real, V: Lanes<T>> Task for Describe<'_, T, V> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { phases, sines, cosines, .. } = self;
        map_lines_overlapped::<T, V, 0, 1, 2>([], [phases], [sines, cosines], &Same, &SineAndCosine(PhantomData::<T>));
    }
}

struct Same;

impl<V> Operation<V, 0, 1, 1> for Same {
    #[inline(always)]
    fn apply(&self, _: [[[V; 2]; 2]; 0], phase: [V; 1]) -> [V; 1] {
        phase
    }
}

struct SineAndCosine<T>(PhantomData<T>);

impl<T: Real, V: Lanes<T>> Sequel<V, 2> for SineAndCosine<T> {
    #[inline(always)]
    fn make(&self, phase: V) -> [V; 2] {
        let (sine, cosine) = phase.sin_cos();
        [sine, cosine]
    }
}

/// The phase, its sine and its cosine.
impl<T: Real, V: Lanes<T>> Sequel<V, 3> for SineAndCosine<T> {
    #[inline(always)]
    fn make(&self, phase: V) -> [V; 3] {
        let (sine, cosine) = phase.sin_cos();
        [phase, sine, cosine]
    }
}

/// `slopes[i] = omega[i] + K[i] sum of the coupling to the neighbours`.
#[inline(always)]
pub fn slopes<T: Real, V: Lanes<T>>(coupling: &Coupling<T>, line: &Surroundings<'_, T>, slopes: &mut [T]) {
    let unused = [line.omega; 2];
    let vectors = PhantomData::<V>;
    V::outlined(OnSlopes { coupling, line, others: unused, outputs: [slopes], what: Alone, vectors });
}

/// `to = from + weight * slopes`
#[inline(always)]
pub fn step<T: Real, V: Lanes<T>>(
    coupling: &Coupling<T>,
    line: &Surroundings<'_, T>,
    from: &[T],
    weight: T,
    to: &mut [T],
) {
    V::outlined(OnSlopes { coupling, line, others: [from; 2], outputs: [to], what: Step { weight }, vectors: PhantomData::<V> });
}

/// The same, and `first` and `second` describe `to`.
#[inline(always)]
pub fn step_and_describe<T: Real, V: Lanes<T>>(
    coupling: &Coupling<T>,
    line: &Surroundings<'_, T>,
    from: &[T],
    weight: T,
    to: &mut [T],
    [first, second]: [&mut [T]; 2],
) {
    let len = to.len();
    let (first, second) = (&mut first[..len], &mut second[..len]);
    if coupling.law == Law::Sine {
        V::outlined(StepAndDescribe { coupling, line, from, weight, outputs: [to, first, second], vectors: PhantomData::<V> });
    } else {
        step::<T, V>(coupling, line, from, weight, to);
        describe::<T, V>(coupling.law, to, first, second);
    }
}

/// What a line's slopes are for, where the next line is described at the same time.
pub enum Use<'a, T> {
    Slopes,
    /// `to = from + weight * slopes`
    Step { from: &'a [T], weight: T },
}

/// Slopes or a step of a line in a lattice of two axes, for the separable law, while `next`, the line after it along the first of its pairs, is described:
/// what its sines cost hides behind the loads of neighbours. The bits are those of one after the other: of two pairs it makes no difference which is
/// added to which.
#[inline(always)]
pub fn slopes_and_describe_next<T: Real, V: Lanes<T>>(
    coupling: &Coupling<T>,
    line: &Surroundings<'_, T>,
    what: Use<'_, T>,
    next: &[T],
    [to, first, second]: [&mut [T]; 3],
) {
    let outputs = [to, first, second];
    let vectors = PhantomData::<V>;
    match what {
        Use::Slopes => V::outlined(WhileDescribing { coupling, line, from: line.omega, next, outputs, what: Alone, vectors }),
        Use::Step { from, weight } => V::outlined(WhileDescribing { coupling, line, from, next, outputs, what: Step { weight }, vectors }),
    }
}

/// `next = base + ahead * slopes` and `sum = from + weight * slopes`, for stages that another follows.
#[inline(always)]
pub fn stage<T: Real, V: Lanes<T>>(
    coupling: &Coupling<T>,
    line: &Surroundings<'_, T>,
    others: [&[T]; 2],
    [ahead, weight]: [T; 2],
    outputs: [&mut [T]; 2],
) {
    let what = Stage { ahead, weight };
    V::outlined(OnSlopes { coupling, line, others, outputs, what, vectors: PhantomData::<V> });
}

/// What is made of a vector of slopes and of two others.
trait WithSlope<T: Real, V: Lanes<T>, const OUTPUTS: usize> {
    const IS_ALONE: bool = false;
    fn make(&self, slope: V, others: [V; 2]) -> [V; OUTPUTS];
}

struct Alone;

impl<T: Real, V: Lanes<T>> WithSlope<T, V, 1> for Alone {
    const IS_ALONE: bool = true;
    #[inline(always)]
    fn make(&self, slope: V, _: [V; 2]) -> [V; 1] {
        [slope]
    }
}

struct Step<T> {
    weight: T,
}

impl<T: Real, V: Lanes<T>> WithSlope<T, V, 1> for Step<T> {
    #[inline(always)]
    fn make(&self, slope: V, [from, _]: [V; 2]) -> [V; 1] {
        [V::splat(self.weight).mul_add(slope, from)]
    }
}

struct Stage<T> {
    ahead: T,
    weight: T,
}

impl<T: Real, V: Lanes<T>> WithSlope<T, V, 2> for Stage<T> {
    #[inline(always)]
    fn make(&self, slope: V, [base, from]: [V; 2]) -> [V; 2] {
        [V::splat(self.ahead).mul_add(slope, base), V::splat(self.weight).mul_add(slope, from)]
    }
}

/// The slopes of a line and what is made of them. A function of its own: it is wanted in many places.
struct OnSlopes<'a, T, V, W, const OUTPUTS: usize> {
    coupling: &'a Coupling<T>,
    line: &'a Surroundings<'a, T>,
    others: [&'a [T]; 2],
    outputs: [&'a mut [T]; OUTPUTS],
    what: W,
    vectors: PhantomData<V>,
}

impl<T: Real, V: Lanes<T>, W: WithSlope<T, V, OUTPUTS>, const OUTPUTS: usize> Task for OnSlopes<'_, T, V, W, OUTPUTS> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Coupling { law, lag, cosine_of_lag: cosine, sine_of_lag: sine } = *self.coupling;
        match law {
            Law::Sine if lag != T::default() => self.under(Separable::<T, true> { cosine, sine }),
            Law::Sine => self.under(Separable::<T, false> { cosine, sine }),
            // Compiled for slopes alone; what these laws cost makes up for another pass.
            Law::DirectSine | Law::Linear if !W::IS_ALONE => self.after_slopes(),
            Law::DirectSine => self.under(Direct::<T, true> { lag }),
            Law::Linear => self.under(Direct::<T, false> { lag }),
        }
    }
}

impl<T: Real, V: Lanes<T>, W: WithSlope<T, V, OUTPUTS>, const OUTPUTS: usize> OnSlopes<'_, T, V, W, OUTPUTS> {
    #[inline(always)]
    fn after_slopes(self) {
        let Self { coupling, line, others: [one, other], outputs, what, .. } = self;
        slopes::<T, V>(coupling, line, outputs[0]);
        for at in (0..outputs[0].len()).step_by(V::WIDTH) {
            let slope = V::load(&outputs[0][at..]);
            let made = what.make(slope, [V::load(&one[at..]), V::load(&other[at..])]);
            for part in 0..OUTPUTS {
                made[part].store(&mut outputs[part][at..]);
            }
        }
    }

    #[inline(always)]
    fn under<L: Term<T, V>>(self, law: L) {
        let line = self.line;
        match line.axes {
            0 => self.map::<0, L>([], law),
            1 => self.map::<1, L>(around(line), law),
            2 => self.map::<2, L>(around(line), law),
            _ => self.map::<3, L>(around(line), law),
        }
    }

    #[inline(always)]
    fn map<const AXES: usize, L: Term<T, V>>(self, around: Around<'_, T, AXES>, law: L) {
        let Self { line, others: [one, other], outputs, what, .. } = self;
        let inputs = [line.centre.first, line.centre.second, line.strength, line.omega, one, other];
        map_lines::<T, V, AXES, 6, OUTPUTS>(around, inputs, outputs, &OnSlope { law, what, precision: PhantomData::<T> });
    }
}

/// Steps and the sines of where they lead, for the separable law.
struct StepAndDescribe<'a, T, V> {
    coupling: &'a Coupling<T>,
    line: &'a Surroundings<'a, T>,
    from: &'a [T],
    weight: T,
    outputs: [&'a mut [T]; 3],
    vectors: PhantomData<V>,
}

impl<T: Real, V: Lanes<T>> Task for StepAndDescribe<'_, T, V> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Coupling { lag, cosine_of_lag: cosine, sine_of_lag: sine, .. } = *self.coupling;
        if lag != T::default() {
            self.under(Separable::<T, true> { cosine, sine });
        } else {
            self.under(Separable::<T, false> { cosine, sine });
        }
    }
}

impl<T: Real, V: Lanes<T>> StepAndDescribe<'_, T, V> {
    #[inline(always)]
    fn under<L: Term<T, V> + Term<T, V::Pair>>(self, law: L) {
        let line = self.line;
        match line.axes {
            0 => self.map::<0, L>([], law),
            1 => self.map::<1, L>(around(line), law),
            2 => self.map::<2, L>(around(line), law),
            _ => self.map::<3, L>(around(line), law),
        }
    }

    #[inline(always)]
    fn map<const AXES: usize, L: Term<T, V> + Term<T, V::Pair>>(self, around: Around<'_, T, AXES>, law: L) {
        let Self { line, from, weight, outputs, .. } = self;
        let inputs = [line.centre.first, line.centre.second, line.strength, line.omega, from, from];
        let step = OnSlope { law, what: Step { weight }, precision: PhantomData::<T> };
        map_lines_overlapped::<T, V, AXES, 6, 3>(around, inputs, outputs, &step, &SineAndCosine(PhantomData::<T>));
    }
}

/// Slopes of a line and the description of the next.
struct WhileDescribing<'a, T, V, W> {
    coupling: &'a Coupling<T>,
    line: &'a Surroundings<'a, T>,
    from: &'a [T],
    next: &'a [T],
    outputs: [&'a mut [T]; 3],
    what: W,
    vectors: PhantomData<V>,
}

impl<T: Real, V: Lanes<T>, W: WithSlope<T, V, 1> + WithSlope<T, V::Pair, 1>> Task for WhileDescribing<'_, T, V, W> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Coupling { lag, cosine_of_lag: cosine, sine_of_lag: sine, .. } = *self.coupling;
        if lag != T::default() {
            self.under(Separable::<T, true> { cosine, sine });
        } else {
            self.under(Separable::<T, false> { cosine, sine });
        }
    }
}

impl<T: Real, V: Lanes<T>, W: WithSlope<T, V, 1> + WithSlope<T, V::Pair, 1>> WhileDescribing<'_, T, V, W> {
    #[inline(always)]
    fn under<L: Term<T, V> + Term<T, V::Pair>>(self, law: L) {
        let Self { line, from, next, outputs, what, .. } = self;
        let inputs = [next, line.centre.first, line.centre.second, line.strength, line.omega, from];
        let precision = PhantomData::<T>;
        let slope = SlopeBesideNext(OnSlope { law, what, precision });
        map_lines_behind::<T, V, 2, 6, 3>(around(line), inputs, outputs, &SineAndCosine(precision), &slope);
    }
}

/// A slope, of which one neighbour (the first pair's second) is given as it is made.
struct SlopeBesideNext<L, W, T>(OnSlope<L, W, T>);

impl<T: Real, V: Lanes<T>, L: Term<T, V>, W: WithSlope<T, V, 1>> Follower<V, 2, 6, 3> for SlopeBesideNext<L, W, T> {
    #[inline(always)]
    fn apply(&self, next: [V; 2], around: [[[V; 2]; 2]; 2], [_, first, second, strength, omega, from]: [V; 6]) -> [V; 3] {
        let around = [[around[0][0], next], around[1]];
        let [made] = Operation::<V, 2, 6, 1>::apply(&self.0, around, [first, second, strength, omega, from, from]);
        [made, next[0], next[1]]
    }
}

#[inline(always)]
fn around<'a, T: Real, const AXES: usize>(line: &Surroundings<'a, T>) -> Around<'a, T, AXES> {
    std::array::from_fn(|axis| line.pairs[axis].map(|side| [side.first, side.second]))
}

struct OnSlope<L, W, T> {
    law: L,
    what: W,
    precision: PhantomData<T>,
}

impl<T: Real, V: Lanes<T>, L: Term<T, V>, W: WithSlope<T, V, OUTPUTS>, const AXES: usize, const OUTPUTS: usize>
    Operation<V, AXES, 6, OUTPUTS> for OnSlope<L, W, T>
{
    #[inline(always)]
    fn apply(&self, around: [[[V; 2]; 2]; AXES], [first, second, strength, omega, one, other]: [V; 6]) -> [V; OUTPUTS] {
        // Without neighbours there is no sum, and no zero of it times an infinite K.
        let slope = if AXES == 0 { omega } else { self.law.of([first, second], around).mul_add(strength, omega) };
        self.what.make(slope, [one, other])
    }
}

/// The sum over the neighbours of one vector of cells.
trait Term<T: Real, V: Lanes<T>> {
    fn of<const AXES: usize>(&self, centre: [V; 2], around: [[[V; 2]; 2]; AXES]) -> V;
}

struct Separable<T, const LAGS: bool> {
    cosine: T,
    sine: T,
}

impl<T: Real, V: Lanes<T>, const LAGS: bool> Term<T, V> for Separable<T, LAGS> {
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
            let (cosine_of_lag, sine_of_lag) = (V::splat(self.cosine), V::splat(self.sine));
            let lagged_cosine = cosine.mul_add(cosine_of_lag, -(sine * sine_of_lag));
            let lagged_sine = sine.mul_add(cosine_of_lag, cosine * sine_of_lag);
            lagged_sine.neg_mul_add(cosines, lagged_cosine * sines)
        } else {
            sine.neg_mul_add(cosines, cosine * sines)
        }
    }
}

/// `sin(theta_n - theta - alpha)`, or its argument, neighbour by neighbour.
struct Direct<T, const SINE: bool> {
    lag: T,
}

impl<T: Real, V: Lanes<T>, const SINE: bool> Term<T, V> for Direct<T, SINE> {
    #[inline(always)]
    fn of<const AXES: usize>(&self, [phase, _]: [V; 2], around: [[[V; 2]; 2]; AXES]) -> V {
        let lag = V::splat(self.lag);
        let mut sum = V::zero();
        for pair in around {
            let mut both = V::zero();
            for [neighbour, is_there] in pair {
                let difference = neighbour - phase - lag;
                let law = if SINE { sine_of_difference(difference) } else { difference };
                both = both + law * is_there;
            }
            sum = sum + both;
        }
        sum
    }
}
