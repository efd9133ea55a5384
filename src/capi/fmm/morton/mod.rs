//! Morton codes of the boxes of an octree, many at a time.

// In the header's order.
mod codes;
mod encode;
mod anchors;
mod relatives;
mod pairs;

pub use anchors::*;
pub use codes::{HL_MORTON_FINEST, HL_MORTON_NONE};
pub use encode::*;
pub use pairs::*;
pub use relatives::*;
