//! Loops over lines: many inputs, a few outputs, one vector of each at a time.
//!
//! A stencil reads a dozen lines at once. Checking each load would cost as much as the arithmetic, so the lengths are
//! checked once, here, and the operation gets vectors.

use super::lanes::Lanes;
use super::real::Real;
use std::marker::PhantomData;

/// The lines next to a line along one axis, each of two parts (a sine and a cosine, say): [side][part].
pub type Around<'a, T, const AXES: usize> = [[[&'a [T]; 2]; 2]; AXES];

/// What is done with one vector of every input. Implementations mark `apply` `#[inline(always)]`.
pub trait Operation<V, const AXES: usize, const INPUTS: usize, const OUTPUTS: usize> {
    fn apply(&self, around: [[[V; 2]; 2]; AXES], inputs: [V; INPUTS]) -> [V; OUTPUTS];
}

/// What is made of the result of an operation. Implementations mark `make` `#[inline(always)]`.
pub trait Sequel<V, const OUTPUTS: usize> {
    fn make(&self, from: V) -> [V; OUTPUTS];
}

/// What is done with two vectors that were made ahead and one of every input. Implementations mark `apply` `#[inline(always)]`.
pub trait Follower<V, const AXES: usize, const INPUTS: usize, const OUTPUTS: usize> {
    fn apply(&self, ahead: [V; 2], around: [[[V; 2]; 2]; AXES], inputs: [V; INPUTS]) -> [V; OUTPUTS];
}

/// `outputs[i] = operation(around[i], inputs[i])` for all i of the outputs, whose length is a multiple of the vectors'.
#[inline(always)]
pub fn map_lines<T: Real, V: Lanes<T>, const AXES: usize, const INPUTS: usize, const OUTPUTS: usize>(
    around: Around<'_, T, AXES>,
    inputs: [&[T]; INPUTS],
    outputs: [&mut [T]; OUTPUTS],
    operation: &impl Operation<V, AXES, INPUTS, OUTPUTS>,
) {
    let lines = Lines::new(around, inputs, outputs);
    assert!(lines.len % V::WIDTH == 0);
    let mut at = 0;
    while at < lines.len {
        // SAFETY: at + WIDTH <= len, because len is a multiple of WIDTH.
        unsafe { lines.store(at, lines.apply(at, operation)) };
        at += V::WIDTH;
    }
}

/// `outputs[i] = sequel(operation(around[i], inputs[i]))`, for two parts that are long chains of operations (a slope with a dozen loads; a
/// sine): the next vectors' operation stands between those of the sequel, so that what waits for one does not fill the processor's window.
#[inline(always)]
pub fn map_lines_overlapped<T: Real, V: Lanes<T>, const AXES: usize, const INPUTS: usize, const OUTPUTS: usize>(
    around: Around<'_, T, AXES>,
    inputs: [&[T]; INPUTS],
    outputs: [&mut [T]; OUTPUTS],
    operation: &(impl Operation<V, AXES, INPUTS, 1> + Operation<V::Pair, AXES, INPUTS, 1>),
    sequel: &(impl Sequel<V, OUTPUTS> + Sequel<V::Pair, OUTPUTS>),
) {
    let lines = Lines::new(around, inputs, outputs);
    assert!(lines.len % V::WIDTH == 0);
    let mut at = 0;
    // SAFETY: every vector ends at len or before, because len is a multiple of V::WIDTH.
    unsafe {
        if lines.len >= V::Pair::WIDTH {
            let [mut made]: [V::Pair; 1] = lines.apply(0, operation);
            while at + 2 * V::Pair::WIDTH <= lines.len {
                let [next] = lines.apply(at + V::Pair::WIDTH, operation);
                lines.store(at, sequel.make(made));
                made = next;
                at += V::Pair::WIDTH;
            }
            lines.store(at, sequel.make(made));
            at += V::Pair::WIDTH;
        }
        while at < lines.len {
            let [made]: [V; 1] = lines.apply(at, operation);
            lines.store(at, sequel.make(made));
            at += V::WIDTH;
        }
    }
}

/// `outputs[i] = follower(ahead(inputs[0][i]), around[i], inputs[i])`: as `map_lines_overlapped`, where the long chain without loads (a sine) comes
/// first. That of the next vectors stands before the followers of these.
#[inline(always)]
pub fn map_lines_behind<T: Real, V: Lanes<T>, const AXES: usize, const INPUTS: usize, const OUTPUTS: usize>(
    around: Around<'_, T, AXES>,
    inputs: [&[T]; INPUTS],
    outputs: [&mut [T]; OUTPUTS],
    ahead: &(impl Sequel<V, 2> + Sequel<V::Pair, 2>),
    follower: &(impl Follower<V, AXES, INPUTS, OUTPUTS> + Follower<V::Pair, AXES, INPUTS, OUTPUTS>),
) {
    let lines = Lines::new(around, inputs, outputs);
    assert!(lines.len % V::WIDTH == 0);
    let mut at = 0;
    // SAFETY: every vector ends at len or before, because len is a multiple of V::WIDTH.
    unsafe {
        if lines.len >= V::Pair::WIDTH {
            let mut made = ahead.make(lines.input::<V::Pair>(0, 0));
            while at + 2 * V::Pair::WIDTH <= lines.len {
                let next = ahead.make(lines.input::<V::Pair>(0, at + V::Pair::WIDTH));
                let (around, inputs) = lines.load(at);
                lines.store(at, follower.apply(made, around, inputs));
                made = next;
                at += V::Pair::WIDTH;
            }
            let (around, inputs) = lines.load(at);
            lines.store(at, follower.apply(made, around, inputs));
            at += V::Pair::WIDTH;
        }
        while at < lines.len {
            let made = ahead.make(lines.input::<V>(0, at));
            let (around, inputs) = lines.load(at);
            lines.store(at, follower.apply(made, around, inputs));
            at += V::WIDTH;
        }
    }
}

/// Lines of one length, which was checked.
struct Lines<'a, T, const AXES: usize, const INPUTS: usize, const OUTPUTS: usize> {
    around: [[[*const T; 2]; 2]; AXES],
    inputs: [*const T; INPUTS],
    outputs: [*mut T; OUTPUTS],
    len: usize,
    lines: PhantomData<&'a mut [T]>,
}

impl<'a, T: Real, const AXES: usize, const INPUTS: usize, const OUTPUTS: usize> Lines<'a, T, AXES, INPUTS, OUTPUTS> {
    #[inline(always)]
    fn new(around: Around<'a, T, AXES>, inputs: [&'a [T]; INPUTS], outputs: [&'a mut [T]; OUTPUTS]) -> Self {
        let len = outputs[0].len();
        // Loops, not `all` and `map`: a line takes a few hundred nanoseconds, and calls to closures would be a tenth of that.
        let mut fits = true;
        let mut lines = Self {
            around: [[[std::ptr::null(); 2]; 2]; AXES],
            inputs: [std::ptr::null(); INPUTS],
            outputs: [std::ptr::null_mut(); OUTPUTS],
            len,
            lines: PhantomData,
        };
        for axis in 0..AXES {
            for side in 0..2 {
                for part in 0..2 {
                    let line = around[axis][side][part];
                    fits &= line.len() >= len;
                    lines.around[axis][side][part] = line.as_ptr();
                }
            }
        }
        for (place, line) in lines.inputs.iter_mut().zip(inputs) {
            fits &= line.len() >= len;
            *place = line.as_ptr();
        }
        for (place, line) in lines.outputs.iter_mut().zip(outputs) {
            fits &= line.len() == len;
            *place = line.as_mut_ptr();
        }
        assert!(fits, "lines of different lengths");
        lines
    }

    /// # Safety
    /// `at + V::WIDTH <= self.len`
    #[inline(always)]
    unsafe fn apply<V: Lanes<T>, const RESULTS: usize>(
        &self,
        at: usize,
        operation: &impl Operation<V, AXES, INPUTS, RESULTS>,
    ) -> [V; RESULTS] {
        // SAFETY: the caller's.
        let (around, inputs) = unsafe { self.load(at) };
        operation.apply(around, inputs)
    }

    /// # Safety
    /// `at + V::WIDTH <= self.len`
    #[inline(always)]
    unsafe fn load<V: Lanes<T>>(&self, at: usize) -> ([[[V; 2]; 2]; AXES], [V; INPUTS]) {
        let mut around = [[[V::zero(); 2]; 2]; AXES];
        let mut inputs = [V::zero(); INPUTS];
        // SAFETY: every line has at least len elements, and at + WIDTH <= len.
        unsafe {
            for axis in 0..AXES {
                for side in 0..2 {
                    for part in 0..2 {
                        let line = self.around[axis][side][part];
                        around[axis][side][part] = V::load(std::slice::from_raw_parts(line.add(at), V::WIDTH));
                    }
                }
            }
            for number in 0..INPUTS {
                inputs[number] = self.input(number, at);
            }
        }
        (around, inputs)
    }

    /// # Safety
    /// `at + V::WIDTH <= self.len`
    #[inline(always)]
    unsafe fn input<V: Lanes<T>>(&self, number: usize, at: usize) -> V {
        // SAFETY: as above.
        V::load(unsafe { std::slice::from_raw_parts(self.inputs[number].add(at), V::WIDTH) })
    }

    /// # Safety
    /// `at + V::WIDTH <= self.len`
    #[inline(always)]
    unsafe fn store<V: Lanes<T>>(&self, at: usize, results: [V; OUTPUTS]) {
        for (line, vector) in self.outputs.into_iter().zip(results) {
            // SAFETY: as above; outputs are borrowed mutably for the lifetime of self, and no two slices made here exist at once.
            vector.store(unsafe { std::slice::from_raw_parts_mut(line.add(at), V::WIDTH) });
        }
    }
}
