//! Rayon pools, kept by size, and how many calls use each.
//!
//! Building a pool takes 100 us, using one 6 us, so pools stay until `shutdown`. Fork: the child has none of the
//! parent's worker threads, and another thread may have held the cache's lock when the process forked. So the
//! child's handler throws the whole cache away (leaks it: its threads do not exist, joining them would hang) by
//! clearing one atomic pointer, which cannot block.

use crate::error::{Error, Result, Status};
use std::collections::HashMap;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

type Pools = Mutex<HashMap<usize, Pool>>;

struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

struct Shared {
    rayon: rayon::ThreadPool,
    calls: AtomicUsize,
}

/// A pool that a call uses.
pub struct Call(Arc<Shared>);

impl Call {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.calls.fetch_add(1, Ordering::Relaxed);
        Self(shared.clone())
    }

    pub fn rayon(&self) -> &rayon::ThreadPool {
        &self.0.rayon
    }

    /// Whether other calls want the same workers.
    pub fn is_one_of_many(&self) -> bool {
        self.0.calls.load(Ordering::Relaxed) > 1
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

static CACHE: AtomicPtr<Pools> = AtomicPtr::new(null_mut());

fn cache() -> &'static Pools {
    let existing = CACHE.load(Ordering::Acquire);
    if !existing.is_null() {
        // SAFETY: only ever set to a leaked Box, never freed.
        return unsafe { &*existing };
    }
    let fresh = Box::into_raw(Box::new(Pools::default()));
    match CACHE.compare_exchange(null_mut(), fresh, Ordering::AcqRel, Ordering::Acquire) {
        // SAFETY: leaked above and published.
        Ok(_) => unsafe { &*fresh },
        Err(winner) => {
            // SAFETY: `fresh` was never published; `winner` is a leaked Box of another thread.
            unsafe {
                drop(Box::from_raw(fresh));
                &*winner
            }
        }
    }
}

/// In a forked child: its pools have no threads.
pub fn forget_all() {
    CACHE.store(null_mut(), Ordering::Release);
}

/// The pool with so many workers.
pub fn pool(count: usize) -> Result<Call> {
    let mut pools = cache().lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pool) = pools.get(&count) {
        return Ok(Call::new(&pool.shared));
    }
    // Rayon's own way to spawn keeps no handle to join.
    let mut workers = Vec::new();
    let rayon = rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .spawn_handler(|worker| {
            let thread = std::thread::Builder::new().name(format!("hotloop-{}", worker.index()));
            workers.push(thread.spawn(|| {
                crate::capi::silence_panics_on_this_thread();
                worker.run();
            })?);
            Ok(())
        })
        .build()
        .map_err(|cause| {
            Error::new(
                Status::Threads,
                format!("{count} worker threads could not be started ({cause}); ask for fewer"),
            )
        })?;
    let shared = Arc::new(Shared { rayon, calls: AtomicUsize::new(0) });
    let call = Call::new(&shared);
    pools.insert(count, Pool { shared, workers });
    Ok(call)
}

/// Ends all worker threads and waits for them. Calls in progress on other threads finish first; later calls start
/// new workers. Must not be called from inside a call of ours (from a progress callback): it would wait for itself.
pub fn shutdown() {
    let pools = std::mem::take(&mut *cache().lock().unwrap_or_else(PoisonError::into_inner));
    for (_, pool) in pools {
        drop(pool.shared);
        for worker in pool.workers {
            // A worker that panicked has ended as well.
            let _ = worker.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_are_kept_by_size() {
        let two = pool(2).unwrap();
        assert!(Arc::ptr_eq(&two.0, &pool(2).unwrap().0));
        assert_eq!(pool(3).unwrap().rayon().current_num_threads(), 3);
    }
}
