//! Whose threads, how many, and what happens to them.
//!
//! hotloop never touches rayon's global pool, an OpenMP runtime or OpenBLAS' threads (but for holding OpenBLAS at
//! one thread while it calls it). Counts come from the caller, loudest first; pools are kept by size; a forked
//! child starts afresh.

mod count;
mod fork;
mod help;
mod made;
pub mod openblas;
mod pool;
mod processor;
mod progress;
mod schedule;
mod sort;
mod workspaces;

pub use count::{MAX_THREADS, Source, current, set_local, set_process};
pub use fork::install_fork_handlers;
pub use made::{append, append_in_blocks, grain, made};
pub use pool::shutdown;
pub use progress::Progress;
pub use schedule::{for_each_chunk, ranges, wake_workers};
pub use sort::sorted;
pub use workspaces::Workspaces;
