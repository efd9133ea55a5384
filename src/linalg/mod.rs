//! Symmetric eigenproblems: projections of given columns on the eigenvectors.
//!
//! What a spectrum needs of `A = V diag(lambda) V^T` is seldom `V` itself, but `V^T X` for a few columns `X`
//! (dipoles, magnetic moments). Rotating `X` along through the reduction and the QL sweeps gives that in O(n^2)
//! beyond the reduction to tridiagonal form, and `X = identity` gives `V^T` where it is wanted.
//!
//! * `batched`: as many small matrices as a vector has lanes, one per lane
//! * `large`: one matrix through LAPACK
//! * `room`: the memory that OpenBLAS takes for itself
//! * `transposed`: large matrices across their rows
//! * `strip`: a row times a matrix, a few columns at a time
//! * `double_double`: a few rows with twice the digits

pub mod batched;
pub mod double_double;
pub mod large;
pub mod room;
pub mod transposed;
mod strip;
mod tridiagonal;

pub use strip::strip_of_product;

/// The QL iteration used more sweeps for one eigenvalue than it ever needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotConverged;
