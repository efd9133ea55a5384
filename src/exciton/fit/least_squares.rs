//! Bounded nonlinear least squares: Levenberg's and Marquardt's method on the normal equations.
//!
//! At each step the quadratic model `misfit + g d + 1/2 d (A + lambda D) d` with `A = J^T J` and `D` the largest diagonal of
//! `A` so far (J. J. More, Lecture Notes in Mathematics 630 (1978) 105) is minimised over the values that are not held at a
//! bound; the step is cut at the bounds, and judged by what it gains against what the model promised. `lambda` follows
//! H. B. Nielsen (IMM-REP-1999-05). A value at a bound whose gradient points outward is held.
//!
//! Normal equations square the condition of the problem. Values are scaled to a unit diagonal first, and a direction whose
//! pivot falls below 1e-13 of it is one that the data do not determine: it is reported, not followed.

use super::factor::Factor;
use crate::error::{Error, Result, Status, try_collect, try_vec};

/// The misfit 1/2 |r|^2 at some values, its gradient and `J^T J`.
pub struct Normal {
    pub misfit: f64,
    pub gradient: Vec<f64>,
    /// [p][p]
    pub curvature: Vec<f64>,
    /// The model there, carried along for whoever wants it of the best values.
    pub model: [Vec<f64>; super::BANDS],
}

impl Normal {
    /// Refuses sums that overflowed.
    fn check(&self) -> Result<()> {
        if self.misfit.is_finite() && [&self.gradient, &self.curvature].into_iter().flatten().all(|slope| slope.is_finite()) {
            return Ok(());
        }
        Err(Error::new(
            Status::Nonfinite,
            "values: the misfit or its derivatives overflow; start from values nearer to the measurement, or take larger units for dipoles \
             and measurement",
        ))
    }

    pub fn zero(count: usize) -> Result<Self> {
        Ok(Self {
            misfit: 0.0,
            gradient: try_vec("fit", count, 0.0)?,
            curvature: try_vec("fit", count * count, 0.0)?,
            model: Default::default(),
        })
    }

    /// Adds the part of a band.
    pub fn add(&mut self, part: Self) {
        self.misfit += part.misfit;
        self.gradient.iter_mut().zip(&part.gradient).for_each(|(total, x)| *total += x);
        self.curvature.iter_mut().zip(&part.curvature).for_each(|(total, x)| *total += x);
        for (model, its) in self.model.iter_mut().zip(part.model).filter(|(_, its)| !its.is_empty()) {
            *model = its;
        }
    }

    /// For residuals whose variances are `variance` times as large.
    pub fn divide_by(&mut self, variance: f64) {
        self.misfit /= variance;
        self.gradient.iter_mut().chain(&mut self.curvature).for_each(|x| *x /= variance);
    }

    /// Of values that the model does not have.
    pub fn infinite(count: usize) -> Result<Self> {
        Ok(Self { misfit: f64::INFINITY, ..Self::zero(count)? })
    }
}

pub struct Settings<'a> {
    pub lower: &'a [f64],
    pub upper: &'a [f64],
    pub max_iterations: usize,
    /// Relative gain in the misfit, promised and made, below which the fit has converged.
    pub misfit_tolerance: f64,
    /// Change of the model in units of `data_norm` below which it has.
    pub step_tolerance: f64,
    /// Cosine of the angle between residuals and the columns of J below which it has.
    pub gradient_tolerance: f64,
    /// Norm of what is fitted, in its uncertainties.
    pub data_norm: f64,
}

/// Why a fit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Misfit,
    Step,
    Gradient,
    MaxIterations,
    /// No step, however short, makes the misfit smaller.
    NoProgress,
    Cancelled,
}

pub struct Minimum {
    pub values: Vec<f64>,
    pub normal: Normal,
    pub reason: Reason,
    pub iterations: usize,
    pub evaluations: usize,
}

/// Above this multiplier steps are shorter than rounding.
const LARGEST_LAMBDA: f64 = 1e16;

/// What an evaluation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Misfit and model; gradient and curvature may be anything.
    Misfit,
    Everything,
}

/// Minimises from `start`, which lies within the bounds. Returns what it has when `evaluate` is interrupted, with the error.
///
/// A step that promises less than the tolerance is the last one if it keeps its word, so its end needs the misfit alone: the
/// gradient and the curvature of the minimum are then those of the place before that step.
pub fn minimise(
    start: Vec<f64>,
    settings: &Settings,
    mut evaluate: impl FnMut(&[f64], Want) -> Result<Normal>,
) -> Result<(Minimum, Option<Error>)> {
    let count = start.len();
    let mut best = Minimum {
        normal: evaluate(&start, Want::Everything)?,
        values: start,
        reason: Reason::MaxIterations,
        iterations: 0,
        evaluations: 1,
    };
    let mut scale = try_vec("fit", count, 0.0f64)?;
    let (mut lambda, mut growth) = (1e-3, 2.0);
    best.normal.check()?;
    while best.iterations < settings.max_iterations {
        for (p, scale) in scale.iter_mut().enumerate() {
            *scale = scale.max(best.normal.curvature[p * count + p]);
        }
        let held = held(&best, settings)?;
        if angle(&best.normal, &held) <= settings.gradient_tolerance {
            best.reason = Reason::Gradient;
            return Ok((best, None));
        }
        best.iterations += 1;
        // Shorter and shorter steps until one gains.
        loop {
            let step = damped_step(&best.normal, &scale, lambda, &held)?;
            let mut values = try_collect("fit", best.values.iter().copied())?;
            let mut taken = try_vec("fit", count, 0.0)?;
            for p in 0..count {
                values[p] = (values[p] + step[p]).clamp(settings.lower[p], settings.upper[p]);
                taken[p] = values[p] - best.values[p];
            }
            let promised = promised_gain(&best.normal, &taken);
            let length = (0..count).map(|p| scale[p] * taken[p] * taken[p]).sum::<f64>().sqrt();
            if length <= settings.step_tolerance * settings.data_norm {
                best.reason = Reason::Step;
                return Ok((best, None));
            }
            let small = settings.misfit_tolerance * best.normal.misfit;
            let is_last = promised <= small;
            let mut normal = match evaluate(&values, if is_last { Want::Misfit } else { Want::Everything }) {
                Ok(normal) => normal,
                Err(error) => {
                    best.reason = Reason::Cancelled;
                    return Ok((best, Some(error)));
                }
            };
            best.evaluations += 1;
            let gain = best.normal.misfit - normal.misfit;
            // A model that cannot be evaluated there has gained nothing.
            let ratio = if gain.is_finite() && promised > 0.0 { gain / promised } else { -1.0 };
            if gain > 0.0 && ratio > 1e-4 {
                if is_last && gain <= small {
                    best.values = values;
                    (best.normal.misfit, best.normal.model) = (normal.misfit, normal.model);
                    best.reason = Reason::Misfit;
                    return Ok((best, None));
                }
                if is_last {
                    // It gained more than it promised: the fit goes on from there.
                    normal = match evaluate(&values, Want::Everything) {
                        Ok(normal) => normal,
                        Err(error) => {
                            best.reason = Reason::Cancelled;
                            return Ok((best, Some(error)));
                        }
                    };
                    best.evaluations += 1;
                }
                normal.check()?;
                (best.values, best.normal) = (values, normal);
                lambda = (lambda * (1.0 - (2.0 * ratio - 1.0).powi(3)).max(1.0 / 3.0)).max(1e-15);
                growth = 2.0;
                break;
            }
            if promised.abs() <= 4.0 * f64::EPSILON * best.normal.misfit || lambda >= LARGEST_LAMBDA {
                // What the model promises is below the rounding of the misfit: this is as low as it gets.
                best.reason = if lambda >= LARGEST_LAMBDA { Reason::NoProgress } else { Reason::Misfit };
                return Ok((best, None));
            }
            lambda *= growth;
            growth *= 2.0;
        }
    }
    Ok((best, None))
}

/// Which values are at a bound that the misfit pushes against.
fn held(best: &Minimum, settings: &Settings) -> Result<Vec<bool>> {
    let outward = |p: usize| {
        let (value, slope) = (best.values[p], best.normal.gradient[p]);
        (value <= settings.lower[p] && slope > 0.0) || (value >= settings.upper[p] && slope < 0.0)
    };
    try_collect("fit", (0..best.values.len()).map(outward))
}

/// The largest cosine between the residuals and a column of J.
fn angle(normal: &Normal, held: &[bool]) -> f64 {
    let count = held.len();
    let residual = (2.0 * normal.misfit).sqrt();
    let cosine = |p: usize| {
        let norm = normal.curvature[p * count + p].sqrt() * residual;
        if norm > 0.0 { normal.gradient[p].abs() / norm } else { 0.0 }
    };
    (0..count).filter(|&p| !held[p]).map(cosine).fold(0.0, f64::max)
}

/// `-(A + lambda D)^-1 g` of the values that are not held; 0 for the others.
fn damped_step(normal: &Normal, scale: &[f64], lambda: f64, held: &[bool]) -> Result<Vec<f64>> {
    let count = scale.len();
    let mut matrix = try_collect("fit", normal.curvature.iter().copied())?;
    for p in 0..count {
        matrix[p * count + p] += lambda * scale[p];
    }
    let mut free = try_vec("fit", count, false)?;
    for p in 0..count {
        // What changes nothing is left where it is.
        free[p] = !held[p] && normal.curvature[p * count + p] > 0.0;
    }
    let factor = Factor::new(&matrix, &free)?;
    let mut step = try_collect("fit", normal.gradient.iter().map(|g| -g))?;
    factor.solve(&mut step);
    Ok(step)
}

fn promised_gain(normal: &Normal, step: &[f64]) -> f64 {
    let count = step.len();
    let mut gain = 0.0;
    for p in 0..count {
        let row = &normal.curvature[p * count..(p + 1) * count];
        let curved: f64 = row.iter().zip(step).map(|(a, d)| a * d).sum();
        gain -= step[p] * (normal.gradient[p] + 0.5 * curved);
    }
    gain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Residuals and their Jacobian as functions of the values.
    fn normal(residuals: &[f64], rows: &[Vec<f64>]) -> Normal {
        let count = rows[0].len();
        let mut normal = Normal::zero(count).unwrap();
        for (r, row) in residuals.iter().zip(rows) {
            normal.misfit += 0.5 * r * r;
            for p in 0..count {
                normal.gradient[p] += r * row[p];
                for q in 0..count {
                    normal.curvature[p * count + q] += row[p] * row[q];
                }
            }
        }
        normal
    }

    fn settings<'a>(lower: &'a [f64], upper: &'a [f64]) -> Settings<'a> {
        Settings {
            lower,
            upper,
            max_iterations: 200,
            misfit_tolerance: 1e-14,
            step_tolerance: 1e-14,
            gradient_tolerance: 1e-14,
            data_norm: 1.0,
        }
    }

    /// Rosenbrock's valley: minimum 0 at (1, 1).
    fn rosenbrock(v: &[f64], _: Want) -> Result<Normal> {
        Ok(normal(&[10.0 * (v[1] - v[0] * v[0]), 1.0 - v[0]], &[vec![-20.0 * v[0], 10.0], vec![-1.0, 0.0]]))
    }

    #[test]
    fn a_curved_valley_is_followed_to_its_minimum() {
        let (free, free_up) = ([f64::NEG_INFINITY; 2], [f64::INFINITY; 2]);
        let (minimum, error) = minimise(vec![-1.2, 1.0], &settings(&free, &free_up), rosenbrock).unwrap();
        assert!(error.is_none() && minimum.reason != Reason::MaxIterations && minimum.reason != Reason::NoProgress);
        assert!(minimum.values.iter().all(|v| (v - 1.0).abs() < 1e-9), "{:?}", minimum.values);
        assert!(minimum.evaluations < 60, "{}", minimum.evaluations);
    }

    #[test]
    fn a_bound_between_start_and_minimum_holds() {
        // With v0 <= 0.5 the minimum is at (0.5, 0.25); with v1 <= 0.16 it is where the derivative along v0 vanishes.
        let (low, high) = ([-2.0, -2.0], [0.5, 2.0]);
        let (minimum, _) = minimise(vec![-1.2, 1.0], &settings(&low, &high), rosenbrock).unwrap();
        assert!((minimum.values[0] - 0.5).abs() < 1e-12 && (minimum.values[1] - 0.25).abs() < 1e-8, "{:?}", minimum.values);
        let (low, high) = ([-2.0, -2.0], [2.0, 0.16]);
        let (minimum, _) = minimise(vec![-1.2, 0.1], &settings(&low, &high), rosenbrock).unwrap();
        let x = minimum.values[0];
        let slope = -400.0 * x * (minimum.values[1] - x * x) - 2.0 * (1.0 - x);
        assert!(minimum.values[1] == 0.16 && slope.abs() < 1e-5, "{:?} {slope}", minimum.values);
    }

    #[test]
    fn what_the_data_do_not_determine_is_named_and_left_alone() {
        // Only v0 + v1 is seen, and v2 not at all.
        let evaluate = |v: &[f64], _: Want| Ok(normal(&[v[0] + v[1] - 3.0], &[vec![1.0, 1.0, 0.0]]));
        let (low, high) = ([-9.0; 3], [9.0; 3]);
        let (minimum, _) = minimise(vec![0.0, 0.0, 7.0], &settings(&low, &high), evaluate).unwrap();
        assert!((minimum.values[0] + minimum.values[1] - 3.0).abs() < 1e-9 && minimum.values[2] == 7.0);
        let factor = Factor::new(&minimum.normal.curvature, &[true; 3]).unwrap();
        assert_eq!(factor.undetermined, [true; 3]);
    }

    #[test]
    fn the_inverse_is_the_inverse() {
        let matrix = [4.0e6, 1.0e3, -2.0e-3, 1.0e3, 3.0, 1.0e-7, -2.0e-3, 1.0e-7, 5.0e-11];
        let inverse = Factor::new(&matrix, &[true; 3]).unwrap().inverse().unwrap();
        for p in 0..3 {
            for q in 0..3 {
                let product: f64 = (0..3).map(|s| matrix[p * 3 + s] * inverse[s * 3 + q]).sum();
                let scale = (matrix[p * 4] / matrix[q * 4]).sqrt();
                assert!((product / scale - if p == q { 1.0 } else { 0.0 }).abs() < 1e-13);
            }
        }
    }
}
