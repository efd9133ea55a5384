//! A fit: least squares of model against measurement and priors, from one start or several.

use super::forward::Problem;
use super::factor::Factor;
use super::least_squares::{Minimum, Normal, Reason, Settings, Want, minimise};
use super::measured::Measured;
use super::normal::NormalEquations;
use crate::error::{Error, Result, Status, try_collect, try_vec};
use crate::random;
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
    /// Estimate the measurement's uncertainty from what remains, up to a factor that the given ones have in common.
    pub scales_covariance: bool,
}

pub struct Outcome {
    pub values: Vec<f64>,
    /// [p][p]; rows and columns of 0 for values that end at a bound, infinite variances for what nothing determines.
    pub covariance: Vec<f64>,
    pub spectra: [Vec<f64>; super::BANDS],
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
    /// By parameter: what neither the measurement nor a prior determines.
    pub undetermined: Vec<bool>,
}

/// Where an interrupted fit stands comes with what interrupted it.
pub fn fit(fit: &Fit, start: Vec<f64>, progress: &mut Progress) -> Result<(Outcome, Option<Error>)> {
    let count = start.len();
    check(fit, &start)?;
    let equations = NormalEquations::new(fit.problem, fit.measured)?;
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
    progress.begin(passes.saturating_mul(fit.problem.configurations()))?;
    let mut search = Search { fit, equations, settings, initial_misfit: None, iterations: 0, evaluations: 0 };
    let (mut best, number, mut interruption) = search.from_all_starts(start, progress)?;
    // What the measurement's uncertainties are to be multiplied by. It decides how much priors weigh, so the fit is made again
    // until it stays; without priors the minimum does not depend on it.
    let mut variance = 1.0;
    let has_priors = fit.prior_sigma.iter().any(|sigma| sigma.is_finite());
    let mut known = Known::new(fit, &best, 1.0)?;
    if fit.scales_covariance {
        for _ in 0..MOST_ROUNDS {
            let Some(estimate) = known.variance else { break };
            let is_settled = (estimate / variance - 1.0).abs() <= SETTLED;
            variance = estimate;
            if !has_priors || is_settled || estimate == 0.0 || interruption.is_some() {
                break;
            }
            let values = try_collect("values", best.values.iter().copied())?;
            let (minimum, error) = search.from(values, variance, progress)?;
            best = minimum;
            interruption = error;
            known = Known::new(fit, &best, variance)?;
        }
    }
    let covariance = known.covariance(fit, variance)?;
    let spectra = std::mem::take(&mut best.normal.model);
    let prior_misfit: f64 = (0..count).map(|p| 0.5 * prior_residual(fit, p, best.values[p]).powi(2)).sum();
    let mut reason = best.reason;
    if interruption.is_some() {
        reason = Reason::Cancelled;
    }
    if interruption.is_none() {
        interruption = progress.end().err();
    }
    let outcome = Outcome {
        covariance,
        spectra,
        initial_misfit: search.initial_misfit.unwrap_or(known.misfit),
        misfit: known.misfit,
        prior_misfit,
        reason,
        start: number,
        iterations: search.iterations,
        evaluations: search.evaluations,
        freedom: known.freedom,
        undetermined: known.factor.undetermined,
        values: best.values,
    };
    Ok((outcome, interruption))
}

/// Rounds of fits in which the scale of the uncertainties settles, and when it has.
const MOST_ROUNDS: usize = 50;
const SETTLED: f64 = 1e-6;

struct Search<'a> {
    fit: &'a Fit<'a>,
    equations: NormalEquations<'a>,
    settings: Settings<'a>,
    initial_misfit: Option<f64>,
    iterations: usize,
    evaluations: usize,
}

impl Search<'_> {
    /// One run, with uncertainties of the measurement multiplied by the root of `variance`.
    fn from(&mut self, start: Vec<f64>, variance: f64, progress: &mut Progress) -> Result<(Minimum, Option<Error>)> {
        let Self { fit, equations, settings, initial_misfit, iterations, evaluations } = self;
        let count = start.len();
        let evaluate = |values: &[f64], want: Want| {
            let mut normal = match equations.at(values, want, progress) {
                // Outside what the model knows (a width below 0), or beyond what can be computed: a place where nothing can
                // be gained.
                Err(error) if initial_misfit.is_some() && is_outside(&error) => return Normal::infinite(count),
                other => other?,
            };
            initial_misfit.get_or_insert(normal.misfit);
            normal.divide_by(variance);
            add_priors(fit, values, &mut normal);
            Ok(normal)
        };
        let (minimum, error) = minimise(start, settings, evaluate)?;
        *iterations += minimum.iterations;
        *evaluations += minimum.evaluations;
        match error {
            Some(error) if !is_interruption(&error) => Err(error),
            error => Ok((minimum, error)),
        }
    }

    /// The best of all starts, and its number.
    fn from_all_starts(&mut self, start: Vec<f64>, progress: &mut Progress) -> Result<(Minimum, usize, Option<Error>)> {
        let (mut best, interruption) = self.from(try_collect("values", start.iter().copied())?, 1.0, progress)?;
        let mut number = 0;
        if interruption.is_some() {
            return Ok((best, number, interruption));
        }
        for next in 1..self.fit.starts {
            match self.from(drawn(self.fit, &start, next)?, 1.0, progress) {
                Ok((minimum, interruption)) => {
                    if minimum.normal.misfit < best.normal.misfit {
                        (best, number) = (minimum, next);
                    }
                    if interruption.is_some() {
                        return Ok((best, number, interruption));
                    }
                }
                // Not even the start of a later run could be evaluated: what there is stands.
                Err(error) if is_interruption(&error) => return Ok((best, number, Some(error))),
                Err(_) => {}
            }
        }
        Ok((best, number, None))
    }
}

/// What a minimum says about the values' uncertainties.
struct Known {
    /// 1/2 sum of squares of the measurement alone, in the uncertainties as given.
    misfit: f64,
    factor: Factor,
    /// Points and priors less values that are free.
    freedom: i64,
    /// Of the measurement, in units of the variances as given; None where there are no more points than values.
    variance: Option<f64>,
}

impl Known {
    /// For a minimum found with the measurement's variances multiplied by `variance`.
    fn new(fit: &Fit, minimum: &Minimum, variance: f64) -> Result<Self> {
        let count = minimum.values.len();
        let of_priors: f64 = (0..count).map(|p| 0.5 * prior_residual(fit, p, minimum.values[p]).powi(2)).sum();
        let misfit = ((minimum.normal.misfit - of_priors) * variance).max(0.0);
        let mut free = try_vec("fit", count, true)?;
        for p in 0..count {
            free[p] = fit.lower[p] < minimum.values[p] && minimum.values[p] < fit.upper[p];
        }
        let factor = Factor::new(&minimum.normal.curvature, &free)?;
        let inverse = factor.inverse()?;
        // The trace of (J^T J + priors)^-1 J^T J: how many values the measurement rather than the priors determines (D. J. C.
        // MacKay, Neural Computation 4 (1992) 415).
        let mut determined = 0.0;
        let mut free_count = 0;
        let mut priors = 0;
        for p in 0..count {
            let prior = fit.prior_sigma[p].powi(-2);
            free_count += i64::from(free[p]);
            priors += i64::from(prior > 0.0);
            if free[p] && inverse[p * count + p] > 0.0 {
                determined += 1.0 - inverse[p * count + p] * prior;
            }
        }
        let points = fit.measured.count();
        let spare = points as f64 - determined;
        Ok(Self {
            misfit,
            factor,
            freedom: points as i64 + priors - free_count,
            variance: (spare > 0.5).then(|| 2.0 * misfit / spare),
        })
    }

    /// [p][p]; infinite variances for what nothing determines, and for all that is free where the measurement's scatter is wanted
    /// and no points are left to tell it.
    fn covariance(&self, fit: &Fit, variance: f64) -> Result<Vec<f64>> {
        let count = fit.lower.len();
        let has_priors = fit.prior_sigma.iter().any(|sigma| sigma.is_finite());
        let mut covariance = self.factor.inverse()?;
        if fit.scales_covariance && !has_priors {
            // With priors the minimum was found with this variance.
            covariance.iter_mut().for_each(|element| *element *= variance);
        }
        for p in 0..count {
            let is_unknown = fit.scales_covariance && self.variance.is_none() && covariance[p * count + p] > 0.0;
            if self.factor.undetermined[p] || is_unknown {
                for q in 0..count {
                    covariance[p * count + q] = 0.0;
                    covariance[q * count + p] = 0.0;
                }
                covariance[p * count + p] = f64::INFINITY;
            }
        }
        Ok(covariance)
    }
}

fn is_interruption(error: &Error) -> bool {
    error.code == Status::Cancelled as i32 || error.code < 0
}

fn is_outside(error: &Error) -> bool {
    [Status::Argument, Status::Option, Status::NotConverged, Status::Nonfinite].iter().any(|&status| error.code == status as i32)
}

fn check(fit: &Fit, start: &[f64]) -> Result<()> {
    for (p, &value) in start.iter().enumerate() {
        let (lower, upper) = (fit.lower[p], fit.upper[p]);
        // One that is no number is refused as such where it is used.
        if !value.is_nan() && !(lower <= value && value <= upper) {
            return Err(Error::new(
                Status::Argument,
                format!("values: element {p} is {value}, outside its bounds {lower} to {upper}; start within them"),
            ));
        }
    }
    if fit.starts > 1 && !(0..start.len()).any(|p| is_drawn(fit, p)) {
        let message = format!("n_start: is {}, but no value has a prior or two bounds, from which later starts are drawn; give some, or start once", fit.starts);
        return Err(Error::new(Status::Option, message));
    }
    Ok(())
}

/// Whether later starts have a value of their own.
fn is_drawn(fit: &Fit, p: usize) -> bool {
    let (lower, upper) = (fit.lower[p], fit.upper[p]);
    lower < upper && (fit.prior_sigma[p].is_finite() || (lower.is_finite() && upper.is_finite()))
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

/// Adds the priors' residuals to what the measurement has.
fn add_priors(fit: &Fit, values: &[f64], normal: &mut Normal) {
    let count = values.len();
    for p in (0..count).filter(|&p| fit.prior_sigma[p].is_finite()) {
        let residual = prior_residual(fit, p, values[p]);
        normal.misfit += 0.5 * residual * residual;
        if normal.gradient.is_empty() {
            continue;
        }
        normal.gradient[p] += residual / fit.prior_sigma[p];
        normal.curvature[p * count + p] += fit.prior_sigma[p].powi(-2);
    }
}
