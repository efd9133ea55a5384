//! A matrix times vectors that lie one after another, each for itself.
//!
//! Vectors are whatever boxes a direction of translation has, so there are no eight siblings side by side as `octets` wants them: rows of the matrix are in
//! lanes, and six vectors share each load of it. Bound by multiplications: 12 fused ones for 2 loads and 6 broadcasts with AVX2 in f64. A vector's result does
//! not depend on which others it is computed with.

use crate::error::Result;
use crate::simd::{Aligned, Lanes, Real, Task};
use std::marker::PhantomData;

/// Rows that lie in lanes together; numbers of rows are padded to it.
pub const BLOCK: usize = 8;
/// Vectors at a time.
const VECTORS: usize = 6;

/// A matrix in the order in which `multiply` reads it: eight rows, one column after another, then the next eight.
pub struct Rows<T: Real> {
    /// Padded to a multiple of `BLOCK`; what is beyond is zero.
    rows: usize,
    columns: usize,
    elements: Aligned<T>,
}

impl<T: Real> Rows<T> {
    pub fn new(rows: usize, columns: usize, element: impl Fn(usize, usize) -> f64) -> Result<Self> {
        let padded = rows.next_multiple_of(BLOCK);
        let mut elements = Aligned::zeros("operators", padded * columns)?;
        for (place, value) in elements.slice_mut().iter_mut().enumerate() {
            let (block, rest) = (place / (BLOCK * columns), place % (BLOCK * columns));
            let (row, column) = (block * BLOCK + rest % BLOCK, rest / BLOCK);
            if row < rows {
                *value = T::from_f64(element(row, column));
            }
        }
        Ok(Self { rows: padded, columns, elements })
    }

    /// From what `elements` gave.
    pub fn from_elements(rows: usize, columns: usize, elements: Aligned<T>) -> Option<Self> {
        let fits = rows % BLOCK == 0 && rows.checked_mul(columns) == Some(elements.slice().len());
        fits.then_some(Self { rows, columns, elements })
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn columns(&self) -> usize {
        self.columns
    }

    pub fn elements(&self) -> &[T] {
        self.elements.slice()
    }
}

/// `y = matrix x` for each of `x` [vectors][stride], whose first `columns` numbers count; y [vectors][rows].
#[inline(always)]
pub fn multiply<T: Real, V: Lanes<T>>(matrix: &Rows<T>, x: &[T], stride: usize, y: &mut [T]) {
    V::outlined(Multiply::<T, V>(matrix, x, stride, y, PhantomData))
}

struct Multiply<'a, T: Real, V>(&'a Rows<T>, &'a [T], usize, &'a mut [T], PhantomData<V>);

impl<T: Real, V: Lanes<T>> Task for Multiply<'_, T, V> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self(matrix, x, stride, y, _) = self;
        if matrix.rows == 0 || matrix.columns == 0 {
            return y.fill(T::default());
        }
        let mut several = x.chunks_exact(VECTORS * stride);
        let mut results = y.chunks_exact_mut(VECTORS * matrix.rows);
        for (x, y) in (&mut several).zip(&mut results) {
            blocks::<T, V, VECTORS>(matrix, x, stride, y);
        }
        for (x, y) in several.remainder().chunks_exact(stride).zip(results.into_remainder().chunks_exact_mut(matrix.rows)) {
            blocks::<T, V, 1>(matrix, x, stride, y);
        }
    }
}

#[inline(always)]
fn blocks<T: Real, V: Lanes<T>, const N: usize>(matrix: &Rows<T>, x: &[T], stride: usize, y: &mut [T]) {
    // Two blocks of rows at once where eight numbers are one register.
    let at_once = if V::WIDTH < BLOCK { 1 } else { 2 };
    let mut block = 0;
    while block * BLOCK < matrix.rows {
        if at_once == 2 && (block + 1) * BLOCK < matrix.rows {
            product::<T, V::Octet, N, 2>(matrix, block, x, stride, y);
            block += 2;
        } else {
            product::<T, V::Octet, N, 1>(matrix, block, x, stride, y);
            block += 1;
        }
    }
}

#[inline(always)]
fn product<T: Real, O: Lanes<T>, const N: usize, const BLOCKS: usize>(matrix: &Rows<T>, block: usize, x: &[T], stride: usize, y: &mut [T]) {
    let columns = matrix.columns;
    let elements: [&[T]; BLOCKS] = std::array::from_fn(|b| &matrix.elements.slice()[(block + b) * BLOCK * columns..][..BLOCK * columns]);
    let x: [&[T]; N] = std::array::from_fn(|v| &x[v * stride..][..columns]);
    let mut sums = [[O::zero(); BLOCKS]; N];
    for column in 0..columns {
        let mut own = [O::zero(); BLOCKS];
        for b in 0..BLOCKS {
            own[b] = O::load(&elements[b][column * BLOCK..]);
        }
        for v in 0..N {
            let x = O::splat(x[v][column]);
            for b in 0..BLOCKS {
                sums[v][b] = own[b].mul_add(x, sums[v][b]);
            }
        }
    }
    for v in 0..N {
        for b in 0..BLOCKS {
            sums[v][b].store(&mut y[v * matrix.rows + (block + b) * BLOCK..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, dispatch};

    struct Product<'a, T: Real>(&'a Rows<T>, &'a [T], usize, &'a mut [T]);
    impl<T: Real> Kernel<T> for Product<'_, T> {
        type Output = ();
        #[inline(always)]
        fn run<V: Lanes<T>>(self) {
            multiply::<T, V>(self.0, self.1, self.2, self.3);
        }
    }

    fn check<T: Real>() {
        for level in Level::available() {
            for (rows, columns, stride, vectors) in [(1, 1, 1, 1), (8, 3, 5, 6), (13, 8, 8, 7), (26, 26, 32, 13), (7, 0, 2, 2), (0, 5, 5, 2)] {
                let element = |row: usize, column: usize| ((row * 7 + column * 3) % 11) as f64 - 4.0;
                let x: Vec<T> = (0..vectors * stride).map(|i| T::from_f64((i % 13) as f64)).collect();
                let matrix = Rows::<T>::new(rows, columns, element).unwrap();
                let mut y = vec![T::from_f64(f64::NAN); vectors * matrix.rows()];
                dispatch(level, Product(&matrix, &x, stride, &mut y));
                for (place, y) in y.iter().enumerate() {
                    let (vector, row) = (place / matrix.rows(), place % matrix.rows());
                    let term = |k: usize| if row < rows { element(row, k) * x[vector * stride + k].to_f64() } else { 0.0 };
                    assert_eq!(y.to_f64(), (0..columns).map(term).sum::<f64>());
                }
            }
        }
    }

    #[test]
    fn products_are_those_of_plain_loops_at_every_level() {
        check::<f64>();
        check::<f32>();
    }
}
