//! Kuramoto oscillators.

mod advance;
pub mod check;
mod block;
mod cut;
mod lattice;
mod law;
mod method;
mod order_parameter;
mod row;

pub use advance::{Model, Record, Run, integrate, rhs};
pub use lattice::{Boundary, Faces, Lattice};
pub use law::Law;
pub use method::Method;
pub use order_parameter::order_parameter;
pub use row::Coupling;
