//! One chunk of configurations on the way back: from weights of sticks to derivatives of the misfit. Formulas: `gradient`.

use super::coefficients::{centroid, cross, degeneracy, gaps, row_times_matrix};
use super::forward::{Evaluator, Problem};
use super::gradient::{quantities, weight_row};
use super::group::{Group, form, polarised};
use super::lines::TERMS;
use super::parameters::{Moved, Parameter, State};
use super::variants::Variant;
use super::{ABSORPTION, BANDS, CD, LD};
use crate::error::{Result, try_vec};
use crate::exciton::solve::ROTATION_FACTOR;
use crate::exciton::way::Way;
use crate::simd::{Kernel, Lanes, Task};

/// One chunk of configurations.
pub struct Back<'a> {
    pub evaluator: &'a Evaluator<'a>,
    /// Number of the variant.
    pub variant: usize,
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
        let (variant, moved) = (&problem.variants[self.variant], &self.state.variants[self.variant]);
        let (system, n) = (&variant.system, variant.system.n());
        let changes = moved.changes();
        let mut group = Group::<S>::new(system)?;
        let mut adjoint = Adjoint::<S>::new(problem, n)?;
        let row = weight_row(problem, V::WIDTH);
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
                let weight = if lane < count { self.evaluator.weights.of(first + lane) * variant.weight } else { 0.0 };
                match row / V::WIDTH {
                    1 => adjoint.look_up::<V, 1>(self.weights, lane, weight),
                    _ => adjoint.look_up::<V, 2>(self.weights, lane, weight),
                }
            }
            let adjoint = &mut adjoint;
            S::outlined(Gather { adjoint, problem, variant, state: self.state, moved, group: &group, first, count });
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
    /// [quantity][n]: h(e_k) and its derivative for each spectrum; lanes last. Weighted.
    quantities: usize,
    stick_weights: Vec<f64>,
    inverse_gaps: Vec<S>,
    equal: Vec<S>,
    forms: Vec<S>,
    /// [band][n]: halves of the weights as the Hamiltonian's derivative wants them, e h(e) for CD, and their derivatives.
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
    fn new(problem: &Problem, n: usize) -> Result<Self> {
        let lanes = |len: usize| try_vec("gradient", len, S::zero());
        let square = if problem.parameters.any(Parameter::concerns_hamiltonian) { n * n } else { 0 };
        let base = if problem.parameters.any(Parameter::concerns_dipoles) { 3 * n } else { 0 };
        Ok(Self {
            n,
            cells: try_vec("gradient", n * S::WIDTH, 0.0)?,
            places: try_vec("gradient", n * S::WIDTH, 0.0)?,
            quantities: quantities(problem),
            stick_weights: try_vec("gradient", quantities(problem) * n * S::WIDTH, 0.0)?,
            inverse_gaps: lanes(square)?,
            equal: lanes(square)?,
            forms: lanes(square)?,
            values: lanes(BANDS * n)?,
            slopes: lanes(BANDS * n)?,
            products: lanes(n)?,
            base_dipoles: lanes(base)?,
            sums: lanes(problem.parameters.list().len())?,
        })
    }

    /// The weights of one configuration's sticks: Horner's rule for all quantities in one vector or two, even and odd powers
    /// apart. Two chains of 7 multiply-adds a vector, of which the processor has several under way; bound by their loads.
    #[inline(always)]
    fn look_up<V: Lanes, const VECTORS: usize>(&mut self, weights: &[f64], lane: usize, weight: f64) {
        let row = VECTORS * V::WIDTH;
        for k in 0..self.n {
            let mut numbers = [0.0; 16];
            let cell = self.cells[k * S::WIDTH + lane];
            if weight != 0.0 && cell >= 0.0 {
                let t = self.places[k * S::WIDTH + lane];
                let table = &weights[cell as usize * TERMS * row..][..TERMS * row];
                let square = V::splat(t * t);
                for part in 0..VECTORS {
                    let at = part * V::WIDTH;
                    let mut even = V::load(&table[(TERMS - 2) * row + at..]);
                    let mut odd = V::load(&table[(TERMS - 1) * row + at..]);
                    for pair in (0..TERMS / 2 - 1).rev() {
                        even = even.mul_add(square, V::load(&table[2 * pair * row + at..]));
                        odd = odd.mul_add(square, V::load(&table[(2 * pair + 1) * row + at..]));
                    }
                    (odd.mul_add(V::splat(t), even) * V::splat(weight)).store(&mut numbers[at..]);
                }
            }
            for quantity in 0..self.quantities {
                self.stick_weights[(quantity * self.n + k) * S::WIDTH + lane] = numbers[quantity];
            }
        }
    }

    /// h(e_k) of a band.
    #[inline(always)]
    fn stick_weight(&self, band: usize, k: usize) -> S {
        S::load(&self.stick_weights[(2 * band * self.n + k) * S::WIDTH..])
    }

    #[inline(always)]
    fn stick_slope(&self, band: usize, k: usize) -> S {
        S::load(&self.stick_weights[((2 * band + 1) * self.n + k) * S::WIDTH..])
    }
}

struct Gather<'c, 'a, S> {
    adjoint: &'c mut Adjoint<S>,
    problem: &'a Problem<'a>,
    variant: &'a Variant<'a>,
    state: &'a State,
    moved: &'a Moved,
    group: &'a Group<S>,
    first: usize,
    count: usize,
}

impl<S: Lanes> Task for Gather<'_, '_, S> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { adjoint, problem, variant, state, moved, group, first, count } = self;
        if !adjoint.forms.is_empty() {
            gather_hamiltonian(adjoint, problem, variant, state, group);
        }
        if problem.parameters.any(|p| p.concerns_sticks() && !p.concerns_hamiltonian()) {
            if let Some(dipoles) = &variant.system.dipoles
                && !adjoint.base_dipoles.is_empty()
            {
                variant.system.gather_vectors(dipoles, first, count, &mut adjoint.base_dipoles);
            }
            gather_geometry(adjoint, problem, variant, moved, group);
        }
    }
}

/// `V [(V^T B V) o h[e_k, e_l]] V^T`, of which only the elements that are parameters are summed.
#[inline(always)]
fn gather_hamiltonian<S: Lanes>(
    adjoint: &mut Adjoint<S>,
    problem: &Problem,
    variant: &Variant,
    state: &State,
    group: &Group<S>,
) {
    let n = adjoint.n;
    let (width, axis) = (variant.system.vector_columns(), variant.axis());
    let wanted = problem.wanted();
    let factor = S::splat(ROTATION_FACTOR * problem.options.cd_scale);
    let half = S::splat(0.5);
    let any_equal =
        gaps(n, &group.energies, degeneracy(state.fwhm), &mut adjoint.inverse_gaps, &mut adjoint.equal);
    for band in (0..BANDS).filter(|&band| wanted[band]) {
        for k in 0..n {
            let (value, slope) = (adjoint.stick_weight(band, k), adjoint.stick_slope(band, k));
            let e = group.energies[k];
            let (value, slope) = if band == CD { (e * value, e.mul_add(slope, value)) } else { (value, slope) };
            adjoint.values[band * n + k] = value * half;
            adjoint.slopes[band * n + k] = slope * half;
        }
    }
    for k in 0..n {
        for l in 0..=k {
            let mut element = S::zero();
            for band in 0..BANDS {
                if !wanted[band] {
                    continue;
                }
                let (k_in_band, l_in_band) = (band * n + k, band * n + l);
                let mut strength = form(&group.moments, width, band, axis, k, l);
                if band == CD {
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
        for (&parameter, sum) in variant.parameters.iter().zip(&mut adjoint.sums) {
            *sum = match parameter {
                Some(Parameter::SiteEnergy(j)) => amplitudes[j].mul_add(adjoint.products[j], *sum),
                Some(Parameter::Coupling(i, j)) => {
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
fn gather_geometry<S: Lanes>(
    adjoint: &mut Adjoint<S>,
    problem: &Problem,
    variant: &Variant,
    moved: &Moved,
    group: &Group<S>,
) {
    let n = adjoint.n;
    let (width, axis_of_order) = (variant.system.vector_columns(), variant.axis());
    let [with_absorption, with_cd, with_ld] = problem.wanted();
    let factor = S::splat(ROTATION_FACTOR * problem.options.cd_scale);
    let origin = if with_cd { centroid(n, group.positions()) } else { [S::zero(); 3] };
    for (p, &parameter) in variant.parameters.iter().enumerate() {
        let Some(parameter) = parameter else { continue };
        let (site, axis) = match parameter {
            Parameter::DipoleScale(j) | Parameter::DipoleRotation(j, _) => (j, None),
            Parameter::Position(j, axis) => (j, Some(axis)),
            _ => continue,
        };
        // electric: sum_k V_jk (2 h_k M_k + 2 h_k P_k + f e_k h_k N_k), each with its own h; magnetic: sum_k V_jk f e_k h_k M_k
        let (mut electric, mut magnetic) = ([S::zero(); 3], [S::zero(); 3]);
        for k in 0..n {
            let amplitude = group.vectors()[k * n + site];
            let moments = &group.moments[k * width..(k + 1) * width];
            if with_absorption {
                let of_strength = amplitude * S::splat(2.0) * adjoint.stick_weight(ABSORPTION, k);
                for x in 0..3 {
                    electric[x] = of_strength.mul_add(moments[x], electric[x]);
                }
            }
            if with_ld {
                let of_dichroism = amplitude * S::splat(2.0) * adjoint.stick_weight(LD, k);
                let polarised = polarised(moments, axis_of_order);
                for x in 0..3 {
                    electric[x] = of_dichroism.mul_add(polarised[x], electric[x]);
                }
            }
            if with_cd {
                let of_rotation = amplitude * factor * group.energies[k] * adjoint.stick_weight(CD, k);
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
                let map = moved.dipole_change(parameter);
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
