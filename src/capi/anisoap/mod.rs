//! AniSOAP descriptors: `extern "C"` shells of `crate::anisoap`.

mod descriptors;
mod frames;
mod gradients;
mod options;
mod plan;

pub use descriptors::*;
pub use gradients::*;
pub use options::*;
pub use plan::*;
