//! Across a level: multipoles of boxes to potentials on the check surfaces of those that are near but do not touch them.
//!
//! A slice of frequencies at a time: transforms of all groups of siblings, for each frequency the products of 8 x 8 matrices between each group and
//! those next to it, and transforms back. One direction's matrix (1 kB in double precision) stays in the first-level cache while a block of targets
//! adds what comes from there; two or four targets share each load of it. Bound by multiplications: 6656 fused ones for eight boxes and a frequency.
//!
//! Vectors of charges are more of the same: what is a group here is one of a group's vectors, and its neighbours are those of the same vector.

use super::particles::Near;
use super::transform::{COMPLEX, Scratch, backward, forward};
use super::{Frame, Level, Operator, Timings};
use crate::error::{Result, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::octets::WIDTH;
use crate::fmm::operators::Lattice;
use crate::fmm::tree::NONE;
use crate::simd::{Aligned, Kernel, Lanes, Real, dispatch};
use crate::threads::{self, Progress};
use std::marker::PhantomData;

/// Groups whose transforms one task makes; they lie together, by frequency.
const GROUPS: usize = 32;
/// Numbers of an 8 x 8 complex matrix: for each source child the real parts for all target children, then the imaginary parts.
const MATRIX: usize = WIDTH * COMPLEX;
const DIRECTIONS: usize = 27;
/// Targets that see one direction's matrix before the next: it and their potentials (8 kB in double precision) stay in the first-level cache.
const TARGETS_OF_A_BLOCK: usize = 64;

pub(super) fn pass<T: Near, K: GreenFunction>(
    frame: &Frame<T, K>,
    level: usize,
    own: &mut Level<T>,
    lattice: &Lattice<T>,
    timings: &Timings,
    progress: &mut Progress,
) -> Result<()> {
    let n = frame.surface.len();
    let groups = frame.groups_of_level(level);
    let (_, size) = frame.operators(level);
    let vectors = own.vectors;
    let count = groups.len() * vectors;
    let mut neighbours = try_vec("interactions", count, [NONE; DIRECTIONS])?;
    for (group, neighbours) in groups.zip(neighbours.chunks_exact_mut(vectors)) {
        if frame.tree.nodes[frame.group_boxes[group] as usize].has_targets() {
            let of_group = frame.neighbours(level, group);
            for (vector, own) in neighbours.iter_mut().enumerate() {
                *own = of_group.map(|neighbour| if neighbour == NONE { NONE } else { neighbour * vectors as u32 + vector as u32 });
            }
        }
    }
    let chunks = count.div_ceil(GROUPS);
    let most = lattice.points * lattice.points;
    let mut charges = Aligned::<T>::zeros("transforms", chunks * most * GROUPS * COMPLEX)?;
    let mut potentials = Aligned::<T>::zeros("transforms", most * count * COMPLEX)?;
    for kz in 0..lattice.slices.len() {
        let frequencies = lattice.slices[kz].rows * lattice.points;
        let multipoles = &own.multipoles.slice();
        let work = |(chunk, to): (usize, &mut [T])| {
            let mut scratch = Scratch::new(frame.surface.order)?;
            let first = chunk * GROUPS;
            for place in first..count.min(first + GROUPS) {
                let charges = &multipoles[place * n * WIDTH..][..n * WIDTH];
                dispatch(frame.simd, Forward { lattice, columns: &frame.columns, kz, charges, scratch: &mut scratch, to, place: place - first });
            }
            Ok(())
        };
        let work = |chunk: (usize, &mut [T])| timings.time(Operator::MultipolesToLocals, || work(chunk));
        let each = frequencies * GROUPS * COMPLEX;
        let pieces = charges.slice_mut()[..chunks * each].chunks_mut(each.max(1)).enumerate();
        threads::for_each_chunk(pieces, |_| 0, progress, work, |()| Ok(()))?;

        let transformed = charges.slice();
        let work = |(frequency, to): (usize, &mut [T])| {
            let mut matrices = Aligned::zeros("transforms", DIRECTIONS * MATRIX)?;
            expand(lattice, kz, frequency, matrices.slice_mut());
            let task = Products { matrices: matrices.slice(), neighbours: &neighbours, charges: transformed, frequency, frequencies, potentials: to, real: PhantomData };
            dispatch(frame.simd, task);
            Ok(())
        };
        let work = |piece: (usize, &mut [T])| timings.time(Operator::MultipolesToLocals, || work(piece));
        let each = count * COMPLEX;
        let pieces = potentials.slice_mut()[..frequencies * each].chunks_mut(each.max(1)).enumerate();
        threads::for_each_chunk(pieces, |_| 0, progress, work, |()| Ok(()))?;

        let spectra = potentials.slice();
        let scale = T::from_f64(1.0 / size);
        let work = |(chunk, locals): (usize, &mut [T])| {
            let mut scratch = Scratch::new(frame.surface.order)?;
            for (place, potentials) in locals.chunks_exact_mut(n * WIDTH).enumerate() {
                let from = (chunk * GROUPS + place, count);
                if neighbours[from.0].iter().any(|&neighbour| neighbour != NONE) {
                    dispatch(frame.simd, Backward { lattice, columns: &frame.columns, kz, spectra, from, scratch: &mut scratch, scale, potentials });
                }
            }
            Ok(())
        };
        let work = |chunk: (usize, &mut [T])| timings.time(Operator::MultipolesToLocals, || work(chunk));
        let pieces = own.locals.slice_mut().chunks_mut(GROUPS * n * WIDTH).enumerate();
        threads::for_each_chunk(pieces, |_| 0, progress, work, |()| Ok(()))?;
    }
    Ok(())
}

/// Bytes that the pass of a level has beside expansions.
pub(super) fn workspace_bytes<T: Near, K: GreenFunction>(frame: &Frame<T, K>, level: usize, vectors: usize) -> usize {
    let groups = frame.groups_of_level(level).len() * vectors;
    let points = 2 * frame.surface.order - 1;
    (groups.div_ceil(GROUPS) * GROUPS + groups) * points * points * COMPLEX * size_of::<T>() + groups * DIRECTIONS * 4
}

/// Matrices of one frequency from the kernel's transforms: [direction][source child][re, im][target child].
fn expand<T: Real>(lattice: &Lattice<T>, kz: usize, frequency: usize, matrices: &mut [T]) {
    let (re, im) = lattice.slices[kz].symbols_of(frequency);
    for (direction, matrix) in matrices.chunks_exact_mut(MATRIX).enumerate() {
        for (source, column) in matrix.chunks_exact_mut(COMPLEX).enumerate() {
            for target in 0..WIDTH {
                let vector = Lattice::<T>::vector(direction, source, target);
                column[target] = re[vector];
                column[WIDTH + target] = im[vector];
            }
        }
    }
}

struct Forward<'a, T: Near> {
    lattice: &'a Lattice<T>,
    columns: &'a super::transform::Columns,
    kz: usize,
    charges: &'a [T],
    scratch: &'a mut Scratch<T>,
    to: &'a mut [T],
    place: usize,
}

impl<T: Near> Kernel<T> for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        forward::<T, V::Octet>(self.lattice, self.columns, self.kz, self.charges, self.scratch, self.to, (self.place, GROUPS));
    }
}

struct Backward<'a, T: Near> {
    lattice: &'a Lattice<T>,
    columns: &'a super::transform::Columns,
    kz: usize,
    spectra: &'a [T],
    from: (usize, usize),
    scratch: &'a mut Scratch<T>,
    scale: T,
    potentials: &'a mut [T],
}

impl<T: Near> Kernel<T> for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        backward::<T, V::Octet>(self.lattice, self.columns, self.kz, self.spectra, self.from, self.scratch, self.scale, self.potentials);
    }
}

/// Potentials of all groups at one frequency.
struct Products<'a, T: Near> {
    matrices: &'a [T],
    neighbours: &'a [[u32; DIRECTIONS]],
    charges: &'a [T],
    frequency: usize,
    frequencies: usize,
    potentials: &'a mut [T],
    real: PhantomData<T>,
}

impl<T: Near> Kernel<T> for Products<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        // Sums of two targets fill the registers where eight numbers take two of sixteen.
        if V::WIDTH < WIDTH { self.targets::<V::Octet, 2>() } else { self.targets::<V::Octet, 4>() }
    }
}

impl<T: Near> Products<'_, T> {
    #[inline(always)]
    fn targets<O: Lanes<T>, const TARGETS: usize>(mut self) {
        let nothing = [T::default(); COMPLEX];
        let potentials = std::mem::take(&mut self.potentials);
        let blocks = potentials.chunks_mut(TARGETS_OF_A_BLOCK * COMPLEX).zip(self.neighbours.chunks(TARGETS_OF_A_BLOCK));
        for (potentials, neighbours) in blocks {
            potentials.fill(T::default());
            for direction in 0..DIRECTIONS {
                // Arrays of known lengths: a check of bounds below would part the products into blocks of code, and the compiler would negate `im`
                // in a block of its own instead of subtracting products.
                let matrix: &[T; MATRIX] = self.matrices[direction * MATRIX..].first_chunk().expect("a matrix for each direction");
                let mut few = potentials.chunks_exact_mut(TARGETS * COMPLEX);
                let mut next_to = neighbours.chunks_exact(TARGETS);
                for (potentials, neighbours) in (&mut few).zip(&mut next_to) {
                    let neighbours: [u32; TARGETS] = std::array::from_fn(|target| neighbours[target][direction]);
                    if neighbours.iter().any(|&neighbour| neighbour != NONE) {
                        let sources = neighbours.map(|neighbour| self.charges_of(neighbour, &nothing));
                        add_products::<T, O, TARGETS>(matrix, sources, potentials);
                    }
                }
                for (potentials, neighbours) in few.into_remainder().chunks_exact_mut(COMPLEX).zip(next_to.remainder()) {
                    if neighbours[direction] != NONE {
                        add_products::<T, O, 1>(matrix, [self.charges_of(neighbours[direction], &nothing)], potentials);
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn charges_of<'a>(&'a self, group: u32, nothing: &'a [T; COMPLEX]) -> &'a [T; COMPLEX] {
        if group == NONE {
            return nothing;
        }
        let group = group as usize;
        let place = (group / GROUPS * self.frequencies + self.frequency) * GROUPS + group % GROUPS;
        self.charges[place * COMPLEX..].first_chunk().expect("a group's numbers are there")
    }
}

/// Adds a matrix times the charges of some groups to the potentials of as many.
#[inline(always)]
fn add_products<T: Real, O: Lanes<T>, const TARGETS: usize>(
    matrix: &[T; MATRIX],
    sources: [&[T; COMPLEX]; TARGETS],
    potentials: &mut [T],
) {
    let potentials = &mut potentials[..TARGETS * COMPLEX];
    let mut sums = [[O::zero(); 2]; TARGETS];
    for target in 0..TARGETS {
        sums[target] = [O::load(&potentials[target * COMPLEX..]), O::load(&potentials[target * COMPLEX + WIDTH..])];
    }
    for child in 0..WIDTH {
        let column = &matrix[child * COMPLEX..child * COMPLEX + COMPLEX];
        let (re, im) = (O::load(column), O::load(&column[WIDTH..]));
        for (sum, source) in sums.iter_mut().zip(sources) {
            let (x, y) = (O::splat(source[child]), O::splat(source[WIDTH + child]));
            sum[0] = im.neg_mul_add(y, re.mul_add(x, sum[0]));
            sum[1] = im.mul_add(x, re.mul_add(y, sum[1]));
        }
    }
    for target in 0..TARGETS {
        sums[target][0].store(&mut potentials[target * COMPLEX..]);
        sums[target][1].store(&mut potentials[target * COMPLEX + WIDTH..]);
    }
}
