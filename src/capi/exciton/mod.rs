//! Exciton spectra: `extern "C"` shells of `crate::exciton`.

// In the header's order.
mod options;
mod sticks;
mod spectra;

pub use options::*;
pub use spectra::*;
pub use sticks::*;
