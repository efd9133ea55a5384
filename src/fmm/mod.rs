//! Sums of Green's functions over pairs of points: `phi(x_i) = sum_j q_j G(x_i, y_j)` and their gradients.
//!
//! * `kernel`  Green's functions
//! * `direct`  every target with every source
//! * `morton`  codes of the boxes of an octree
//! * `pairs`   the sum over pairs, the hot loop of everything here
//!
//! A pair of points at one place contributes 0.

pub mod direct;
pub mod kernel;
pub mod morton;
pub mod pairs;
