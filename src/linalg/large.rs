//! One large symmetric eigenproblem through LAPACK.
//!
//! Without eigenvectors: `dsytrd` reduces to tridiagonal form, `dormtr` takes the columns along, and our QL rotates
//! them in O(n^2). With eigenvectors: the parts of `dsyevd` (divide and conquer). OpenBLAS runs on one thread throughout
//! (`threads::openblas`), on 64-byte aligned memory, because its results depend on both.

use super::room::with_room;
use super::{NotConverged, tridiagonal};
use crate::error::{Error, Result, Status, try_vec};
use crate::simd::{Aligned, Kernel, Lanes, Level, dispatch};
use crate::threads::openblas::SingleThreaded;

const WHAT: &str = "large eigenproblem";

fn zeros(len: usize) -> Result<Aligned> {
    Aligned::zeros(WHAT, len)
}

/// Workspace for problems of size `n` with `columns` columns, and eigenvectors if asked for.
pub struct Large {
    n: usize,
    columns: usize,
    matrix: Aligned,
    /// [k][site], where they are asked for
    vectors: Aligned,
    rows: Aligned,
    eigenvalues: Aligned,
    off_diagonal: Aligned,
    tau: Aligned,
    work: Aligned,
    by_column: Aligned,
    integer_work: Vec<i32>,
    with_vectors: bool,
}

impl Large {
    pub fn new(n: usize, columns: usize, with_vectors: bool) -> Result<Self> {
        // LAPACK's 32-bit integers count matrix elements and workspace (1 + 4n + n^2 for dstedc).
        if n > 32_000 {
            return Err(Error::new(Status::Shape, format!("n_site: is {n}; LAPACK's 32-bit sizes allow 32000")));
        }
        let work = (64 * (n + columns)).max(if with_vectors { 1 + 4 * n + n * n } else { 0 });
        Ok(Self {
            n,
            columns,
            // SAFETY: what LAPACK reads of the matrix, `matrix` asks to be written; workspace it writes before it reads.
            matrix: unsafe { Aligned::unwritten(WHAT, n * n)? },
            rows: zeros(n * columns)?,
            eigenvalues: zeros(n)?,
            off_diagonal: zeros(n)?,
            tau: zeros(n)?,
            // SAFETY: as above.
            vectors: unsafe { Aligned::unwritten(WHAT, if with_vectors { n * n } else { 0 })? },
            // SAFETY: as above.
            work: unsafe { Aligned::unwritten(WHAT, work)? },
            by_column: zeros(if with_vectors { n * columns } else { 0 })?,
            integer_work: try_vec(WHAT, if with_vectors { 3 + 5 * n } else { 0 }, 0)?,
            with_vectors,
        })
    }

    /// [n][n], of which elements [i][j], i >= j (the lower triangle, symmetric) are used and must be written; destroyed by `solve`.
    pub fn matrix(&mut self) -> &mut [f64] {
        self.matrix.slice_mut()
    }

    /// [k][site] out, if asked for: the eigenvectors. They may be exchanged for an empty array and have to be back for the next problem.
    pub fn vectors(&mut self) -> &mut Aligned {
        &mut self.vectors
    }

    /// [n][columns] in: the rows of X; out: the rows of V^T X.
    pub fn rows(&mut self) -> &mut [f64] {
        self.rows.slice_mut()
    }

    /// [n] out: eigenvalues.
    pub fn eigenvalues(&mut self) -> &mut [f64] {
        self.eigenvalues.slice_mut()
    }

    pub fn solve(&mut self, level: Level) -> Result<std::result::Result<(), NotConverged>> {
        with_room(self.n, || {
            let _openblas = SingleThreaded::enter();
            if self.with_vectors { Ok(self.divide_and_conquer(level)) } else { self.reduce_and_sweep(level) }
        })?
    }

    /// What dsyevd does, without its copy of the eigenvectors into the matrix and its look for a need to scale.
    fn divide_and_conquer(&mut self, level: Level) -> std::result::Result<(), NotConverged> {
        self.reduce();
        let (n, columns) = (self.n, self.columns);
        let order = n as i32;
        let mut info = 0;
        let work_len = self.work.slice().len() as i32;
        let integer_work_len = self.integer_work.len() as i32;
        // SAFETY: sizes as the LAPACK documentation of dstedc asks for compz = I.
        unsafe {
            lapack::dstedc(
                b'I',
                order,
                self.eigenvalues.slice_mut(),
                self.off_diagonal.slice_mut(),
                self.vectors.slice_mut(),
                order,
                self.work.slice_mut(),
                work_len,
                &mut self.integer_work,
                integer_work_len,
                &mut info,
            );
        }
        if info != 0 {
            return Err(NotConverged);
        }
        // Column-major eigenvectors in columns: row k of the row-major reading is eigenvector k.
        // SAFETY: sizes as the LAPACK documentation of dormtr asks for side = L.
        unsafe {
            lapack::dormtr(
                b'L',
                b'U',
                b'N',
                order,
                order,
                self.matrix.slice_mut(),
                order,
                self.tau.slice_mut(),
                self.vectors.slice_mut(),
                order,
                self.work.slice_mut(),
                work_len,
                &mut info,
            );
        }
        assert_eq!(info, 0, "dormtr refused its arguments");
        if columns == 0 {
            return Ok(());
        }
        let rows = self.rows.slice_mut();
        let by_column = self.by_column.slice_mut();
        for (i, row) in rows.chunks_exact(columns).enumerate() {
            for (column, &x) in row.iter().enumerate() {
                by_column[column * n + i] = x;
            }
        }
        dispatch(level, Project { n, columns, vectors: self.vectors.slice(), by_column, rows });
        Ok(())
    }

    /// To tridiagonal form, in `eigenvalues` and `off_diagonal`.
    fn reduce(&mut self) {
        let order = self.n as i32;
        // A row-major lower triangle is a column-major upper one.
        let work_len = self.work.slice().len() as i32;
        let mut info = 0;
        // SAFETY: sizes as the LAPACK documentation of dsytrd asks.
        unsafe {
            lapack::dsytrd(
                b'U',
                order,
                self.matrix.slice_mut(),
                order,
                self.eigenvalues.slice_mut(),
                self.off_diagonal.slice_mut(),
                self.tau.slice_mut(),
                self.work.slice_mut(),
                work_len,
                &mut info,
            );
        }
        assert_eq!(info, 0, "dsytrd refused its arguments");
    }

    fn reduce_and_sweep(&mut self, level: Level) -> Result<std::result::Result<(), NotConverged>> {
        self.reduce();
        let (n, columns) = (self.n, self.columns);
        let order = n as i32;
        let work_len = self.work.slice().len() as i32;
        let mut info = 0;
        if columns > 0 {
            // X^T (row-major [n][columns] read column-major) times Q from the right is (Q^T X)^T.
            // SAFETY: sizes as the LAPACK documentation of dormtr asks for side = R.
            unsafe {
                lapack::dormtr(
                    b'R',
                    b'U',
                    b'N',
                    columns as i32,
                    order,
                    self.matrix.slice_mut(),
                    order,
                    self.tau.slice_mut(),
                    self.rows.slice_mut(),
                    columns as i32,
                    self.work.slice_mut(),
                    work_len,
                    &mut info,
                );
            }
            assert_eq!(info, 0, "dormtr refused its arguments");
        }
        dispatch(
            level,
            Sweep {
                n,
                columns,
                diagonal: self.eigenvalues.slice_mut(),
                off_diagonal: self.off_diagonal.slice_mut(),
                rows: self.rows.slice_mut(),
            },
        )
    }
}

/// `rows[k][column] = vectors[k] . by_column[column]`
struct Project<'a> {
    n: usize,
    columns: usize,
    vectors: &'a [f64],
    by_column: &'a [f64],
    rows: &'a mut [f64],
}

impl Kernel for Project<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self { n, columns, vectors, by_column, rows } = self;
                for (vector, row) in vectors.chunks_exact(n).zip(rows.chunks_exact_mut(columns)) {
            for (column, projection) in by_column.chunks_exact(n).zip(row) {
                *projection = dot::<V>(vector, column);
            }
        }
    }
}

/// In four sums of vectors, which do not wait for each other.
#[inline(always)]
fn dot<V: Lanes>(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [V::zero(); 4];
    let mut at = 0;
    while at + 4 * V::WIDTH <= a.len() {
        for (part, sum) in sums.iter_mut().enumerate() {
            let at = at + part * V::WIDTH;
            *sum = V::load(&a[at..]).mul_add(V::load(&b[at..]), *sum);
        }
        at += 4 * V::WIDTH;
    }
    while at + V::WIDTH <= a.len() {
        sums[0] = V::load(&a[at..]).mul_add(V::load(&b[at..]), sums[0]);
        at += V::WIDTH;
    }
    let rest: f64 = a[at..].iter().zip(&b[at..]).map(|(x, y)| x * y).sum();
    ((sums[0] + sums[1]) + (sums[2] + sums[3])).sum() + rest
}

/// QL on one matrix: the recurrence in every lane alike, rows read and written through lane 0.
struct Sweep<'a> {
    n: usize,
    columns: usize,
    diagonal: &'a mut [f64],
    off_diagonal: &'a mut [f64],
    rows: &'a mut [f64],
}

impl Kernel for Sweep<'_> {
    type Output = Result<std::result::Result<(), NotConverged>>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        let Self { n, columns, diagonal, off_diagonal, rows } = self;
        // Columns side by side in lanes: one vector a row, as long as there are no more columns than lanes.
        let vectors = columns.div_ceil(V::WIDTH);
        let mut padded = [0.0; 32];
        let mut lanes = try_vec(WHAT, n * vectors, V::zero())?;
        for i in 0..n {
            for part in 0..vectors {
                padded.fill(0.0);
                for (slot, column) in padded.iter_mut().zip(part * V::WIDTH..columns) {
                    *slot = rows[i * columns + column];
                }
                lanes[i * vectors + part] = V::load(&padded);
            }
        }
        let mut d = try_vec(WHAT, n, V::zero())?;
        let mut e = try_vec(WHAT, n, V::zero())?;
        for i in 0..n {
            d[i] = V::splat(diagonal[i]);
            e[i] = V::splat(off_diagonal[i]);
        }
        let mut rotations = try_vec(WHAT, 2 * n, V::zero())?;
        let outcome = tridiagonal::ql(n, &mut d, &mut e, vectors, &mut lanes, &mut rotations);
        for i in 0..n {
            d[i].store(&mut padded);
            diagonal[i] = padded[0];
            for part in 0..vectors {
                lanes[i * vectors + part].store(&mut padded);
                for (slot, column) in padded.iter().zip(part * V::WIDTH..columns) {
                    rows[i * columns + column] = *slot;
                }
            }
        }
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree_with_each_other_and_with_the_matrix() {
        let n = 60;
        // All eigenvalues are distinct: vectors of equal ones could not be compared.
        let element = |i: usize, j: usize| {
            ((i * 37 + j * 37 + i * j * 13) % 101) as f64 / 7.0 + if i == j { 3.0 * i as f64 } else { 0.0 }
        };
        let load = |large: &mut Large| {
            for i in 0..n {
                for j in 0..n {
                    large.matrix()[i * n + j] = if i >= j { element(i, j) } else { f64::NAN };
                }
                large.rows()[2 * i] = i as f64;
                large.rows()[2 * i + 1] = 1.0;
            }
        };
        let mut with = Large::new(n, 2, true).unwrap();
        load(&mut with);
        with.solve(Level::Portable).unwrap().unwrap();
        let mut without = Large::new(n, 2, false).unwrap();
        load(&mut without);
        without.solve(Level::current().unwrap()).unwrap().unwrap();
        let mut order: Vec<usize> = (0..n).collect();
        let values = without.eigenvalues().to_vec();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        for k in 0..n {
            let value = with.eigenvalues()[k];
            assert!((value - values[order[k]]).abs() < 1e-11);
            for column in 0..2 {
                let (a, b) = (with.rows()[2 * k + column].abs(), without.rows()[2 * order[k] + column].abs());
                assert!((a - b).abs() < 1e-9, "{a} {b}");
            }
            let vector = with.vectors().slice()[k * n..(k + 1) * n].to_vec();
            for i in 0..n {
                let product: f64 = (0..n).map(|j| element(i.max(j), i.min(j)) * vector[j]).sum();
                assert!((product - value * vector[i]).abs() < 1e-11);
            }
        }
    }
}
