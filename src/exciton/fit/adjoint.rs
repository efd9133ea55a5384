//! One chunk of configurations on the way back: from weights of sticks to derivatives of the misfit. Formulas: `gradient`.

use super::coefficients::{centroid, cross, degeneracy, gaps, row_times_matrix};
use super::forward::{Evaluator, Problem};
use super::group::{Group, form};
use super::lines::{TERMS, WEIGHTS};
use super::parameters::{Parameter, State};
use crate::error::{Result, try_vec};
use crate::exciton::solve::ROTATION_FACTOR;
use crate::exciton::way::Way;
use crate::simd::{Kernel, Lanes, Task};

/// One chunk of configurations.
pub struct Back<'a> {
    pub evaluator: &'a Evaluator<'a>,
    pub state: &'a State,
    pub weights: &'a [f64],
    pub kept: Option<&'a [f64]>,
    pub way: Way,
    pub first: usize,
    pub len: usize,
}

impl Kernel for Back<'_> {
    type Output = Result<Vec<f64>>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        match self.way {
            Way::Pairs => self.run_in::<V, V::Pair>(),
            Way::Lanes | Way::Lapack => self.run_in::<V, V>(),
        }
    }
}

impl Back<'_> {
    #[inline(always)]
    fn run_in<V: Lanes, S: Lanes>(self) -> Result<Vec<f64>> {
        let problem = self.evaluator.problem;
        let (system, n) = (problem.system, problem.system.n());
        let changes = self.state.changes();
        let mut group = Group::<S>::new(system)?;
        let mut adjoint = Adjoint::<S>::new(problem)?;
        for at in (0..self.len).step_by(S::WIDTH) {
            let first = self.first + at;
            let count = S::WIDTH.min(self.len - at);
            match self.kept {
                Some(kept) => {
                    group.load_geometry(system, &changes, first, count)?;
                    let energies = at * n * (n + 1);
                    let vectors = energies + n * S::WIDTH;
                    group.restore(system, &kept[energies..vectors], &kept[vectors..vectors + n * n * S::WIDTH]);
                }
                None => group.solve(system, &changes, first, count)?,
            }
            let cells = self.evaluator.cells();
            for k in 0..n {
                let (cell, place) = cells.places(group.energies[k]);
                cell.store(&mut adjoint.cells[k * S::WIDTH..]);
                place.store(&mut adjoint.places[k * S::WIDTH..]);
            }
            for lane in 0..S::WIDTH {
                let weight = if lane < count { self.evaluator.weights.of(first + lane) } else { 0.0 };
                adjoint.look_up::<V>(self.weights, lane, weight);
            }
            S::outlined(Gather { adjoint: &mut adjoint, problem, state: self.state, group: &group, first, count });
        }
        let mut sums = try_vec("gradient", adjoint.sums.len(), 0.0)?;
        for (sum, lanes) in sums.iter_mut().zip(&adjoint.sums) {
            *sum = lanes.sum();
        }
        Ok(sums)
    }
}

/// Workspace of the way back.
struct Adjoint<S> {
    n: usize,
    /// [n]: cells of the sticks, -1 for none, and places in them; lanes last.
    cells: Vec<f64>,
    places: Vec<f64>,
    /// [4][n]: h(e_k) for absorption and CD, and their derivatives; lanes last. Weighted.
    stick_weights: Vec<f64>,
    inverse_gaps: Vec<S>,
    equal: Vec<S>,
    forms: Vec<S>,
    /// [2][n]: halves of the weights as the Hamiltonian's derivative wants them, e h(e) for CD, and their derivatives.
    values: Vec<S>,
    slopes: Vec<S>,
    /// [n]
    products: Vec<S>,
    base_dipoles: Vec<S>,
    /// By parameter.
    sums: Vec<S>,
}

impl<S: Lanes> Adjoint<S> {
    #[inline(always)]
    fn new(problem: &Problem) -> Result<Self> {
        let n = problem.system.n();
        let lanes = |len: usize| try_vec("gradient", len, S::zero());
        let square = if problem.parameters.any(Parameter::concerns_hamiltonian) { n * n } else { 0 };
        let base = if problem.parameters.any(Parameter::concerns_dipoles) { 3 * n } else { 0 };
        Ok(Self {
            n,
            cells: try_vec("gradient", n * S::WIDTH, 0.0)?,
            places: try_vec("gradient", n * S::WIDTH, 0.0)?,
            stick_weights: try_vec("gradient", WEIGHTS * n * S::WIDTH, 0.0)?,
            inverse_gaps: lanes(square)?,
            equal: lanes(square)?,
            forms: lanes(square)?,
            values: lanes(2 * n)?,
            slopes: lanes(2 * n)?,
            products: lanes(n)?,
            base_dipoles: lanes(base)?,
            sums: lanes(problem.parameters.list().len())?,
        })
    }

    /// The weights of one configuration's sticks: Horner's rule for all four quantities in one vector, even and odd powers apart.
    /// Two chains of 7 multiply-adds a stick, of which the processor has several under way; bound by their loads.
    #[inline(always)]
    fn look_up<V: Lanes>(&mut self, weights: &[f64], lane: usize, weight: f64) {
        for k in 0..self.n {
            let mut quantities = [0.0; 8];
            let cell = self.cells[k * S::WIDTH + lane];
            if weight != 0.0 && cell >= 0.0 {
                let t = self.places[k * S::WIDTH + lane];
                let table = &weights[cell as usize * TERMS * V::WIDTH..][..TERMS * V::WIDTH];
                let square = V::splat(t * t);
                let mut even = V::load(&table[(TERMS - 2) * V::WIDTH..]);
                let mut odd = V::load(&table[(TERMS - 1) * V::WIDTH..]);
                for pair in (0..TERMS / 2 - 1).rev() {
                    even = even.mul_add(square, V::load(&table[2 * pair * V::WIDTH..]));
                    odd = odd.mul_add(square, V::load(&table[(2 * pair + 1) * V::WIDTH..]));
                }
                (odd.mul_add(V::splat(t), even) * V::splat(weight)).store(&mut quantities);
            }
            for quantity in 0..WEIGHTS {
                self.stick_weights[(quantity * self.n + k) * S::WIDTH + lane] = quantities[quantity];
            }
        }
    }

    #[inline(always)]
    fn stick_weight(&self, quantity: usize, k: usize) -> S {
        S::load(&self.stick_weights[(quantity * self.n + k) * S::WIDTH..])
    }
}

struct Gather<'c, 'a, S> {
    adjoint: &'c mut Adjoint<S>,
    problem: &'a Problem<'a>,
    state: &'a State,
    group: &'a Group<S>,
    first: usize,
    count: usize,
}

impl<S: Lanes> Task for Gather<'_, '_, S> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { adjoint, problem, state, group, first, count } = self;
        if !adjoint.forms.is_empty() {
            gather_hamiltonian(adjoint, problem, state, group);
        }
        if problem.parameters.any(|p| p.concerns_sticks() && !p.concerns_hamiltonian()) {
            if let Some(dipoles) = &problem.system.dipoles
                && !adjoint.base_dipoles.is_empty()
            {
                problem.system.gather_vectors(dipoles, first, count, &mut adjoint.base_dipoles);
            }
            gather_geometry(adjoint, problem, state, group);
        }
    }
}

/// `V [(V^T B V) o h[e_k, e_l]] V^T`, of which only the elements that are parameters are summed.
#[inline(always)]
fn gather_hamiltonian<S: Lanes>(adjoint: &mut Adjoint<S>, problem: &Problem, state: &State, group: &Group<S>) {
    let n = adjoint.n;
    let width = problem.system.vector_columns();
    let wanted = [0, 1].map(|band: usize| !problem.points[band].is_empty());
    let factor = S::splat(ROTATION_FACTOR * problem.options.cd_scale);
    let half = S::splat(0.5);
    let any_equal =
        gaps(n, &group.energies, degeneracy(state.fwhm), &mut adjoint.inverse_gaps, &mut adjoint.equal);
    for band in 0..2 {
        for k in 0..n {
            let (value, slope) = (adjoint.stick_weight(band, k), adjoint.stick_weight(band + 2, k));
            let e = group.energies[k];
            let (value, slope) = if band == 1 { (e * value, e.mul_add(slope, value)) } else { (value, slope) };
            adjoint.values[band * n + k] = value * half;
            adjoint.slopes[band * n + k] = slope * half;
        }
    }
    for k in 0..n {
        for l in 0..=k {
            let mut element = S::zero();
            for band in 0..2 {
                if !wanted[band] {
                    continue;
                }
                let (k_in_band, l_in_band) = (band * n + k, band * n + l);
                let mut strength = form(&group.moments, width, band == 1, k, l);
                if band == 1 {
                    strength = strength * factor;
                }
                // 2 / (e_k - e_l) times half a difference, and twice half of a slope for k itself.
                let mut quotient = (adjoint.values[k_in_band] - adjoint.values[l_in_band]) * adjoint.inverse_gaps[k * n + l];
                if k == l || any_equal {
                    let mean = adjoint.slopes[k_in_band] + adjoint.slopes[l_in_band];
                    quotient = mean.mul_add(adjoint.equal[k * n + l], quotient);
                }
                element = quotient.mul_add(strength, element);
            }
            adjoint.forms[k * n + l] = element;
            adjoint.forms[l * n + k] = element;
        }
    }
    let vectors = &group.vectors()[..n * n];
    for k in 0..n {
        row_times_matrix(n, &adjoint.forms[k * n..(k + 1) * n], vectors, &mut adjoint.products);
        let amplitudes = &vectors[k * n..(k + 1) * n];
        for (&parameter, sum) in problem.parameters.list().iter().zip(&mut adjoint.sums) {
            *sum = match parameter {
                Parameter::SiteEnergy(j) => amplitudes[j].mul_add(adjoint.products[j], *sum),
                Parameter::Coupling(i, j) => {
                    let both = amplitudes[i].mul_add(adjoint.products[j], amplitudes[j] * adjoint.products[i]);
                    *sum + both
                }
                _ => *sum,
            };
        }
    }
}

/// dL/dmu_j and dL/dr_j of the sites that have parameters, and what those make of them.
#[inline(always)]
fn gather_geometry<S: Lanes>(adjoint: &mut Adjoint<S>, problem: &Problem, state: &State, group: &Group<S>) {
    let n = adjoint.n;
    let width = problem.system.vector_columns();
    let with_cd = !problem.points[1].is_empty();
    let factor = S::splat(ROTATION_FACTOR * problem.options.cd_scale);
    let origin = if with_cd { centroid(n, group.positions()) } else { [S::zero(); 3] };
    for (p, &parameter) in problem.parameters.list().iter().enumerate() {
        let (site, axis) = match parameter {
            Parameter::DipoleScale(j) | Parameter::DipoleRotation(j, _) => (j, None),
            Parameter::Position(j, axis) => (j, Some(axis)),
            _ => continue,
        };
        // electric: sum_k V_jk (2 h_k M_k + f e_k h_k N_k), magnetic: sum_k V_jk f e_k h_k M_k
        let (mut electric, mut magnetic) = ([S::zero(); 3], [S::zero(); 3]);
        for k in 0..n {
            let amplitude = group.vectors()[k * n + site];
            let moments = &group.moments[k * width..(k + 1) * width];
            let of_strength = amplitude * S::splat(2.0) * adjoint.stick_weight(0, k);
            for x in 0..3 {
                electric[x] = of_strength.mul_add(moments[x], electric[x]);
            }
            if with_cd {
                let of_rotation = amplitude * factor * group.energies[k] * adjoint.stick_weight(1, k);
                for x in 0..3 {
                    electric[x] = of_rotation.mul_add(moments[3 + x], electric[x]);
                    magnetic[x] = of_rotation.mul_add(moments[x], magnetic[x]);
                }
            }
        }
        let change = match axis {
            Some(axis) => cross(&group.dipoles()[3 * site..3 * site + 3], &magnetic)[axis],
            None => {
                if with_cd {
                    let r = &group.positions()[3 * site..3 * site + 3];
                    let lever = cross(&magnetic, &[r[0] - origin[0], r[1] - origin[1], r[2] - origin[2]]);
                    for x in 0..3 {
                        electric[x] = electric[x] + lever[x];
                    }
                }
                let map = state.dipole_change(parameter);
                let base = &adjoint.base_dipoles[3 * site..3 * site + 3];
                let mut total = S::zero();
                for x in 0..3 {
                    for y in 0..3 {
                        total = (electric[x] * S::splat(map[x][y])).mul_add(base[y], total);
                    }
                }
                total
            }
        };
        adjoint.sums[p] = adjoint.sums[p] + change;
    }
}
