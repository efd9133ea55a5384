//! The caller's configurations: checked, and laid out in lanes for the eigensolver.
//!
//! Checks happen while the numbers are in registers anyway: one multiply-add per element tells whether all are
//! finite, one comparison per pair whether the matrix is symmetric. Only when a group of configurations fails is it
//! read again, element by element, for the message.

use super::disorder::Spread;
use crate::array::View;
use crate::error::{Error, Number, Result, Status, try_vec};
use crate::linalg::transposed;
use crate::simd::{Lanes, Level, prefetch};

/// Asymmetry up to this part of the largest element is rounding.
const SYMMETRY_TOLERANCE: f64 = 1e-12;

/// Which quantities a call needs beyond the energies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    pub dipoles: bool,
    /// Implies `dipoles`.
    pub rotation: bool,
    pub eigenvectors: bool,
}

/// Configurations of one aggregate. Sites that are not kept are never read.
pub struct System<'a> {
    /// [n_conf][n_site][n_site], cm-1
    pub hamiltonians: View<'a, f64, 3>,
    /// [n_conf][n_site][3]
    pub dipoles: Option<View<'a, f64, 3>>,
    /// [n_conf][n_site][3], Angstrom
    pub positions: Option<View<'a, f64, 3>>,
    pub kept: Vec<usize>,
    pub energy_offset: f64,
    pub normalize_dipoles: bool,
    /// A unit vector: strengths of excitons are then those of linear dichroism about it instead of dipole strengths.
    pub axis: Option<[f64; 3]>,
    /// Disorder about the Hamiltonians, drawn as they are loaded: configuration c becomes member c.
    pub spread: Option<Spread<'a>>,
    pub needs: Needs,
}

/// Memory for the random numbers of a group's members; lanes last.
pub struct Draws {
    level: Level,
    of_one: Vec<f64>,
    in_lanes: Vec<f64>,
}

/// What is changed in every configuration as it is loaded, by kept site; an empty table changes nothing.
#[derive(Clone, Copy, Default)]
pub struct Changes<'a> {
    /// [n][n] cm-1, added to Hamiltonians (symmetric).
    pub hamiltonian: &'a [f64],
    /// [n]: dipoles are multiplied by these.
    pub dipoles: &'a [[[f64; 3]; 3]],
    /// [n] Angstrom, added to positions.
    pub positions: &'a [[f64; 3]],
}

/// Matrices of a group in lanes, ready for the eigensolver, and what leads back to energies.
pub struct PackedMatrices<V> {
    /// Energies are `origin + unit * eigenvalue`.
    pub origin: V,
    pub unit: V,
}

impl System<'_> {
    pub fn n_conf(&self) -> usize {
        self.hamiltonians.dims()[0]
    }

    /// Sites that take part.
    pub fn n(&self) -> usize {
        self.kept.len()
    }

    /// Columns that follow the eigensolver: mu, r x mu, and the identity for eigenvectors.
    pub fn columns(&self) -> usize {
        self.vector_columns() + if self.needs.eigenvectors { self.n() } else { 0 }
    }

    /// Those of them that hold dipoles and magnetic moments.
    pub fn vector_columns(&self) -> usize {
        match self.needs {
            Needs { rotation: true, .. } => 6,
            Needs { dipoles: true, .. } => 3,
            _ => 0,
        }
    }

    pub fn keeps_all(&self) -> bool {
        self.n() == self.hamiltonians.dims()[1]
    }

    /// Whether dipoles and positions are the same for all configurations.
    pub fn shares_geometry(&self) -> bool {
        [self.dipoles, self.positions].iter().flatten().all(|view| view.is_shared_along_first_axis())
    }

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

    /// Memory for what `pack_matrices` draws in groups of `width`.
    pub fn draws(&self, width: usize) -> Result<Draws> {
        let len = self.spread.map_or(0, |spread| spread.numbers());
        Ok(Draws {
            level: Level::current()?,
            of_one: try_vec("disorder", len, 0.0)?,
            in_lanes: try_vec("disorder", len.saturating_mul(width), 0.0)?,
        })
    }

    /// Turns Hamiltonians in lanes into members: the sums of `Spread::moved`, term by term.
    #[inline(always)]
    fn add_disorder<V: Lanes>(&self, spread: &Spread, first: usize, count: usize, draws: &mut Draws, matrix: &mut [V]) {
        let n = self.n();
        for lane in 0..V::WIDTH {
            spread.draw(draws.level, first + lane.min(count - 1), &mut draws.of_one);
            for (z, numbers) in draws.of_one.iter().zip(draws.in_lanes.chunks_exact_mut(V::WIDTH)) {
                numbers[lane] = *z;
            }
        }
        let n_factor = spread.site_factor.dims()[1];
        for (i, &site) in self.kept.iter().enumerate() {
            let mut energy = matrix[i * n + i];
            for (k, z) in draws.in_lanes.chunks_exact(V::WIDTH).take(n_factor).enumerate() {
                energy = energy + V::splat(spread.site_factor.at([site, k])) * V::load(z);
            }
            matrix[i * n + i] = energy;
            let Some(sigma) = &spread.coupling_sigma else { continue };
            for (j, &other) in self.kept[..i].iter().enumerate() {
                let z = V::load(&draws.in_lanes[spread.pair(site, other) * V::WIDTH..]);
                let change = V::splat(sigma.at([site, other])) * z;
                matrix[i * n + j] = matrix[i * n + j] + change;
                matrix[j * n + i] = matrix[j * n + i] + change;
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
            V::zero().less_than(lowest + V::splat(self.energy_offset))
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
        let mut not_finite = V::zero();
        let mut has_strength = not_finite.less_equal(not_finite);
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
                not_finite = x.mul_add(V::zero(), not_finite);
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
                    not_finite = r[3 * i + x].mul_add(V::zero(), not_finite);
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
        if !V::all(not_finite.less_equal(V::zero()) & has_strength) {
            return Err(self.diagnose_geometry(first, count));
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

    /// The message for a group whose Hamiltonians failed a check.
    #[cold]
    fn diagnose_matrices(&self, first: usize, count: usize) -> Error {
        (first..first + count)
            .find_map(|c| self.check_matrix(c).err())
            .unwrap_or_else(|| Error::new(Status::Internal, "hamiltonians: a check failed that cannot be repeated"))
    }

    /// The message for a group whose dipoles or positions failed a check.
    #[cold]
    fn diagnose_geometry(&self, first: usize, count: usize) -> Error {
        (first..first + count)
            .find_map(|c| self.check_geometry(c).err())
            .unwrap_or_else(|| Error::new(Status::Internal, "dipoles: a check failed that cannot be repeated"))
    }

    /// All checks of one configuration.
    #[inline(always)]
    pub fn check<V: Lanes>(&self, c: usize) -> Result<()> {
        if !self.is_clearly_symmetric::<V>(c) {
            self.check_matrix(c)?;
        }
        self.check_geometry(c)
    }

    /// Whether a Hamiltonian that lies gapless in memory passes its checks, exactly symmetric; a `false` says nothing.
    #[inline(always)]
    fn is_clearly_symmetric<V: Lanes>(&self, c: usize) -> bool {
        let n = self.n();
        let Some(matrix) = self.hamiltonians.contiguous(c).filter(|_| self.keeps_all()) else { return false };
        transposed::is_symmetric_and_finite::<V>(matrix, n)
            && (!self.needs.rotation || (0..n).all(|i| matrix[i * n + i] + self.energy_offset > 0.0))
    }

    /// Whether dipoles and positions that lie gapless in memory pass their checks; a `false` says nothing. What all
    /// configurations share is looked at with the first.
    #[inline(always)]
    pub fn has_clearly_finite_geometry<V: Lanes>(&self, first: usize, count: usize) -> bool {
        if self.normalize_dipoles || !self.keeps_all() {
            return false;
        }
        let dipoles = self.dipoles.filter(|_| self.needs.dipoles);
        let positions = self.positions.filter(|_| self.needs.rotation);
        let mut not_finite = V::zero();
        let mut rest = 0.0;
        for vectors in [dipoles, positions].into_iter().flatten() {
            let looked_at = match (vectors.is_shared_along_first_axis(), first) {
                (true, 0) => 0..1,
                (true, _) => 0..0,
                (false, _) => first..first + count,
            };
            for c in looked_at {
                let Some(numbers) = vectors.contiguous(c) else { return false };
                let mut at = 0;
                while at + V::WIDTH <= numbers.len() {
                    not_finite = V::load(&numbers[at..]).mul_add(V::zero(), not_finite);
                    at += V::WIDTH;
                }
                for x in &numbers[at..] {
                    rest += x * 0.0;
                }
            }
        }
        rest == 0.0 && V::all(not_finite.less_equal(V::zero()))
    }

    /// All checks of one Hamiltonian, element by element.
    fn check_matrix(&self, c: usize) -> Result<()> {
        let mut numbers = try_vec("disorder", self.spread.map_or(0, |spread| spread.numbers()), 0.0)?;
        if let Some(spread) = &self.spread {
            spread.draw(Level::current()?, c, &mut numbers);
        }
        let at = |i: usize, j: usize| {
            let (site, other) = (self.kept[i], self.kept[j]);
            let element = self.hamiltonians.at([c, site, other]);
            self.spread.map_or(element, |spread| spread.moved(&numbers, site.max(other), site.min(other), element))
        };
        let name = |i: usize, j: usize| format!("({}, {})", self.kept[i], self.kept[j]);
        let n = self.n();
        let mut largest: f64 = 0.0;
        for (i, j) in (0..n * n).map(|ij| (ij / n, ij % n)) {
            if !at(i, j).is_finite() {
                return Err(Error::new(
                    Status::Nonfinite,
                    format!(
                        "hamiltonians: element {} of configuration {c} is {}; leave this configuration out or repair \
                         it",
                        name(i, j),
                        at(i, j)
                    ),
                ));
            }
            largest = largest.max(at(i, j).abs());
        }
        for (i, j) in (0..n).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let asymmetric = (at(i, j) - at(j, i)).abs() > SYMMETRY_TOLERANCE * largest;
            if asymmetric {
                return Err(Error::new(
                    Status::Argument,
                    format!(
                        "hamiltonians: configuration {c} is not symmetric: element {} is {} but {} is {}; pass \
                         (H + H^T) / 2",
                        name(i, j),
                        Number(at(i, j)),
                        name(j, i),
                        Number(at(j, i))
                    ),
                ));
            }
        }
        let not_absolute = |&i: &usize| at(i, i) + self.energy_offset <= 0.0;
        if self.needs.rotation
            && let Some(i) = (0..n).find(not_absolute)
        {
            return Err(Error::new(
                Status::Argument,
                format!(
                    "hamiltonians: site energy {} of configuration {c} is {} cm-1 with energy_offset {}; rotational \
                     strengths need absolute energies: set energy_offset to the reference that was taken off",
                    name(i, i),
                    Number(at(i, i) + self.energy_offset),
                    Number(self.energy_offset)
                ),
            ));
        }
        Ok(())
    }

    /// All checks of one set of dipoles and positions, element by element.
    fn check_geometry(&self, c: usize) -> Result<()> {
        let dipoles = self.dipoles.filter(|_| self.needs.dipoles);
        let positions = self.positions.filter(|_| self.needs.rotation);
        for vectors in [dipoles, positions].into_iter().flatten() {
            for (&site, x) in self.kept.iter().flat_map(|site| (0..3).map(move |x| (site, x))) {
                let value = vectors.at([c, site, x]);
                if !value.is_finite() {
                    return Err(Error::new(
                        Status::Nonfinite,
                        format!(
                            "{}: element ({site}, {x}) of configuration {c} is {value}; leave this configuration out \
                             or repair it",
                            vectors.name()
                        ),
                    ));
                }
            }
        }
        if let Some(dipoles) = dipoles.filter(|_| self.normalize_dipoles) {
            let squares = self.kept.iter().flat_map(|&site| (0..3).map(move |x| dipoles.at([c, site, x]).powi(2)));
            let strength: f64 = squares.sum();
            if !(strength > 0.0 && strength.is_finite()) && self.n() > 0 {
                return Err(Error::new(
                    Status::Argument,
                    format!(
                        "dipoles: the squares of configuration {c} sum to {strength}, which normalize_dipoles cannot \
                         divide by"
                    ),
                ));
            }
        }
        Ok(())
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
