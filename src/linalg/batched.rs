//! Symmetric eigenproblems in batches: one matrix per lane.
//!
//! Householder reduction to tridiagonal form (Golub and Van Loan, Matrix Computations, 4th ed., algorithm 8.3.1,
//! on the lower triangle), then QL (`tridiagonal`). Reflections and rotations are applied to the caller's columns as
//! they arise. Cost for n = 8 and six columns: some 900 vector operations for the reduction, and for QL about 75
//! plane rotations of 55 cycles latency; lanes make that 8 or 16 matrices at once.

use super::{NotConverged, strip_of_product, tridiagonal};
use crate::error::{Result as HlResult, try_vec};
use crate::simd::Lanes;

/// Below this a squared length is zero.
const TINY: f64 = 1e-290;

/// Workspace for `V::WIDTH` problems of size `n` with `columns` columns each.
pub struct Batch<V> {
    n: usize,
    columns: usize,
    /// [n][n], lower triangle used; destroyed by `solve`.
    pub matrix: Vec<V>,
    /// [n][columns] in: the rows of X; out: the rows of V^T X.
    pub rows: Vec<V>,
    /// [n] out: eigenvalues, in no particular order.
    pub eigenvalues: Vec<V>,
    off_diagonal: Vec<V>,
    scratch: Vec<V>,
}

impl<V: Lanes> Batch<V> {
    #[inline(always)]
    pub fn new(n: usize, columns: usize) -> HlResult<Self> {
        let zero = V::zero();
        let vec = |len| try_vec("batched eigenproblems", len, zero);
        Ok(Self {
            n,
            columns,
            matrix: vec(n * n)?,
            rows: vec(n * columns)?,
            eigenvalues: vec(n)?,
            off_diagonal: vec(n)?,
            scratch: vec(2 * n)?,
        })
    }

    /// Diagonalises `matrix`. Entries should be scaled to a norm between 1e-100 and 1e100.
    #[inline(always)]
    pub fn solve(&mut self) -> Result<(), NotConverged> {
        let (n, columns) = (self.n, self.columns);
        let matrix = &mut self.matrix[..n * n];
        let rows = &mut self.rows[..n * columns];
        let d = &mut self.eigenvalues[..n];
        let e = &mut self.off_diagonal[..n];
        let scratch = &mut self.scratch[..2 * n];
        tridiagonalise(n, matrix, d, e, columns, rows, scratch);
        tridiagonal::ql(n, d, e, columns, rows, scratch)
    }
}

/// `matrix = Q T Q^T`; `d`, `e` become the diagonals of `T`, and `rows` becomes `Q^T rows`.
#[inline(always)]
fn tridiagonalise<V: Lanes>(
    n: usize,
    a: &mut [V],
    d: &mut [V],
    e: &mut [V],
    columns: usize,
    rows: &mut [V],
    scratch: &mut [V],
) {
    if n == 0 {
        return;
    }
    let zero = V::zero();
    let (v, p) = scratch.split_at_mut(n);
    for k in 0..n.saturating_sub(2) {
        // H = 1 - v v^T / h takes column k below the diagonal to (beta, 0, ..., 0); v = x - beta e_1.
        let alpha = a[(k + 1) * n + k];
        let mut tail = zero;
        for i in k + 2..n {
            v[i] = a[i * n + k];
            tail = v[i].mul_add(v[i], tail);
        }
        let reflects = V::splat(TINY).less_than(tail);
        // 1 where there is nothing to reflect: no 0/0, which would raise a flag that a host may trap.
        let squared = V::select(reflects, alpha.mul_add(alpha, tail), V::splat(1.0));
        let length = squared * squared.rsqrt();
        let inverse_h = V::select(reflects, V::splat(1.0).div(length * (length + alpha.abs())), zero);
        let beta = -length.with_sign_of(alpha);
        e[k] = V::select(reflects, beta, alpha);
        v[k + 1] = V::select(reflects, alpha - beta, zero);

        // p = A v / h from the lower triangle of the trailing block, then w = p - (v.p / 2h) v, in place of p.
        for i in k + 1..n {
            let row = &a[i * n + k + 1..i * n + i + 1];
            let vi = v[i];
            let (before, last) = row.split_at(i - k - 1);
            let mut sum = last[0] * vi;
            for ((element, v), p) in before.iter().zip(&v[k + 1..i]).zip(&mut p[k + 1..i]) {
                sum = element.mul_add(*v, sum);
                *p = element.mul_add(vi, *p);
            }
            p[i] = sum;
        }
        let mut v_dot_p = zero;
        for i in k + 1..n {
            p[i] = p[i] * inverse_h;
            v_dot_p = v[i].mul_add(p[i], v_dot_p);
        }
        let half = v_dot_p * inverse_h * V::splat(0.5);
        for i in k + 1..n {
            p[i] = half.neg_mul_add(v[i], p[i]);
        }
        // A <- H A H = A - v w^T - w v^T.
        for i in k + 1..n {
            let (vi, pi) = (v[i], p[i]);
            let row = &mut a[i * n + k + 1..i * n + i + 1];
            for ((element, v), p) in row.iter_mut().zip(&v[k + 1..=i]).zip(&p[k + 1..=i]) {
                *element = vi.neg_mul_add(*p, pi.neg_mul_add(*v, *element));
            }
        }
        reflect_rows(k + 1, n, v, inverse_h, columns, rows);
    }
    for k in 0..n {
        d[k] = a[k * n + k];
    }
    if n > 1 {
        e[n - 2] = a[(n - 1) * n + n - 2];
    }
    e[n - 1] = zero;
}

/// `rows <- (1 - v v^T / h) rows`, rows from `first` on, in strips of columns that stay in registers.
#[inline(always)]
fn reflect_rows<V: Lanes>(first: usize, n: usize, v: &[V], inverse_h: V, columns: usize, rows: &mut [V]) {
    let mut column = 0;
    while column + 6 <= columns {
        reflect_strip::<V, 6>(first, n, v, inverse_h, columns, column, rows);
        column += 6;
    }
    while column + 3 <= columns {
        reflect_strip::<V, 3>(first, n, v, inverse_h, columns, column, rows);
        column += 3;
    }
    while column + 2 <= columns {
        reflect_strip::<V, 2>(first, n, v, inverse_h, columns, column, rows);
        column += 2;
    }
    while column < columns {
        reflect_strip::<V, 1>(first, n, v, inverse_h, columns, column, rows);
        column += 1;
    }
}

#[inline(always)]
fn reflect_strip<V: Lanes, const STRIP: usize>(
    first: usize,
    n: usize,
    v: &[V],
    inverse_h: V,
    columns: usize,
    column: usize,
    rows: &mut [V],
) {
    let mut dots = strip_of_product::<V, STRIP>(&v[first..n], &rows[first * columns..], columns, column);
    for dot in &mut dots {
        *dot = *dot * inverse_h;
    }
    for (v, row) in v[first..n].iter().zip(rows.chunks_exact_mut(columns).skip(first)) {
        let row = &mut row[column..column + STRIP];
        for k in 0..STRIP {
            row[k] = v.neg_mul_add(dots[k], row[k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, Task, Twice, dispatch};

    /// Compiled once for each kind of vectors, not once for each use below.
    struct Solve<'a, V>(&'a mut Batch<V>);

    impl<V: Lanes> Task for Solve<'_, V> {
        type Output = Result<(), NotConverged>;
        #[inline(always)]
        fn run(self) -> Self::Output {
            self.0.solve()
        }
    }

    /// Lane `lane` of vector `v`.
    fn lane<V: Lanes>(v: V, lane: usize) -> f64 {
        let mut lanes = [0.0; 32];
        v.store(&mut lanes);
        lanes[lane]
    }

    /// Solves `matrices` (one per lane, repeated) and checks residuals and orthogonality to rounding.
    fn check<V: Lanes>(n: usize, entry: impl Fn(usize, usize, usize) -> f64) {
        let mut batch = Batch::<V>::new(n, n).unwrap();
        let symmetric = |l: usize, i: usize, j: usize| entry(l, i.max(j), i.min(j));
        for i in 0..n {
            for j in 0..n {
                let lanes: [f64; 32] = std::array::from_fn(|l| symmetric(l, i, j));
                batch.matrix[i * n + j] = V::load(&lanes);
                batch.rows[i * n + j] = V::splat(if i == j { 1.0 } else { 0.0 });
            }
        }
        V::outlined(Solve(&mut batch)).unwrap();
        for l in 0..V::WIDTH {
            let scale = (0..n * n).map(|ij| symmetric(l, ij / n, ij % n).abs()).fold(1e-300, f64::max) * n as f64;
            let vector = |k: usize, site: usize| lane(batch.rows[k * n + site], l);
            for k in 0..n {
                let value = lane(batch.eigenvalues[k], l);
                for i in 0..n {
                    let product: f64 = (0..n).map(|j| symmetric(l, i, j) * vector(k, j)).sum();
                    assert!((product - value * vector(k, i)).abs() < 4e-15 * scale, "n={n} lane {l} residual");
                }
                for k2 in 0..=k {
                    let dot: f64 = (0..n).map(|j| vector(k, j) * vector(k2, j)).sum();
                    let expected = if k == k2 { 1.0 } else { 0.0 };
                    assert!((dot - expected).abs() < 1e-14 * (n as f64).sqrt(), "n={n} lane {l}: {k}.{k2} = {dot}");
                }
            }
        }
    }

    /// Solves one matrix in every lane alike, then in lane 1 beside others that need other sweeps.
    fn check_independence<V: Lanes>(n: usize, entry: impl Fn(usize, usize, usize) -> f64) {
        let results = |in_company: bool| {
            let mut batch = Batch::<V>::new(n, 6).unwrap();
            for i in 0..n {
                for j in 0..n {
                    let kind = |l: usize| if in_company { l } else { 1 };
                    let lanes: [f64; 32] = std::array::from_fn(|l| entry(kind(l), i.max(j), i.min(j)));
                    batch.matrix[i * n + j] = V::load(&lanes);
                }
                for column in 0..6 {
                    batch.rows[i * 6 + column] = V::splat(noise(i * 6 + column));
                }
            }
            V::outlined(Solve(&mut batch)).unwrap();
            let all = batch.eigenvalues.iter().chain(&batch.rows);
            all.map(|&v| lane(v, 1).to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(results(true), results(false), "n={n}");
    }

    /// Repeatable numbers in -1..1.
    fn noise(seed: usize) -> f64 {
        let mut x = (seed as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)) as f64 / u64::MAX as f64 * 2.0 - 1.0
    }

    struct Cases;
    impl Kernel for Cases {
        type Output = ();
        #[inline(always)]
        fn run<V: Lanes>(self) {
            all_cases::<V>();
            all_cases::<Twice<V>>();
        }
    }

    fn all_cases<V: Lanes>() {
        for n in [1, 2, 3, 4, 7, 8, 13, 24, 40] {
            check::<V>(n, |l, i, j| noise(l * 10_000 + i * 100 + j));
            check_independence::<V>(n, |l, i, j| noise(l * 10_000 + i * 100 + j));
            // Weakly coupled, as pigments are.
            check_independence::<V>(n, |l, i, j| noise(l * 10_000 + i * 100 + j) * if i == j { 10.0 } else { 1.0 });
            // Lanes of different kinds side by side: zero, identity, rank one, a ring, decoupled blocks, tiny.
            check::<V>(n, |l, i, j| match l % 7 {
                0 => 0.0,
                1 => (i == j) as usize as f64,
                2 => 1.0,
                3 => (i - j == 1 || (i == n - 1 && j == 0 && n > 2)) as usize as f64,
                4 => if i / 3 == j / 3 { noise(i * 100 + j) } else { 0.0 },
                5 => 1e-90 * noise(i * 100 + j),
                _ => 10f64.powi(-(((i + j) % 12) as i32)) * noise(l + i * 100 + j),
            });
        }
    }

    #[test]
    fn eigenvectors_are_orthonormal_with_small_residuals_and_no_lane_sees_another_at_every_level() {
        Level::available().for_each(|level| dispatch(level, Cases));
    }
}
