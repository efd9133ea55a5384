//! The C ABI: thin `extern "C"` shells, a small file or folder for each family.
//!
//! This is the only place that sees raw pointers. A shell turns its arguments into checked views (`crate::array`)
//! and options into plain values, and calls the family. Its documentation is the header's text.

mod anisoap;
mod arrays;
mod exciton;
mod fmm;
mod guard;
mod kuramoto;
mod neighbours;
mod options;
mod progress;
mod threads;
mod units;
mod version;

pub use anisoap::*;
pub use exciton::*;
pub use fmm::*;
pub use guard::*;
pub use kuramoto::*;
pub use neighbours::*;
pub use progress::*;
pub use threads::*;
pub use units::*;
pub use version::*;
