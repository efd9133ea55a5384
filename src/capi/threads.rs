//! How many threads calls use.

use super::guard::{self, hl_status, refuse};
use crate::error::Status;
use crate::threads;

/// A thread count above this is refused.
pub const HL_MAX_THREADS: i32 = 1024;
const _: () = assert!(HL_MAX_THREADS as usize == threads::MAX_THREADS);

/// Sets the number of threads for calls from any thread of the process; 0 returns to the default (HOTLOOP_NUM_THREADS,
/// else OMP_NUM_THREADS, else RAYON_NUM_THREADS, else the cores that affinity and cgroups leave).
///
/// Errors: HL_ERR_ARGUMENT for n < 0 or n > HL_MAX_THREADS; the setting is then unchanged.
#[unsafe(no_mangle)]
pub extern "C" fn hl_set_num_threads(n: i32) -> hl_status {
    guard::status("hl_set_num_threads", || threads::set_process(n))
}

/// Sets the number of threads for calls from the calling thread, over hl_set_num_threads and everything else; 0
/// inherits again. Returns the old value, or -1 (and hl_last_error_message says why) if n < 0 or
/// n > HL_MAX_THREADS; the setting is then unchanged.
#[unsafe(no_mangle)]
pub extern "C" fn hl_set_num_threads_local(n: i32) -> i32 {
    guard::or(-1, || match threads::set_local(n) {
        Ok(old) => old,
        Err(error) => {
            guard::remember(format!("hl_set_num_threads_local: {}", error.message));
            -1
        }
    })
}

/// The number of threads that a call from this thread would use now. Inside an OpenMP parallel region that is 1,
/// unless hl_set_num_threads_local says otherwise.
#[unsafe(no_mangle)]
pub extern "C" fn hl_get_num_threads() -> i32 {
    guard::or(1, || threads::current().0 as i32)
}

/// Ends the library's worker threads and waits for them; calls in progress on other threads finish first. Later calls
/// start new ones. For hosts that must be single-threaded at some point (before exec, checkpoints, leak checks).
///
/// Errors: HL_ERR_BUSY from inside a progress callback.
#[unsafe(no_mangle)]
pub extern "C" fn hl_shutdown() -> hl_status {
    let from_a_callback = guard::is_inside_a_call();
    guard::status("hl_shutdown", || {
        if from_a_callback {
            return refuse(Status::Busy, "called from a progress callback; return from it first".into());
        }
        threads::shutdown();
        Ok(())
    })
}
