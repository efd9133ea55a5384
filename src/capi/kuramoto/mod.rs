//! Kuramoto oscillators: `extern "C"` shells of `crate::kuramoto`.

mod lattice;
mod options;

pub use lattice::*;
pub use options::*;
