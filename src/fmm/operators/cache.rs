//! Operators that were made before, for the next plan.
//!
//! They depend on kernel, order, precision and SIMD level, not on points. A homogeneous kernel has one set for all sizes of boxes, so every plan of an order
//! after the first starts with them. The lock is only ever tried: who finds it taken (or finds it taken for good, in the child of a fork) makes its own.

use crate::error::Result;
use crate::simd::Level;
use std::any::{Any, TypeId};
use std::sync::{Arc, Mutex};

/// What a set belongs to.
#[derive(Clone, Copy, PartialEq)]
pub struct Key {
    pub kernel: TypeId,
    pub fingerprint: u64,
    pub precision: TypeId,
    pub simd: Level,
    pub order: usize,
    /// Bits of the half side.
    pub half_side: u64,
}

/// Sets that are kept, oldest first.
static KEPT: Mutex<Vec<(Key, Arc<dyn Any + Send + Sync>)>> = Mutex::new(Vec::new());
/// As many as a tree has levels, and some: a kernel that is not homogeneous has a set for each.
const MOST: usize = 24;

/// What was made for a key before, or is made now. The type of operators and their precision is that of the key's `precision`.
pub fn kept_or<O: Any + Send + Sync>(key: Key, make: impl FnOnce() -> Result<O>) -> Result<Arc<O>> {
    if let Ok(kept) = KEPT.try_lock()
        && let Some((_, found)) = kept.iter().find(|(other, _)| *other == key)
        && let Ok(found) = found.clone().downcast::<O>()
    {
        return Ok(found);
    }
    let made = Arc::new(make()?);
    if let Ok(mut kept) = KEPT.try_lock()
        && kept.iter().all(|(other, _)| *other != key)
    {
        if kept.len() >= MOST {
            kept.remove(0);
        }
        // Without room for it the next plan makes its own.
        if kept.try_reserve(1).is_ok() {
            kept.push((key, made.clone()));
        }
    }
    Ok(made)
}

/// Frees what no plan uses.
pub fn forget_operators() {
    if let Ok(mut kept) = KEPT.try_lock() {
        *kept = Vec::new();
    }
}
