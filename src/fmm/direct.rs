//! The direct sum: every target with every source.
//!
//! The work is cut into parts, a chunk of targets with a segment of sources each, by the problem alone. A part packs its sources
//! block by block into arrays of its own (scaled, an array for each axis), which stay in the first-level cache while its targets
//! pass; that costs less than a hundredth of the sums. Parts of one chunk are added up in the order of their segments.
//!
//! Coordinates are scaled by a power of two that brings the largest to about 1, and so are charges, which costs no rounding and
//! keeps squares and cubes of distances of any unit within range (see `kernel`). Differences of coordinates are then those of the
//! caller's numbers with one rounding: points far from the origin lose nothing that their coordinates had.

use super::kernel::GreenFunction;
use super::pairs::{Look, Points, add_potentials, add_potentials_and_gradients, targets_at_a_time};
use crate::array::{View, ViewMut};
use crate::error::{Error, Result, Status, try_vec};
use crate::simd::{Kernel, Lanes, Level, Real, dispatch};
use crate::threads::{Progress, for_each_chunk};
use std::f64::consts::PI;

/// Targets of a part; a multiple of what any level takes at a time.
const CHUNK: usize = 512;
/// Sources that are packed at a time.
const BLOCK: usize = 512;
/// Sources of a part: some milliseconds of work.
const SEGMENT: usize = 64 * BLOCK;
/// Charge vectors that share distances, without and with gradients: as many as registers have room for.
const VECTORS: [usize; 2] = [4, 2];

/// Points and charges, as the caller has them.
#[derive(Clone, Copy)]
pub struct Problem<'a, T> {
    /// [n_source][3]
    pub sources: View<'a, T, 2>,
    /// [n_target][3]
    pub targets: View<'a, T, 2>,
    /// [n_charge_vectors][n_source]
    pub charges: View<'a, T, 2>,
}

/// What is wanted of the sums.
pub struct Sums<'a, T> {
    /// [n_charge_vectors][n_target]
    pub potentials: Option<ViewMut<'a, T, 2>>,
    /// [n_charge_vectors][n_target][3]
    pub gradients: Option<ViewMut<'a, T, 3>>,
}

/// Writes the sums. Nothing is written before everything that can be refused was looked at.
pub fn direct<K: GreenFunction, T: Real>(
    kernel: K,
    problem: Problem<'_, T>,
    mut sums: Sums<'_, T>,
    progress: &mut Progress,
) -> Result<()> {
    let level = Level::current()?;
    let (n_targets, n_sources) = (problem.targets.dims()[0], problem.sources.dims()[0]);
    let n_vectors = problem.charges.dims()[0];
    if n_targets == 0 || n_vectors == 0 {
        progress.begin(0)?;
        return progress.end();
    }
    let units = Units::of(&problem)?;
    let kernel = kernel.scaled(f64::exp2(units.length.into()));
    let with_gradients = sums.gradients.is_some();
    let together = VECTORS[usize::from(with_gradients)];
    let n_segments = n_sources.div_ceil(SEGMENT).max(1);
    let n_chunks = n_targets.div_ceil(CHUNK);
    let n_parts = n_segments.saturating_mul(n_chunks).saturating_mul(n_vectors.div_ceil(together));
    let parts = (0..n_parts).map(|part| {
        let (segment, chunk) = (part % n_segments, part / n_segments % n_chunks);
        let vector = part / n_segments / n_chunks * together;
        Part {
            first_vector: vector,
            n_vectors: together.min(n_vectors - vector),
            first_target: chunk * CHUNK,
            n_targets: CHUNK.min(n_targets - chunk * CHUNK),
            first_source: segment * SEGMENT,
            n_sources: SEGMENT.min(n_sources - segment * SEGMENT),
        }
    });
    let mut totals: Vec<f64> = Vec::new();
    progress.begin(n_parts)?;
    for_each_chunk(
        parts,
        |_| 1,
        progress,
        |part| {
            // Most callers have one vector, or two.
            let terms = if with_gradients {
                match part.n_vectors {
                    1 => dispatch(level, Gradients::<_, _, 1> { kernel, problem: &problem, units: &units, part }),
                    _ => dispatch(level, Gradients::<_, _, 2> { kernel, problem: &problem, units: &units, part }),
                }
            } else {
                match part.n_vectors {
                    1 => dispatch(level, Potentials::<_, _, 1> { kernel, problem: &problem, units: &units, part }),
                    2 => dispatch(level, Potentials::<_, _, 2> { kernel, problem: &problem, units: &units, part }),
                    _ => dispatch(level, Potentials::<_, _, 4> { kernel, problem: &problem, units: &units, part }),
                }
            };
            Ok((part, terms?))
        },
        |(part, terms)| {
            if part.first_source == 0 {
                totals = terms;
            } else {
                totals.iter_mut().zip(terms).for_each(|(total, term)| *total += term);
            }
            if part.first_source + part.n_sources == n_sources {
                sums.write(&part, &units, &totals);
            }
            Ok(())
        },
    )?;
    progress.end()
}

/// A chunk of targets, a segment of sources and the charge vectors that share their distances.
#[derive(Clone, Copy)]
struct Part {
    first_vector: usize,
    n_vectors: usize,
    first_target: usize,
    n_targets: usize,
    first_source: usize,
    n_sources: usize,
}

/// Exponents of the powers of two by which the caller's numbers are multiplied.
struct Units {
    length: i32,
    /// For each charge vector.
    charges: Vec<i32>,
}

impl Units {
    /// Looks at every number.
    fn of<T: Real>(problem: &Problem<'_, T>) -> Result<Self> {
        let largest_source = largest(&problem.sources, 0..problem.sources.dims()[0])?;
        let largest_target = largest(&problem.targets, 0..problem.targets.dims()[0])?;
        let mut charges = try_vec("charges", problem.charges.dims()[0], 0)?;
        for (vector, exponent) in charges.iter_mut().enumerate() {
            *exponent = exponent_to_one(largest(&problem.charges, vector..vector + 1)?);
        }
        Ok(Self { length: exponent_to_one(largest_source.max(largest_target)), charges })
    }
}

/// The largest magnitude in some rows, all of which are finite.
fn largest<T: Real>(array: &View<'_, T, 2>, rows: std::ops::Range<usize>) -> Result<f64> {
    let mut largest: f64 = 0.0;
    for i in rows {
        for j in 0..array.dims()[1] {
            let x = array.at([i, j]);
            if !x.is_finite() {
                let name = array.name();
                return Err(Error::new(Status::Nonfinite, format!("{name}: element [{i}, {j}] is {x}; points and charges are finite")));
            }
            largest = largest.max(x.to_f64().abs());
        }
    }
    Ok(largest)
}

/// The exponent of the power of two that takes a number to [1/2, 1), if one does.
fn exponent_to_one(x: f64) -> i32 {
    const BIAS: i32 = 1022;
    if x == 0.0 { 0 } else { (BIAS - (x.to_bits() >> 52) as i32).min(1000) }
}

/// `x 2^exponent`, whose intermediate values are in range where the result is.
fn times_power_of_two(mut x: f64, mut exponent: i32) -> f64 {
    while exponent.abs() > 1000 {
        x *= f64::exp2(f64::from(1000 * exponent.signum()));
        exponent -= 1000 * exponent.signum();
    }
    x * f64::exp2(exponent.into())
}

impl<T: Real> Sums<'_, T> {
    /// `totals` are [vector][potential, or potential and three components][target of a chunk].
    fn write(&mut self, part: &Part, units: &Units, totals: &[f64]) {
        let components = if self.gradients.is_some() { 4 } else { 1 };
        for v in 0..part.n_vectors {
            let vector = part.first_vector + v;
            let charge = -units.charges[vector];
            for i in 0..part.n_targets {
                let target = part.first_target + i;
                let sum = |k: usize| totals[(v * components + k) * CHUNK + i] / (4.0 * PI);
                if let Some(potentials) = &mut self.potentials {
                    potentials.set([vector, target], T::from_f64(times_power_of_two(sum(0), charge + units.length)));
                }
                if let Some(gradients) = &mut self.gradients {
                    for axis in 0..3 {
                        let component = times_power_of_two(sum(1 + axis), charge + 2 * units.length);
                        gradients.set([vector, target, axis], T::from_f64(component));
                    }
                }
            }
        }
    }
}

/// The potentials of a part, for `N` places of charge vectors; those beyond the part's vectors have charges 0.
struct Potentials<'a, K, T, const N: usize> {
    kernel: K,
    problem: &'a Problem<'a, T>,
    units: &'a Units,
    part: Part,
}

impl<T: Real, K: GreenFunction, const N: usize> Kernel<T> for Potentials<'_, K, T, N> {
    type Output = Result<Vec<f64>>;

    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> Result<Vec<f64>> {
        let Self { kernel, problem, units, part } = self;
        let mut sums = try_vec("sums", N * CHUNK, 0.0)?;
        let targets = Packed::<T, CHUNK>::new(&problem.targets, part.first_target, part.n_targets, units.length);
        let n_padded = part.n_targets.next_multiple_of(targets_at_a_time::<T, V>());
        let mut charges = [[T::default(); BLOCK]; N];
        for first in (0..part.n_sources).step_by(BLOCK) {
            let n = BLOCK.min(part.n_sources - first);
            let sources = Packed::<T, BLOCK>::new(&problem.sources, part.first_source + first, n, units.length);
            pack_charges(problem, units, &part, first, n, &mut charges);
            let mut potentials: [&mut [f64]; N] = split(&mut sums, CHUNK);
            let charges: [&[T]; N] = std::array::from_fn(|v| &charges[v][..n]);
            add_potentials::<K, T, V, N>(
                kernel,
                look(problem.sources.dims()[0]),
                targets.points(n_padded),
                sources.points(n),
                charges,
                std::slice::from_ref(&(0..n)),
                potentials.each_mut().map(|sums| &mut **sums),
            );
        }
        Ok(sums)
    }
}

/// Potentials and gradients of a part.
struct Gradients<'a, K, T, const N: usize> {
    kernel: K,
    problem: &'a Problem<'a, T>,
    units: &'a Units,
    part: Part,
}

impl<T: Real, K: GreenFunction, const N: usize> Kernel<T> for Gradients<'_, K, T, N> {
    type Output = Result<Vec<f64>>;

    #[inline(always)]
    fn run<V: Lanes<T>>(self) -> Result<Vec<f64>> {
        let Self { kernel, problem, units, part } = self;
        let mut sums = try_vec("sums", N * 4 * CHUNK, 0.0)?;
        let targets = Packed::<T, CHUNK>::new(&problem.targets, part.first_target, part.n_targets, units.length);
        let n_padded = part.n_targets.next_multiple_of(targets_at_a_time::<T, V>());
        let mut charges = [[T::default(); BLOCK]; N];
        for first in (0..part.n_sources).step_by(BLOCK) {
            let n = BLOCK.min(part.n_sources - first);
            let sources = Packed::<T, BLOCK>::new(&problem.sources, part.first_source + first, n, units.length);
            pack_charges(problem, units, &part, first, n, &mut charges);
            let mut potentials: [&mut [f64]; N] = std::array::from_fn(|_| &mut [][..]);
            let mut gradients: [[&mut [f64]; 3]; N] = std::array::from_fn(|_| std::array::from_fn(|_| &mut [][..]));
            for (v, of_vector) in sums.chunks_exact_mut(4 * CHUNK).enumerate() {
                let [potential, x, y, z] = split(of_vector, CHUNK);
                potentials[v] = potential;
                gradients[v] = [x, y, z];
            }
            let charges: [&[T]; N] = std::array::from_fn(|v| &charges[v][..n]);
            add_potentials_and_gradients::<K, T, V, N>(
                kernel,
                look(problem.sources.dims()[0]),
                targets.points(n_padded),
                sources.points(n),
                charges,
                std::slice::from_ref(&(0..n)),
                potentials,
                gradients,
            );
        }
        Ok(sums)
    }
}

/// Targets may be sources. Of many sources few are in the block with a target that is one of them.
fn look(n_sources: usize) -> Look {
    const MANY: usize = 16 * BLOCK;
    if n_sources < MANY { Look::AtEach } else { Look::AtClosest }
}

/// The first `N` pieces of a slice.
fn split<const N: usize>(slice: &mut [f64], size: usize) -> [&mut [f64]; N] {
    let mut pieces = slice.chunks_exact_mut(size);
    std::array::from_fn(|_| pieces.next().expect("the slice has N pieces"))
}

fn pack_charges<T: Real, const N: usize>(
    problem: &Problem<'_, T>,
    units: &Units,
    part: &Part,
    first: usize,
    n: usize,
    into: &mut [[T; BLOCK]; N],
) {
    for (v, line) in into[..part.n_vectors].iter_mut().enumerate() {
        let vector = part.first_vector + v;
        problem.charges.read_line([vector, part.first_source + first], &mut line[..n]);
        scale(&mut line[..n], units.charges[vector]);
    }
}

/// `n` points in scaled coordinates; places after the last repeat it.
struct Packed<T, const N: usize>([[T; N]; 3]);

impl<T: Real, const N: usize> Packed<T, N> {
    fn new(points: &View<'_, T, 2>, first: usize, n: usize, exponent: i32) -> Self {
        let mut packed = [[T::default(); N]; 3];
        let by_axis = points.permuted([1, 0]);
        for (axis, line) in packed.iter_mut().enumerate() {
            by_axis.read_line([axis, first], &mut line[..n]);
            scale(&mut line[..n], exponent);
            let last = line[n - 1];
            line[n..].fill(last);
        }
        Self(packed)
    }

    fn points(&self, len: usize) -> Points<'_, T> {
        let [x, y, z] = &self.0;
        Points { x: &x[..len], y: &y[..len], z: &z[..len] }
    }
}

/// In double precision, which has the powers of two that f32 lacks.
fn scale<T: Real>(numbers: &mut [T], exponent: i32) {
    let factor = f64::exp2(exponent.into());
    for x in numbers {
        *x = T::from_f64(x.to_f64() * factor);
    }
}

#[cfg(test)]
mod tests;
