//! The fit itself.

use super::fit_model::{MeasuredViews, Model, Sizes, model_outputs, write_matrix};
use super::fit_options::{GivenFit, hl_exciton_fit_options, hl_exciton_fit_result};
use super::options::hl_exciton_options;
use super::sample::Purpose;
use super::spectra::write;
use crate::array::{ViewMut, disjoint};
use crate::capi::arrays::wanted;
use crate::capi::guard::{self, hl_status, refuse};
use crate::error::{Result, Status, try_vec};
use std::fmt::Write;
use crate::exciton::fit::{self, Fit};

/// The values of parameters that suit measured spectra best: bounded least squares (Levenberg and Marquardt), with priors,
/// from one start or several.
///
/// Minimises the misfit of hl_exciton_residual_gradient (model, parameters and arrays as there) plus
/// 1/2 sum_p ((value_p - prior_p) / prior_sigma_p)^2. The covariance is the inverse of J^T J at the minimum, J being the
/// derivatives of all residuals in their standard deviations (taken before the last step if that gained less than
/// misfit_tolerance). It is 0 for values that end at a bound, and infinite for values that nothing determines.
///
/// @param n_conf               number of configurations, at least 1
/// @param n_site               number of pigments
/// @param n_absorption         number of points of absorption; 0 leaves absorption out
/// @param n_cd                 the same for CD
/// @param n_parameter          number of parameters
/// @param hamiltonians         [n_conf][n_site][n_site] cm-1
/// @param dipoles              [n_conf][n_site][3]
/// @param positions            [n_conf][n_site][3] Angstrom; NULL only without CD
/// @param weights              [n_conf], or NULL
/// @param absorption_grid      [n_absorption] cm-1, ascending
/// @param absorption_measured  [n_absorption]
/// @param absorption_sigma     [n_absorption], or NULL for 1
/// @param cd_grid              [n_cd] cm-1, ascending
/// @param cd_measured          [n_cd]
/// @param cd_sigma             [n_cd], or NULL for 1
/// @param parameters           [n_parameter][3] kind, first, second
/// @param values               [n_parameter] in: the start; out: the best values
/// @param standard_errors      [n_parameter] roots of the diagonal of covariance, or NULL
/// @param covariance           [n_parameter][n_parameter], or NULL
/// @param correlation          [n_parameter][n_parameter] covariance over both standard errors, 1 on the diagonal, or NULL
/// @param absorption           [n_absorption] the model at the best values, or NULL
/// @param cd                   [n_cd] the model at the best values, or NULL
/// @param result               how the fit ended, or NULL
/// @param options              NULL for defaults. Progress counts configurations, as if every start took max_iterations
/// @param fit_options          NULL for defaults
///
/// Outputs share no element with each other or with inputs. Errors as for hl_exciton_residual_gradient; HL_ERR_OPTION for
/// fit_options; HL_ERR_ARGUMENT for a start outside its bounds; HL_ERR_SINGULAR if the measurement and the priors do not
/// determine all values (the message names their rows). After HL_ERR_SINGULAR all outputs are written; after HL_ERR_CANCELLED
/// and the callback's own negative status they are if the start was evaluated: the best values so far. With any other status
/// but HL_OK, and if the callback ends the first evaluation, they are untouched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_fit(
    n_conf: isize,
    n_site: isize,
    n_absorption: isize,
    n_cd: isize,
    n_parameter: isize,
    hamiltonians: *const f64,
    hamiltonians_strides: *const isize,
    dipoles: *const f64,
    dipoles_strides: *const isize,
    positions: *const f64,
    positions_strides: *const isize,
    weights: *const f64,
    weights_strides: *const isize,
    absorption_grid: *const f64,
    absorption_grid_strides: *const isize,
    absorption_measured: *const f64,
    absorption_measured_strides: *const isize,
    absorption_sigma: *const f64,
    absorption_sigma_strides: *const isize,
    cd_grid: *const f64,
    cd_grid_strides: *const isize,
    cd_measured: *const f64,
    cd_measured_strides: *const isize,
    cd_sigma: *const f64,
    cd_sigma_strides: *const isize,
    parameters: *const i32,
    parameters_strides: *const isize,
    values: *mut f64,
    values_strides: *const isize,
    standard_errors: *mut f64,
    standard_errors_strides: *const isize,
    covariance: *mut f64,
    covariance_strides: *const isize,
    correlation: *mut f64,
    correlation_strides: *const isize,
    absorption: *mut f64,
    absorption_strides: *const isize,
    cd: *mut f64,
    cd_strides: *const isize,
    result: *mut hl_exciton_fit_result,
    options: *const hl_exciton_options,
    fit_options: *const hl_exciton_fit_options,
) -> hl_status {
    guard::status("hl_exciton_fit", || {
        let sizes = Sizes::new(n_conf, n_site, n_absorption, n_cd, n_parameter)?;
        let square = [sizes.parameters, sizes.parameters];
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (mut model, measured, mut values, errors, matrices, spectra, result, given_fit) = unsafe {
            (
                Model::new(
                    sizes,
                    (hamiltonians, hamiltonians_strides),
                    (dipoles, dipoles_strides),
                    (positions, positions_strides),
                    (weights, weights_strides),
                    [(absorption_grid, absorption_grid_strides), (cd_grid, cd_grid_strides)],
                    (parameters, parameters_strides),
                    options,
                    Purpose::Measured,
                )?,
                MeasuredViews::new(
                    sizes,
                    [(absorption_measured, absorption_measured_strides), (cd_measured, cd_measured_strides)],
                    [(absorption_sigma, absorption_sigma_strides), (cd_sigma, cd_sigma_strides)],
                )?,
                ViewMut::new("values", values, [sizes.parameters], values_strides)?,
                wanted("standard_errors", standard_errors, [sizes.parameters], standard_errors_strides)?,
                [
                    wanted("covariance", covariance, square, covariance_strides)?,
                    wanted("correlation", correlation, square, correlation_strides)?,
                ],
                model_outputs(sizes, [(absorption, absorption_strides), (cd, cd_strides)])?,
                wanted("result", result, [], std::ptr::null())?,
                GivenFit::new(fit_options, sizes.parameters)?,
            )
        };
        let mut inputs = model.take_footprints();
        inputs.extend(measured.footprints());
        inputs.extend(given_fit.footprints);
        let mut outputs = vec![values.footprint()];
        outputs.extend(errors.iter().chain(spectra.iter().flatten()).map(ViewMut::footprint));
        outputs.extend(matrices.iter().flatten().map(ViewMut::footprint));
        outputs.extend(result.iter().map(ViewMut::footprint));
        outputs.extend(model.sample.outputs());
        disjoint(&inputs, &outputs)?;
        let ld = model.sample.ld.take();
        let measured = measured.read(&model)?;
        let mut start = try_vec("values", sizes.parameters, 0.0)?;
        for (p, slot) in start.iter_mut().enumerate() {
            *slot = values.at([p]);
        }
        let mut done = None;
        model.solve(measured.points(), |problem, progress| {
            let fit = Fit {
                problem,
                measured: &measured,
                lower: given_fit.lower,
                upper: given_fit.upper,
                prior: given_fit.prior,
                prior_sigma: given_fit.prior_sigma,
                starts: given_fit.raw.n_start as usize,
                seed: given_fit.raw.seed,
                max_iterations: given_fit.raw.max_iterations as usize,
                misfit_tolerance: given_fit.raw.misfit_tolerance,
                step_tolerance: given_fit.raw.step_tolerance,
                gradient_tolerance: given_fit.raw.gradient_tolerance,
                scales_covariance: given_fit.scales_covariance,
            };
            done = Some(fit::fit(&fit, start, progress)?);
            Ok(())
        })?;
        let (outcome, interruption) = done.expect("solved");
        let count = sizes.parameters;
        let error_of = |p: usize| outcome.covariance[p * count + p].sqrt();
        for p in 0..count {
            values.set([p], outcome.values[p]);
        }
        if let Some(mut errors) = errors {
            for p in 0..count {
                errors.set([p], error_of(p));
            }
        }
        let [covariance, correlation] = matrices;
        if let Some(mut output) = covariance {
            write_matrix(&mut output, &outcome.covariance);
        }
        if let Some(mut output) = correlation {
            for p in 0..count {
                for q in 0..count {
                    let product = error_of(p) * error_of(q);
                    let shared = outcome.covariance[p * count + q];
                    let value = if p == q { 1.0 } else if product > 0.0 { shared / product } else { 0.0 };
                    output.set([p, q], value);
                }
            }
        }
        if let Some(mut output) = result {
            output.set([], hl_exciton_fit_result::new(&outcome));
        }
        for (output, values) in spectra.into_iter().chain([ld]).zip(outcome.spectra) {
            write(output, values);
        }
        if let Some(interruption) = interruption {
            return Err(interruption);
        }
        refuse_undetermined(&outcome.undetermined)
    })
}

/// The rows that nothing determines, the first few by number.
fn refuse_undetermined(undetermined: &[bool]) -> Result<()> {
    const NAMED: usize = 8;
    let mut rows = String::new();
    let mut count = 0;
    for (p, _) in undetermined.iter().enumerate().filter(|(_, is_undetermined)| **is_undetermined) {
        count += 1;
        if count <= NAMED {
            let separator = if count == 1 { "" } else { ", " };
            let _ = write!(rows, "{separator}{p}");
        }
    }
    match count {
        0 => Ok(()),
        1 => refuse(
            Status::Singular,
            format!("parameters: row {rows} changes nothing that was measured; leave it out, or give it a prior (prior, prior_sigma)"),
        ),
        _ => {
            let more = if count > NAMED { ", ..." } else { "" };
            refuse(
                Status::Singular,
                format!(
                    "parameters: rows {rows}{more} cannot be told from each other, or change nothing that was measured; leave \
                     some out, or give them priors (prior, prior_sigma)"
                ),
            )
        }
    }
}
