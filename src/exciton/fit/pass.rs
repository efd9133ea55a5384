//! One chunk of configurations on the way forward: diagonalised in lanes, added to moments one after the other.

use super::{ABSORPTION, BANDS, CD, LD};
use super::coefficients::{Coefficients, Columns};
use super::forward::Evaluator;
use super::group::Group;
use super::lines::{Cells, TERMS};
use super::parameters::State;
use super::powers::Powers;
use crate::error::Result;
use crate::exciton::way::Way;
use crate::simd::{Kernel, Lanes};

/// One chunk of configurations.
pub struct Pass<'a> {
    pub evaluator: &'a Evaluator<'a>,
    /// Number of the variant.
    pub variant: usize,
    pub state: &'a State,
    pub columns: &'a Columns,
    /// Whether energies and eigenvectors are wanted as well.
    pub keeps: bool,
    pub way: Way,
    pub first: usize,
    pub len: usize,
}

/// What a chunk yields: moments of the bands; energies and eigenvectors, group by group.
pub struct Part {
    pub sums: [Vec<f64>; BANDS],
    pub kept: Vec<f64>,
}

impl Kernel for Pass<'_> {
    type Output = Result<Part>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        match self.way {
            Way::Pairs => self.run_in::<V, V::Pair>(),
            Way::Lanes | Way::Lapack => self.run_in::<V, V>(),
        }
    }
}

impl Pass<'_> {
    /// Solves in vectors `S`, adds up in vectors `V`, in the order of the configurations.
    #[inline(always)]
    fn run_in<V: Lanes, S: Lanes>(self) -> Result<Part> {
        let problem = self.evaluator.problem;
        let variant = &problem.variants[self.variant];
        let (system, cells, n) = (&variant.system, self.evaluator.cells(), variant.system.n());
        let changes = self.state.variants[self.variant].changes();
        let wanted = problem.wanted();
        let len = cells.count.saturating_mul(self.columns.len() * TERMS);
        let fresh = |band: usize| if wanted[band] { self.evaluator.spare.take(len) } else { Ok(Vec::new()) };
        let mut sums = [fresh(0)?, fresh(1)?, fresh(2)?];
        let kept_len = if self.keeps { self.len.next_multiple_of(S::WIDTH) * n * (n + 1) } else { 0 };
        let mut kept = if self.keeps { self.evaluator.spare_kept.take(kept_len)? } else { Vec::new() };
        let mut group = Group::<S>::new(system)?;
        let mut coefficients = Coefficients::<S>::new(n, self.columns)?;
        let powers = Powers::<V>::new();
        for at in (0..self.len).step_by(S::WIDTH) {
            let first = self.first + at;
            let count = S::WIDTH.min(self.len - at);
            group.solve(system, &changes, first, count)?;
            if self.keeps {
                let (energies, rest) = kept[at * n * (n + 1)..].split_at_mut(n * S::WIDTH);
                for (vector, place) in group.energies.iter().zip(energies.chunks_exact_mut(S::WIDTH)) {
                    vector.store(place);
                }
                for (vector, place) in group.vectors().iter().zip(rest.chunks_exact_mut(S::WIDTH)) {
                    vector.store(place);
                }
            }
            coefficients.fill(problem, self.variant, self.state, self.columns, &cells, &group, first, count, wanted);
            for lane in 0..count {
                let weight = self.evaluator.weights.of(first + lane) * variant.weight;
                add::<V, S>(&powers, &coefficients, self.columns, &cells, wanted, lane, weight, &mut sums);
            }
        }
        Ok(Part { sums, kept })
    }
}

/// Adds the sticks of one configuration to the moments.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn add<V: Lanes, S: Lanes>(
    powers: &Powers<V>,
    coefficients: &Coefficients<S>,
    columns: &Columns,
    cells: &Cells,
    wanted: [bool; BANDS],
    lane: usize,
    weight: f64,
    moments: &mut [Vec<f64>; BANDS],
) {
    let has_slopes = !columns.hamiltonian().is_empty();
    for k in 0..coefficients.n() {
        let Some((cell, t)) = coefficients.place(k, lane) else { continue };
        let values = powers.values(t, weight);
        let slopes = if has_slopes { powers.slopes(t, weight * cells.per_half()) } else { [V::zero(); 4] };
        // Written out: a loop over bands is not unrolled, and takes a tenth longer.
        if wanted[ABSORPTION] {
            add_to_band::<V, S>(&values, &slopes, coefficients, columns, ABSORPTION, k, lane, cell, &mut moments[ABSORPTION]);
        }
        if wanted[CD] {
            add_to_band::<V, S>(&values, &slopes, coefficients, columns, CD, k, lane, cell, &mut moments[CD]);
        }
        if wanted[LD] {
            add_to_band::<V, S>(&values, &slopes, coefficients, columns, LD, k, lane, cell, &mut moments[LD]);
        }
    }
}

/// The same in one band.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn add_to_band<V: Lanes, S: Lanes>(
    values: &[V; 4],
    slopes: &[V; 4],
    coefficients: &Coefficients<S>,
    columns: &Columns,
    band: usize,
    k: usize,
    lane: usize,
    cell: usize,
    moments: &mut [f64],
) {
    let row = &mut moments[cell * columns.len() * TERMS..(cell + 1) * columns.len() * TERMS];
    let (of_hamiltonian, others) = row.split_at_mut(columns.hamiltonian().len() * TERMS);
    for (column, slot) in of_hamiltonian.chunks_exact_mut(TERMS).enumerate() {
        let value = V::splat(coefficients.value(band, k, column, lane));
        let slope = V::splat(coefficients.slope(band, k, column, lane));
        for part in 0..TERMS / V::WIDTH {
            let place = &mut slot[part * V::WIDTH..(part + 1) * V::WIDTH];
            let sum = values[part].mul_add(value, V::load(place));
            slopes[part].mul_add(slope, sum).store(place);
        }
    }
    for (column, slot) in others.chunks_exact_mut(TERMS).enumerate() {
        let value = V::splat(coefficients.value(band, k, columns.sticks() + column, lane));
        for part in 0..TERMS / V::WIDTH {
            let place = &mut slot[part * V::WIDTH..(part + 1) * V::WIDTH];
            values[part].mul_add(value, V::load(place)).store(place);
        }
    }
}
