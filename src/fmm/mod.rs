//! Sums of Green's functions over pairs of points: `phi(x_i) = sum_j q_j G(x_i, y_j)` and their gradients.
//!
//! A pair of points at one place contributes 0. The map, from the pair up to the plan:
//!
//! * `kernel`     Green's functions
//! * `pairs`      the sum over pairs, the hot loop of everything here
//! * `mutual`     the same for both points of a pair at once
//! * `direct`     every target with every source
//! * `morton`     codes of the boxes of an octree
//! * `tree`       boxes, and who is near whom
//! * `surface`    where the charges and potentials of expansions are
//! * `octets`     matrices times the expansions of eight siblings
//! * `rows`       matrices times vectors one after another
//! * `operators`  from charges to charges, from box to box
//! * `periodic`   the same points in every cell of a lattice
//! * `passes`     an evaluation: up the tree, across, and down to the targets
//! * `parameters` order and leaf size from what is asked for
//! * `plan`       all of it, for the caller's points and charges

pub mod direct;
pub mod kernel;
pub mod morton;
mod mutual;
mod octets;
mod operators;
pub mod pairs;
mod parameters;
mod passes;
mod periodic;
mod plan;
mod rows;
mod surface;
pub mod tree;

pub use operators::{Translations, forget_operators, load as load_operators};
pub use parameters::Precision;
pub use passes::Operator;
pub use plan::{Options, Plan, Potential, Stats};
