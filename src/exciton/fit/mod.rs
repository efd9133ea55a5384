//! Fits: how mean spectra change with what one may doubt about a model, and the values that suit a measurement best.
//!
//! A parameter changes all configurations alike (`parameters`). With `g` the line and `X = dH/dp` for one of them, the
//! spectrum `tr(B g(H))` of a quadratic form `B` (`mu mu^T` for absorption, `e (mu m^T + m mu^T) / 2` for CD) changes by
//!
//! ```text
//! sum_kl (V^T X V)_kl (V^T B V)_kl g[e_k, e_l],   g[e_k, e_l] = (g(e_k) - g(e_l)) / (e_k - e_l),  g'(e_k) for k = l
//! ```
//!
//! (Daletskii and Krein; Higham, Functions of Matrices, 2008, theorem 3.11), in which degenerate levels are nothing
//! special. Lines are not cut here, whatever the option `cutoff` says: a cut line has no derivative at its ends.
//!
//! There are three spectra, absorption, CD and linear dichroism, which differ in the quadratic form alone.
//!
//! * `variants`       systems whose spectra are added up
//! * `parameters`     which quantities vary, and what their values make of the system
//! * `lines`          Gaussian lines as local polynomials: from sticks to spectra, and from a misfit back to sticks
//! * `smooth`         a factor of a line about a cell, on a coarse grid
//! * `points`         measured points in cells
//! * `chebyshev`      polynomials through samples
//! * `parts`          parts of cells, for many sticks
//! * `line_sums`      sums over lines, forward and back
//! * `powers`         what a stick adds to a cell's moments
//! * `group`          a vector of configurations, diagonalised
//! * `coefficients`   what each exciton contributes to spectra and their derivatives
//! * `forward`        mean spectra and their Jacobian, in one pass over the configurations
//! * `pass`           one chunk of that
//! * `gradient`       the gradient of a misfit by the adjoint way
//! * `adjoint`        one chunk of that
//! * `stick_weights`  what the misfit makes of a stick
//! * `measured`       spectra to compare with
//! * `overflow`       results that are no numbers
//! * `product`        products of columns of a Jacobian without its rows
//! * `normal`         the normal equations of a fit from those
//! * `least_squares`  bounded Levenberg-Marquardt, knowing nothing of spectra
//! * `factor`         which values the normal equations determine, and how well
//! * `run`            the fit itself: priors, several starts, uncertainties

mod adjoint;
mod chebyshev;
mod coefficients;
mod factor;
mod forward;
mod gradient;
mod group;
mod least_squares;
mod line_sums;
mod lines;
mod measured;
mod normal;
mod overflow;
mod parameters;
mod parts;
mod pass;
mod points;
mod powers;
mod product;
mod run;
mod smooth;
mod stick_weights;
mod variants;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod fit_tests;
#[cfg(test)]
mod normal_tests;

/// Spectra that may be measured.
pub const BANDS: usize = 3;
pub const ABSORPTION: usize = 0;
pub const CD: usize = 1;
/// Linear dichroism.
pub const LD: usize = 2;

pub use forward::{Jacobian, Problem, jacobian};
pub use gradient::{Misfit, residual_gradient};
pub use measured::{Band, Measured};
pub use least_squares::Reason;
pub use run::{Fit, Outcome, fit};
pub use parameters::{Axis, Bands, Parameter, Parameters};
pub use variants::Variant;
