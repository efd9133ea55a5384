//! Linear dichroism.

use crate::array::{View, ViewMut, disjoint, extent};
use super::options::{Given, hl_exciton_options};
use super::sample::unit_axis;
use super::spectra::write;
use crate::capi::arrays::needed;
use crate::capi::guard::{self, hl_status};
use crate::exciton::{self, Needs, System, Widths};

/// Linear dichroism of samples that are oriented about an axis: the weighted mean over configurations, on the scale of
/// absorption.
///
/// LD(x) = sum_k LD_k g(x - e_k) with LD_k = 3/2 (3 (M_k . n)^2 - |M_k|^2): three times the absorption along n less that across
/// it for perfect order, so that LD / absorption is the reduced dichroism 3/2 (3 cos^2 - 1) of a band (Rodger and Norden,
/// Circular Dichroism and Linear Dichroism, 1997, section 2.3). Multiply it by the order parameter S of the sample. Excitons,
/// lines and options as for hl_exciton_spectrum.
///
/// @param n_conf        number of configurations, at least 1
/// @param n_site        number of pigments
/// @param n_grid        number of grid points
/// @param hamiltonians  [n_conf][n_site][n_site] cm-1
/// @param dipoles       [n_conf][n_site][3] any unit; stride 0 on the first axis shares one set
/// @param weights       [n_conf], or NULL for equal weights
/// @param grid          [n_grid] cm-1, ascending
/// @param axis          [3] the axis n, of any length but 0
/// @param ld            [n_grid]
/// @param options       NULL for defaults
///
/// The output shares no element with an input. Errors as for hl_exciton_spectrum; HL_ERR_ARGUMENT and HL_ERR_NONFINITE for the
/// axis. With any status but HL_OK the output is untouched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_linear_dichroism(
    n_conf: isize,
    n_site: isize,
    n_grid: isize,
    hamiltonians: *const f64,
    hamiltonians_strides: *const isize,
    dipoles: *const f64,
    dipoles_strides: *const isize,
    weights: *const f64,
    weights_strides: *const isize,
    grid: *const f64,
    grid_strides: *const isize,
    axis: *const f64,
    axis_strides: *const isize,
    ld: *mut f64,
    ld_strides: *const isize,
    options: *const hl_exciton_options,
) -> hl_status {
    guard::status("hl_exciton_linear_dichroism", || {
        let (n_conf, n_site, n_grid) = (extent("n_conf", n_conf)?, extent("n_site", n_site)?, extent("n_grid", n_grid)?);
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (hamiltonians, dipoles, weights, grid, axis, output, given) = unsafe {
            (
                View::new("hamiltonians", hamiltonians, [n_conf, n_site, n_site], hamiltonians_strides)?,
                View::new("dipoles", dipoles, [n_conf, n_site, 3], dipoles_strides)?,
                needed("weights", !weights.is_null(), weights, [n_conf], weights_strides)?,
                View::new("grid", grid, [n_grid], grid_strides)?,
                View::new("axis", axis, [3], axis_strides)?,
                ViewMut::new("ld", ld, [n_grid], ld_strides)?,
                Given::new(options, n_site, true)?,
            )
        };
        let mut inputs = given.footprints;
        inputs.extend([hamiltonians.footprint(), dipoles.footprint()]);
        inputs.extend([grid.footprint(), axis.footprint()]);
        inputs.extend(weights.iter().map(View::footprint));
        disjoint(&inputs, &[output.footprint()])?;
        let axis = unit_axis(&axis)?;
        let system = System {
            hamiltonians,
            dipoles: Some(dipoles),
            positions: None,
            kept: given.options.kept_sites(if n_conf == 0 { 0 } else { n_site })?,
            energy_offset: given.options.energy_offset,
            normalize_dipoles: given.options.normalize_dipoles,
            axis: Some(axis),
            spread: None,
            needs: Needs {
                dipoles: true,
                rotation: false,
                eigenvectors: matches!(given.options.widths, Widths::PerSite { .. }),
            },
        };
        let mut progress = given.progress;
        let result = exciton::spectrum(&system, weights, &grid, &given.options, &mut progress)?;
        write(Some(output), result.absorption);
        Ok(())
    })
}
