//! Sums of Green's functions over pairs of points, and Morton codes: `extern "C"` shells of `crate::fmm`.

// In the header's order.
mod kernel;
mod direct;
mod options;
mod plan;
mod report;
mod file;
mod morton;

pub use direct::*;
pub use file::*;
pub use kernel::*;
pub use morton::*;
pub use options::*;
pub use plan::*;
pub use report::*;
