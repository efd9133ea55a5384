//! Loops over lines: many inputs, a few outputs, one vector of each at a time.
//!
//! A stencil reads a dozen lines at once. Checking each load would cost as much as the arithmetic, so the lengths are
//! checked once, here, and the operation gets vectors.

use super::lanes::Lanes;
use super::real::Real;

/// The lines next to a line along one axis, each of two parts (a sine and a cosine, say): [side][part].
pub type Around<'a, T, const AXES: usize> = [[[&'a [T]; 2]; 2]; AXES];

/// What is done with one vector of every input. Implementations mark `apply` `#[inline(always)]`.
pub trait Operation<V, const AXES: usize, const INPUTS: usize, const OUTPUTS: usize> {
    fn apply(&self, around: [[[V; 2]; 2]; AXES], inputs: [V; INPUTS]) -> [V; OUTPUTS];
}

/// `outputs[i] = operation(around[i], inputs[i])` for all i of the outputs, whose length is a multiple of the vectors'.
#[inline(always)]
pub fn map_lines<T: Real, V: Lanes<T>, const AXES: usize, const INPUTS: usize, const OUTPUTS: usize>(
    around: Around<'_, T, AXES>,
    inputs: [&[T]; INPUTS],
    outputs: [&mut [T]; OUTPUTS],
    operation: &impl Operation<V, AXES, INPUTS, OUTPUTS>,
) {
    let len = outputs[0].len();
    assert!(len % V::WIDTH == 0);
    // Loops, not `all` and `map`: a line takes a few hundred nanoseconds, and calls to closures would be a tenth of that.
    let mut fits = true;
    let mut places = [[[std::ptr::null(); 2]; 2]; AXES];
    for axis in 0..AXES {
        for side in 0..2 {
            for part in 0..2 {
                let line = around[axis][side][part];
                fits &= line.len() >= len;
                places[axis][side][part] = line.as_ptr();
            }
        }
    }
    let around = places;
    let mut places = [std::ptr::null(); INPUTS];
    for (place, line) in places.iter_mut().zip(inputs) {
        fits &= line.len() >= len;
        *place = line.as_ptr();
    }
    let inputs = places;
    let mut places = [std::ptr::null_mut(); OUTPUTS];
    for (place, line) in places.iter_mut().zip(outputs) {
        fits &= line.len() == len;
        *place = line.as_mut_ptr();
    }
    let outputs = places;
    assert!(fits, "lines of different lengths");
    let mut at = 0;
    while at < len {
        // SAFETY: at + WIDTH <= len, because len is a multiple of WIDTH, and every line has len elements (asserted above).
        unsafe {
            let load = |line: *const T| V::load(std::slice::from_raw_parts(line.add(at), V::WIDTH));
            let mut vectors = [[[V::zero(); 2]; 2]; AXES];
            for axis in 0..AXES {
                for side in 0..2 {
                    for part in 0..2 {
                        vectors[axis][side][part] = load(around[axis][side][part]);
                    }
                }
            }
            let mut others = [V::zero(); INPUTS];
            for (vector, line) in others.iter_mut().zip(inputs) {
                *vector = load(line);
            }
            let results = operation.apply(vectors, others);
            for (line, vector) in outputs.into_iter().zip(results) {
                vector.store(std::slice::from_raw_parts_mut(line.add(at), V::WIDTH));
            }
        }
        at += V::WIDTH;
    }
}

/// The same for loops that are bound by the latency of the operation: several vectors at a time (`Lanes::Wide`), and what is left
/// one by one.
#[inline(always)]
pub fn map_lines_wide<T: Real, V: Lanes<T>, const AXES: usize, const INPUTS: usize, const OUTPUTS: usize>(
    around: Around<'_, T, AXES>,
    inputs: [&[T]; INPUTS],
    outputs: [&mut [T]; OUTPUTS],
    operation: &(impl Operation<V, AXES, INPUTS, OUTPUTS> + Operation<V::Wide, AXES, INPUTS, OUTPUTS>),
) {
    let whole = outputs[0].len() / V::Wide::WIDTH * V::Wide::WIDTH;
    let mut rests = [(); OUTPUTS].map(|()| &mut [] as &mut [T]);
    let mut wholes = [(); OUTPUTS].map(|()| &mut [] as &mut [T]);
    for ((output, whole_of), rest_of) in outputs.into_iter().zip(&mut wholes).zip(&mut rests) {
        (*whole_of, *rest_of) = output.split_at_mut(whole);
    }
    map_lines::<T, V::Wide, AXES, INPUTS, OUTPUTS>(around, inputs, wholes, operation);
    if !rests[0].is_empty() {
        let (mut around, mut inputs) = (around, inputs);
        for line in around.as_flattened_mut().as_flattened_mut() {
            *line = &line[whole..];
        }
        for line in &mut inputs {
            *line = &line[whole..];
        }
        map_lines::<T, V, AXES, INPUTS, OUTPUTS>(around, inputs, rests, operation);
    }
}
