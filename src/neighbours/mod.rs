//! Who is within a cutoff of whom, in open space or in a periodic cell of any skew and size.
//!
//! Points are sorted into bins along the cell's axes (`bins`); around a point only the bins that its cutoff sphere can
//! reach are looked at. A cell smaller than the cutoff has few bins and each is visited once for every image. The
//! cutoff is strict: `|r| < cutoff` with `r = (x_j - x_i) + S H` computed in that order from the caller's own
//! coordinates, so that wrapping decides nothing and both points of a pair see the same distance.
//!
//! * `cell`  the periodic cell, checked
//! * `bins`  points in bins, and the search around one of them

mod bins;
mod cell;

pub use bins::{Bins, Neighbour};
pub use cell::{Cell, periodicity};
