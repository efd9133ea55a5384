//! What carries expansions from box to box: matrices that depend on the order and the kernel alone.
//!
//! All are made for boxes of half side 1 from kernel values without the factor 1 / (4 pi). For a kernel that is homogeneous, G(a x) = G(x) / a, a box of half side r
//! uses the same: charges from potentials are r times as large, potentials from charges 1 / r. Any other kernel has operators of its own for each level.

mod across;
mod bytes;
mod cache;
mod compression;
mod file;
mod inverse;
mod lattice;
mod matrices;

pub use across::{Across, Translations};
pub use cache::{Key, forget_operators, kept_or};
pub use file::{load, save};
pub use lattice::{ACROSS, Lattice, VECTORS, VECTORS_BETWEEN};
pub use matrices::{Matrices, Turn};

use super::kernel::GreenFunction;
use super::octets::{self, Packed};
use super::surface::{INNER, Surface, outer_of};
use crate::error::Result;
use crate::simd::{Aligned, Kernel, Lanes, Level, Real, dispatch};
use inverse::Decomposition;

/// Operators of boxes of one half side.
pub struct Operators<T: Real> {
    /// Half side of the boxes that they were made for, and whether they serve boxes of any: then r relative to it scales.
    pub half_side: f64,
    /// Potentials on the upward check surface to charges on the upward equivalent surface, two factors.
    pub upward: [Packed<T>; 2],
    /// Potentials on the downward check surface to charges on the downward equivalent surface.
    pub downward: [Packed<T>; 2],
    /// Charges of child 0 to those of its parent; its transpose takes a parent's check potentials to child 0's.
    pub to_parent: Packed<T>,
    pub from_parent: Packed<T>,
    /// Charges of boxes to check potentials of those of the same level that do not touch them.
    pub across: Across<T>,
}

/// What operators are to be like.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Singular values of inverses below that part of the largest are left out.
    pub cutoff: f64,
    pub translations: Translations,
    /// The same for compressed translations.
    pub threshold: f64,
}

impl<T: Real> Operators<T> {
    /// For boxes of half side `r` and their children.
    pub fn new(kernel: impl GreenFunction, surface: &Surface, half_side: f64, wanted: Wanted, level: Level) -> Result<Self> {
        let n = surface.len();
        let scaled = |index: usize, factor: f64| surface.point(index).map(|x| x * factor * half_side);
        let value = |a: [f64; 3], b: [f64; 3]| kernel.value((0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum());
        let outer = outer_of::<T>(surface.order);
        // Its reciprocal is a number of precision T.
        let smallest = if size_of::<T>() < size_of::<f64>() { 1e-25 } else { 1e-250 };
        let decomposition = Decomposition::new(n, |i, j| value(scaled(i, outer), scaled(j, INNER)), wanted.cutoff, smallest)?;
        let (kept, u, v, s) = (decomposition.kept(), &decomposition.u, &decomposition.v, &decomposition.singular_values);

        // Child 0, half as large, lies towards the lowest corner.
        let child = |index: usize| surface.point(index).map(|x| (0.5 * x * INNER - 0.5) * half_side);
        let potentials = |check: usize, charge: usize| value(scaled(check, outer), child(charge));
        // V S^+ (U^T K), factor by factor.
        let first = Packed::new(kept, n, |k, i| u[k * n + i])?;
        let second = Packed::new(n, kept, |i, k| v[k * n + i] / s[k])?;
        let to_parent = product(level, &second, &product(level, &first, &dense(n, n, potentials)?, n)?, n)?;
        let to_parent = to_parent.slice();

        Ok(Self {
            half_side,
            upward: [Packed::new(kept, n, |k, i| u[k * n + i])?, Packed::new(n, kept, |i, k| v[k * n + i] / s[k])?],
            downward: [Packed::new(kept, n, |k, i| v[k * n + i])?, Packed::new(n, kept, |i, k| u[k * n + i] / s[k])?],
            to_parent: Packed::new(n, n, |i, j| to_parent[i * n + j])?,
            from_parent: Packed::new(n, n, |i, j| to_parent[j * n + i])?,
            across: Across::new(wanted.translations, kernel, surface, half_side, wanted.threshold, level)?,
        })
    }

    pub fn bytes(&self) -> usize {
        let matrices = [&self.upward[0], &self.upward[1], &self.downward[0], &self.downward[1], &self.to_parent, &self.from_parent];
        matrices.iter().map(|matrix| matrix.bytes()).sum::<usize>() + self.across.bytes()
    }
}

/// A matrix, row by row.
fn dense(rows: usize, columns: usize, element: impl Fn(usize, usize) -> f64) -> Result<Aligned> {
    let mut matrix = Aligned::zeros("operators", rows * columns)?;
    for (place, value) in matrix.slice_mut().iter_mut().enumerate() {
        *value = element(place / columns, place % columns);
    }
    Ok(matrix)
}

/// `a b`, where `b` is [a.columns()][columns] row by row, and so is the result.
fn product(level: Level, a: &Packed<f64>, b: &Aligned, columns: usize) -> Result<Aligned> {
    struct Multiply<'a>(&'a Packed<f64>, &'a [f64], &'a mut [f64]);
    impl Kernel for Multiply<'_> {
        type Output = ();
        #[inline(always)]
        fn run<V: Lanes>(self) {
            octets::multiply::<f64, V>(self.0, self.1, self.2);
        }
    }
    let (rows, inner) = (a.rows(), a.columns());
    let mut result = Aligned::zeros("operators", rows * columns)?;
    let mut x = Aligned::zeros("operators", inner * octets::WIDTH)?;
    let mut y = Aligned::zeros("operators", rows * octets::WIDTH)?;
    for first in (0..columns).step_by(octets::WIDTH) {
        let count = octets::WIDTH.min(columns - first);
        for row in 0..inner {
            x.slice_mut()[row * octets::WIDTH..][..count].copy_from_slice(&b.slice()[row * columns + first..][..count]);
        }
        dispatch(level, Multiply(a, x.slice(), y.slice_mut()));
        for row in 0..rows {
            result.slice_mut()[row * columns + first..][..count].copy_from_slice(&y.slice()[row * octets::WIDTH..][..count]);
        }
    }
    Ok(result)
}
