//! Couplings from dipoles and positions.

use crate::array::{View, ViewMut, disjoint, extent};
use crate::capi::guard::{self, hl_status, refuse};
use crate::error::{Number, Status};
use crate::exciton::{PointDipoles, point_dipole_couplings};

/// Couplings of point dipoles: the elements of Hamiltonians beside the diagonal.
///
/// V_ij = screening 5034.1166 cm-1 (mu_i . mu_j / r^3 - 3 (mu_i . r) (mu_j . r) / r^5), r = r_i - r_j (for example van
/// Amerongen, Valkunas and van Grondelle, Photosynthetic Excitons, 2000, equation 2.12).
///
/// @param n_conf        number of configurations
/// @param n_site        number of pigments
/// @param dipoles       [n_conf][n_site][3] debye
/// @param positions     [n_conf][n_site][3] Angstrom
/// @param screening     factor for the medium between the pigments; 1 in vacuum
/// @param hamiltonians  [n_conf][n_site][n_site] cm-1: both elements of each pair are written; the diagonal is left as it is
///
/// The output shares no element with an input. Errors: array errors; HL_ERR_NONFINITE; HL_ERR_ARGUMENT (two pigments in one
/// place; screening not finite) names sites and configuration. With any status but HL_OK the output is untouched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_point_dipole_couplings(
    n_conf: isize,
    n_site: isize,
    dipoles: *const f64,
    dipoles_strides: *const isize,
    positions: *const f64,
    positions_strides: *const isize,
    screening: f64,
    hamiltonians: *mut f64,
    hamiltonians_strides: *const isize,
) -> hl_status {
    guard::status("hl_exciton_point_dipole_couplings", || {
        let (n_conf, n_site) = (extent("n_conf", n_conf)?, extent("n_site", n_site)?);
        let vectors = [n_conf, n_site, 3];
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (dipoles, positions, hamiltonians) = unsafe {
            (
                View::new("dipoles", dipoles, vectors, dipoles_strides)?,
                View::new("positions", positions, vectors, positions_strides)?,
                ViewMut::new("hamiltonians", hamiltonians, [n_conf, n_site, n_site], hamiltonians_strides)?,
            )
        };
        disjoint(&[dipoles.footprint(), positions.footprint()], &[hamiltonians.footprint()])?;
        if !screening.is_finite() {
            return refuse(Status::Argument, format!("screening: is {}; use a finite factor, 1 in vacuum", Number(screening)));
        }
        point_dipole_couplings(&PointDipoles { dipoles, positions, screening }, hamiltonians)
    })
}
