//! Hamiltonians to sticks.

use super::options::{Given, hl_exciton_options};
use crate::array::{View, ViewMut, disjoint, extent};
use crate::capi::arrays::{needed, wanted};
use crate::capi::guard::{self, hl_status};
use crate::exciton::{self, Needs, StickOutputs, System};

/// Excitons of many configurations: energies, strengths, dipoles and eigenvectors.
///
/// With H the Hamiltonian, mu_j and r_j dipole and position of site j: H V = V diag(e); M_k = sum_j V_jk mu_j;
/// D_k = |M_k|^2; R_k = (4 pi / lambda_k) M_k . sum_j V_jk (r_j x mu_j), lambda_k = 1e8 / e_k Angstrom, which is
/// (2 pi / lambda_k) sum_(j<l) 2 V_jk V_lk (r_j - r_l) . (mu_j x mu_l) as in ham2spec (four times Rosenfeld's R; see
/// cd_scale). Excitons ascend in energy; degenerate ones have orthonormal eigenvectors, in no particular basis. The
/// sign of an eigenvector is arbitrary.
///
/// @param n_conf                number of configurations
/// @param n_site                number of pigments
/// @param hamiltonians          [n_conf][n_site][n_site] cm-1, symmetric to 1e-12 of the largest element (the lower
///                              triangle is used)
/// @param dipoles               [n_conf][n_site][3] any unit; stride 0 on the first axis shares one set. NULL if no
///                              strengths or dipoles are asked for
/// @param positions             [n_conf][n_site][3] Angstrom. NULL if no rotational strengths are asked for
/// @param energies              [n_conf][n_site] cm-1, or NULL
/// @param dipole_strengths      [n_conf][n_site] dipole unit squared, or NULL
/// @param rotational_strengths  [n_conf][n_site] dipole unit squared, or NULL
/// @param exciton_dipoles       [n_conf][n_site][3] dipole unit, or NULL
/// @param eigenvectors          [n_conf][n_site][n_site], site then exciton (in columns), or NULL
/// @param options               NULL for defaults. Used: energy_offset, deleted, normalize_dipoles, cd_scale,
///                              progress; all are checked
///
/// With deleted pigments the excitons of the others come first and the rest of each configuration is 0 (rows of
/// deleted sites and columns of padding in eigenvectors).
///
/// Outputs share no element with each other or with inputs. Errors: array errors; HL_ERR_NONFINITE and
/// HL_ERR_ARGUMENT (asymmetric; site energy not positive though rotational strengths are asked for; components of dipoles or positions
/// beyond 1e75, or energies beyond 1e200 cm-1 with rotational strengths) name configuration and element; HL_ERR_OPTION. After HL_ERR_NOT_CONVERGED, HL_ERR_CANCELLED or a callback's own status, some
/// configurations have been written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_sticks(
    n_conf: isize,
    n_site: isize,
    hamiltonians: *const f64,
    hamiltonians_strides: *const isize,
    dipoles: *const f64,
    dipoles_strides: *const isize,
    positions: *const f64,
    positions_strides: *const isize,
    energies: *mut f64,
    energies_strides: *const isize,
    dipole_strengths: *mut f64,
    dipole_strengths_strides: *const isize,
    rotational_strengths: *mut f64,
    rotational_strengths_strides: *const isize,
    exciton_dipoles: *mut f64,
    exciton_dipoles_strides: *const isize,
    eigenvectors: *mut f64,
    eigenvectors_strides: *const isize,
    options: *const hl_exciton_options,
) -> hl_status {
    guard::status("hl_exciton_sticks", || {
        let (n_conf, n_site) = (extent("n_conf", n_conf)?, extent("n_site", n_site)?);
        let rows = [n_conf, n_site];
        let vectors = [n_conf, n_site, 3];
        let matrices = [n_conf, n_site, n_site];
        let needs = Needs {
            dipoles: !(dipole_strengths.is_null() && rotational_strengths.is_null() && exciton_dipoles.is_null()),
            rotation: !rotational_strengths.is_null(),
            eigenvectors: !eigenvectors.is_null(),
        };
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (hamiltonians, dipoles, positions, outputs, given) = unsafe {
            (
                View::new("hamiltonians", hamiltonians, matrices, hamiltonians_strides)?,
                needed("dipoles", needs.dipoles, dipoles, vectors, dipoles_strides)?,
                needed("positions", needs.rotation, positions, vectors, positions_strides)?,
                StickOutputs {
                    energies: wanted("energies", energies, rows, energies_strides)?,
                    dipole_strengths: wanted("dipole_strengths", dipole_strengths, rows, dipole_strengths_strides)?,
                    rotational_strengths: wanted(
                        "rotational_strengths",
                        rotational_strengths,
                        rows,
                        rotational_strengths_strides,
                    )?,
                    exciton_dipoles: wanted("exciton_dipoles", exciton_dipoles, vectors, exciton_dipoles_strides)?,
                    eigenvectors: wanted("eigenvectors", eigenvectors, matrices, eigenvectors_strides)?,
                },
                Given::new(options, n_site, true)?,
            )
        };
        let mut inputs = given.footprints;
        inputs.push(hamiltonians.footprint());
        inputs.extend([dipoles, positions].iter().flatten().map(View::footprint));
        let flat = [&outputs.energies, &outputs.dipole_strengths, &outputs.rotational_strengths];
        let deep = [&outputs.exciton_dipoles, &outputs.eigenvectors];
        let mut footprints: Vec<_> = flat.into_iter().flatten().map(ViewMut::footprint).collect();
        footprints.extend(deep.into_iter().flatten().map(ViewMut::footprint));
        disjoint(&inputs, &footprints)?;
        let system = System {
            hamiltonians,
            dipoles,
            positions,
            kept: given.options.kept_sites(if n_conf == 0 { 0 } else { n_site })?,
            energy_offset: given.options.energy_offset,
            normalize_dipoles: given.options.normalize_dipoles,
            axis: None,
            spread: None,
            needs,
        };
        let mut progress = given.progress;
        exciton::sticks(&system, &given.options, outputs, &mut progress)
    })
}
