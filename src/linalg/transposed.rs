//! Large matrices across their rows.
//!
//! Elements that follow each other along a column lie in different lines of the cache and, in a matrix of hundreds of rows, share
//! few of its sets: read one by one they miss every time. So a matrix is taken by tiles, which fit the first-level cache twice, and a
//! tile is turned in registers.

use crate::simd::{Lanes, Task};
use std::marker::PhantomData;

/// Rows and columns of a tile: a multiple of every level's vectors.
pub const TILE: usize = 32;
const _: () = assert!(TILE % 16 == 0);

/// A tile, by the columns that it had: element k of column i is `[i * TILE + k]`.
pub type Tile = [f64; TILE * TILE];

/// Columns `start..start + columns` of up to TILE rows.
#[inline(always)]
pub fn turn<V: Lanes>(rows: &[&[f64]], start: usize, columns: usize, tile: &mut Tile) {
    if rows.len() == TILE && columns == TILE {
        let mut block = [V::zero(); 16];
        for k in (0..TILE).step_by(V::WIDTH) {
            for i in (0..TILE).step_by(V::BLOCK) {
                V::load_columns(&rows[k..k + V::WIDTH], start + i, &mut block[..V::BLOCK]);
                for (b, column) in block[..V::BLOCK].iter().enumerate() {
                    column.store(&mut tile[(i + b) * TILE + k..]);
                }
            }
        }
    } else {
        for (k, row) in rows.iter().enumerate() {
            for (i, &x) in row[start..start + columns].iter().enumerate() {
                tile[i * TILE + k] = x;
            }
        }
    }
}

/// Whether a matrix [n][n] is symmetric to the last bit and all its elements are finite.
#[inline(always)]
pub fn is_symmetric_and_finite<V: Lanes>(matrix: &[f64], n: usize) -> bool {
    V::outlined(IsGood { matrix, n, vectors: PhantomData::<V> })
}

struct IsGood<'a, V> {
    matrix: &'a [f64],
    n: usize,
    vectors: PhantomData<V>,
}

impl<V: Lanes> Task for IsGood<'_, V> {
    type Output = bool;
    #[inline(always)]
    fn run(self) -> bool {
        tiles_are_good::<V>(self.matrix, self.n)
    }
}

#[inline(always)]
fn tiles_are_good<V: Lanes>(matrix: &[f64], n: usize) -> bool {
    let mut tile = [0.0; TILE * TILE];
    let mut not_finite = V::zero();
    let mut are_equal = V::zero().less_equal(V::zero());
    let mut rest_is_good = true;
    for top in (0..n).step_by(TILE) {
        let mut rows: [&[f64]; TILE] = [&[]; TILE];
        let height = TILE.min(n - top);
        for (k, row) in rows[..height].iter_mut().enumerate() {
            *row = &matrix[(top + k) * n..(top + k + 1) * n];
        }
        for left in (0..=top).step_by(TILE) {
            let width = TILE.min(n - left);
            turn::<V>(&rows[..height], left, width, &mut tile);
            for i in 0..width {
                let across = &matrix[(left + i) * n + top..(left + i) * n + top + height];
                let column = &tile[i * TILE..i * TILE + height];
                let mut at = 0;
                while at + V::WIDTH <= height {
                    let x = V::load(&across[at..]);
                    not_finite = x.mul_add(V::zero(), not_finite);
                    are_equal = are_equal & x.equal(V::load(&column[at..]));
                    at += V::WIDTH;
                }
                for (x, y) in across[at..].iter().zip(&column[at..]) {
                    rest_is_good &= x == y && x.is_finite();
                }
            }
        }
        if !(V::all(are_equal) && rest_is_good) {
            return false;
        }
    }
    V::all(not_finite.less_equal(V::zero()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, dispatch};

    struct Check<'a>(&'a [f64], usize);
    impl Kernel for Check<'_> {
        type Output = bool;
        #[inline(always)]
        fn run<V: Lanes>(self) -> bool {
            is_symmetric_and_finite::<V>(self.0, self.1)
        }
    }

    #[test]
    fn a_single_element_decides_wherever_it_is() {
        for level in Level::available() {
            for n in [0, 1, 5, 31, 32, 33, 64, 70] {
                let mut matrix: Vec<f64> = (0..n * n).map(|at| ((at / n + at % n) * 7 % 13) as f64).collect();
                assert!(dispatch(level, Check(&matrix, n)), "{level:?}, {n}");
                for at in 0..n * n {
                    let (i, j) = (at / n, at % n);
                    let was = matrix[at];
                    matrix[at] = was + 1e-12;
                    assert_eq!(dispatch(level, Check(&matrix, n)), i == j || was == matrix[at], "{level:?}, {n}: {i}, {j}");
                    for wrong in [f64::NAN, f64::INFINITY] {
                        (matrix[at], matrix[j * n + i]) = (wrong, wrong);
                        assert!(!dispatch(level, Check(&matrix, n)), "{level:?}, {n}: {i}, {j}");
                    }
                    (matrix[at], matrix[j * n + i]) = (was, was);
                }
            }
        }
    }
}
