//! Sticks to spectra, and Hamiltonians straight to spectra.

use super::options::{Given, hl_exciton_options};
use crate::array::{Footprint, View, ViewMut, disjoint, extent};
use crate::capi::arrays::{needed, wanted};
use crate::capi::guard::{self, hl_status};
use crate::error::Result;
use crate::exciton::{self, Needs, StickArrays, System, Widths};

/// Sticks to spectra on the caller's grid: the weighted mean over configurations.
///
/// absorption(x) = sum_c w_c sum_k D_ck g(x - e_ck) / sum_c w_c, and CD likewise with R; g is the lineshape of the
/// options.
///
/// @param n_conf                number of configurations, at least 1
/// @param n_exciton             number of sticks of each
/// @param n_grid                number of grid points
/// @param energies              [n_conf][n_exciton] cm-1, absolute
/// @param dipole_strengths      [n_conf][n_exciton]; NULL only without absorption
/// @param rotational_strengths  [n_conf][n_exciton]; NULL only without cd
/// @param weights               [n_conf] not negative, with a positive sum; NULL for equal weights
/// @param grid                  [n_grid] cm-1, ascending
/// @param absorption            [n_grid], or NULL
/// @param cd                    [n_grid], or NULL
/// @param options               NULL for defaults. With fwhm_by = HL_FWHM_PER_EXCITON, fwhm_values [n_exciton] belong to
///                              the columns of energies; HL_FWHM_PER_SITE is refused. energy_offset, deleted,
///                              normalize_dipoles and cd_scale concern Hamiltonians and are not used
///
/// Outputs share no element with each other or with inputs. Errors: HL_ERR_SHAPE for n_conf = 0; array errors;
/// HL_ERR_NONFINITE, also where a spectrum overflows; HL_ERR_ARGUMENT (grid not ascending, weights), HL_ERR_OPTION. With any status but HL_OK the
/// outputs are untouched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_broaden(
    n_conf: isize,
    n_exciton: isize,
    n_grid: isize,
    energies: *const f64,
    energies_strides: *const isize,
    dipole_strengths: *const f64,
    dipole_strengths_strides: *const isize,
    rotational_strengths: *const f64,
    rotational_strengths_strides: *const isize,
    weights: *const f64,
    weights_strides: *const isize,
    grid: *const f64,
    grid_strides: *const isize,
    absorption: *mut f64,
    absorption_strides: *const isize,
    cd: *mut f64,
    cd_strides: *const isize,
    options: *const hl_exciton_options,
) -> hl_status {
    guard::status("hl_exciton_broaden", || {
        let n_conf = extent("n_conf", n_conf)?;
        let n_exciton = extent("n_exciton", n_exciton)?;
        let n_grid = extent("n_grid", n_grid)?;
        let rows = [n_conf, n_exciton];
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (arrays, weights, grid, spectra, given) = unsafe {
            (
                StickArrays {
                    energies: View::new("energies", energies, rows, energies_strides)?,
                    dipole_strengths: needed(
                        "dipole_strengths",
                        !absorption.is_null(),
                        dipole_strengths,
                        rows,
                        dipole_strengths_strides,
                    )?,
                    rotational_strengths: needed(
                        "rotational_strengths",
                        !cd.is_null(),
                        rotational_strengths,
                        rows,
                        rotational_strengths_strides,
                    )?,
                },
                needed("weights", !weights.is_null(), weights, [n_conf], weights_strides)?,
                View::new("grid", grid, [n_grid], grid_strides)?,
                SpectrumOutputs::new(n_grid, absorption, absorption_strides, cd, cd_strides)?,
                Given::new(options, n_exciton, false)?,
            )
        };
        let mut inputs = given.footprints;
        inputs.extend([arrays.energies.footprint(), grid.footprint()]);
        inputs.extend([arrays.dipole_strengths, arrays.rotational_strengths].iter().flatten().map(View::footprint));
        inputs.extend(weights.iter().map(View::footprint));
        spectra.check_disjoint(&inputs)?;
        let mut progress = given.progress;
        let result = exciton::broaden(&arrays, weights, &grid, &given.options, &mut progress)?;
        spectra.write(result);
        Ok(())
    })
}

/// Hamiltonians straight to spectra on the caller's grid: the weighted mean over configurations, without storage per
/// configuration.
///
/// What hl_exciton_sticks and hl_exciton_broaden do together; formulas there.
///
/// @param n_conf        number of configurations, at least 1
/// @param n_site        number of pigments
/// @param n_grid        number of grid points
/// @param hamiltonians  [n_conf][n_site][n_site] cm-1, symmetric to 1e-12 of the largest element (the lower triangle is
///                      used); absolute energies, or relative ones with energy_offset
/// @param dipoles       [n_conf][n_site][3] any unit; stride 0 on the first axis shares one set
/// @param positions     [n_conf][n_site][3] Angstrom; NULL only without cd
/// @param weights       [n_conf] not negative, with a positive sum; NULL for equal weights
/// @param grid          [n_grid] cm-1, ascending
/// @param absorption    [n_grid], or NULL
/// @param cd            [n_grid], or NULL
/// @param options       NULL for defaults
///
/// Outputs share no element with each other or with inputs. Errors: HL_ERR_SHAPE for n_conf = 0; array errors;
/// HL_ERR_NONFINITE and HL_ERR_ARGUMENT (asymmetric; site energy not positive though CD is asked for; numbers so large that
/// strengths overflow; grid not ascending; weights) name the element; HL_ERR_NONFINITE also where a spectrum overflows; HL_ERR_OPTION; HL_ERR_NOT_CONVERGED. With any status but HL_OK the outputs are
/// untouched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_spectrum(
    n_conf: isize,
    n_site: isize,
    n_grid: isize,
    hamiltonians: *const f64,
    hamiltonians_strides: *const isize,
    dipoles: *const f64,
    dipoles_strides: *const isize,
    positions: *const f64,
    positions_strides: *const isize,
    weights: *const f64,
    weights_strides: *const isize,
    grid: *const f64,
    grid_strides: *const isize,
    absorption: *mut f64,
    absorption_strides: *const isize,
    cd: *mut f64,
    cd_strides: *const isize,
    options: *const hl_exciton_options,
) -> hl_status {
    guard::status("hl_exciton_spectrum", || {
        let n_conf = extent("n_conf", n_conf)?;
        let n_site = extent("n_site", n_site)?;
        let n_grid = extent("n_grid", n_grid)?;
        let vectors = [n_conf, n_site, 3];
        let rotation = !cd.is_null();
        let dipoles_wanted = rotation || !absorption.is_null();
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (hamiltonians, dipoles, positions, weights, grid, spectra, given) = unsafe {
            (
                View::new("hamiltonians", hamiltonians, [n_conf, n_site, n_site], hamiltonians_strides)?,
                needed("dipoles", dipoles_wanted, dipoles, vectors, dipoles_strides)?,
                needed("positions", rotation, positions, vectors, positions_strides)?,
                needed("weights", !weights.is_null(), weights, [n_conf], weights_strides)?,
                View::new("grid", grid, [n_grid], grid_strides)?,
                SpectrumOutputs::new(n_grid, absorption, absorption_strides, cd, cd_strides)?,
                Given::new(options, n_site, true)?,
            )
        };
        let mut inputs = given.footprints;
        inputs.extend([hamiltonians.footprint(), grid.footprint()]);
        inputs.extend([dipoles, positions].iter().flatten().map(View::footprint));
        inputs.extend(weights.iter().map(View::footprint));
        spectra.check_disjoint(&inputs)?;
        let system = System {
            hamiltonians,
            dipoles,
            positions,
            kept: given.options.kept_sites(if n_conf == 0 { 0 } else { n_site })?,
            energy_offset: given.options.energy_offset,
            normalize_dipoles: given.options.normalize_dipoles,
            axis: None,
            spread: None,
            needs: Needs {
                dipoles: dipoles_wanted,
                rotation,
                eigenvectors: matches!(given.options.widths, Widths::PerSite { .. }),
            },
        };
        let mut progress = given.progress;
        let result = exciton::spectrum(&system, weights, &grid, &given.options, &mut progress)?;
        spectra.write(result);
        Ok(())
    })
}

/// Where spectra go.
struct SpectrumOutputs<'a> {
    absorption: Option<ViewMut<'a, f64, 1>>,
    cd: Option<ViewMut<'a, f64, 1>>,
}

impl SpectrumOutputs<'_> {
    /// # Safety
    /// As for `wanted`.
    unsafe fn new(
        n_grid: usize,
        absorption: *mut f64,
        absorption_strides: *const isize,
        cd: *mut f64,
        cd_strides: *const isize,
    ) -> Result<Self> {
        // SAFETY: passed on.
        unsafe {
            Ok(Self {
                absorption: wanted("absorption", absorption, [n_grid], absorption_strides)?,
                cd: wanted("cd", cd, [n_grid], cd_strides)?,
            })
        }
    }

    fn check_disjoint(&self, inputs: &[Footprint]) -> Result<()> {
        let outputs: Vec<_> = [&self.absorption, &self.cd].into_iter().flatten().map(ViewMut::footprint).collect();
        disjoint(inputs, &outputs)
    }

    fn write(self, spectra: exciton::Spectra) {
        write(self.absorption, spectra.absorption);
        write(self.cd, spectra.cd);
    }
}

/// Values into an output that the caller may have left out.
pub(super) fn write(output: Option<ViewMut<f64, 1>>, values: Vec<f64>) {
    if let Some(mut output) = output {
        for (i, value) in values.into_iter().enumerate() {
            output.set([i], value);
        }
    }
}
