//! The normal equations of a fit: misfit, gradient and `J^T J` at given values, without the rows of a Jacobian.
//!
//! Through the sticks and the scale a spectrum changes by what a column of moments has on the coarse grid (`lines`), so their
//! products go from coarse point to coarse point (`product`). Width, shift and offset have rows of points, three for a spectrum
//! at most. The gradient is that of the residuals at the points, pulled back to the coarse grid once.

use super::BANDS;
use super::coefficients::Columns;
use super::forward::{Evaluator, Moments, Problem};
use super::least_squares::{Normal, Want};
use super::line_sums::LineWork;
use super::lines::BandLines;
use super::measured::{Band, Measured, sum_of_squares};
use super::parameters::{Parameter, State};
use super::product::{Product, columns_with};
use crate::error::{Result, try_push, try_vec};
use crate::simd::{Aligned, Kernel, Lanes, dispatch};
use crate::threads::{Progress, Workspaces, for_each_chunk, wake_workers};

/// Nanoseconds of work of a band that are worth handing it to another thread, which is awake.
const WORTH_A_THREAD: f64 = 10e3;

/// Makes them for one problem, at one set of values after another. Memory stays from one to the next.
pub struct NormalEquations<'a> {
    evaluator: Evaluator<'a>,
    measured: &'a Measured,
    columns: Columns,
    sticks_alone: Columns,
    products: [Option<Product>; BANDS],
    /// `Evaluator::factors` of each band.
    factors: [Vec<f64>; BANDS],
    /// Widths and shifts that the products and factors belong to.
    products_for: Option<[[f64; BANDS]; 2]>,
    /// One for all bands unless they are worth threads: what a band leaves in the caches the next finds there.
    work: Workspaces<Work>,
}

#[derive(Default)]
struct Work {
    lines: LineWork,
    /// [row][row] products of columns, and memory for making them.
    products: Aligned,
    scratch: Aligned,
    /// By point: weights of points in products, and numbers that are pulled back.
    weights: Aligned,
    at_points: Aligned,
    /// Of the sticks' own column.
    spectrum: Aligned,
    /// By column.
    pulls: Aligned,
}

/// How a parameter changes the spectrum of a band.
#[derive(Clone, Copy)]
enum Role {
    Nothing,
    /// By a column, times a factor.
    Column(usize, f64),
    /// By a row of points of its own.
    Points(usize),
}

impl<'a> NormalEquations<'a> {
    pub fn new(problem: &'a Problem<'a>, measured: &'a Measured) -> Result<Self> {
        Ok(Self {
            evaluator: Evaluator::new(problem)?,
            measured,
            columns: Columns::new(problem.parameters)?,
            sticks_alone: Columns::sticks_alone(),
            products: Default::default(),
            factors: Default::default(),
            products_for: None,
            work: Default::default(),
        })
    }

    /// At some values. For the misfit alone gradient and curvature are empty.
    pub fn at(&mut self, values: &[f64], want: Want, progress: &mut Progress) -> Result<Normal> {
        let problem = self.evaluator.problem;
        let columns = if want == Want::Everything { &self.columns } else { &self.sticks_alone };
        // While tables are made here; later passes find workers awake.
        wake_workers(self.evaluator.most_chunks(columns), progress)?;
        let state = problem.state(values)?;
        self.evaluator.prepare(&state)?;
        let moments = self.evaluator.moments(&state, columns, None, false, progress)?;
        let count = if want == Want::Everything { values.len() } else { 0 };
        let mut normal = Normal::zero(count)?;
        let key = [state.fwhm, state.shift];
        let keeps_products = self.products_for == Some(key);
        self.products_for = None;
        let (evaluator, measured, workspaces) = (&self.evaluator, self.measured, &self.work);
        let mut bands = Vec::new();
        for (band, memory) in self.products.iter_mut().zip(&mut self.factors).enumerate() {
            if let Some(lines) = evaluator.lines(band) {
                try_push("fit", &mut bands, (band, lines, memory))?;
            }
        }
        let nanoseconds = |&(band, lines, _): &(usize, &BandLines, _)| {
            let columns = if want == Want::Everything { columns.len() } else { 1 };
            let [points, coarse, columns] = [measured.bands[band].points.len(), lines.coarse_len(), columns].map(|len| len as f64);
            // Points, columns to the coarse grid, and their products.
            5.0 * points + coarse * columns * (4.0 + 0.06 * columns)
        };
        // Bands share nothing but the moments: each is a chunk, where it is longer than waking a thread.
        let is_worth_a_thread = bands.iter().map(nanoseconds).fold(f64::INFINITY, f64::min) > WORTH_A_THREAD;
        let per_chunk = if is_worth_a_thread { 1 } else { BANDS };
        for_each_chunk(
            bands.chunks_mut(per_chunk),
            |_| 0,
            progress,
            |bands| {
                let mut part = Normal::zero(count)?;
                let mut work = workspaces.take().unwrap_or_default();
                for (band, lines, (product, factors)) in bands {
                    let band = *band;
                    if !keeps_products {
                        **factors = evaluator.factors(&state, band)?;
                    }
                    let add = AddBand {
                        lines,
                        moments: &moments,
                        columns,
                        want,
                        measured: &measured.bands[band],
                        factors,
                        evaluator,
                        state: &state,
                        band,
                        product,
                        keeps_product: keeps_products,
                        work: &mut work,
                        normal: &mut part,
                    };
                    dispatch(evaluator.level, add)?;
                }
                workspaces.give(work);
                Ok(part)
            },
            |part| {
                normal.add(part);
                Ok(())
            },
        )?;
        if keeps_products || want == Want::Everything {
            self.products_for = Some(key);
        }
        self.evaluator.give_back(moments);
        for p in 0..count {
            for q in 0..p {
                normal.curvature[q * count + p] = normal.curvature[p * count + q];
            }
        }
        Ok(normal)
    }
}

/// What one band adds to the normal equations, below and on the diagonal.
struct AddBand<'b, 'a> {
    lines: &'b BandLines,
    moments: &'b Moments,
    columns: &'b Columns,
    want: Want,
    measured: &'b Band,
    factors: &'b [f64],
    evaluator: &'b Evaluator<'a>,
    state: &'b State,
    band: usize,
    product: &'b mut Option<Product>,
    keeps_product: bool,
    work: &'b mut Work,
    normal: &'b mut Normal,
}

impl Kernel for AddBand<'_, '_> {
    type Output = Result<()>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Result<()> {
        let Self { lines, moments, columns, want, measured, factors, evaluator, state, band, product, keeps_product, work, normal } =
            self;
        let list = evaluator.problem.parameters.list();
        let points = &measured.points;
        let Work { lines: line_work, products, scratch, weights, at_points, spectrum, pulls } = work;
        let (moments, cells) = (moments.sums[band].slice(), &moments.cells);
        lines.smooth_out::<V>(moments, cells, columns.len(), columns.sticks(), line_work)?;

        // The model, its residuals, and what they pull.
        spectrum.resize("spectrum", points.len())?;
        lines.at_points::<V>(&line_work.sticks, spectrum);
        let (scale, offset) = (state.scale[band], state.offset[band]);
        at_points.resize("fit", points.len())?;
        weights.resize("fit", points.len())?;
        let model = &mut normal.model[band];
        *model = try_vec("spectrum", points.len(), 0.0)?;
        let (model, spectrum) = (&mut model[..points.len()], &spectrum[..points.len()]);
        let len = points.len();
        let (values, per_sigma, factors) = (&measured.values[..len], &measured.per_sigma[..len], &factors[..len]);
        let (at_points, weights) = (at_points.slice_mut(), weights.slice_mut());
        residuals(spectrum, factors, scale, offset, values, per_sigma, model, at_points);
        normal.misfit += 0.5 * sum_of_squares(at_points);
        if want == Want::Misfit {
            return Ok(());
        }
        weigh(per_sigma, factors, at_points, weights);
        // The sticks' own column is the change with the scale, and otherwise no column of the Jacobian.
        let scales = |parameter| matches!(parameter, Parameter::Scale(bands) if bands[band]);
        let used = columns.sticks() + usize::from(evaluator.problem.parameters.any(scales));
        let row = used.next_multiple_of(V::WIDTH);
        lines.smooth_columns_out::<V>(moments, cells, columns.len(), used, row, line_work)?;
        lines.pull::<V>(at_points, line_work)?;
        let mut gradient = try_vec("fit", row, 0.0)?;
        columns_with::<V>(line_work, row, &mut gradient);

        // Rows of points.
        let moves = |parameter| matches!(parameter, Parameter::Fwhm(bands) | Parameter::Shift(bands) if bands[band]);
        let mut changes = None;
        if evaluator.problem.parameters.any(moves) {
            changes = Some(evaluator.changes(lines, &line_work.sticks, state, band, spectrum)?);
        }
        let mut roles = try_vec("fit", list.len(), Role::Nothing)?;
        let mut rows: [Vec<f64>; 3] = Default::default();
        let mut pulls_of_rows: [Aligned; 3] = Default::default();
        let mut row_count = 0;
        for (p, (&parameter, role)) in list.iter().zip(&mut roles).enumerate() {
            *role = match parameter {
                Parameter::Fwhm(bands) | Parameter::Shift(bands) | Parameter::Offset(bands) if bands[band] => {
                    let mut values = try_vec("fit", points.len(), 1.0)?;
                    if !matches!(parameter, Parameter::Offset(_)) {
                        let of = changes.as_ref().expect("made above");
                        let of = &of[usize::from(matches!(parameter, Parameter::Shift(_)))];
                        for ((slot, change), factor) in values.iter_mut().zip(of).zip(factors) {
                            *slot = change * factor * scale;
                        }
                    }
                    rows[row_count] = values;
                    row_count += 1;
                    Role::Points(row_count - 1)
                }
                Parameter::Scale(bands) if bands[band] => Role::Column(columns.sticks(), 1.0),
                other if other.concerns_sticks() => Role::Column(columns.of(p), scale),
                _ => Role::Nothing,
            };
        }
        for (values, pulls_of_row) in rows.iter().zip(&mut pulls_of_rows).take(row_count) {
            for i in 0..points.len() {
                at_points[i] = measured.per_sigma[i].powi(2) * factors[i] * values[i];
            }
            lines.pull::<V>(at_points, line_work)?;
            pulls.resize("fit", row)?;
            columns_with::<V>(line_work, row, pulls);
            *pulls_of_row = std::mem::take(pulls);
        }

        // Products of columns.
        if product.is_none() || !keeps_product {
            *product = Some(Product::new::<V>(lines, points, weights)?);
        }
        let product = product.as_ref().expect("made above");
        product.of::<V>(line_work, row, used, scratch, products)?;

        for (p, &role) in roles.iter().enumerate() {
            let curvature = &mut normal.curvature[p * list.len()..p * list.len() + p + 1];
            match role {
                Role::Nothing => {}
                Role::Column(column, factor) => {
                    normal.gradient[p] += factor * gradient[column];
                    for (slot, &other) in curvature.iter_mut().zip(&roles) {
                        *slot += match other {
                            Role::Nothing => 0.0,
                            Role::Column(with, its) => factor * its * products[column * row + with],
                            Role::Points(with) => factor * pulls_of_rows[with][column],
                        };
                    }
                }
                Role::Points(own) => {
                    for i in 0..points.len() {
                        let residual = (normal.model[band][i] - measured.values[i]) * measured.per_sigma[i].powi(2);
                        normal.gradient[p] += residual * rows[own][i];
                    }
                    for (slot, &other) in curvature.iter_mut().zip(&roles) {
                        *slot += match other {
                            Role::Nothing => 0.0,
                            Role::Column(with, its) => its * pulls_of_rows[own][with],
                            Role::Points(with) => {
                                let both = rows[own].iter().zip(&rows[with]).zip(&measured.per_sigma);
                                both.map(|((a, b), per_sigma)| per_sigma * per_sigma * a * b).sum()
                            }
                        };
                    }
                }
            }
        }
        Ok(())
    }
}

/// The model and its residuals. A plain loop, which the compiler turns into the level's vectors; so are the next two.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn residuals(
    spectrum: &[f64],
    factors: &[f64],
    scale: f64,
    offset: f64,
    values: &[f64],
    per_sigma: &[f64],
    model: &mut [f64],
    residuals: &mut [f64],
) {
    let len = model.len();
    let (spectrum, factors, values) = (&spectrum[..len], &factors[..len], &values[..len]);
    let (per_sigma, residuals) = (&per_sigma[..len], &mut residuals[..len]);
    for i in 0..len {
        let x = spectrum[i] * factors[i] * scale + offset;
        model[i] = x;
        residuals[i] = (x - values[i]) * per_sigma[i];
    }
}

/// Turns residuals into what they pull, and makes the weights of points in products.
#[inline(always)]
fn weigh(per_sigma: &[f64], factors: &[f64], residuals: &mut [f64], weights: &mut [f64]) {
    let len = residuals.len();
    let (per_sigma, factors, weights) = (&per_sigma[..len], &factors[..len], &mut weights[..len]);
    for i in 0..len {
        let weight = per_sigma[i] * factors[i];
        residuals[i] *= weight;
        weights[i] = weight * weight;
    }
}
