//! Misfit and gradient, and the Jacobian.

use super::fit_model::{MeasuredViews, Model, Sizes, model_outputs, write_matrix};
use super::options::hl_exciton_options;
use super::sample::Purpose;
use super::spectra::write;
use crate::array::{View, ViewMut, disjoint};
use crate::capi::arrays::wanted;
use crate::capi::guard::{self, hl_status};
use crate::exciton::fit;

/// The misfit of the mean spectra to measured ones, and its gradient with respect to the parameters.
///
/// misfit = 1/2 sum_i ((model_i - measured_i) / sigma_i)^2 over the points of absorption and of CD, where
/// model(x) = scale x^p S(x - shift) + offset, S is the mean spectrum of hl_exciton_spectrum with the parameters' changes
/// made to every configuration, and p is 1 with frequency_prefactor (of the point, not moved by the shift), else 0. Lines
/// are Gaussian and not cut, so cutoff and broadening are not used. Degenerate levels are nothing special: the derivative
/// of tr(B g(H)) is sum_kl X_kl B_kl g[e_k, e_l] with divided differences of the line g (Daletskii and Krein).
///
/// The field `sample` of the options adds linear dichroism as a third spectrum, sums over variants of the complex, and
/// disorder that is drawn on the fly.
///
/// A row of `parameters` is a kind, HL_PARAMETER_*, and what it concerns: a site, two sites, a site and an axis, a site and a variant, a variant, or
/// HL_SPECTRUM_*. No two rows may set the same number. What has no row is not changed (widths are then those of the options).
///
/// @param n_conf               number of configurations, at least 1
/// @param n_site               number of pigments
/// @param n_absorption         number of points of absorption; 0 leaves absorption out, and its arrays may be NULL
/// @param n_cd                 the same for CD
/// @param n_parameter          number of parameters
/// @param hamiltonians         [n_conf][n_site][n_site] cm-1, symmetric to 1e-12 of the largest element
/// @param dipoles              [n_conf][n_site][3] any unit; stride 0 on the first axis shares one set
/// @param positions            [n_conf][n_site][3] Angstrom; NULL only without CD
/// @param weights              [n_conf] not negative, with a positive sum; NULL for equal weights
/// @param absorption_grid      [n_absorption] cm-1, ascending
/// @param absorption_measured  [n_absorption]
/// @param absorption_sigma     [n_absorption] standard deviations, positive; infinite for a point that does not count;
///                             NULL for 1
/// @param cd_grid              [n_cd] cm-1, ascending
/// @param cd_measured          [n_cd]
/// @param cd_sigma             [n_cd], or NULL for 1
/// @param parameters           [n_parameter][3] kind, first, second
/// @param values               [n_parameter]
/// @param misfit               where one number goes, or NULL
/// @param gradient             [n_parameter] d misfit / d value, or NULL
/// @param absorption           [n_absorption] the model, or NULL
/// @param cd                   [n_cd] the model, or NULL
/// @param options              NULL for defaults
///
/// Outputs share no element with each other or with inputs. Errors: HL_ERR_SHAPE for n_conf = 0; array errors;
/// HL_ERR_NONFINITE, also where a result overflows; HL_ERR_ARGUMENT names configuration, point or row (components of dipoles and
/// positions are at most 1e75, values 1e100, a sigma at least 1e-150); HL_ERR_OPTION (a lineshape or widths without
/// derivatives; normalize_dipoles with dipoles as parameters; lines too narrow for the grid); HL_ERR_NOT_CONVERGED. With any
/// status but HL_OK the outputs are untouched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_residual_gradient(
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
    values: *const f64,
    values_strides: *const isize,
    misfit: *mut f64,
    gradient: *mut f64,
    gradient_strides: *const isize,
    absorption: *mut f64,
    absorption_strides: *const isize,
    cd: *mut f64,
    cd_strides: *const isize,
    options: *const hl_exciton_options,
) -> hl_status {
    guard::status("hl_exciton_residual_gradient", || {
        let sizes = Sizes::new(n_conf, n_site, n_absorption, n_cd, n_parameter)?;
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (mut model, measured, values, misfit, gradient, spectra) = unsafe {
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
                View::new("values", values, [sizes.parameters], values_strides)?,
                wanted("misfit", misfit, [], std::ptr::null())?,
                wanted("gradient", gradient, [sizes.parameters], gradient_strides)?,
                model_outputs(sizes, [(absorption, absorption_strides), (cd, cd_strides)])?,
            )
        };
        let mut inputs = model.take_footprints();
        inputs.extend(measured.footprints());
        inputs.push(values.footprint());
        let mut outputs: Vec<_> = misfit.iter().map(ViewMut::footprint).collect();
        outputs.extend(gradient.iter().chain(spectra.iter().flatten()).map(ViewMut::footprint));
        outputs.extend(model.sample.outputs());
        disjoint(&inputs, &outputs)?;
        let ld = model.sample.ld.take();
        let measured = measured.read(&model)?;
        let values = values.to_vec("values")?;
        let mut result = None;
        model.solve(measured.points(), |problem, progress| {
            progress.begin(problem.configurations())?;
            result = Some(fit::residual_gradient(problem, &measured, &values, progress)?);
            progress.end()
        })?;
        let result = result.expect("solved");
        if let Some(mut misfit) = misfit {
            misfit.set([], result.value);
        }
        write(gradient, result.gradient);
        for (output, values) in spectra.into_iter().chain([ld]).zip(result.spectra) {
            write(output, values);
        }
        Ok(())
    })
}

/// Mean spectra and their derivatives with respect to parameters, for Gauss-Newton methods and linear error analysis.
///
/// Model, parameters and arrays as for hl_exciton_residual_gradient.
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
/// @param cd_grid              [n_cd] cm-1, ascending
/// @param parameters           [n_parameter][3] kind, first, second
/// @param values               [n_parameter]
/// @param absorption           [n_absorption] the model, or NULL
/// @param cd                   [n_cd] the model, or NULL
/// @param absorption_jacobian  [n_absorption][n_parameter], or NULL
/// @param cd_jacobian          [n_cd][n_parameter], or NULL
/// @param options              NULL for defaults
///
/// Outputs share no element with each other or with inputs. Errors as for hl_exciton_residual_gradient. With any status but
/// HL_OK the outputs are untouched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_jacobian(
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
    cd_grid: *const f64,
    cd_grid_strides: *const isize,
    parameters: *const i32,
    parameters_strides: *const isize,
    values: *const f64,
    values_strides: *const isize,
    absorption: *mut f64,
    absorption_strides: *const isize,
    cd: *mut f64,
    cd_strides: *const isize,
    absorption_jacobian: *mut f64,
    absorption_jacobian_strides: *const isize,
    cd_jacobian: *mut f64,
    cd_jacobian_strides: *const isize,
    options: *const hl_exciton_options,
) -> hl_status {
    guard::status("hl_exciton_jacobian", || {
        let sizes = Sizes::new(n_conf, n_site, n_absorption, n_cd, n_parameter)?;
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (mut model, values, spectra, rows) = unsafe {
            let rows_of = |points: usize| [points, sizes.parameters];
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
                    Purpose::Jacobian,
                )?,
                View::new("values", values, [sizes.parameters], values_strides)?,
                model_outputs(sizes, [(absorption, absorption_strides), (cd, cd_strides)])?,
                [
                    wanted(
                        "absorption_jacobian",
                        absorption_jacobian,
                        rows_of(sizes.points[0]),
                        absorption_jacobian_strides,
                    )?,
                    wanted("cd_jacobian", cd_jacobian, rows_of(sizes.points[1]), cd_jacobian_strides)?,
                ],
            )
        };
        let mut inputs = model.take_footprints();
        inputs.push(values.footprint());
        let mut outputs: Vec<_> = spectra.iter().flatten().map(ViewMut::footprint).collect();
        outputs.extend(rows.iter().flatten().map(ViewMut::footprint));
        outputs.extend(model.sample.outputs());
        disjoint(&inputs, &outputs)?;
        let (ld, ld_rows) = (model.sample.ld.take(), model.sample.ld_jacobian.take());
        let points = model.points()?;
        let values = values.to_vec("values")?;
        let mut result = None;
        model.solve(std::array::from_fn(|band| points[band].as_slice()), |problem, progress| {
            progress.begin(problem.configurations())?;
            let with_rows = rows.iter().any(Option::is_some) || ld_rows.is_some();
            result = Some(fit::jacobian(problem, &values, with_rows, progress)?.checked(values.len())?);
            progress.end()
        })?;
        let result = result.expect("solved");
        for (output, values) in spectra.into_iter().chain([ld]).zip(result.spectra) {
            write(output, values);
        }
        for (output, values) in rows.into_iter().chain([ld_rows]).zip(result.rows) {
            if let Some(mut output) = output {
                write_matrix(&mut output, &values);
            }
        }
        Ok(())
    })
}
