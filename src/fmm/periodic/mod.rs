//! Points that are there again in every cell of a cubic lattice.
//!
//! Potentials are then sums of the periodic Green's function, without its factor `1 / (4 pi)`
//!
//! ```text
//! G_per(d) = sum over n of exp(-kappa |d + L n|) / |d + L n|                                        Yukawa
//! G_per(d) = lim kappa -> 0 of (the same - 4 pi / (kappa^2 L^3))                                    Laplace
//! ```
//!
//! which for Laplace's kernel is the potential of a unit charge in every cell and a uniform background that neutralises it; its mean over the cell is 0, and the
//! surroundings at infinity conduct ("tin foil"). A point sees its own images, but not itself.
//!
//! The tree's root is the cell. Colleagues of boxes go round (`tree`), so that images up to one cell away are treated as other boxes are, and levels 0 and 1 have
//! expansions too. What comes from images farther away is one matrix between the root's expansions (`images`), whose elements are sums of P. P. Ewald (`ewald`).
//! That part of it which no expansion can carry goes from the sources' moments to the targets (`background`).
//!
//! * `error_function` what Ewald's sums are made of
//! * `ewald`          images that are farther away than one cell; and both halves of the whole sum
//! * `background`     the uniform background, and what grows with it
//! * `images`         the matrix between the root's expansions
//! * `check`          the whole sum for a few targets, by Ewald's method alone

pub mod background;
pub mod check;
mod error_function;
mod ewald;
mod images;

pub use background::Moments;
pub use images::Images;
