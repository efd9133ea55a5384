//! Fast multipole method.
mod morton_bits;
mod octets;
mod surface;
pub mod tree;
