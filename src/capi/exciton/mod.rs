//! Exciton spectra: `extern "C"` shells of `crate::exciton`.

// In the header's order.
mod options;
mod sticks;
mod sample;
mod spectra;
mod dichroism;
mod couplings;
mod disorder;
mod fit_options;
mod fit_model;
mod derivatives;
mod fit;

pub use couplings::*;
pub use derivatives::*;
pub use dichroism::*;
pub use disorder::*;
pub use fit::*;
pub use fit_options::*;
pub use options::*;
pub use sample::*;
pub use spectra::*;
pub use sticks::*;
