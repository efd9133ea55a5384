//! Kuramoto oscillators: `extern "C"` shells of `crate::kuramoto`.

mod given;
mod integration;
mod lattice;
mod mean_field;
mod network;
mod options;
mod shape;

pub use lattice::*;
pub use mean_field::*;
pub use network::*;
pub use options::*;
