//! A fit: least squares of model against measurement and priors, from one start or several.

use super::forward::{Evaluator, Jacobian, Problem};
use super::least_squares::{Factor, Minimum, Normal, Reason, Settings, minimise};
use super::measured::Measured;
use crate::error::{Error, Result, Status, try_collect, try_vec};
use crate::random;
use crate::simd::{Kernel, Lanes, dispatch};
use crate::threads::Progress;

/// How a fit is done. Lists are by parameter.
pub struct Fit<'a> {
    pub problem: &'a Problem<'a>,
    pub measured: &'a Measured,
    pub lower: Vec<f64>,
    pub upper: Vec<f64>,
    /// What is expected beforehand, and its standard deviation; infinite where nothing is.
    pub prior: Vec<f64>,
    pub prior_sigma: Vec<f64>,
    pub starts: usize,
    pub seed: u64,
    pub max_iterations: usize,
    pub misfit_tolerance: f64,
    pub step_tolerance: f64,
    pub gradient_tolerance: f64,
    /// Estimate the measurement's uncertainty from what remains, instead of taking the given one at its word.
    pub scales_covariance: bool,
}

pub struct Outcome {
    pub values: Vec<f64>,
    /// [p][p]; rows and columns of 0 for values that end at a bound.
    pub covariance: Vec<f64>,
    pub spectra: [Vec<f64>; 2],
    /// 1/2 sum of squares of the measurement alone, before and after; of the priors, after.
    pub initial_misfit: f64,
    pub misfit: f64,
    pub prior_misfit: f64,
    pub reason: Reason,
    pub start: usize,
    pub iterations: usize,
    pub evaluations: usize,
    /// Points less values that were free.
    pub freedom: i64,
    /// The first parameter that neither the measurement nor a prior determines.
    pub undetermined: Option<usize>,
}

/// Where an interrupted fit stands comes with what interrupted it.
pub fn fit(fit: &Fit, start: Vec<f64>, progress: &mut Progress) -> Result<(Outcome, Option<Error>)> {
    let count = start.len();
    check(fit, &start)?;
    let mut evaluator = Evaluator::new(fit.problem)?;
    let data_norm = norm(fit.measured).max(f64::MIN_POSITIVE);
    let settings = Settings {
        lower: &fit.lower,
        upper: &fit.upper,
        max_iterations: fit.max_iterations,
        misfit_tolerance: fit.misfit_tolerance,
        step_tolerance: fit.step_tolerance,
        gradient_tolerance: fit.gradient_tolerance,
        data_norm,
    };
    // An iteration takes one pass as a rule; progress is in configurations.
    let passes = fit.starts.saturating_mul(fit.max_iterations.saturating_add(1));
    progress.begin(passes.saturating_mul(fit.problem.system.n_conf()))?;
    let mut initial_misfit = None;
    let mut best: Option<(Minimum, usize)> = None;
    let (mut iterations, mut evaluations) = (0, 0);
    let mut interruption = None;
    for number in 0..fit.starts {
        let from = if number == 0 { try_collect("values", start.iter().copied())? } else { drawn(fit, &start, number)? };
        let evaluate = |values: &[f64]| {
            let jacobian = match evaluator.jacobian(values, true, progress) {
                // Outside what the model knows (a width below 0): a place where nothing can be gained.
                Err(error) if initial_misfit.is_some() && is_outside(&error) => return Normal::infinite(count),
                other => other?,
            };
            let (normal, misfit) = normal_equations(fit, &evaluator, &jacobian, values)?;
            initial_misfit.get_or_insert(misfit);
            Ok(normal)
        };
        let (minimum, error) = match minimise(from, &settings, evaluate) {
            Ok(done) => done,
            // Not even the start of a later run could be evaluated: what there is stands.
            Err(error) if best.is_some() && is_interruption(&error) => {
                interruption = Some(error);
                break;
            }
            Err(_) if best.is_some() => continue,
            Err(error) => return Err(error),
        };
        iterations += minimum.iterations;
        evaluations += minimum.evaluations;
        if best.as_ref().is_none_or(|(best, _)| minimum.normal.misfit < best.normal.misfit) {
            best = Some((minimum, number));
        }
        match error {
            Some(error) if is_interruption(&error) => {
                interruption = Some(error);
                break;
            }
            Some(error) => return Err(error),
            None => {}
        }
    }
    let (minimum, start) = best.expect("the first start was evaluated or returned");
    let mut reason = minimum.reason;
    if interruption.is_some() {
        reason = Reason::Cancelled;
    }
    let spectra = evaluator.jacobian(&minimum.values, false, &mut Progress::none())?.spectra;
    let prior_misfit: f64 = (0..count).map(|p| 0.5 * prior_residual(fit, p, minimum.values[p]).powi(2)).sum();
    let misfit = minimum.normal.misfit - prior_misfit;
    let mut free = try_vec("fit", count, true)?;
    for p in 0..count {
        free[p] = fit.lower[p] < minimum.values[p] && minimum.values[p] < fit.upper[p];
    }
    let priors = (0..count).filter(|&p| fit.prior_sigma[p].is_finite()).count();
    let freedom = (fit.measured.count() + priors) as i64 - free.iter().filter(|&&free| free).count() as i64;
    let factor = Factor::new(&minimum.normal.curvature, &free)?;
    let mut covariance = factor.inverse()?;
    if fit.scales_covariance && freedom > 0 {
        let variance = 2.0 * minimum.normal.misfit / freedom as f64;
        covariance.iter_mut().for_each(|element| *element *= variance);
    }
    if interruption.is_none() {
        interruption = progress.end().err();
    }
    let outcome = Outcome {
        covariance,
        spectra,
        initial_misfit: initial_misfit.unwrap_or(misfit),
        misfit,
        prior_misfit,
        reason,
        start,
        iterations,
        evaluations,
        freedom,
        undetermined: factor.dependent,
        values: minimum.values,
    };
    Ok((outcome, interruption))
}

fn is_interruption(error: &Error) -> bool {
    error.code == Status::Cancelled as i32 || error.code < 0
}

fn is_outside(error: &Error) -> bool {
    [Status::Argument as i32, Status::Option as i32].contains(&error.code)
}

fn check(fit: &Fit, start: &[f64]) -> Result<()> {
    for (p, &value) in start.iter().enumerate() {
        let (lower, upper) = (fit.lower[p], fit.upper[p]);
        if !(lower <= value && value <= upper) {
            return Err(Error::new(
                Status::Argument,
                format!("values: element {p} is {value}, outside its bounds {lower} to {upper}; start within them"),
            ));
        }
    }
    Ok(())
}

/// The norm of the measurement in its uncertainties.
fn norm(measured: &Measured) -> f64 {
    let square = |band: &super::Band| -> f64 {
        band.values.iter().zip(&band.per_sigma).filter(|(_, w)| **w > 0.0).map(|(value, w)| (value * w).powi(2)).sum()
    };
    measured.bands.iter().map(square).sum::<f64>().sqrt()
}

fn prior_residual(fit: &Fit, p: usize, value: f64) -> f64 {
    if fit.prior_sigma[p].is_finite() { (value - fit.prior[p]) / fit.prior_sigma[p] } else { 0.0 }
}

/// A later start: uniform within finite bounds, normal about the prior where there is one, else the first start's.
fn drawn(fit: &Fit, start: &[f64], number: usize) -> Result<Vec<f64>> {
    let mut values = try_collect("values", start.iter().copied())?;
    let mut numbers = try_vec("values", values.len(), 0.0)?;
    random::normals(crate::simd::Level::current()?, fit.seed, number as u64, 0, 1, &mut numbers);
    for (p, value) in values.iter_mut().enumerate() {
        let (lower, upper) = (fit.lower[p], fit.upper[p]);
        if fit.prior_sigma[p].is_finite() {
            *value = (fit.prior[p] + fit.prior_sigma[p] * numbers[p]).clamp(lower, upper);
        } else if lower.is_finite() && upper.is_finite() {
            *value = lower + (upper - lower) * normal_probability(numbers[p]);
        }
    }
    Ok(values)
}

/// The probability that a normal number is below `x`, to 1e-7, which is plenty for where to start (M. Abramowitz and
/// I. A. Stegun, Handbook of Mathematical Functions, 1964, 26.2.17).
fn normal_probability(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let polynomial =
        t * (0.319_381_530 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let tail = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt() * polynomial;
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// Misfit, gradient and `J^T J` of measurement and priors; and the misfit of the measurement alone.
fn normal_equations(fit: &Fit, evaluator: &Evaluator, jacobian: &Jacobian, values: &[f64]) -> Result<(Normal, f64)> {
    let count = values.len();
    let mut normal = Normal {
        misfit: 0.0,
        gradient: try_vec("fit", count, 0.0)?,
        curvature: try_vec("fit", count * count, 0.0)?,
    };
    dispatch(evaluator.level, AddRows { measured: fit.measured, jacobian, normal: &mut normal });
    let of_measurement = normal.misfit;
    for p in 0..count {
        for q in 0..p {
            normal.curvature[q * count + p] = normal.curvature[p * count + q];
        }
        if fit.prior_sigma[p].is_finite() {
            let residual = prior_residual(fit, p, values[p]);
            normal.misfit += 0.5 * residual * residual;
            normal.gradient[p] += residual / fit.prior_sigma[p];
            normal.curvature[p * count + p] += fit.prior_sigma[p].powi(-2);
        }
    }
    Ok((normal, of_measurement))
}

struct AddRows<'a> {
    measured: &'a Measured,
    jacobian: &'a Jacobian,
    normal: &'a mut Normal,
}

/// Plain loops, which the compiler turns into the level's vectors.
impl Kernel for AddRows<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self { measured, jacobian, normal } = self;
        let count = normal.gradient.len();
        for band in 0..2 {
            let compared = &measured.bands[band];
            for i in 0..compared.points.len() {
                let weight = compared.per_sigma[i];
                if weight == 0.0 {
                    continue;
                }
                let residual = (jacobian.spectra[band][i] - compared.values[i]) * weight;
                normal.misfit += 0.5 * residual * residual;
                let row = &jacobian.rows[band][i * count..(i + 1) * count];
                for p in 0..count {
                    let scaled = row[p] * weight * weight;
                    normal.gradient[p] += residual * weight * row[p];
                    let curvature = &mut normal.curvature[p * count..p * count + p + 1];
                    for (slot, element) in curvature.iter_mut().zip(row) {
                        *slot += scaled * element;
                    }
                }
            }
        }
    }
}
