//! Matrices times vectors of eight boxes at once.
//!
//! Expansions of the eight children of a box lie side by side: number k of child o at 8 k + o, zeros where a child does not exist. A matrix that all of them
//! are multiplied by is read once for eight boxes, one element broadcast to all lanes; six rows are summed in registers for one
//! or two groups of children. Bound by multiplications: 12 fused multiply-adds for 8 loads.

use crate::error::Result;
use crate::simd::{Aligned, Lanes, Real, Task};
use std::marker::PhantomData;

/// Numbers of a child side by side with those of its siblings.
pub const WIDTH: usize = 8;
/// Rows that are summed at once.
const ROWS: usize = 6;

/// A matrix in the order in which `multiply` reads it: six rows, one column after another, then the next six.
pub struct Packed<T: Real> {
    rows: usize,
    columns: usize,
    elements: Aligned<T>,
}

impl<T: Real> Packed<T> {
    pub fn new(rows: usize, columns: usize, element: impl Fn(usize, usize) -> f64) -> Result<Self> {
        let mut elements = Aligned::zeros("operators", rows.div_ceil(ROWS) * ROWS * columns)?;
        for (place, value) in elements.slice_mut().iter_mut().enumerate() {
            let (block, rest) = (place / (ROWS * columns), place % (ROWS * columns));
            let (row, column) = (block * ROWS + rest % ROWS, rest / ROWS);
            if row < rows {
                *value = T::from_f64(element(row, column));
            }
        }
        Ok(Self { rows, columns, elements })
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many numbers the elements of such a matrix are.
    pub fn len_of(rows: usize, columns: usize) -> Option<usize> {
        rows.checked_next_multiple_of(ROWS)?.checked_mul(columns)
    }

    /// From what `elements` gave; None if they are not so many.
    pub fn from_elements(rows: usize, columns: usize, elements: Aligned<T>) -> Option<Self> {
        (Self::len_of(rows, columns)? == elements.slice().len()).then_some(Self { rows, columns, elements })
    }

    pub fn elements(&self) -> &[T] {
        self.elements.slice()
    }

    pub fn bytes(&self) -> usize {
        self.elements.slice().len() * size_of::<T>()
    }
}

/// `y = matrix x` for groups of eight: x [groups][columns][8], y [groups][rows][8].
#[inline(always)]
pub fn multiply<T: Real, V: Lanes<T>>(matrix: &Packed<T>, x: &[T], y: &mut [T]) {
    V::outlined(Multiply::<T, V>(matrix, x, y, PhantomData))
}

struct Multiply<'a, T: Real, V>(&'a Packed<T>, &'a [T], &'a mut [T], PhantomData<V>);

impl<T: Real, V: Lanes<T>> Task for Multiply<'_, T, V> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self(matrix, x, y, _) = self;
        if matrix.rows == 0 || matrix.columns == 0 {
            return y.fill(T::default());
        }
        let (x_len, y_len) = (WIDTH * matrix.columns, WIDTH * matrix.rows);
        // Two groups at once where eight numbers are one register.
        let at_once = if V::WIDTH < WIDTH { 1 } else { 2 };
        let mut groups = x.chunks(at_once * x_len).zip(y.chunks_mut(at_once * y_len));
        for (x, y) in &mut groups {
            if x.len() == 2 * x_len {
                product::<T, V::Octet, 2>(matrix, x, y);
            } else {
                product::<T, V::Octet, 1>(matrix, x, y);
            }
        }
    }
}

#[inline(always)]
fn product<T: Real, O: Lanes<T>, const GROUPS: usize>(matrix: &Packed<T>, x: &[T], y: &mut [T]) {
    let (columns, rows) = (matrix.columns, matrix.rows);
    let x: [&[T]; GROUPS] = std::array::from_fn(|group| &x[group * columns * WIDTH..][..columns * WIDTH]);
    for (block, elements) in matrix.elements.slice().chunks_exact(ROWS * columns).enumerate() {
        let mut sums = [[O::zero(); GROUPS]; ROWS];
        for (column, elements) in elements.chunks_exact(ROWS).enumerate() {
            for group in 0..GROUPS {
                let x = O::load(&x[group][column * WIDTH..]);
                for row in 0..ROWS {
                    sums[row][group] = O::splat(elements[row]).mul_add(x, sums[row][group]);
                }
            }
        }
        for (row, sums) in sums.iter().enumerate().take(rows - (block * ROWS).min(rows)) {
            for group in 0..GROUPS {
                sums[group].store(&mut y[(group * rows + block * ROWS + row) * WIDTH..]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, dispatch};

    struct Product<'a, T: Real>(&'a Packed<T>, &'a [T], &'a mut [T]);
    impl<T: Real> Kernel<T> for Product<'_, T> {
        type Output = ();
        #[inline(always)]
        fn run<V: Lanes<T>>(self) {
            multiply::<T, V>(self.0, self.1, self.2);
        }
    }

    #[test]
    fn products_are_those_of_plain_loops_at_every_level() {
        for level in Level::available() {
            for (rows, columns, groups) in [(1, 1, 1), (6, 3, 2), (13, 8, 3), (26, 26, 5), (7, 0, 2), (0, 5, 2)] {
                let element = |row: usize, column: usize| ((row * 7 + column * 3) % 11) as f64 - 4.0;
                let x: Vec<f64> = (0..groups * columns * WIDTH).map(|i| (i % 13) as f64).collect();
                let mut y = vec![f64::NAN; groups * rows * WIDTH];
                dispatch(level, Product(&Packed::new(rows, columns, element).unwrap(), &x, &mut y));
                for (place, &y) in y.iter().enumerate() {
                    let (group, row, lane) = (place / (rows * WIDTH), place / WIDTH % rows, place % WIDTH);
                    let expected: f64 = (0..columns).map(|k| element(row, k) * x[(group * columns + k) * WIDTH + lane]).sum();
                    assert_eq!(y, expected);
                }
            }
        }
    }
}
