//! Room for the memory that OpenBLAS takes for itself.
//!
//! Every thread inside OpenBLAS has a buffer of 128 MiB of addresses, which OpenBLAS keeps for the next one. Where the system refuses it, OpenBLAS 0.3.21 asks again without
//! end: a call under `ulimit -v` would never return. So whoever needs a buffer more than there have been asks the system first whether it has so much, and
//! fails with HL_ERR_ALLOC if not. What another thread takes in between cannot be helped from here.

use crate::error::{Error, Result};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A buffer, and what is round it.
const BUFFER: usize = (128 << 20) + (64 << 10);
/// Smaller matrices may do without a buffer, so that a call with one does not show that there is any.
const LEAST: usize = 26;

/// Calls in progress, and the most that there were at once. In a forked child the first may count calls of the parent's threads: then the system is asked more often.
static CALLS: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

struct Call;

impl Drop for Call {
    fn drop(&mut self) {
        CALLS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs calls of LAPACK for matrices of `n` rows, if OpenBLAS can have its buffer.
pub fn with_room<R>(n: usize, lapack: impl FnOnce() -> R) -> Result<R> {
    let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
    let _call = Call;
    if calls > MOST.load(Ordering::Relaxed) && !is_there_room() {
        return Err(Error::out_of_memory("OpenBLAS", BUFFER));
    }
    let result = lapack();
    if n >= LEAST {
        MOST.fetch_max(calls, Ordering::Relaxed);
    }
    Ok(result)
}

/// Maps a buffer and gives it back untouched, past malloc, which might keep it.
fn is_there_room() -> bool {
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping wherever the system likes, which nobody else knows of, and which goes at once.
    unsafe {
        let place = libc::mmap(null_mut(), BUFFER, protection, flags, -1, 0);
        place != libc::MAP_FAILED && libc::munmap(place, BUFFER) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens without room: tests/c/test_allocation.c, test_fmm_memory.c.
    #[test]
    fn a_call_is_over_also_when_it_panics() {
        let before = CALLS.load(Ordering::Relaxed);
        assert_eq!(with_room(3, || 7), Ok(7));
        let panicked = std::panic::catch_unwind(|| with_room(3, || panic!("on purpose")));
        assert!(panicked.is_err());
        // Other tests call LAPACK meanwhile, one at a time each: a hundred calls that stayed would show.
        (0..100).for_each(|_| drop(std::panic::catch_unwind(|| with_room(3, || panic!("on purpose")))));
        assert!(CALLS.load(Ordering::Relaxed) < before + 100);
    }
}
