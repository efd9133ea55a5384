//! Which column of moments belongs to which parameter.

use crate::error::{Result, try_vec};
use crate::exciton::fit::parameters::Parameters;

/// Columns of moments: parameters of the Hamiltonian, then those of the geometry and of variants' weights, then the sticks themselves, which not everything
/// that is made of the others needs.
pub struct Columns {
    /// Numbers of the parameters.
    pub(super) hamiltonian: Vec<usize>,
    pub(super) geometry: Vec<usize>,
    /// By parameter; the sticks' own for what concerns spectra.
    of: Vec<usize>,
}

impl Columns {
    pub fn sticks_alone() -> Self {
        Self { hamiltonian: Vec::new(), geometry: Vec::new(), of: Vec::new() }
    }

    pub fn new(parameters: &Parameters) -> Result<Self> {
        let list = parameters.list();
        let mut columns = Self::sticks_alone();
        for vec in [&mut columns.hamiltonian, &mut columns.geometry] {
            let failed = |_| crate::error::Error::out_of_memory("parameters", size_of_val(list));
            vec.try_reserve_exact(list.len()).map_err(failed)?;
        }
        columns.of = try_vec("parameters", list.len(), 0)?;
        columns.hamiltonian.extend((0..list.len()).filter(|&p| list[p].concerns_hamiltonian()));
        let through_sticks = list.iter().filter(|parameter| parameter.concerns_sticks()).count();
        let mut of_hamiltonian = 0;
        for (p, slot) in columns.of.iter_mut().enumerate() {
            *slot = if list[p].concerns_hamiltonian() {
                of_hamiltonian += 1;
                of_hamiltonian - 1
            } else if list[p].concerns_sticks() {
                columns.geometry.push(p);
                columns.hamiltonian.len() + columns.geometry.len() - 1
            } else {
                through_sticks
            };
        }
        Ok(columns)
    }

    pub fn len(&self) -> usize {
        self.hamiltonian.len() + 1 + self.geometry.len()
    }

    /// The column of the sticks themselves, the last.
    pub fn sticks(&self) -> usize {
        self.hamiltonian.len() + self.geometry.len()
    }

    pub fn of(&self, p: usize) -> usize {
        self.of[p]
    }

    pub fn hamiltonian(&self) -> &[usize] {
        &self.hamiltonian
    }
}
