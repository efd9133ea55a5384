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
    assert!(outputs.iter().all(|line| line.len() == len));
    assert!(inputs.iter().all(|line| line.len() >= len));
    assert!(around.iter().flatten().flatten().all(|line| line.len() >= len));
    let around = around.map(|sides| sides.map(|parts| parts.map(<[T]>::as_ptr)));
    let inputs = inputs.map(<[T]>::as_ptr);
    let outputs = outputs.map(<[T]>::as_mut_ptr);
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
