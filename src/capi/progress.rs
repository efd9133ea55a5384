//! What the library calls during a long call.

use std::ffi::c_void;

/// Called on the calling thread only: once before the work, a few times a second, once after it. Non-zero cancels: the
/// call returns HL_ERR_CANCELLED for a positive value, a negative value itself. It may call hotloop (but not hl_shutdown),
/// and it must return: no longjmp and no C++ exception out of it.
#[allow(non_camel_case_types)]
pub type hl_progress_fn = Option<unsafe extern "C" fn(user: *mut c_void, done: i64, total: i64) -> i32>;

/// Runs a test with a caller that cancels when so much is done.
#[cfg(test)]
pub fn cancelled_at<T>(limit: i64, body: impl FnOnce(&mut crate::threads::Progress) -> T) -> T {
    unsafe extern "C" fn cancel(user: *mut c_void, done: i64, _total: i64) -> i32 {
        // SAFETY: it is `limit`.
        i32::from(done >= unsafe { *user.cast::<i64>() })
    }
    let mut limit = limit;
    // SAFETY: `limit` outlives the Progress, and `cancel` reads it on this thread alone.
    let mut progress = unsafe { crate::threads::Progress::new(Some(cancel), (&raw mut limit).cast()) }.at_every_step();
    body(&mut progress)
}
