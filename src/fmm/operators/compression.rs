//! Compressed translations: a basis that all vectors share, and matrices of low rank in it.
//!
//! With U the left singular vectors of all matrices side by side, [K_1 K_2 ... K_316], whose singular values exceed a threshold, K_t is U C_t U^T with C_t = U^T K_t U
//! (W. Fong, E. Darve, J. Comput. Phys. 228, 8712 (2009)). K_t^T is the matrix of -t, so one basis serves both sides. C_t, k x k, has a low rank itself and is kept as two
//! factors where that is less work.
//!
//! Mirroring a surface turns K_t into another K_t, so U may be chosen even or odd in each axis: eight problems of an eighth of the size, and a mirrored
//! C_t is C_t with changed signs. Singular values come from a triangular factor of each, made vector by vector, instead of from sums of K K^T, whose
//! eigenvalues are squares and would lose half of the digits.

use super::inverse::Decomposition;
use super::lattice::VECTORS;
use super::matrices::{Matrices, Turn, value, vector_of};
use super::{dense, product};
use crate::error::{Error, Result, Status, try_vec};
use crate::fmm::kernel::GreenFunction;
use crate::fmm::octets::Packed;
use crate::fmm::rows::{BLOCK, Rows};
use crate::fmm::surface::Surface;
use crate::linalg::room::with_room;
use crate::simd::{Aligned, Level, Real};
use crate::threads::openblas::SingleThreaded;

/// Vectors that are even or odd in each axis, as sums over mirror images of points.
struct Parity {
    /// Bits of odd axes.
    odd: usize,
    /// For each of them, its points and their coefficients.
    orbits: Vec<Vec<(usize, f64)>>,
}

impl Parity {
    fn new(surface: &Surface, odd: usize) -> Self {
        let sign = |mirror: usize| if (mirror & odd).count_ones() % 2 == 0 { 1.0 } else { -1.0 };
        let mut orbits = Vec::new();
        for point in 0..surface.len() {
            let images: [usize; 8] = std::array::from_fn(|mirror| surface.mirrored[mirror][point] as usize);
            // Each orbit once; one that a mirroring leaves as it is has nothing odd in its axis.
            if images.iter().any(|&image| image < point) || (0..8).any(|mirror| images[mirror] == point && sign(mirror) < 0.0) {
                continue;
            }
            let mut members: Vec<(usize, f64)> = images.iter().enumerate().map(|(mirror, &image)| (image, sign(mirror))).collect();
            members.sort_unstable_by_key(|&(image, _)| image);
            members.dedup_by_key(|&mut (image, _)| image);
            let norm = 1.0 / (members.len() as f64).sqrt();
            members.iter_mut().for_each(|(_, coefficient)| *coefficient *= norm);
            orbits.push(members);
        }
        Self { odd, orbits }
    }
}

/// Vectors with no negative number: all others are mirror images of one.
fn representatives() -> impl Iterator<Item = (usize, [i32; 3])> {
    (0..VECTORS).map(|number| (number, vector_of(number))).filter(|(_, t)| t.iter().all(|&t| t >= 0) && t.iter().any(|&t| t >= 2))
}

pub fn compressed<T: Real>(kernel: impl GreenFunction, surface: &Surface, half_side: f64, threshold: f64, level: Level) -> Result<Matrices<T>> {
    let n = surface.len();
    let matrix_of = |t: [i32; 3]| dense(n, n, |i, j| value(kernel, surface, half_side, t, i, j));
    let (basis, parities) = shared_basis(surface, matrix_of, threshold)?;
    let k = parities.len();
    let transposed = Packed::new(k, n, |c, i| basis.slice()[c * n + i])?;
    let mut classes = Vec::new();
    let mut vectors = try_vec("operators", VECTORS, None)?;
    for (number, own) in vectors.iter_mut().enumerate() {
        let t = vector_of(number);
        let mirrored = (0..3).filter(|&axis| t[axis] < 0).map(|axis| 1 << axis).sum::<usize>();
        if let Some(class) = representatives().position(|(_, other)| other == t.map(i32::abs)) {
            *own = Some((class as u8, mirrored as u8));
        }
    }
    for (_, t) in representatives() {
        // U^T K, then U^T (U^T K)^T = C^T.
        let half = product(level, &transposed, &matrix_of(t)?, n)?;
        let half = dense(n, k, |i, c| half.slice()[c * n + i])?;
        let c = product(level, &transposed, &half, k)?;
        classes.push(factors(k, |row, column| c.slice()[column * k + row], threshold)?);
    }
    let padded = k.next_multiple_of(BLOCK);
    let mut turns = Vec::new();
    for mirror in 0..8usize {
        let mut signs = try_vec("operators", padded, T::from_f64(1.0))?;
        for (sign, odd) in signs.iter_mut().zip(&parities) {
            if (mirror & odd).count_ones() % 2 == 1 {
                *sign = T::from_f64(-1.0);
            }
        }
        turns.push(Turn::Signs(signs));
    }
    let element = |c: usize, i: usize| if c < k { basis.slice()[c * n + i] } else { 0.0 };
    let basis = Some([Packed::new(padded, n, element)?, Packed::new(n, padded, |i, c| element(c, i))?]);
    Ok(Matrices { len: k, padded, basis, classes, turns, vectors })
}

/// Vectors of the shared basis one after another, [k][n], and the odd axes of each.
fn shared_basis(surface: &Surface, matrix_of: impl Fn([i32; 3]) -> Result<Aligned>, threshold: f64) -> Result<(Aligned, Vec<usize>)> {
    let n = surface.len();
    let parities: Vec<Parity> = (0..8).map(|odd| Parity::new(surface, odd)).collect();
    let mut triangles = Vec::new();
    for parity in &parities {
        let len = parity.orbits.len();
        triangles.push(Triangle::new(len, n)?);
    }
    for (_, t) in representatives() {
        let matrix = matrix_of(t)?;
        // A vector stands for its mirror images too.
        let weight = f64::from(1u32 << t.iter().filter(|&&t| t > 0).count()).sqrt();
        for (parity, triangle) in parities.iter().zip(&mut triangles) {
            triangle.add(n, |column, orbit| {
                parity.orbits[orbit].iter().map(|&(point, coefficient)| weight * coefficient * matrix.slice()[point * n + column]).sum()
            })?;
        }
    }
    let mut found = Vec::new();
    for triangle in &triangles {
        found.push(Decomposition::new(triangle.len, |i, j| if i <= j { triangle.at(i, j) } else { 0.0 }, 0.0, 0.0)?);
    }
    let largest = found.iter().filter_map(|one| one.singular_values.first()).fold(0.0, |largest: f64, &s| largest.max(s));
    let kept = |one: &Decomposition| one.singular_values.iter().take_while(|&&s| s > threshold * largest).count();
    let mut basis = Aligned::zeros("operators", found.iter().map(kept).sum::<usize>() * n)?;
    let mut odd = Vec::new();
    let mut rows = basis.slice_mut().chunks_exact_mut(n);
    for (parity, one) in parities.iter().zip(&found) {
        let len = parity.orbits.len();
        for (vector, row) in (0..kept(one)).zip(&mut rows) {
            odd.push(parity.odd);
            for (orbit, members) in parity.orbits.iter().enumerate() {
                for &(point, coefficient) in members {
                    row[point] = coefficient * one.v[vector * len + orbit];
                }
            }
        }
    }
    Ok((basis, odd))
}

/// The triangular factor R of rows that come in portions: R^T R is the sum of their products.
struct Triangle {
    len: usize,
    /// Columns first: R in the first `len` rows, room for a portion below.
    matrix: Aligned,
    rows: usize,
}

impl Triangle {
    fn new(len: usize, portion: usize) -> Result<Self> {
        let rows = len + portion;
        Ok(Self { len, matrix: Aligned::zeros("operators", rows * len)?, rows })
    }

    fn at(&self, i: usize, j: usize) -> f64 {
        self.matrix.slice()[j * self.rows + i]
    }

    /// `element(row of the portion, column)`.
    fn add(&mut self, portion: usize, element: impl Fn(usize, usize) -> f64) -> Result<()> {
        if self.len == 0 {
            return Ok(());
        }
        for (j, column) in self.matrix.slice_mut().chunks_exact_mut(self.rows).enumerate() {
            // Below the diagonal are the reflections of the last portion.
            column[j + 1..self.len].fill(0.0);
            for (i, value) in column[self.len..].iter_mut().enumerate().take(portion) {
                *value = element(i, j);
            }
        }
        let (rows, columns) = (self.rows as i32, self.len as i32);
        let mut tau = Aligned::zeros("operators", self.len)?;
        let mut work = Aligned::zeros("operators", 64 * self.len)?;
        let work_len = work.slice().len() as i32;
        let mut info = 0;
        with_room(self.len, || {
            let _openblas = SingleThreaded::enter();
            // SAFETY: sizes as the LAPACK documentation of dgeqrf asks.
            unsafe { lapack::dgeqrf(rows, columns, self.matrix.slice_mut(), rows, tau.slice_mut(), work.slice_mut(), work_len, &mut info) };
        })?;
        if info == 0 { Ok(()) } else { Err(Error::new(Status::Internal, format!("order: LAPACK refused the operators ({info})"))) }
    }
}

/// A matrix as two factors (S V^T and U) that leave out small singular values, or whole where that is less work.
fn factors<T: Real>(k: usize, element: impl Fn(usize, usize) -> f64, threshold: f64) -> Result<Vec<Rows<T>>> {
    if k == 0 {
        return Ok(vec![Rows::new(0, 0, element)?]);
    }
    let parts = Decomposition::new(k, &element, threshold, 0.0)?;
    let rank = parts.kept();
    if rank.next_multiple_of(BLOCK) + rank >= k {
        return Ok(vec![Rows::new(k, k, element)?]);
    }
    let (u, v, s) = (&parts.u, &parts.v, &parts.singular_values);
    Ok(vec![Rows::new(rank, k, |r, j| s[r] * v[r * k + j])?, Rows::new(k, rank, |i, r| u[r * k + i])?])
}
