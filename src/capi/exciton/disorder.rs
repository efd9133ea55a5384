//! Ensembles with static disorder.

use crate::array::{View, ViewMut, disjoint, extent};
use crate::capi::arrays::needed;
use crate::capi::guard::{self, hl_status};
use crate::exciton::{Disorder, Spread, disorder};

/// An ensemble with static disorder about one Hamiltonian: member m has site energies H_ii + sum_k site_factor_ik z_k and
/// couplings H_ij + coupling_sigma_ij z_ij with independent standard normal numbers z.
///
/// The covariance of the site energies is site_factor site_factor^T: independent sites have their standard deviations on the
/// diagonal of site_factor, correlated ones a Cholesky factor, and a bath that sites share is one more column. The numbers are
/// counter-based (Philox 4x32-10: Salmon, Moraes, Dror and Shaw, SC11), so member m depends on seed and m alone: not on
/// threads, on language, or on what else is drawn.
///
/// @param n_member        number of members
/// @param n_site          number of pigments
/// @param n_factor        number of columns of site_factor
/// @param hamiltonian     [n_site][n_site] cm-1; the lower triangle is used
/// @param site_factor     [n_site][n_factor] cm-1
/// @param coupling_sigma  [n_site][n_site] cm-1, not negative; the lower triangle without the diagonal is used; NULL for none
/// @param seed            which ensemble
/// @param first_member    number of the first member
/// @param hamiltonians    [n_member][n_site][n_site] cm-1
///
/// The output shares no element with an input. Errors: array errors; HL_ERR_NONFINITE and HL_ERR_ARGUMENT (also for numbers beyond 1e200 cm-1 in
/// site_factor and coupling_sigma) name the element. With any status but HL_OK the output is untouched.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hl_exciton_disorder(
    n_member: isize,
    n_site: isize,
    n_factor: isize,
    hamiltonian: *const f64,
    hamiltonian_strides: *const isize,
    site_factor: *const f64,
    site_factor_strides: *const isize,
    coupling_sigma: *const f64,
    coupling_sigma_strides: *const isize,
    seed: u64,
    first_member: u64,
    hamiltonians: *mut f64,
    hamiltonians_strides: *const isize,
) -> hl_status {
    guard::status("hl_exciton_disorder", || {
        let n_member = extent("n_member", n_member)?;
        let (n_site, n_factor) = (extent("n_site", n_site)?, extent("n_factor", n_factor)?);
        let square = [n_site, n_site];
        // SAFETY: the caller's promise about its arrays; everything that can be checked is checked inside.
        let (hamiltonian, site_factor, coupling_sigma, members) = unsafe {
            (
                View::new("hamiltonian", hamiltonian, square, hamiltonian_strides)?,
                View::new("site_factor", site_factor, [n_site, n_factor], site_factor_strides)?,
                needed("coupling_sigma", !coupling_sigma.is_null(), coupling_sigma, square, coupling_sigma_strides)?,
                ViewMut::new("hamiltonians", hamiltonians, [n_member, n_site, n_site], hamiltonians_strides)?,
            )
        };
        let mut inputs = vec![hamiltonian.footprint(), site_factor.footprint()];
        inputs.extend(coupling_sigma.iter().map(View::footprint));
        disjoint(&inputs, &[members.footprint()])?;
        let spread = Spread { site_factor, coupling_sigma, seed, first: first_member };
        disorder(&Disorder { hamiltonian, spread }, members)
    })
}
