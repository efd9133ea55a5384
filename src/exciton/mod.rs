//! Exciton spectra: from Hamiltonians of coupled pigments to absorption and circular dichroism (CD).
//!
//! For each configuration with Hamiltonian `H` (cm-1), transition dipoles `mu_j` and positions `r_j` (Angstrom) of
//! its pigments `j`:
//!
//! ```text
//! H V = V diag(e)                       exciton energies e_k, ascending; eigenvectors in columns
//! M_k = sum_j V_jk mu_j                 exciton transition dipoles
//! D_k = |M_k|^2                         dipole strengths
//! N_k = sum_j V_jk (r_j - r_c) x mu_j   r_c: the centroid; R_k does not depend on it
//! R_k = (4 pi / lambda_k) M_k . N_k     rotational strengths, lambda_k = 1e8 / e_k in Angstrom
//! A(x) = sum_k D_k g(x - e_k),  CD(x) = sum_k R_k g(x - e_k)
//! ```
//!
//! `R_k` is on the scale of the dipole strengths, so that CD / A is the dissymmetry factor g = 4 R / D; the Rosenfeld
//! strength is a quarter of it. It equals `(2 pi / lambda_k) sum_jl V_jk V_lk (r_j - r_l) . (mu_j x mu_l) / ...` of the
//! literature (for example Pearlstein in Scheer, Chlorophylls, 1991) because
//! `(r_j - r_l) . (mu_j x mu_l) = (r_j x mu_j) . mu_l + (r_l x mu_l) . mu_j`: O(n^2) instead of O(n^3), and only six
//! columns need to follow the eigensolver. Sum rules: `sum_k D_k = sum_j |mu_j|^2`, `sum_k R_k / e_k = 0`.
//!
//!
//! Linear dichroism about an axis n of symmetry is one more quadratic form of M_k: `LD_k = 3/2 (3 (M_k . n)^2 - D_k)`, three
//! times the difference of absorption along n and across it, so that LD / A is the reduced dichroism `3/2 (3 cos^2 - 1)`
//! (A. Rodger and B. Norden, Circular Dichroism and Linear Dichroism, 1997, section 2.3).
//!
//! * `couplings`   of point dipoles
//! * `disorder`    ensembles about one Hamiltonian
//! * `options`     what a caller may choose
//! * `range`       how large numbers may be
//! * `system`      the caller's arrays, checked and laid out in lanes
//! * `way`         which eigensolver, and how many configurations at a time
//! * `solve`       excitons of a group of configurations
//! * `sticks`      excitons of all configurations into the caller's arrays
//! * `broadening`  from sticks to spectra: direct sum, or one convolution for all
//! * `weights`     of configurations in a mean
//! * `spectrum`    all of it, for the mean over configurations
//! * `fit`         how spectra change with parameters, and which suit a measurement

mod broadening;
mod couplings;
mod disorder;
pub mod fit;
mod options;
mod range;
mod solve;
mod spectrum;
mod sticks;
mod system;
mod way;
mod weights;

pub use broadening::{Grid, Method, ascending_points};
pub use disorder::{Disorder, Spread, disorder};
pub use couplings::{PointDipoles, point_dipole_couplings};
pub use options::{Lineshape, Normalization, Options, Widths};
pub use range::LARGEST_ENERGY;
pub use spectrum::{Spectra, StickArrays, broaden, spectrum};
pub use sticks::{StickOutputs, sticks};
pub use system::{Needs, System};
