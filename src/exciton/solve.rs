//! Excitons of one group of configurations at a time: small systems in lanes, large ones through LAPACK.

use super::system::{Changes, System};
use super::way::Way;
use crate::error::{Error, Result, Status, try_vec};
use crate::linalg::{NotConverged, batched::Batch, large::Large};
use crate::simd::{Aligned, Lanes, Level, Task};

/// 4 pi / (1e8 Angstrom cm-1): times an energy in cm-1, the factor of M . N in a rotational strength.
pub(super) const ROTATION_FACTOR: f64 = 4.0 * std::f64::consts::PI * 1e-8;

/// Excitons of up to `width` configurations, by quantity, exciton and lane, in the order of the eigensolver.
pub struct Excitons {
    n: usize,
    width: usize,
    energies: Vec<f64>,
    dipole_strengths: Vec<f64>,
    rotational_strengths: Vec<f64>,
    exciton_dipoles: Vec<f64>,
    amplitudes: Aligned,
}

/// One configuration of them.
#[derive(Clone, Copy)]
pub struct Configuration<'a> {
    excitons: &'a Excitons,
    lane: usize,
}

impl Excitons {
    /// Through LAPACK amplitudes come from where the eigensolver left them.
    fn new(system: &System, width: usize, in_lanes: bool) -> Result<Self> {
        let n = system.n();
        let needs = system.needs;
        let vec = |wanted: bool, per_exciton: usize| {
            try_vec("excitons", if wanted { n * per_exciton * width } else { 0 }, 0.0)
        };
        Ok(Self {
            n,
            width,
            energies: vec(true, 1)?,
            dipole_strengths: vec(needs.dipoles, 1)?,
            rotational_strengths: vec(needs.rotation, 1)?,
            exciton_dipoles: vec(needs.dipoles, 3)?,
            amplitudes: Aligned::zeros("excitons", if needs.eigenvectors && in_lanes { n * n * width } else { 0 })?,
        })
    }

    pub fn of(&self, lane: usize) -> Configuration<'_> {
        Configuration { excitons: self, lane }
    }
}

impl Configuration<'_> {
    pub fn n(&self) -> usize {
        self.excitons.n
    }

    #[inline(always)]
    pub fn energy(&self, k: usize) -> f64 {
        self.excitons.energies[k * self.excitons.width + self.lane]
    }

    #[inline(always)]
    pub fn dipole_strength(&self, k: usize) -> f64 {
        self.excitons.dipole_strengths[k * self.excitons.width + self.lane]
    }

    #[inline(always)]
    pub fn rotational_strength(&self, k: usize) -> f64 {
        self.excitons.rotational_strengths[k * self.excitons.width + self.lane]
    }

    pub fn exciton_dipole(&self, k: usize) -> [f64; 3] {
        std::array::from_fn(|x| self.excitons.exciton_dipoles[(3 * k + x) * self.excitons.width + self.lane])
    }

    /// Component of exciton `k` on the `i`-th kept site.
    #[inline(always)]
    pub fn amplitude(&self, k: usize, i: usize) -> f64 {
        self.excitons.amplitudes.slice()[(k * self.excitons.n + i) * self.excitons.width + self.lane]
    }

    /// Components of exciton `k` on all kept sites, where they lie side by side.
    #[inline(always)]
    pub fn vector(&self, k: usize) -> Option<&[f64]> {
        let n = self.excitons.n;
        (self.excitons.width == 1).then(|| &self.excitons.amplitudes.slice()[k * n..(k + 1) * n])
    }

    /// The excitons in ascending energy; equal energies keep the eigensolver's order.
    pub fn ascending(&self, order: &mut Vec<usize>) {
        order.clear();
        order.extend(0..self.n());
        // Insertion: n is small where this is hot, and large systems (from LAPACK) are nearly sorted.
        for i in 1..order.len() {
            let k = order[i];
            let energy = self.energy(k);
            let mut at = i;
            while at > 0 && self.energy(order[at - 1]) > energy {
                order[at] = order[at - 1];
                at -= 1;
            }
            order[at] = k;
        }
    }
}

/// Turns configurations into excitons, one group after another.
pub struct Solver<'a, V> {
    system: &'a System<'a>,
    level: Level,
    cd_scale: f64,
    workspace: Workspace<V>,
    excitons: Excitons,
    is_checked: bool,
}

enum Workspace<V> {
    Lanes {
        batch: Batch<V>,
        /// mu | m | identity of a geometry that all configurations share, once it is known.
        shared_rows: Vec<V>,
        shared_rows_are_known: bool,
        vectors: Vec<V>,
    },
    Lapack(Box<Large>),
}

impl<'a, V: Lanes> Solver<'a, V> {
    #[inline(always)]
    pub fn new(system: &'a System<'a>, level: Level, way: Way, cd_scale: f64) -> Result<Self> {
        let n = system.n();
        let (workspace, width) = if way == Way::Lapack {
            let large = Large::new(n, system.vector_columns(), system.needs.eigenvectors)?;
            (Workspace::Lapack(Box::new(large)), 1)
        } else {
            let shared = if system.shares_geometry() { n * system.columns() } else { 0 };
            let workspace = Workspace::Lanes {
                batch: Batch::new(n, system.columns())?,
                shared_rows: try_vec("excitons", shared, V::zero())?,
                shared_rows_are_known: false,
                vectors: try_vec("excitons", 6 * n, V::zero())?,
            };
            (workspace, V::WIDTH)
        };
        Ok(Self { system, level, cd_scale, workspace, excitons: Excitons::new(system, width, way != Way::Lapack)?, is_checked: false })
    }

    /// Spares `solve` the checks that cost it extra; its configurations have passed them.
    pub fn trust(&mut self) {
        self.is_checked = true;
    }

    /// Configurations that `solve` takes at a time.
    pub fn width(&self) -> usize {
        self.excitons.width
    }

    /// Checks configurations `first..first + count` as `solve` would, without solving.
    #[inline(always)]
    pub fn check(&mut self, first: usize, count: usize) -> Result<()> {
        match &mut self.workspace {
            Workspace::Lanes { batch, vectors, .. } => {
                self.system.pack_matrices(first, count, &Changes::default(), None, &mut batch.matrix)?;
                if self.system.has_clearly_finite_geometry::<V>(first, count) {
                    return Ok(());
                }
                self.system.pack_rows(first, count, &Changes::default(), &mut batch.rows, vectors)
            }
            Workspace::Lapack(_) => (first..first + count).try_for_each(|c| self.system.check::<V>(c)),
        }
    }

    /// The excitons of configurations `first..first + count`, `count <= width`.
    #[inline(always)]
    pub fn solve(&mut self, first: usize, count: usize) -> Result<&Excitons> {
        V::outlined(SolveGroup { solver: self, first, count })?;
        Ok(&self.excitons)
    }

    #[inline(always)]
    fn solve_inline(&mut self, first: usize, count: usize) -> Result<()> {
        match &mut self.workspace {
            Workspace::Lanes { batch, shared_rows, shared_rows_are_known, vectors } => {
                self.system.ask_for(first + count, count);
                let packed = self.system.pack_matrices(first, count, &Changes::default(), None, &mut batch.matrix)?;
                if *shared_rows_are_known {
                    batch.rows.copy_from_slice(shared_rows);
                } else {
                    self.system.pack_rows(first, count, &Changes::default(), &mut batch.rows, vectors)?;
                    if self.system.shares_geometry() {
                        shared_rows.copy_from_slice(&batch.rows);
                        *shared_rows_are_known = true;
                    }
                }
                batch.solve().map_err(|NotConverged| not_converged(first, count))?;
                let factor = ROTATION_FACTOR * self.cd_scale;
                finish_batch(self.system, batch, packed.origin, packed.unit, factor, &mut self.excitons);
            }
            Workspace::Lapack(large) => {
                if !self.is_checked {
                    self.system.check::<V>(first)?;
                }
                let factor = ROTATION_FACTOR * self.cd_scale;
                solve_large(self.system, self.level, large, first, factor, &mut self.excitons)?;
            }
        }
        Ok(())
    }
}

struct SolveGroup<'s, 'a, V> {
    solver: &'s mut Solver<'a, V>,
    first: usize,
    count: usize,
}

impl<V: Lanes> Task for SolveGroup<'_, '_, V> {
    type Output = Result<()>;
    #[inline(always)]
    fn run(self) -> Result<()> {
        self.solver.solve_inline(self.first, self.count)
    }
}

pub(super) fn not_converged(first: usize, count: usize) -> Error {
    Error::new(
        Status::NotConverged,
        format!(
            "hamiltonians: the eigenvalues of a configuration in {first}..{} did not converge; please report its \
             Hamiltonian",
            first + count
        ),
    )
}

/// Energies, strengths and vectors from eigenvalues and projected columns.
#[inline(always)]
fn finish_batch<V: Lanes>(
    system: &System,
    batch: &Batch<V>,
    origin: V,
    unit: V,
    rotation_factor: f64,
    excitons: &mut Excitons,
) {
    let (n, columns) = (system.n(), system.columns());
    let w = V::WIDTH;
    let rotation_factor = V::splat(rotation_factor);
    for k in 0..n {
        let row = &batch.rows[k * columns..(k + 1) * columns];
        let energy = unit.mul_add(batch.eigenvalues[k], origin);
        energy.store(&mut excitons.energies[k * w..]);
        if system.needs.dipoles {
            let m = &row[..3];
            let mut strength = m[2].mul_add(m[2], m[1].mul_add(m[1], m[0] * m[0]));
            if let Some(axis) = system.axis {
                let along = m[2].mul_add(V::splat(axis[2]), m[1].mul_add(V::splat(axis[1]), m[0] * V::splat(axis[0])));
                strength = (V::splat(4.5) * along).mul_add(along, V::splat(-1.5) * strength);
            }
            strength.store(&mut excitons.dipole_strengths[k * w..]);
            for x in 0..3 {
                m[x].store(&mut excitons.exciton_dipoles[(3 * k + x) * w..]);
            }
        }
        if system.needs.rotation {
            let (m, moment) = (&row[..3], &row[3..6]);
            let dot = m[2].mul_add(moment[2], m[1].mul_add(moment[1], m[0] * moment[0]));
            (dot * energy * rotation_factor).store(&mut excitons.rotational_strengths[k * w..]);
        }
        if system.needs.eigenvectors {
            for (i, amplitude) in row[system.vector_columns()..].iter().enumerate() {
                amplitude.store(&mut excitons.amplitudes.slice_mut()[(k * n + i) * w..]);
            }
        }
    }
}

fn solve_large(
    system: &System,
    level: Level,
    large: &mut Large,
    c: usize,
    rotation_factor: f64,
    excitons: &mut Excitons,
) -> Result<()> {
    let n = system.n();
    let columns = system.vector_columns();
    let kept = &system.kept;
    let at = |i: usize, j: usize| system.hamiltonians.at([c, kept[i], kept[j]]);
    let origin = (0..n).map(|i| at(i, i) / n as f64).sum::<f64>();
    if !excitons.amplitudes.slice().is_empty() {
        std::mem::swap(large.vectors(), &mut excitons.amplitudes);
    }
    let matrix = large.matrix();
    for i in 0..n {
        let row = &mut matrix[i * n..=i * n + i];
        if system.keeps_all() {
            system.hamiltonians.read_line([c, i, 0], row);
        } else {
            for (j, slot) in row.iter_mut().enumerate() {
                *slot = at(i, j);
            }
        }
        row[i] -= origin;
    }
    pack_rows_of_one(system, c, large.rows());
    large.solve(level)?.map_err(|NotConverged| not_converged(c, 1))?;
    for k in 0..n {
        excitons.energies[k] = origin + system.energy_offset + large.eigenvalues()[k];
        let row = &large.rows()[k * columns..(k + 1) * columns];
        if system.needs.dipoles {
            let strength: f64 = row[..3].iter().map(|m| m * m).sum();
            excitons.dipole_strengths[k] = system.axis.map_or(strength, |axis| {
                let along: f64 = row[..3].iter().zip(axis).map(|(m, n)| m * n).sum();
                4.5 * along * along - 1.5 * strength
            });
            excitons.exciton_dipoles[3 * k..3 * k + 3].copy_from_slice(&row[..3]);
        }
        if system.needs.rotation {
            let dot: f64 = (0..3).map(|x| row[x] * row[3 + x]).sum();
            excitons.rotational_strengths[k] = dot * excitons.energies[k] * rotation_factor;
        }
    }
    if system.needs.eigenvectors {
        std::mem::swap(large.vectors(), &mut excitons.amplitudes);
    }
    Ok(())
}

/// mu_j | (r_j - r_c) x mu_j of configuration `c`, as `System::pack_rows` has them.
fn pack_rows_of_one(system: &System, c: usize, rows: &mut [f64]) {
    let (n, columns) = (system.n(), system.vector_columns());
    let vector = |view: &crate::array::View<f64, 3>, i: usize| -> [f64; 3] {
        std::array::from_fn(|x| view.at([c, system.kept[i], x]))
    };
    let Some(dipoles) = system.dipoles.filter(|_| system.needs.dipoles) else { return };
    let mut factor = 1.0;
    if system.normalize_dipoles {
        let strength: f64 = (0..n).flat_map(|i| vector(&dipoles, i)).map(|x| x * x).sum();
        factor = 1.0 / strength.sqrt();
    }
    for i in 0..n {
        rows[i * columns..i * columns + 3].copy_from_slice(&vector(&dipoles, i).map(|x| x * factor));
    }
    let Some(positions) = system.positions.filter(|_| system.needs.rotation) else { return };
    let mut centroid = [0.0; 3];
    for i in 0..n {
        for (sum, x) in centroid.iter_mut().zip(vector(&positions, i)) {
            *sum += x / n as f64;
        }
    }
    for i in 0..n {
        let [x, y, z] = std::array::from_fn(|a| vector(&positions, i)[a] - centroid[a]);
        let row = &mut rows[i * columns..(i + 1) * columns];
        let [mx, my, mz] = [row[0], row[1], row[2]];
        row[3..6].copy_from_slice(&[y * mz - z * my, z * mx - x * mz, x * my - y * mx]);
    }
}
