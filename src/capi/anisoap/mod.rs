//! AniSOAP descriptors: `extern "C"` shells of `crate::anisoap`.

mod descriptors;
mod frames;
mod options;
mod plan;

pub use descriptors::*;
pub use options::*;
pub use plan::*;
