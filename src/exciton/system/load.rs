//! Configurations in lanes, ready for the eigensolver.
//!
//! Checks happen while the numbers are in registers anyway: one multiply-add per element tells whether all are
//! finite, one comparison per pair whether the matrix is symmetric. Only when a group of configurations fails is it
//! read again, element by element, for the message (`check`).

use super::super::range::{LARGEST_COMPONENT, LARGEST_ENERGY};
use super::{Changes, Draws, SYMMETRY_TOLERANCE, System};
use crate::array::View;
use crate::error::Result;
use crate::simd::{Lanes, prefetch};

/// Matrices of a group in lanes, ready for the eigensolver, and what leads back to energies.
pub struct PackedMatrices<V> {
    /// Energies are `origin + unit * eigenvalue`.
    pub origin: V,
    pub unit: V,
}

impl System<'_> {
    /// Asks for the Hamiltonians of configurations `first..first + count`, as far as there are such: several arrays at a time are no
    /// pattern that the processor sees, and the eigensolver leaves it the time.
    #[inline(always)]
    pub fn ask_for(&self, first: usize, count: usize) {
        for c in first..(first + count).min(self.n_conf()) {
            for line in self.hamiltonians.contiguous(c).unwrap_or(&[]).chunks(8) {
                prefetch(line.as_ptr());
            }
        }
    }

    /// Loads the Hamiltonians of configurations `first..first + count` (at most `V::WIDTH`; spare lanes repeat the
    /// last) into `matrix` [n][n]: checked, changed, moved to mean 0 on the diagonal so that rounding is relative to the
    /// couplings and not to 12,000 cm-1, and scaled by a power of 2 if far from 1.
    #[inline(always)]
    pub fn pack_matrices<V: Lanes>(
        &self,
        first: usize,
        count: usize,
        changes: &Changes,
        draws: Option<&mut Draws>,
        matrix: &mut [V],
    ) -> Result<PackedMatrices<V>> {
        let n = self.n();
        let matrix = &mut matrix[..n * n];
        gather(&self.hamiltonians, first, count, self.keeps_all(), n, matrix, |c, i, j| {
            self.hamiltonians.at([c, self.kept[i], self.kept[j]])
        });
        if let (Some(spread), Some(draws)) = (&self.spread, draws) {
            self.add_disorder(spread, first, count, draws, matrix);
        }

        let mut not_finite = V::zero();
        let mut largest = V::zero();
        let mut asymmetry = V::zero();
        let mut trace = V::zero();
        let mut lowest = V::splat(f64::INFINITY);
        let per_site = V::splat(1.0 / n.max(1) as f64);
        for i in 0..n {
            for j in 0..i {
                let (lower, upper) = (matrix[i * n + j], matrix[j * n + i]);
                // x * 0 is 0 for finite x and NaN for all others.
                not_finite = lower.mul_add(V::zero(), upper.mul_add(V::zero(), not_finite));
                largest = largest.max(lower.abs());
                asymmetry = asymmetry.max((lower - upper).abs());
            }
            let site_energy = matrix[i * n + i];
            not_finite = site_energy.mul_add(V::zero(), not_finite);
            trace = site_energy.mul_add(per_site, trace);
            lowest = -(-lowest).max(-site_energy);
            largest = largest.max(site_energy.abs());
        }
        let finite = not_finite.less_equal(V::zero());
        let symmetric = asymmetry.less_equal(largest * V::splat(SYMMETRY_TOLERANCE));
        let absolute = if self.needs.rotation {
            V::zero().less_than(lowest + V::splat(self.energy_offset)) & largest.less_equal(V::splat(LARGEST_ENERGY))
        } else {
            finite
        };
        if !V::all(finite & symmetric & absolute) {
            return Err(self.diagnose_matrices(first, count));
        }

        if !changes.hamiltonian.is_empty() {
            for (element, &change) in matrix.iter_mut().zip(changes.hamiltonian) {
                *element = *element + V::splat(change);
            }
        }
        let mut norm = V::zero();
        for i in 0..n {
            matrix[i * n + i] = matrix[i * n + i] - trace;
            for j in 0..=i {
                norm = norm.max(matrix[i * n + j].abs());
            }
        }
        let mut unit = V::splat(1.0);
        let comfortable = norm.less_than(V::splat(1e100)) & V::splat(1e-100).less_than(norm);
        if !V::all(comfortable | norm.less_equal(V::zero())) {
            let mut norms = [0.0; 32];
            norm.store(&mut norms);
            // Half the range on either side, so that the power and its inverse are both normal numbers.
            let powers = norms.map(|x| if x > 0.0 { x.log2().round().clamp(-1000.0, 1000.0).exp2() } else { 1.0 });
            unit = V::load(&powers);
            let inverse = V::splat(1.0).div(unit);
            for element in matrix.iter_mut() {
                *element = *element * inverse;
            }
        }
        Ok(PackedMatrices { origin: trace + V::splat(self.energy_offset), unit })
    }

    /// Fills `rows` [n][columns] with mu_j | (r_j - r_c) x mu_j | identity. Leaves mu_j and then r_j, as changed, in
    /// `scratch`.
    #[inline(always)]
    pub fn pack_rows<V: Lanes>(
        &self,
        first: usize,
        count: usize,
        changes: &Changes,
        rows: &mut [V],
        scratch: &mut [V],
    ) -> Result<()> {
        let (n, columns) = (self.n(), self.columns());
        let rows = &mut rows[..n * columns];
        let (mu, r) = scratch[..6 * n].split_at_mut(3 * n);
        let limit = V::splat(LARGEST_COMPONENT);
        let mut within = V::zero().less_equal(limit);
        let mut has_strength = within;
        if self.needs.dipoles
            && let Some(dipoles) = &self.dipoles
        {
            self.gather_vectors(dipoles, first, count, mu);
            for (i, map) in changes.dipoles.iter().enumerate() {
                let [x, y, z] = [mu[3 * i], mu[3 * i + 1], mu[3 * i + 2]];
                for (axis, row) in map.iter().enumerate() {
                    let sum = V::splat(row[1]).mul_add(y, V::splat(row[0]) * x);
                    mu[3 * i + axis] = V::splat(row[2]).mul_add(z, sum);
                }
            }
            let mut strength = V::zero();
            for &x in mu.iter() {
                within = within & x.abs().less_equal(limit); // false for NaN
                strength = x.mul_add(x, strength);
            }
            if self.normalize_dipoles {
                has_strength = V::zero().less_than(strength) & strength.less_than(V::splat(f64::INFINITY));
                let factor = V::splat(1.0).div(strength.sqrt());
                for x in mu.iter_mut() {
                    *x = *x * factor;
                }
            }
            for i in 0..n {
                rows[i * columns..i * columns + 3].copy_from_slice(&mu[3 * i..3 * i + 3]);
            }
        }
        if self.needs.rotation
            && let Some(positions) = &self.positions
        {
            self.gather_vectors(positions, first, count, r);
            for (slot, &change) in r.iter_mut().zip(changes.positions.as_flattened()) {
                *slot = *slot + V::splat(change);
            }
            let mut centroid = [V::zero(); 3];
            for i in 0..n {
                for x in 0..3 {
                    within = within & r[3 * i + x].abs().less_equal(limit);
                    centroid[x] = centroid[x] + r[3 * i + x];
                }
            }
            let share = V::splat(1.0 / n.max(1) as f64);
            for i in 0..n {
                let x = share.neg_mul_add(centroid[0], r[3 * i]);
                let y = share.neg_mul_add(centroid[1], r[3 * i + 1]);
                let z = share.neg_mul_add(centroid[2], r[3 * i + 2]);
                let (mx, my, mz) = (mu[3 * i], mu[3 * i + 1], mu[3 * i + 2]);
                let moment = &mut rows[i * columns + 3..i * columns + 6];
                moment[0] = z.neg_mul_add(my, y * mz);
                moment[1] = x.neg_mul_add(mz, z * mx);
                moment[2] = y.neg_mul_add(mx, x * my);
            }
        }
        if !V::all(within & has_strength) {
            return Err(self.diagnose_geometry(first, count, changes));
        }
        if self.needs.eigenvectors {
            let start = self.vector_columns();
            for i in 0..n {
                for j in 0..n {
                    rows[i * columns + start + j] = V::splat(if i == j { 1.0 } else { 0.0 });
                }
            }
        }
        Ok(())
    }

    #[inline(always)]
    pub fn gather_vectors<V: Lanes>(&self, vectors: &View<'_, f64, 3>, first: usize, count: usize, into: &mut [V]) {
        gather(vectors, first, count, self.keeps_all(), 3, into, |c, i, x| vectors.at([c, self.kept[i], x]));
    }
}

/// Element (i, j) of configurations `first..first + count` into the lanes of `into[i * inner + j]`.
///
/// Configurations whose elements lie side by side in memory go through square transposes (a load for `WIDTH` elements);
/// every other layout is read element by element.
#[inline(always)]
fn gather<V: Lanes>(
    view: &View<'_, f64, 3>,
    first: usize,
    count: usize,
    keeps_all: bool,
    inner: usize,
    into: &mut [V],
    element: impl Fn(usize, usize, usize) -> f64,
) {
    let last = count - 1;
    let len = into.len();
    if keeps_all && len >= V::BLOCK && view.contiguous(first).is_some() {
        let mut arrays: [&[f64]; 32] = [&[]; 32];
        for (lane, array) in arrays[..V::WIDTH].iter_mut().enumerate() {
            *array = view.contiguous(first + lane.min(last)).expect("all configurations have one layout");
        }
        let mut start = 0;
        while start < len {
            // The last block may overlap the one before.
            let at = start.min(len - V::BLOCK);
            V::load_columns(&arrays[..V::WIDTH], at, &mut into[at..at + V::BLOCK]);
            start += V::BLOCK;
        }
    } else {
        for (at, slot) in into.iter_mut().enumerate() {
            let (i, j) = (at / inner, at % inner);
            let mut lanes = [0.0; 32];
            for (lane, value) in lanes[..V::WIDTH].iter_mut().enumerate() {
                *value = element(first + lane.min(last), i, j);
            }
            *slot = V::load(&lanes);
        }
    }
}
