//! What each exciton contributes to each column of moments: its strength, and how strengths and energies change.
//!
//! For a parameter of the Hamiltonian with `X = V^T (dH/dp) V` and the quadratic form `B` (in the basis of excitons) the
//! spectrum changes by `sum_kl X_kl B_kl g[e_k, e_l]`. Gathered by exciton that is
//!
//! ```text
//! value of k:  sum_l 2 X_kl B_kl / (e_k - e_l)    over the l whose energies differ
//! slope of k:  sum_l X_kl B_kl                    over those that do not, and k itself
//! ```
//!
//! Two energies differ if they are more than 1e-5 sigma apart. Nearer ones take the mean of both slopes, which errs by
//! 1e-11 of them; at 1e-5 sigma the difference quotient has lost as much to rounding. For CD the form is `e B`: with
//! `phi(e) = e g(x - e)`, `phi' = g + e g'` turns a value and a slope into `e value + slope` and `e slope`.
//!
//! * `columns`   which column is whose
//! * `energies`  columns of parameters of the Hamiltonian
//! * `geometry`  columns of dipoles and positions; that of a variant's weight is the sticks' own without it

mod columns;
mod energies;
mod geometry;

use super::forward::Problem;
use super::group::{Group, form};
use super::lines::{Cells, ROUNDER, whole};
use super::parameters::{Moved, Parameter, State};
use super::variants::Variant;
use super::{BANDS, CD};
use crate::error::{Result, try_push, try_vec};
use crate::exciton::solve::ROTATION_FACTOR;
use crate::simd::{Aligned, Lanes, Task};
use energies::{gaps, hamiltonian_columns};
use geometry::geometry_columns;
use std::ops::Range;

pub use columns::Columns;
pub use energies::degeneracy;
pub use geometry::{centroid, cross};

/// Of one group of configurations; lanes last.
pub struct Coefficients<S> {
    n: usize,
    columns: usize,
    hamiltonian_columns: usize,
    /// Cells that there are.
    cell_count: usize,
    /// The last cell that any stick lies in, and the first, negative.
    last_cell: S,
    first_cell: S,
    /// Parameters of the Hamiltonian in this variant by column: sites whose energies they are, and pairs of sites.
    energies: Vec<(usize, usize)>,
    couplings: Vec<(usize, usize, usize)>,
    /// The column of the variant's weight.
    weight: Option<usize>,
    /// [k]: cells of the sticks, `cell_count` for none, plus `ROUNDER`, and places in them.
    cells: Aligned,
    places: Aligned,
    /// [band][k][column]
    values: Aligned,
    /// [band][k][column of the Hamiltonian]
    slopes: Aligned,
    work: Work<S>,
}

struct Work<S> {
    /// [n][n]: 2 / (e_k - e_l), 0 where they do not differ; and 1 where they do not.
    inverse_gaps: Vec<S>,
    equal: Vec<S>,
    /// [n][n]
    forms: Vec<S>,
    /// [n] each
    factors: Vec<S>,
    products: Vec<S>,
    slopes: Vec<S>,
    /// [n][3] as the caller has them.
    base_dipoles: Vec<S>,
}

impl<S: Lanes> Coefficients<S> {
    #[inline(always)]
    pub fn new(variant: &Variant, columns: &Columns, cell_count: usize) -> Result<Self> {
        let n = variant.system.n();
        let (mut energies, mut couplings) = (Vec::new(), Vec::new());
        // Columns of what does nothing in this variant stay 0. The sticks alone have no others.
        let mut weight = None;
        for &(p, parameter) in variant.parameters.iter().filter(|_| columns.len() > 1) {
            match parameter {
                Parameter::SiteEnergy(j) => try_push("coefficients", &mut energies, (columns.of(p), j))?,
                Parameter::Coupling(i, j) => try_push("coefficients", &mut couplings, (columns.of(p), i, j))?,
                Parameter::VariantWeight(_) => weight = Some(columns.of(p)),
                _ => {}
            }
        }
        let moves_dipoles = !columns.geometry.is_empty() && variant.any(Parameter::concerns_dipoles);
        let hamiltonian_columns = columns.hamiltonian.len();
        let numbers = |len: usize| Aligned::zeros("coefficients", len.saturating_mul(S::WIDTH));
        let zero = S::zero();
        let lanes = |len: usize| try_vec("coefficients", len, zero);
        let square = if hamiltonian_columns > 0 { n * n } else { 0 };
        Ok(Self {
            n,
            columns: columns.len(),
            hamiltonian_columns,
            cell_count,
            last_cell: S::splat(-1.0),
            first_cell: S::splat(-(cell_count as f64)),
            energies,
            couplings,
            weight,
            cells: numbers(n)?,
            places: numbers(n)?,
            values: numbers(BANDS * n * columns.len())?,
            slopes: numbers(BANDS * n * hamiltonian_columns)?,
            work: Work {
                inverse_gaps: lanes(square)?,
                equal: lanes(square)?,
                forms: lanes(square)?,
                factors: lanes(n)?,
                products: lanes(n)?,
                slopes: lanes(n)?,
                base_dipoles: lanes(if moves_dipoles { 3 * n } else { 0 })?,
            },
        })
    }

    /// Whether it is for those columns and cells, in this variant or another.
    pub fn is_for(&self, columns: &Columns, cell_count: usize) -> bool {
        (self.columns, self.hamiltonian_columns, self.cell_count) == (columns.len(), columns.hamiltonian.len(), cell_count)
    }

    /// As if there had been no sticks yet.
    #[inline(always)]
    pub fn forget(&mut self) {
        self.last_cell = S::splat(-1.0);
        self.first_cell = S::splat(-(self.cell_count as f64));
    }

    /// The cell of a stick and the place in it; None where its line is too far from every point.
    #[inline(always)]
    pub fn place(&self, k: usize, lane: usize) -> Option<(usize, f64)> {
        let cell = whole(self.cells[k * S::WIDTH + lane]);
        if cell < self.cell_count { Some((cell, self.places[k * S::WIDTH + lane])) } else { None }
    }

    /// Cells from the first to the last that any stick of all groups so far lies in.
    #[inline(always)]
    pub fn occupied(&self) -> Range<usize> {
        let (mut firsts, mut lasts) = ([0.0; 32], [0.0; 32]);
        self.first_cell.store(&mut firsts);
        self.last_cell.store(&mut lasts);
        let first = firsts[..S::WIDTH].iter().fold(self.cell_count, |first, x| first.min(-x as usize));
        let end = lasts[..S::WIDTH].iter().fold(0, |end, x| end.max((x + 1.0) as usize));
        first.min(end)..end
    }

    /// Cells (`whole`) and places of all sticks, [k][lane].
    #[inline(always)]
    pub fn places(&self) -> (&[f64], &[f64]) {
        (&self.cells, &self.places)
    }

    /// Values of all sticks in a band, [k][lane], where they have a single column.
    #[inline(always)]
    pub fn sole_values(&self, band: usize) -> &[f64] {
        &self.values[band * self.cells.len()..(band + 1) * self.cells.len()]
    }

    /// Values of an exciton: that of column c is element `c * WIDTH`.
    #[inline(always)]
    pub fn values_of(&self, band: usize, k: usize, lane: usize) -> &[f64] {
        let at = (band * self.n + k) * self.columns * S::WIDTH;
        &self.values[at + lane..at + self.columns * S::WIDTH]
    }

    /// Its slopes in the columns of the Hamiltonian, as `values_of`.
    #[inline(always)]
    pub fn slopes_of(&self, band: usize, k: usize, lane: usize) -> &[f64] {
        let at = (band * self.n + k) * self.hamiltonian_columns * S::WIDTH;
        if self.hamiltonian_columns == 0 { &[] } else { &self.slopes[at + lane..at + self.hamiltonian_columns * S::WIDTH] }
    }

    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    pub fn fill(
        &mut self,
        problem: &Problem,
        variant: usize,
        state: &State,
        columns: &Columns,
        cells: &Cells,
        group: &Group<S>,
        first: usize,
        count: usize,
        wanted: [bool; BANDS],
    ) {
        let (variant, moved) = (&problem.variants[variant], &state.variants[variant]);
        S::outlined(Fill { coefficients: self, problem, variant, state, moved, columns, cells, group, first, count, wanted });
    }
}

struct Fill<'c, 'a, S> {
    coefficients: &'c mut Coefficients<S>,
    problem: &'a Problem<'a>,
    variant: &'a Variant<'a>,
    state: &'a State,
    moved: &'a Moved,
    columns: &'a Columns,
    cells: &'a Cells,
    group: &'a Group<S>,
    first: usize,
    count: usize,
    wanted: [bool; BANDS],
}

impl<S: Lanes> Task for Fill<'_, '_, S> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { coefficients, problem, variant, state, moved, columns, cells, group, first, count, wanted } = self;
        let n = coefficients.n;
        let (width, axis) = (variant.system.vector_columns(), variant.axis());
        for k in 0..n {
            let (cell, place) = cells.places(group.energies[k]);
            let is_inside = cell.less_than(S::splat(cells.count as f64));
            coefficients.last_cell = coefficients.last_cell.max(S::select(is_inside, cell, S::splat(-1.0)));
            coefficients.first_cell = coefficients.first_cell.max(-cell);
            (cell + S::splat(ROUNDER)).store(&mut coefficients.cells[k * S::WIDTH..]);
            place.store(&mut coefficients.places[k * S::WIDTH..]);
        }
        let mut any_equal = false;
        if !columns.hamiltonian.is_empty() {
            let work = &mut coefficients.work;
            any_equal = gaps(n, &group.energies, degeneracy(state.fwhm), &mut work.inverse_gaps, &mut work.equal);
        }
        for band in (0..BANDS).filter(|&band| wanted[band]) {
            let factor = S::splat(if band == CD { ROTATION_FACTOR * problem.options.cd_scale } else { 1.0 });
            let free_weight = S::splat(moved.free_weight);
            for k in 0..n {
                let strength = group.strength(width, band, axis, ROTATION_FACTOR * problem.options.cd_scale, k);
                let row = (band * n + k) * coefficients.columns;
                if let Some(column) = coefficients.weight {
                    strength.store(&mut coefficients.values[(row + column) * S::WIDTH..]);
                }
                (strength * free_weight).store(&mut coefficients.values[(row + columns.sticks()) * S::WIDTH..]);
            }
            let factor = factor * free_weight;
            if !columns.hamiltonian.is_empty() {
                for k in 0..n {
                    for l in 0..=k {
                        let value = form(&group.moments, width, band, axis, k, l) * factor;
                        coefficients.work.forms[k * n + l] = value;
                        coefficients.work.forms[l * n + k] = value;
                    }
                }
                for k in 0..n {
                    hamiltonian_columns(coefficients, columns, group, band, k, any_equal);
                }
            }
        }
        if !columns.geometry.is_empty() {
            let base = &mut coefficients.work.base_dipoles;
            if let Some(dipoles) = variant.system.dipoles.as_ref().filter(|_| !base.is_empty()) {
                variant.system.gather_vectors(dipoles, first, count, base);
            }
            geometry_columns(coefficients, problem, variant, moved, columns, group, wanted);
        }
    }
}
