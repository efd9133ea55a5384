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

use super::forward::Problem;
use super::group::{Group, dot, form, polarised};
use super::lines::{Cells, ROUNDER, SIGMA_PER_FWHM, whole};
use super::parameters::{Moved, Parameter, Parameters, State};
use super::variants::Variant;
use super::{BANDS, CD, LD};
use crate::error::{Result, try_push, try_vec};
use crate::exciton::solve::ROTATION_FACTOR;
use crate::exciton::system::Changes;
use crate::linalg::strip_of_product;
use crate::simd::{Lanes, Task};
use std::ops::Range;

/// Columns of moments: parameters of the Hamiltonian, then those of the geometry, then the sticks themselves, which not everything
/// that is made of the others needs.
pub struct Columns {
    /// Numbers of the parameters.
    hamiltonian: Vec<usize>,
    geometry: Vec<usize>,
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

impl Moved {
    pub fn changes(&self) -> Changes<'_> {
        Changes { hamiltonian: &self.hamiltonian, dipoles: &self.dipoles, positions: &self.positions }
    }
}

/// Energies nearer than this count as one.
pub fn degeneracy(fwhm: [f64; BANDS]) -> f64 {
    1e-5 * SIGMA_PER_FWHM * fwhm.iter().fold(f64::INFINITY, |least, &fwhm| least.min(fwhm))
}

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
    /// [k]: cells of the sticks, `cell_count` for none, plus `ROUNDER`, and places in them.
    cells: Vec<f64>,
    places: Vec<f64>,
    /// [band][k][column]
    values: Vec<f64>,
    /// [band][k][column of the Hamiltonian]
    slopes: Vec<f64>,
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
        // Columns of what does nothing in this variant stay 0.
        for &(p, parameter) in variant.parameters.iter().filter(|_| !columns.hamiltonian.is_empty()) {
            match parameter {
                Parameter::SiteEnergy(j) => try_push("coefficients", &mut energies, (columns.of(p), j))?,
                Parameter::Coupling(i, j) => try_push("coefficients", &mut couplings, (columns.of(p), i, j))?,
                _ => {}
            }
        }
        let hamiltonian_columns = columns.hamiltonian.len();
        let numbers = |len: usize| try_vec("coefficients", len.saturating_mul(S::WIDTH), 0.0);
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
                base_dipoles: lanes(if columns.geometry.is_empty() { 0 } else { 3 * n })?,
            },
        })
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
            for k in 0..n {
                let strength = form(&group.moments, width, band, axis, k, k) * factor;
                let strength = if band == CD { strength * group.energies[k] } else { strength };
                let at = ((band * n + k) * coefficients.columns + columns.sticks()) * S::WIDTH;
                strength.store(&mut coefficients.values[at..]);
            }
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
            if let Some(dipoles) = &variant.system.dipoles {
                variant.system.gather_vectors(dipoles, first, count, base);
            }
            geometry_columns(coefficients, problem, variant, moved, columns, group, wanted);
        }
    }
}

/// Fills the tables of `Work`; whether any energies do not differ.
#[inline(always)]
fn gaps<S: Lanes>(n: usize, energies: &[S], degeneracy: f64, inverse_gaps: &mut [S], equal: &mut [S]) -> bool {
    let (zero, one) = (S::zero(), S::splat(1.0));
    let smallest = S::splat(degeneracy);
    let mut any = false;
    for k in 0..n {
        inverse_gaps[k * n + k] = zero;
        equal[k * n + k] = one;
        for l in 0..k {
            let gap = energies[k] - energies[l];
            let same = gap.abs().less_equal(smallest);
            any |= S::any(same);
            let inverse = S::select(same, zero, S::splat(2.0).div(S::select(same, one, gap)));
            inverse_gaps[k * n + l] = inverse;
            inverse_gaps[l * n + k] = -inverse;
            let same = S::select(same, one, zero);
            equal[k * n + l] = same;
            equal[l * n + k] = same;
        }
    }
    any
}

/// Values and slopes of exciton `k` for all parameters of the Hamiltonian.
#[inline(always)]
fn hamiltonian_columns<S: Lanes>(
    coefficients: &mut Coefficients<S>,
    columns: &Columns,
    group: &Group<S>,
    band: usize,
    k: usize,
    any_equal: bool,
) {
    let n = coefficients.n;
    let Work { inverse_gaps, equal, forms, factors, products, slopes, .. } = &mut coefficients.work;
    let (forms, factors) = (&forms[k * n..(k + 1) * n], &mut factors[..n]);
    let (products, slopes) = (&mut products[..n], &mut slopes[..n]);
    let vectors = &group.vectors()[..n * n];
    let amplitudes = &vectors[k * n..(k + 1) * n];
    for (l, gap) in inverse_gaps[k * n..(k + 1) * n].iter().enumerate() {
        factors[l] = forms[l] * *gap;
    }
    row_times_matrix(n, factors, vectors, products);
    let width = columns.hamiltonian.len() * S::WIDTH;
    let at = (band * n + k) * coefficients.columns * S::WIDTH;
    let values = &mut coefficients.values[at..at + width];
    let at = (band * n + k) * width;
    let its_slopes = &mut coefficients.slopes[at..at + width];
    // phi = e g(x - e) for CD, and g itself else: see above.
    let (phi, with_phi) = if band == CD { (group.energies[k], S::splat(1.0)) } else { (S::splat(1.0), S::zero()) };
    if !any_equal && coefficients.couplings.is_empty() {
        // The most common case in one pass, term by term as below.
        for &(column, j) in &coefficients.energies {
            let amplitude = amplitudes[j];
            let slope = forms[k] * amplitude;
            (amplitude * phi.mul_add(products[j], with_phi * slope)).store(&mut values[column * S::WIDTH..]);
            (amplitude * (phi * slope)).store(&mut its_slopes[column * S::WIDTH..]);
        }
        return;
    }
    if any_equal {
        for (l, equal) in equal[k * n..(k + 1) * n].iter().enumerate() {
            factors[l] = forms[l] * *equal;
        }
        row_times_matrix(n, factors, vectors, slopes);
    } else {
        for j in 0..n {
            slopes[j] = forms[k] * amplitudes[j];
        }
    }
    for j in 0..n {
        products[j] = phi.mul_add(products[j], with_phi * slopes[j]);
        slopes[j] = phi * slopes[j];
    }
    for &(column, j) in &coefficients.energies {
        (amplitudes[j] * products[j]).store(&mut values[column * S::WIDTH..]);
        (amplitudes[j] * slopes[j]).store(&mut its_slopes[column * S::WIDTH..]);
    }
    for &(column, i, j) in &coefficients.couplings {
        amplitudes[i].mul_add(products[j], amplitudes[j] * products[i]).store(&mut values[column * S::WIDTH..]);
        amplitudes[i].mul_add(slopes[j], amplitudes[j] * slopes[i]).store(&mut its_slopes[column * S::WIDTH..]);
    }
}

/// `out[j] = sum_l row[l] matrix[l][j]`, in strips that stay in registers.
#[inline(always)]
fn row_times_matrix<S: Lanes>(n: usize, row: &[S], matrix: &[S], out: &mut [S]) {
    let mut j = 0;
    while j + 4 <= n {
        row_times_strip::<S, 4>(n, j, row, matrix, out);
        j += 4;
    }
    while j < n {
        row_times_strip::<S, 1>(n, j, row, matrix, out);
        j += 1;
    }
}

#[inline(always)]
fn row_times_strip<S: Lanes, const STRIP: usize>(n: usize, first: usize, row: &[S], matrix: &[S], out: &mut [S]) {
    let sums = strip_of_product::<S, STRIP>(&row[..n], matrix, n, first);
    out[first..first + STRIP].copy_from_slice(&sums);
}

/// `a x b`
#[inline(always)]
pub fn cross<S: Lanes>(a: &[S], b: &[S]) -> [S; 3] {
    [
        a[2].neg_mul_add(b[1], a[1] * b[2]),
        a[0].neg_mul_add(b[2], a[2] * b[0]),
        a[1].neg_mul_add(b[0], a[0] * b[1]),
    ]
}

/// The mean of the positions: R_k does not depend on where they are counted from, but its rounding does.
#[inline(always)]
pub fn centroid<S: Lanes>(n: usize, positions: &[S]) -> [S; 3] {
    let mut sum = [S::zero(); 3];
    for i in 0..n {
        for x in 0..3 {
            sum[x] = S::splat(1.0 / n as f64).mul_add(positions[3 * i + x], sum[x]);
        }
    }
    sum
}

/// Values of all excitons for all parameters of the geometry: with q = d mu_j / dp,
/// `dD_k = 2 V_jk M_k . q`, `dLD_k = 2 V_jk P_k . q` (`polarised`) and `dR_k = f e_k V_jk q . (N_k + M_k x r_j)`; with `r_j` along an axis,
/// `dR_k = f e_k V_jk (mu_j x M_k)`.
#[inline(always)]
fn geometry_columns<S: Lanes>(
    coefficients: &mut Coefficients<S>,
    problem: &Problem,
    variant: &Variant,
    moved: &Moved,
    columns: &Columns,
    group: &Group<S>,
    wanted: [bool; BANDS],
) {
    let n = coefficients.n;
    let (width, axis_of_order) = (variant.system.vector_columns(), variant.axis());
    let factor = S::splat(ROTATION_FACTOR * problem.options.cd_scale);
    let origin = if wanted[CD] { centroid(n, group.positions()) } else { [S::zero(); 3] };
    for &(p, parameter) in &variant.parameters {
        let (site, axis) = match parameter {
            Parameter::DipoleScale(j) | Parameter::DipoleRotation(j, _) => (j, 0),
            Parameter::Position(j, axis) => (j, axis),
            _ => continue,
        };
        let column = columns.of(p);
        let is_position = matches!(parameter, Parameter::Position(..));
        let change = moved.dipole_change(parameter);
        let base = &coefficients.work.base_dipoles[3 * site..3 * site + 3];
        let mut q = [S::zero(); 3];
        for x in 0..3 {
            let row = change[x];
            let sum = S::splat(row[1]).mul_add(base[1], S::splat(row[0]) * base[0]);
            q[x] = S::splat(row[2]).mul_add(base[2], sum);
        }
        let dipole = &group.dipoles()[3 * site..3 * site + 3];
        for k in 0..n {
            let amplitude = group.vectors()[k * n + site];
            let moments = &group.moments[k * width..(k + 1) * width];
            for band in (0..BANDS).filter(|&band| wanted[band]) {
                let value = match (band, is_position) {
                    (CD, true) => cross(dipole, moments)[axis],
                    (CD, false) => {
                        let r = &group.positions()[3 * site..3 * site + 3];
                        let lever = cross(moments, &[r[0] - origin[0], r[1] - origin[1], r[2] - origin[2]]);
                        dot(&q, &[moments[3] + lever[0], moments[4] + lever[1], moments[5] + lever[2]])
                    }
                    (_, true) => S::zero(),
                    (LD, false) => dot(&polarised(moments, axis_of_order), &q),
                    (_, false) => dot(moments, &q),
                };
                let factor = if band == CD { factor * group.energies[k] } else { S::splat(2.0) };
                let value = value * amplitude * factor;
                value.store(&mut coefficients.values[((band * n + k) * coefficients.columns + column) * S::WIDTH..]);
            }
        }
    }
}
