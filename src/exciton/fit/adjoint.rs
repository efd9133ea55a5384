//! One chunk of configurations on the way back: from weights of sticks to derivatives of the misfit. Formulas: `gradient`.

use super::coefficients::{centroid, cross, degeneracy};
use super::forward::{Evaluator, Problem};
use super::group::{Group, dot, form, polarised};
use super::parameters::{Moved, Parameter, State};
use super::stick_weights::{Places, StickWeights};
use super::variants::Variant;
use super::{ABSORPTION, BANDS, CD, LD};
use crate::error::{Result, try_push, try_vec};
use crate::exciton::solve::ROTATION_FACTOR;
use crate::exciton::way::Way;
use crate::linalg::strip_of_product;
use crate::simd::{self, Kernel, Lanes, Task};

/// One chunk of configurations.
pub struct Back<'a> {
    pub evaluator: &'a Evaluator<'a>,
    /// Number of the variant.
    pub variant: usize,
    pub state: &'a State,
    pub weights: &'a StickWeights,
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
        let mut adjoint = Adjoint::<S>::new(variant, self.weights)?;
        let mut places = Places::new::<S>()?;
        for at in (0..self.len).step_by(S::WIDTH) {
            let first = self.first + at;
            let count = S::WIDTH.min(self.len - at);
            match self.kept {
                Some(kept) => {
                    group.load_geometry(system, &changes, first, count)?;
                    let energies = at * n * (n + 1);
                    let vectors = energies + n * S::WIDTH;
                    let end = vectors + n * n * S::WIDTH;
                    ahead(&kept[end.min(kept.len())..], (n + 1) * n * S::WIDTH);
                    group.restore(system, &kept[energies..vectors], &kept[vectors..end]);
                }
                None => group.solve(system, &changes, first, count)?,
            }
            let mut weights = [0.0; 32];
            for (lane, weight) in weights[..count].iter_mut().enumerate() {
                *weight = self.evaluator.weights.of(first + lane) * moved.weight;
            }
            let weight = S::load(&weights);
            for k in 0..n {
                let into = &mut adjoint.stick_weights[k..];
                self.weights.look_up::<V, S>(group.energies[k], weight, &mut places, into, n);
            }
            let adjoint = &mut adjoint;
            S::outlined(Gather { adjoint, problem, variant, state: self.state, moved, group: &group, first, count });
        }
        adjoint.by_parameter(variant)
    }
}

/// Asks for what the next group will read: the processor does not see so far, and would wait for it.
#[inline(always)]
fn ahead(kept: &[f64], numbers: usize) {
    for line in kept[..numbers.min(kept.len())].chunks(8) {
        simd::prefetch(line.as_ptr());
    }
}

/// Workspace of the way back.
struct Adjoint<S> {
    n: usize,
    /// [quantity][n]: h(e_k) and its derivative for each spectrum, weighted.
    stick_weights: Vec<S>,
    /// [n][n], lower triangle, those beside the diagonal twice.
    forms: Vec<S>,
    /// [band][n]: the weights as the Hamiltonian's derivative wants them, e h(e) for CD, and their derivatives.
    values: Vec<S>,
    slopes: Vec<S>,
    /// [n]
    products: Vec<S>,
    base_dipoles: Vec<S>,
    /// By site.
    of_energies: Vec<S>,
    /// Couplings that are parameters: the row among those of the variant, and the sites.
    couplings: Vec<(usize, usize, usize)>,
    /// By row of the variant's parameters, but for site energies.
    sums: Vec<S>,
    /// Whether any of them concerns dipoles or positions.
    with_geometry: bool,
    /// The row of the variant's weight.
    weight: Option<usize>,
}

impl<S: Lanes> Adjoint<S> {
    #[inline(always)]
    fn new(variant: &Variant, weights: &StickWeights) -> Result<Self> {
        let n = variant.system.n();
        let zero = S::zero();
        let lanes = |len: usize| try_vec("gradient", len, zero);
        let square = if variant.any(Parameter::concerns_hamiltonian) { n * n } else { 0 };
        let base = if variant.any(Parameter::concerns_dipoles) { 3 * n } else { 0 };
        let mut couplings = Vec::new();
        for (row, &(_, parameter)) in variant.parameters.iter().enumerate() {
            if let Parameter::Coupling(i, j) = parameter {
                try_push("gradient", &mut couplings, (row, i, j))?;
            }
        }
        Ok(Self {
            n,
            stick_weights: lanes(weights.quantities() * n)?,
            forms: lanes(square)?,
            values: lanes(BANDS * n)?,
            slopes: lanes(BANDS * n)?,
            products: lanes(n)?,
            base_dipoles: lanes(base)?,
            of_energies: lanes(n)?,
            couplings,
            sums: lanes(variant.parameters.len())?,
            with_geometry: variant.any(|p| p.concerns_dipoles() || matches!(p, Parameter::Position(..))),
            weight: variant.parameters.iter().position(|row| matches!(row.1, Parameter::VariantWeight(_))),
        })
    }

    /// h(e_k) of a band.
    #[inline(always)]
    fn stick_weight(&self, band: usize, k: usize) -> S {
        self.stick_weights[2 * band * self.n + k]
    }

    /// What the chunk adds to the gradient, by row of the variant's parameters.
    #[inline(always)]
    fn by_parameter(&self, variant: &Variant) -> Result<Vec<f64>> {
        let mut sums = try_vec("gradient", self.sums.len(), 0.0)?;
        for (row, sum) in sums.iter_mut().enumerate() {
            *sum = match variant.parameters[row].1 {
                Parameter::SiteEnergy(j) => self.of_energies[j].sum(),
                _ => self.sums[row].sum(),
            };
        }
        Ok(sums)
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
            gather_hamiltonian(adjoint, problem, variant, state, moved.free_weight, group);
        }
        if adjoint.with_geometry {
            if let Some(dipoles) = &variant.system.dipoles
                && !adjoint.base_dipoles.is_empty()
            {
                variant.system.gather_vectors(dipoles, first, count, &mut adjoint.base_dipoles);
            }
            gather_geometry(adjoint, problem, variant, moved, group);
        }
        if let Some(row) = adjoint.weight {
            adjoint.sums[row] = adjoint.sums[row] + strengths_with_weights(adjoint, problem, variant, group);
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
    free_weight: f64,
    group: &Group<S>,
) {
    let n = adjoint.n;
    let (width, axis) = (variant.system.vector_columns(), variant.axis());
    let wanted = problem.wanted();
    let (factor, free_weight) = (S::splat(ROTATION_FACTOR * problem.options.cd_scale * free_weight), S::splat(free_weight));
    for band in (0..BANDS).filter(|&band| wanted[band]) {
        for k in 0..n {
            let (value, slope) = (adjoint.stick_weights[2 * band * n + k], adjoint.stick_weights[(2 * band + 1) * n + k]);
            let e = group.energies[k];
            let (value, slope) =
                if band == CD { (e * value * factor, e.mul_add(slope, value) * factor) } else { (value * free_weight, slope * free_weight) };
            adjoint.values[band * n + k] = value;
            adjoint.slopes[band * n + k] = slope;
        }
    }
    // Half of the forms, their products with the eigenvectors at once: no more than the triangle is ever needed.
    let (zero, one) = (S::zero(), S::splat(1.0));
    let smallest = S::splat(degeneracy(state.fwhm));
    let mut any_equal = one.less_than(zero); // none
    for k in 0..n {
        let mut element = zero;
        for band in (0..BANDS).filter(|&band| wanted[band]) {
            element = adjoint.slopes[band * n + k].mul_add(form(&group.moments, width, band, axis, k, k), element);
        }
        adjoint.forms[k * n + k] = element;
        for l in 0..k {
            // Two of h[e_k, e_l]. Nothing waits for the division but what comes at the end.
            let gap = group.energies[k] - group.energies[l];
            let same = gap.abs().less_equal(smallest);
            any_equal = any_equal | same;
            let inverse = S::splat(2.0).div(S::select(same, one, gap));
            let mut element = zero;
            if wanted[ABSORPTION] {
                let difference = adjoint.values[ABSORPTION * n + k] - adjoint.values[ABSORPTION * n + l];
                element = difference * dot(&group.moments[k * width..], &group.moments[l * width..]);
            }
            if wanted[CD] {
                let difference = adjoint.values[CD * n + k] - adjoint.values[CD * n + l];
                element = difference.mul_add(form(&group.moments, width, CD, axis, k, l), element);
            }
            if wanted[LD] {
                let difference = adjoint.values[LD * n + k] - adjoint.values[LD * n + l];
                element = difference.mul_add(form(&group.moments, width, LD, axis, k, l), element);
            }
            adjoint.forms[k * n + l] = element * inverse;
        }
    }
    if S::any(any_equal) {
        repair_equal(adjoint, wanted, width, axis, smallest, group);
    }
    let vectors = &group.vectors()[..n * n];
    for k in 0..n {
        let row = &adjoint.forms[k * n..k * n + k + 1];
        row_times_rows(n, k, row, vectors, &mut adjoint.products, &mut adjoint.of_energies);
        let (amplitudes, products) = (&vectors[k * n..(k + 1) * n], &adjoint.products[..n]);
        for &(row, i, j) in &adjoint.couplings {
            let both = amplitudes[i].mul_add(products[j], amplitudes[j] * products[i]);
            adjoint.sums[row] = adjoint.sums[row] + both;
        }
    }
}

/// Puts the mean of both slopes where energies do not differ, twice as beside the diagonal.
#[inline(always)]
fn repair_equal<S: Lanes>(
    adjoint: &mut Adjoint<S>,
    wanted: [bool; BANDS],
    width: usize,
    axis: [f64; 3],
    smallest: S,
    group: &Group<S>,
) {
    let n = adjoint.n;
    for k in 0..n {
        for l in 0..k {
            let same = (group.energies[k] - group.energies[l]).abs().less_equal(smallest);
            let mut element = S::zero();
            for band in (0..BANDS).filter(|&band| wanted[band]) {
                let both = adjoint.slopes[band * n + k] + adjoint.slopes[band * n + l];
                element = both.mul_add(form(&group.moments, width, band, axis, k, l), element);
            }
            adjoint.forms[k * n + l] = S::select(same, element, adjoint.forms[k * n + l]);
        }
    }
}

/// `products[j] = sum_l row[l] vectors[l][j]` for l up to k, and `sums[j] += vectors[k][j] products[j]`, in strips that stay in registers.
#[inline(always)]
fn row_times_rows<S: Lanes>(n: usize, k: usize, row: &[S], vectors: &[S], products: &mut [S], sums: &mut [S]) {
    let mut j = 0;
    while j + 4 <= n {
        row_times_strip::<S, 4>(n, k, j, row, vectors, products, sums);
        j += 4;
    }
    while j < n {
        row_times_strip::<S, 1>(n, k, j, row, vectors, products, sums);
        j += 1;
    }
}

#[inline(always)]
fn row_times_strip<S: Lanes, const STRIP: usize>(
    n: usize,
    k: usize,
    first: usize,
    row: &[S],
    vectors: &[S],
    products: &mut [S],
    sums: &mut [S],
) {
    let strip = strip_of_product::<S, STRIP>(row, vectors, n, first);
    let amplitudes = &vectors[k * n + first..k * n + first + STRIP];
    let sums = &mut sums[first..first + STRIP];
    for s in 0..STRIP {
        sums[s] = amplitudes[s].mul_add(strip[s], sums[s]);
    }
    products[first..first + STRIP].copy_from_slice(&strip);
}

/// `sum_k h_k D_k` and the same of the other bands: the derivative with respect to what all strengths are multiplied by.
#[inline(always)]
fn strengths_with_weights<S: Lanes>(adjoint: &Adjoint<S>, problem: &Problem, variant: &Variant, group: &Group<S>) -> S {
    let (width, axis, wanted) = (variant.system.vector_columns(), variant.axis(), problem.wanted());
    let mut sum = S::zero();
    for band in (0..BANDS).filter(|&band| wanted[band]) {
        for k in 0..adjoint.n {
            let strength = group.strength(width, band, axis, ROTATION_FACTOR * problem.options.cd_scale, k);
            sum = strength.mul_add(adjoint.stick_weight(band, k), sum);
        }
    }
    sum
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
    let (factor, twice) = (S::splat(ROTATION_FACTOR * problem.options.cd_scale * moved.free_weight), S::splat(2.0 * moved.free_weight));
    let origin = if with_cd { centroid(n, group.positions()) } else { [S::zero(); 3] };
    for (row, &(_, parameter)) in variant.parameters.iter().enumerate() {
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
                let of_strength = amplitude * twice * adjoint.stick_weight(ABSORPTION, k);
                for x in 0..3 {
                    electric[x] = of_strength.mul_add(moments[x], electric[x]);
                }
            }
            if with_ld {
                let of_dichroism = amplitude * twice * adjoint.stick_weight(LD, k);
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
        adjoint.sums[row] = adjoint.sums[row] + change;
    }
}
