//! Kuramoto oscillators.

mod advance;
mod block;
mod cut;
mod lattice;
mod law;
mod method;
mod row;

pub use advance::{Model, integrate, rhs};
pub use lattice::{Boundary, Faces, Lattice};
pub use law::Law;
pub use method::Method;
pub use row::Coupling;
