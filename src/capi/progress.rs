//! What the library calls during a long call.

use std::ffi::c_void;

/// Called on the calling thread only: once before the work, a few times a second, once after it. Non-zero cancels: the
/// call returns HL_ERR_CANCELLED for a positive value, a negative value itself. It may call hotloop (but not hl_shutdown),
/// and it must return: no longjmp and no C++ exception out of it.
#[allow(non_camel_case_types)]
pub type hl_progress_fn = Option<unsafe extern "C" fn(user: *mut c_void, done: i64, total: i64) -> i32>;
