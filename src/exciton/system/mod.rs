//! The caller's configurations: checked, and laid out in lanes for the eigensolver.
//!
//! * `load`   into lanes, checked on the way
//! * `draws`  disorder, drawn as they are loaded
//! * `check`  what fails there, element by element, for the message

mod check;
mod draws;
mod load;

use super::disorder::Spread;
use crate::array::View;

pub use draws::Draws;

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
}
