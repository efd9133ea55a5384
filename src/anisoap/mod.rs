//! AniSOAP: descriptors of atoms or molecules whose neighbours are ellipsoids.
//!
//! Around a centre i every neighbour j within the cutoff is a normalised Gaussian with its own axes, g_j. Its
//! coefficients in solid harmonics and radial functions `r^(l + 2n) B(r)` (see `radial`) are
//!
//! ```text
//! c_nlm = integral d^3x g_j(x) B(x) r^(2n) r^l Y_lm(x),        x from the centre
//! ```
//!
//! added up over the neighbours of each species and made orthonormal over n. (A. Lin, K. K. Huguenin-Dumittan, Y.-C. Cho,
//! J. Nigam, R. K. Cersonsky, arXiv:2403.19039, 2024.) The integrand is a Gaussian times a polynomial, so c is a combination
//! of Cartesian moments of a Gaussian (`shape`): exact, without a grid. All neighbours of one species share the
//! polynomial, so moments are summed over neighbours first and contracted once for each centre and species; no pair's
//! coefficients ever exist.
//!
//! * `plan`            hyperparameters, tables, the order of features
//! * `radial`          norms and Loewdin's orthonormalisation, in twice the digits
//! * `harmonics`       from Cartesian moments to solid harmonics, and back for gradients
//! * `moments`         where moments lie
//! * `frames`          the caller's arrays, checked
//! * `pair_list`       neighbours from the caller's own list
//! * `shape`, `batch`  an ellipsoid times the basis' Gaussian; pairs in lanes
//! * `aligned`         moments where axes are the laboratory's: products of three
//! * `tilted`          moments of any ellipsoid: a recursion
//! * `centre`          coefficients of one centre
//! * `expansion`, `power_spectrum`  of all of them, into the caller's arrays
//! * `gradient`        the way back: vector-Jacobian products

mod aligned;
mod batch;
mod centre;
mod expansion;
mod frames;
mod gradient;
mod harmonics;
mod moments;
mod pair_list;
mod plan;
mod power_spectrum;
mod radial;
mod shape;
mod tilted;

pub use expansion::expansion;
pub use frames::Frames;
pub use gradient::{Cotangent, GradientOutputs, gradients};
pub use pair_list::{PairList, Sides};
pub use plan::{ChannelOrder, Hypers, MaxRadial, Plan, SpectrumPairs};
pub use power_spectrum::{SpectrumOutputs, power_spectrum};
pub use radial::{Basis, Conditioning, LARGEST_ANGULAR};
