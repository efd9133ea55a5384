//! What a call knows of its caller while it lasts: who wants to hear of its progress and may stop it, and the workers that it has.

use super::pool::{self, Call};
use crate::error::{Error, Result, Status};
use std::ffi::c_void;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long a caller waits at most for the next word, when the work can be cut that finely.
const INTERVAL: Duration = Duration::from_millis(200);

type Callback = unsafe extern "C" fn(*mut c_void, i64, i64) -> i32;

/// A caller's progress callback. It stays on the thread that called us (it is neither Send nor Sync).
pub struct Progress {
    callback: Option<(Callback, *mut c_void)>,
    done: usize,
    total: usize,
    last: Instant,
    interval: Duration,
    /// The pool that was used last, with how many workers.
    pool: Option<(usize, Rc<Call>)>,
}

impl Progress {
    /// # Safety
    /// `callback` may be called with `user` from this thread until the Progress is dropped.
    pub unsafe fn new(callback: Option<Callback>, user: *mut c_void) -> Self {
        Self { callback: callback.map(|callback| (callback, user)), done: 0, total: 0, last: Instant::now(), interval: INTERVAL, pool: None }
    }

    pub fn none() -> Self {
        Self { callback: None, done: 0, total: 0, last: Instant::now(), interval: INTERVAL, pool: None }
    }

    /// A word at every step, however fast the machine is.
    #[cfg(test)]
    pub fn at_every_step(self) -> Self {
        Self { interval: Duration::ZERO, ..self }
    }

    /// The pool with so many workers, which stay awake as long as the call does.
    pub(super) fn pool(&mut self, workers: usize) -> Result<Rc<Call>> {
        match &self.pool {
            Some((its, pool)) if *its == workers => Ok(pool.clone()),
            _ => {
                let pool = Rc::new(pool::pool(workers)?);
                self.pool = Some((workers, pool.clone()));
                Ok(pool)
            }
        }
    }

    pub fn is_wanted(&self) -> bool {
        self.callback.is_some()
    }

    /// First word: none of `total` is done.
    pub fn begin(&mut self, total: usize) -> Result<()> {
        (self.done, self.total) = (0, total);
        self.report()
    }

    /// So much more is done; a word if the last one was long enough ago.
    pub fn advance(&mut self, by: usize) -> Result<()> {
        self.done += by;
        if self.callback.is_some() && self.last.elapsed() >= self.interval { self.report() } else { Ok(()) }
    }

    /// Last word: all is done.
    pub fn end(&mut self) -> Result<()> {
        self.done = self.total;
        self.report()
    }

    fn report(&mut self) -> Result<()> {
        let Some((callback, user)) = self.callback else { return Ok(()) };
        let (done, total) = (self.done, self.total);
        // SAFETY: `new`'s promise; Progress is not Send, so this is the thread that made it.
        let answer = unsafe { callback(user, done as i64, total as i64) };
        self.last = Instant::now();
        if answer == 0 {
            return Ok(());
        }
        Err(Error {
            code: if answer < 0 { answer } else { Status::Cancelled as i32 },
            message: format!("progress: the callback returned {answer} after {done} of {total}"),
        })
    }
}
