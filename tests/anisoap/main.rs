//! AniSOAP descriptors through the Rust API: against what AniSOAP itself computed (tests/data/anisoap), against integrals on
//! a grid, by their symmetries, and their gradients against differences.

mod gradients;
mod pair_list;
mod properties;
mod quadrature;
mod reference;
mod support;
