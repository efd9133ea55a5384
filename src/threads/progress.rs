//! Word to the caller during a long call, and the caller's word to stop.

use crate::error::{Error, Result, Status};
use std::ffi::c_void;
use std::time::{Duration, Instant};

/// How long a caller waits at most for the next word, when the work can be cut that finely.
const INTERVAL: Duration = Duration::from_millis(200);

type Callback = unsafe extern "C" fn(*mut c_void, i64, i64) -> i32;

/// A caller's progress callback. It stays on the thread that called us (it is neither Send nor Sync).
pub struct Progress {
    callback: Option<(Callback, *mut c_void)>,
    last: Instant,
}

impl Progress {
    /// # Safety
    /// `callback` may be called with `user` from this thread until the Progress is dropped.
    pub unsafe fn new(callback: Option<Callback>, user: *mut c_void) -> Self {
        Self { callback: callback.map(|callback| (callback, user)), last: Instant::now() }
    }

    pub fn none() -> Self {
        Self { callback: None, last: Instant::now() }
    }

    pub fn is_wanted(&self) -> bool {
        self.callback.is_some()
    }

    /// Reports now: first thing and last thing in a call.
    pub fn report(&mut self, done: usize, total: usize) -> Result<()> {
        let Some((callback, user)) = self.callback else { return Ok(()) };
        self.last = Instant::now();
        // SAFETY: `new`'s promise; Progress is not Send, so this is the thread that made it.
        match unsafe { callback(user, done as i64, total as i64) } {
            0 => Ok(()),
            answer => Err(Error {
                code: if answer < 0 { answer } else { Status::Cancelled as i32 },
                message: format!("progress: the callback returned {answer} after {done} of {total}"),
            }),
        }
    }

    /// Reports if the last word was long enough ago.
    pub fn report_if_due(&mut self, done: usize, total: usize) -> Result<()> {
        if self.last.elapsed() >= INTERVAL { self.report(done, total) } else { Ok(()) }
    }
}
