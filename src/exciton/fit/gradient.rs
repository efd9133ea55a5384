//! The misfit to measured spectra and its gradient, by the adjoint way: whatever the number of parameters, the spectra once
//! forward and their misfit once back.
//!
//! With `r_i = (model_i - measured_i) / sigma_i` the misfit is `L = 1/2 sum r_i^2`. A stick of strength 1 at `e` would
//! change it by `h(e) = sum_i r_i / sigma_i g(x_i - e)`, which `lines` has as a polynomial per cell. Then
//!
//! ```text
//! dL/dH    = V [(V^T B V) o h[e_k, e_l]] V^T        h[.,.]: divided differences; e h(e) for CD
//! dL/dmu_j = sum_k V_jk (2 h(e_k) M_k + 2 h(e_k) P_k + f e_k h(e_k) (N_k + M_k x r_j))
//! dL/dr_j  = sum_k V_jk f e_k h(e_k) mu_j x M_k
//! dL/dw_v  = sum_k h(e_k) D_k                       D_k: strengths, of the sticks of variant v
//! ```
//!
//! with an h for each spectrum: that of absorption beside `M_k`, that of linear dichroism beside `P_k = 3/2 (3 n (n . M_k) - M_k)`,
//! that of CD beside the rest.
//!
//! The way back needs the energies and eigenvectors of the way forward. They are kept where all of them fit into 128 MiB,
//! and computed again, to the same bits, where they do not.

use super::BANDS;
use super::adjoint::Back;
use super::coefficients::Columns;
use super::forward::{Evaluator, Problem};
use super::line_sums::LineWork;
use super::lines::{BandLines, Cells, TERMS};
use super::measured::{Measured, sum_of_squares};
use super::parameters::{Parameter, State};
use super::parts::Parts;
use super::stick_weights::StickWeights;
use crate::error::{Result, try_vec};
use crate::simd::{Kernel, Lanes, dispatch};
use crate::threads::{Progress, for_each_chunk, ranges};

/// The misfit at some values, its gradient, and the spectra there.
pub struct Misfit {
    pub value: f64,
    pub gradient: Vec<f64>,
    pub spectra: [Vec<f64>; BANDS],
}

/// Bytes of energies and eigenvectors that may be kept between the ways forward and back. There may be as many again in chunks
/// that are not gathered yet.
const MOST_KEPT: usize = 128 << 20;

pub fn residual_gradient(
    problem: &Problem,
    measured: &Measured,
    values: &[f64],
    progress: &mut Progress,
) -> Result<Misfit> {
    let of = |n: usize| problem.n_conf().saturating_mul(n * (n + 1)).saturating_mul(size_of::<f64>());
    let bytes = problem.variants.iter().map(|variant| of(variant.system.n())).fold(0, usize::saturating_add);
    residual_gradient_keeping(problem, measured, values, bytes <= MOST_KEPT, progress)
}

pub(super) fn residual_gradient_keeping(
    problem: &Problem,
    measured: &Measured,
    values: &[f64],
    keep: bool,
    progress: &mut Progress,
) -> Result<Misfit> {
    let mut evaluator = Evaluator::new(problem)?;
    let list = problem.parameters.list();
    let state = problem.state(values)?;
    evaluator.prepare(&state)?;
    let is_compared = problem.points.iter().any(|points| !points.is_empty());
    let through_sticks = is_compared && problem.parameters.any(Parameter::concerns_sticks);
    let sticks_alone = Columns::sticks_alone();
    let parts = Parts::new(&evaluator.cells(), problem.sticks())?;
    let parts = parts.as_ref();
    let moments = evaluator.moments(&state, &sticks_alone, parts, keep && through_sticks, progress)?;

    let mut misfit = Misfit { value: 0.0, gradient: try_vec("gradient", list.len(), 0.0)?, spectra: Default::default() };
    let cells = evaluator.cells();
    let mut polynomials: [Vec<f64>; BANDS] = Default::default();
    let mut work = LineWork::default();
    for band in 0..BANDS {
        let spectra = evaluator.band_spectra(&moments, &state, band, &sticks_alone)?;
        let model = spectra.model(&state, band)?;
        let compared = &measured.bands[band];
        let mut pull = try_vec("residuals", model.len(), 0.0)?;
        for (i, slot) in pull.iter_mut().enumerate() {
            *slot = (model[i] - compared.values[i]) * compared.per_sigma[i];
        }
        misfit.value += 0.5 * sum_of_squares(&pull);
        pull.iter_mut().zip(&compared.per_sigma).for_each(|(pull, per_sigma)| *pull *= per_sigma);
        let [with_width, with_shift] = evaluator.model_changes(&spectra, &state, band)?;
        for (&parameter, slot) in list.iter().zip(&mut misfit.gradient) {
            let concerned = match parameter {
                Parameter::Fwhm(b) | Parameter::Shift(b) | Parameter::Scale(b) | Parameter::Offset(b) => b[band],
                _ => false,
            };
            if !concerned {
                continue;
            }
            for (i, pull) in pull.iter().enumerate() {
                let change = match parameter {
                    Parameter::Fwhm(_) => with_width[i],
                    Parameter::Shift(_) => with_shift[i],
                    Parameter::Scale(_) => spectra.factors[i] * spectra.sticks[i],
                    _ => 1.0,
                };
                *slot += pull * change;
            }
        }
        if let Some(lines) = evaluator.lines(band).filter(|_| through_sticks) {
            for (pull, factor) in pull.iter_mut().zip(&spectra.factors) {
                *pull *= factor * state.scale[band];
            }
            polynomials[band] = try_vec("lines", cells.count * TERMS, 0.0)?;
            let transpose = Transpose { lines, at_points: &pull, polynomials: &mut polynomials[band], work: &mut work };
            dispatch(evaluator.level, transpose)?;
        }
        misfit.spectra[band] = model;
    }
    if through_sticks {
        let weights = dispatch(evaluator.level, Tabulate { cells, parts, polynomials: &polynomials })?;
        back(&evaluator, &state, &weights, moments.kept.slice(), &mut misfit.gradient, progress)?;
    }
    misfit.checked()
}

struct Transpose<'a> {
    lines: &'a BandLines,
    at_points: &'a [f64],
    polynomials: &'a mut [f64],
    work: &'a mut LineWork,
}

impl Kernel for Transpose<'_> {
    type Output = Result<()>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Result<()> {
        self.lines.transpose::<V>(self.at_points, self.polynomials, self.work)
    }
}

struct Tabulate<'a> {
    cells: Cells,
    parts: Option<&'a Parts>,
    polynomials: &'a [Vec<f64>; BANDS],
}

impl Kernel for Tabulate<'_> {
    type Output = Result<StickWeights>;
    #[inline(always)]
    fn run<V: Lanes>(self) -> Self::Output {
        StickWeights::new::<V>(self.cells, self.parts, self.polynomials)
    }
}

/// Adds to `gradient` what comes through the sticks.
fn back(
    evaluator: &Evaluator,
    state: &State,
    weights: &StickWeights,
    kept: &[f64],
    gradient: &mut [f64],
    progress: &mut Progress,
) -> Result<()> {
    let mut kept_before = 0;
    for variant in 0..evaluator.problem.variants.len() {
        let (choice, size, n_conf) = evaluator.chunks(&Columns::sticks_alone(), None, variant);
        let kept = kept.get(kept_before..).filter(|rest| !rest.is_empty());
        kept_before += evaluator.kept_of(variant);
        let (n, rows) = (evaluator.problem.variants[variant].system.n(), &evaluator.problem.variants[variant].parameters);
        for_each_chunk(
            ranges(n_conf, size),
            |_| 0,
            progress,
            |(first, len)| {
                let kept = kept.map(|kept| &kept[first * n * (n + 1)..]);
                dispatch(evaluator.level, Back { evaluator, variant, state, weights, kept, way: choice.way, first, len })
            },
            |part: Vec<f64>| {
                rows.iter().zip(part).for_each(|(row, x)| gradient[row.0] += x);
                Ok(())
            },
        )?;
    }
    Ok(())
}
