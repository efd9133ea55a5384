//! A vector of configurations, diagonalised: energies, eigenvectors and exciton moments in lanes.
//!
//! Only the identity follows the eigensolver; exciton dipoles and magnetic moments are products with the eigenvectors
//! afterwards, which is cheaper than rotating six more columns and gives what the derivatives need anyway.

use super::{CD, LD};
use crate::error::{Result, try_vec};
use crate::exciton::solve::not_converged;
use crate::exciton::system::{Changes, Draws, System};
use crate::linalg::{NotConverged, batched::Batch};
use crate::simd::{Lanes, Task};

pub struct Group<V> {
    batch: Batch<V>,
    /// [n][columns]: mu_j | (r_j - r_c) x mu_j, and [2n][3] mu_j, then r_j.
    site_moments: Vec<V>,
    geometry: Vec<V>,
    geometry_is_known: bool,
    draws: Draws,
    /// [n] cm-1
    pub energies: Vec<V>,
    /// [n][columns]: M_k | N_k.
    pub moments: Vec<V>,
}

impl<V: Lanes> Group<V> {
    #[inline(always)]
    pub fn new(system: &System) -> Result<Self> {
        let n = system.n();
        let zero = V::zero();
        let vec = |len| try_vec("excitons", len, zero);
        Ok(Self {
            batch: Batch::new(n, n)?,
            site_moments: vec(n * system.vector_columns())?,
            geometry: vec(6 * n)?,
            geometry_is_known: false,
            draws: system.draws(V::WIDTH)?,
            energies: vec(n)?,
            moments: vec(n * system.vector_columns())?,
        })
    }

    /// What exciton `k` contributes to a band, per line of peak 1. `factor` is that of rotational strengths.
    #[inline(always)]
    pub fn strength(&self, columns: usize, band: usize, axis: [f64; 3], factor: f64, k: usize) -> V {
        let own = form(&self.moments, columns, band, axis, k, k);
        if band == CD { own * V::splat(factor) * self.energies[k] } else { own }
    }

    /// For other changes than those it was used with.
    pub fn forget(&mut self) {
        self.geometry_is_known = false;
    }

    /// [k][site]: eigenvectors as rows.
    #[inline(always)]
    pub fn vectors(&self) -> &[V] {
        &self.batch.rows
    }

    /// [site][3]
    #[inline(always)]
    pub fn dipoles(&self) -> &[V] {
        &self.geometry[..self.geometry.len() / 2]
    }

    /// [site][3]
    #[inline(always)]
    pub fn positions(&self) -> &[V] {
        &self.geometry[self.geometry.len() / 2..]
    }

    /// Configurations `first..first + count`; spare lanes repeat the last.
    #[inline(always)]
    pub fn solve(&mut self, system: &System, changes: &Changes, first: usize, count: usize) -> Result<()> {
        V::outlined(Solve { group: self, system, changes, first, count })
    }

    #[inline(always)]
    fn solve_inline(&mut self, system: &System, changes: &Changes, first: usize, count: usize) -> Result<()> {
        let n = system.n();
        system.ask_for(first + count, count);
        let packed = system.pack_matrices(first, count, changes, Some(&mut self.draws), &mut self.batch.matrix)?;
        self.load_geometry(system, changes, first, count)?;
        let rows = &mut self.batch.rows[..n * n];
        rows.fill(V::zero());
        for i in 0..n {
            rows[i * n + i] = V::splat(1.0);
        }
        self.batch.solve().map_err(|NotConverged| not_converged(first, count))?;
        for k in 0..n {
            self.energies[k] = packed.unit.mul_add(self.batch.eigenvalues[k], packed.origin);
        }
        self.project(system);
        Ok(())
    }

    /// Dipoles and positions of the configurations, unless all share them and they are there.
    #[inline(always)]
    pub fn load_geometry(&mut self, system: &System, changes: &Changes, first: usize, count: usize) -> Result<()> {
        if !self.geometry_is_known {
            system.pack_rows(first, count, changes, &mut self.site_moments, &mut self.geometry)?;
            self.geometry_is_known = system.shares_geometry();
        }
        Ok(())
    }

    /// Puts energies and eigenvectors of an earlier `solve` back; what follows from them is computed again.
    #[inline(always)]
    pub fn restore(&mut self, system: &System, energies: &[f64], vectors: &[f64]) {
        let n = system.n();
        for (slot, from) in self.energies.iter_mut().zip(energies.chunks_exact(V::WIDTH)) {
            *slot = V::load(from);
        }
        for (slot, from) in self.batch.rows[..n * n].iter_mut().zip(vectors.chunks_exact(V::WIDTH)) {
            *slot = V::load(from);
        }
        self.project(system);
    }

    /// M_k | N_k = sum_j V_jk (mu_j | m_j).
    #[inline(always)]
    fn project(&mut self, system: &System) {
        match system.vector_columns() {
            6 => self.project_columns::<6>(system.n()),
            3 => self.project_columns::<3>(system.n()),
            _ => {}
        }
    }

    #[inline(always)]
    fn project_columns<const COLUMNS: usize>(&mut self, n: usize) {
        for k in 0..n {
            let mut sums = [V::zero(); COLUMNS];
            for j in 0..n {
                let amplitude = self.batch.rows[k * n + j];
                let moments = &self.site_moments[j * COLUMNS..(j + 1) * COLUMNS];
                for c in 0..COLUMNS {
                    sums[c] = amplitude.mul_add(moments[c], sums[c]);
                }
            }
            self.moments[k * COLUMNS..(k + 1) * COLUMNS].copy_from_slice(&sums);
        }
    }
}

struct Solve<'g, 'a, V> {
    group: &'g mut Group<V>,
    system: &'a System<'a>,
    changes: &'a Changes<'a>,
    first: usize,
    count: usize,
}

impl<V: Lanes> Task for Solve<'_, '_, V> {
    type Output = Result<()>;
    #[inline(always)]
    fn run(self) -> Result<()> {
        self.group.solve_inline(self.system, self.changes, self.first, self.count)
    }
}

/// B_kl of a band's quadratic form in the basis of excitons: M_k . M_l; (M_k . N_l + N_k . M_l) / 2 for CD; M_k . P_l with
/// `polarised` for linear dichroism about the axis.
#[inline(always)]
pub fn form<V: Lanes>(moments: &[V], columns: usize, band: usize, axis: [f64; 3], k: usize, l: usize) -> V {
    let (a, b) = (&moments[k * columns..], &moments[l * columns..]);
    match band {
        CD => {
            let one = a[2].mul_add(b[5], a[1].mul_add(b[4], a[0] * b[3]));
            let both = a[5].mul_add(b[2], a[4].mul_add(b[1], a[3].mul_add(b[0], one)));
            both * V::splat(0.5)
        }
        LD => {
            let along = dot_axis(a, axis) * dot_axis(b, axis);
            V::splat(4.5).mul_add(along, V::splat(-1.5) * dot(a, b))
        }
        _ => dot(a, b),
    }
}

/// `P_k = 3/2 (3 n (n . M_k) - M_k)`: its product with M_k is the linear dichroism about n.
#[inline(always)]
pub fn polarised<V: Lanes>(moments: &[V], axis: [f64; 3]) -> [V; 3] {
    let along = dot_axis(moments, axis) * V::splat(4.5);
    // Written out: a closure would be a function of its own.
    let part = V::splat(-1.5);
    [
        along.mul_add(V::splat(axis[0]), part * moments[0]),
        along.mul_add(V::splat(axis[1]), part * moments[1]),
        along.mul_add(V::splat(axis[2]), part * moments[2]),
    ]
}

#[inline(always)]
fn dot_axis<V: Lanes>(a: &[V], axis: [f64; 3]) -> V {
    a[2].mul_add(V::splat(axis[2]), a[1].mul_add(V::splat(axis[1]), a[0] * V::splat(axis[0])))
}

#[inline(always)]
pub fn dot<V: Lanes>(a: &[V], b: &[V]) -> V {
    a[2].mul_add(b[2], a[1].mul_add(b[1], a[0] * b[0]))
}
