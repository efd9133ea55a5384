//! Kuramoto oscillators: phases that pull each other.
//!
//! Three models of who pulls whom: `lattice` (nearest neighbours, several steps in one sweep over memory), `network` (any
//! graph) and `mean_field` (everybody). What they share: the law of coupling, methods of stepping, noise, records. Networks,
//! mean fields and adaptive steps of any model go through `nodes`, for which a model is something that gives slopes.

mod adaptive;
pub mod check;
mod combine;
mod fixed;
mod lattice;
mod law;
mod mean_field;
mod method;
mod network;
mod nodes;
mod noise;
mod order_parameter;
mod record;
mod run;

pub use lattice::{Boundary, Faces, Lattice, Model, rhs};
pub use law::{Coupling, Law};
pub use mean_field::MeanField;
pub use method::{EULER, HEUN, Method, Noise, RK4, Run, Stages, Tolerance};
pub use network::{Graph, Index, Network};
pub use nodes::rhs as rhs_of_nodes;
pub use order_parameter::order_parameter;
pub use record::Record;
pub use run::{integrate_lattice, integrate_nodes};
