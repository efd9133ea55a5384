//! Translations at one frequency: between each group of eight siblings and those next to it, 8 x 8 complex matrices for 26 directions.
//!
//! A translation depends on where two boxes lie relative to each other alone. So along each axis the matrix between two pairs of children is
//! ((a, b), (c, a)), and its product with (x0, x1) takes three multiplications instead of four:
//!
//! ```text
//! y0 = a (x0 + x1) + (b - a) x1,    y1 = a (x0 + x1) + (c - a) x0
//! ```
//!
//! On three axes that makes 27 instead of 64: eight numbers of a source become 27 sums (`unfold`), once for all directions; for each direction 27 products are
//! added, number by number; and 27 sums of a target become its eight numbers (`fold`), once again. The 27 numbers lie in parts of a vector of the
//! processor: what a block of targets reads of one part stays in the first-level cache. Bound by multiplications and loads in equal parts: four fused
//! multiply-adds for a part and a direction, and four loads.

use super::differences;
use super::particles::Near;
use super::transform::COMPLEX;
use crate::error::{Result, try_box, try_vec};
use crate::fmm::octets::WIDTH;
use crate::fmm::operators::Lattice;
use crate::fmm::tree::NONE;
use crate::simd::{Aligned, Kernel, Lanes, Real};

pub(super) const DIRECTIONS: usize = 27;
/// Numbers that eight become: the sum, the second or the first of each pair along each axis.
const UNFOLDED: usize = 27;
/// Targets that see one part before the next.
const TARGETS_OF_A_BLOCK: usize = 64;

/// Groups with sources next to each group, by direction.
pub(super) struct Neighbours {
    /// First of each group among `all`.
    starts: Vec<u32>,
    /// Direction, and place of the neighbour.
    all: Vec<[u32; 2]>,
}

impl Neighbours {
    /// `of(group)` gives places by direction, NONE where there is nothing.
    pub fn new(groups: usize, of: impl Fn(usize) -> [u32; DIRECTIONS]) -> Result<Self> {
        let mut starts = try_vec("interactions", groups + 1, 0u32)?;
        for group in 0..groups {
            starts[group + 1] = starts[group] + of(group).iter().filter(|&&place| place != NONE).count() as u32;
        }
        let mut all = try_vec("interactions", starts[groups] as usize, [0; 2])?;
        for group in 0..groups {
            let present = of(group).into_iter().enumerate().filter(|&(_, place)| place != NONE);
            for (own, (direction, place)) in all[starts[group] as usize..].iter_mut().zip(present) {
                *own = [direction as u32, place];
            }
        }
        Ok(Self { starts, all })
    }

    #[inline(always)]
    pub fn of(&self, group: usize) -> &[[u32; 2]] {
        &self.all[self.starts[group] as usize..self.starts[group + 1] as usize]
    }
}

/// What a task works in: for vectors of some width, whatever the frequency. A box's 27 complex numbers lie in parts of a vector, [part][re, im][lanes].
pub(super) struct Workspace<T: Real> {
    /// [direction], [group] and [target], of a block of targets.
    matrices: Aligned<T>,
    sources: Aligned<T>,
    targets: Aligned<T>,
    differences: Box<[f64; differences::LEN]>,
}

impl<T: Real> Workspace<T> {
    pub fn new(groups: usize, lanes: usize) -> Result<Self> {
        let zeros = |count: usize| Aligned::zeros("transforms", count * numbers(lanes));
        let differences = try_box("transforms", [0.0; differences::LEN])?;
        Ok(Self { matrices: zeros(DIRECTIONS)?, sources: zeros(groups)?, targets: zeros(TARGETS_OF_A_BLOCK)?, differences })
    }

    pub fn bytes(groups: usize, lanes: usize) -> usize {
        (DIRECTIONS + groups + TARGETS_OF_A_BLOCK) * numbers(lanes) * size_of::<T>() + differences::LEN * size_of::<f64>()
    }
}

/// Real numbers in 27 complex ones in whole vectors.
#[inline(always)]
fn numbers(lanes: usize) -> usize {
    2 * UNFOLDED.next_multiple_of(lanes)
}

/// Where one of the 27 real parts lies; its imaginary part is `lanes` behind it.
#[inline(always)]
fn place(number: usize, lanes: usize) -> usize {
    number / lanes * 2 * lanes + number % lanes
}

/// Potentials of all groups at one frequency.
pub(super) struct Products<'a, T: Near, C> {
    pub lattice: &'a Lattice<T>,
    pub kz: usize,
    pub frequency: usize,
    pub neighbours: &'a Neighbours,
    /// Numbers of a group: [re, im][8].
    pub charges: C,
    pub groups: usize,
    pub workspace: &'a mut Workspace<T>,
    /// [group][re, im][8].
    pub potentials: &'a mut [T],
}

impl<'c, T: Near, C: Fn(usize) -> &'c [T]> Kernel<T> for Products<'_, T, C> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes<T>>(self) {
        let each = numbers(V::WIDTH);
        let Workspace { matrices, sources, targets, differences } = self.workspace;
        let (matrices, sources, targets) = (matrices.slice_mut(), sources.slice_mut(), targets.slice_mut());
        unfold_matrices::<T, V>(self.lattice.slices[self.kz].symbols_of(self.frequency), differences, matrices);
        for (group, to) in sources.chunks_exact_mut(each).take(self.groups).enumerate() {
            let charges: &[T; COMPLEX] = (self.charges)(group).first_chunk().expect("a group has numbers of eight boxes");
            for half in 0..2 {
                unfold::<T, V>(&charges[half * WIDTH..][..WIDTH], &mut to[half * V::WIDTH..]);
            }
        }
        for (block, potentials) in self.potentials.chunks_mut(TARGETS_OF_A_BLOCK * COMPLEX).enumerate() {
            let first = block * TARGETS_OF_A_BLOCK;
            let count = potentials.len() / COMPLEX;
            let mut part = 0;
            while part < each / (2 * V::WIDTH) {
                // What is left after whole fours: 3, 2 or none for vectors of 2 to 16.
                part += match each / (2 * V::WIDTH) - part {
                    2 => sums::<T, V, 2>(matrices, sources, self.neighbours, first..first + count, part, targets),
                    3 => sums::<T, V, 3>(matrices, sources, self.neighbours, first..first + count, part, targets),
                    _ => sums::<T, V, 4>(matrices, sources, self.neighbours, first..first + count, part, targets),
                };
            }
            for (potentials, sums) in potentials.chunks_exact_mut(COMPLEX).zip(targets.chunks_exact(each)) {
                for half in 0..2 {
                    fold::<T, V>(&sums[half * V::WIDTH..], &mut potentials[half * WIDTH..][..WIDTH]);
                }
            }
        }
    }
}

/// Some parts of the sums of some targets. Returns how many parts.
#[inline(always)]
fn sums<T: Real, V: Lanes<T>, const PARTS: usize>(
    matrices: &[T],
    sources: &[T],
    neighbours: &Neighbours,
    targets: std::ops::Range<usize>,
    part: usize,
    to: &mut [T],
) -> usize {
    let (each, first) = (numbers(V::WIDTH), part * 2 * V::WIDTH);
    for (target, to) in targets.zip(to.chunks_exact_mut(each)) {
        // A sum waits four cycles for its last term, so eight or more must go on at once: of few parts two sets, one for every other direction.
        let mut sums = [[[V::zero(); 2]; PARTS]; 2];
        for pair in neighbours.of(target).chunks(2) {
            for (set, &[direction, source]) in pair.iter().enumerate() {
                let matrix = &matrices[direction as usize * each..][first..first + PARTS * 2 * V::WIDTH];
                let source = &sources[source as usize * each..][first..first + PARTS * 2 * V::WIDTH];
                let sums = &mut sums[if PARTS > 2 { 0 } else { set }];
                for part in 0..PARTS {
                    let (re, im) = (part * 2 * V::WIDTH, (part * 2 + 1) * V::WIDTH);
                    let (a, b) = (V::load(&matrix[re..]), V::load(&matrix[im..]));
                    let (x, y) = (V::load(&source[re..]), V::load(&source[im..]));
                    sums[part][0] = b.neg_mul_add(y, a.mul_add(x, sums[part][0]));
                    sums[part][1] = b.mul_add(x, a.mul_add(y, sums[part][1]));
                }
            }
        }
        let to = &mut to[first..first + PARTS * 2 * V::WIDTH];
        for part in 0..PARTS {
            for half in 0..2 {
                (sums[0][part][half] + sums[1][part][half]).store(&mut to[(2 * part + half) * V::WIDTH..]);
            }
        }
    }
    PARTS
}

/// Which of the 27 a number is, by what it is along each axis (sum, second, first; x fastest): first the eight themselves and their sums along z alone, in
/// fours; then what is a sum along y, along x, and along both.
const ORDER: [usize; UNFOLDED] = {
    let mut order = [0; UNFOLDED];
    let mut number = 0;
    while number < UNFOLDED {
        let (x, y, z) = (2 - number % 3, 2 - number / 3 % 3, 2 - number / 9);
        order[number] = match (x, y) {
            (2, 2) => ALONG_BOTH + z,
            (_, 2) => ALONG_Y + 2 * z + x,
            (2, _) => ALONG_X + 2 * z + y,
            _ => 4 * z + 2 * y + x,
        };
        number += 1;
    }
    order
};
const ALONG_Y: usize = 12;
const ALONG_X: usize = 18;
const ALONG_BOTH: usize = 24;

/// Real or imaginary parts of a source's eight numbers.
#[inline(always)]
fn unfold<T: Real, V: Lanes<T>>(x: &[T], to: &mut [T]) {
    let to = &mut to[..place(UNFOLDED - 1, V::WIDTH) + 1];
    let (first, second) = ([x[0], x[1], x[2], x[3]], [x[4], x[5], x[6], x[7]]);
    let sum: [T; 4] = std::array::from_fn(|i| first[i] + second[i]);
    unfold_four::<T, V>(0, first, to);
    unfold_four::<T, V>(1, second, to);
    unfold_four::<T, V>(2, sum, to);
}

/// Those of one place along z.
#[inline(always)]
fn unfold_four<T: Real, V: Lanes<T>>(z: usize, x: [T; 4], to: &mut [T]) {
    // One after another in one part, whatever its width.
    to[place(4 * z, V::WIDTH)..][..4].copy_from_slice(&x);
    let along_y = [x[0] + x[2], x[1] + x[3]];
    to[place(ALONG_Y + 2 * z, V::WIDTH)] = along_y[0];
    to[place(ALONG_Y + 2 * z + 1, V::WIDTH)] = along_y[1];
    to[place(ALONG_X + 2 * z, V::WIDTH)] = x[0] + x[1];
    to[place(ALONG_X + 2 * z + 1, V::WIDTH)] = x[2] + x[3];
    to[place(ALONG_BOTH + z, V::WIDTH)] = along_y[0] + along_y[1];
}

/// A target's numbers: the first along an axis gets the products of the sum and those of the second, the second those of the sum and of the first.
#[inline(always)]
fn fold<T: Real, V: Lanes<T>>(sums: &[T], to: &mut [T]) {
    let sums = &sums[..place(UNFOLDED - 1, V::WIDTH) + 1];
    to[..4].copy_from_slice(&fold_four::<T, V>(1, sums));
    to[4..8].copy_from_slice(&fold_four::<T, V>(0, sums));
}

/// Those of one place along z, which get products of the sum along z and of another place.
#[inline(always)]
fn fold_four<T: Real, V: Lanes<T>>(z: usize, sums: &[T]) -> [T; 4] {
    let of = |first: usize, step: usize, number: usize| sums[place(first + 2 * step + number, V::WIDTH)] + sums[place(first + z * step + number, V::WIDTH)];
    let single: [T; 4] = std::array::from_fn(|i| of(0, 4, 3 - i));
    let along_y: [T; 2] = std::array::from_fn(|x| of(ALONG_Y, 2, 1 - x));
    let along_x: [T; 2] = std::array::from_fn(|y| of(ALONG_X, 2, 1 - y));
    let both = of(ALONG_BOTH, 1, 0);
    let rows = [both + along_x[0], both + along_x[1]];
    std::array::from_fn(|i| (rows[i / 2] + along_y[i % 2]) + single[i])
}

/// From the kernel's transforms for vectors between boxes, real and imaginary parts.
#[inline(always)]
fn unfold_matrices<T: Real, V: Lanes<T>>(symbols: (&[T], &[T]), all: &mut [f64; differences::LEN], matrices: &mut [T]) {
    for (half, symbols) in [symbols.0, symbols.1].into_iter().enumerate() {
        differences::take_differences(symbols, all);
        for (direction, matrix) in matrices.chunks_exact_mut(numbers(V::WIDTH)).enumerate() {
            for (number, value) in differences::numbers_of(direction, all).enumerate() {
                matrix[half * V::WIDTH + place(ORDER[number], V::WIDTH)] = T::from_f64(value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
