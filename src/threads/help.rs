//! Work that others may help with: whoever comes in time joins in, and nobody waits for those who do not.
//!
//! A scope of rayon's ends when all that was spawned in it has run. On a busy machine a worker gets a processor some milliseconds after it was called, when the calling thread has
//! long done the work: calls of one millisecond took twenty. So workers are asked with an invitation, which ends with the work.

use std::any::Any;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Asks others for help with a task, while `body` of `with_help` runs.
pub struct Invitation<'a> {
    shared: Arc<Shared>,
    /// Of the task.
    lifetime: PhantomData<&'a ()>,
}

struct Shared {
    state: Mutex<State>,
    /// The last helper goes.
    change: Condvar,
    task: *const (dyn Fn() + Sync),
}

// SAFETY: the task is Sync, and what points to it is read by those alone who are counted in `helpers`, for whom `with_help` waits.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

struct State {
    is_over: bool,
    helpers: usize,
    panic: Option<Box<dyn Any + Send>>,
}

/// Runs `body`, which may ask others to run `task`. Returns when `body` has, and those who had begun have ended; goes on with the panic of one of them.
pub fn with_help<R>(task: &(dyn Fn() + Sync), body: impl FnOnce(&Invitation) -> R) -> R {
    let task: *const (dyn Fn() + Sync + '_) = task;
    // SAFETY: only its lifetime is forgotten. It outlives this function, which does not end, in a panic either, before the invitation is over and all helpers are gone.
    let task = unsafe { std::mem::transmute::<*const (dyn Fn() + Sync + '_), *const (dyn Fn() + Sync + 'static)>(task) };
    let state = Mutex::new(State { is_over: false, helpers: 0, panic: None });
    let invitation = Invitation { shared: Arc::new(Shared { state, change: Condvar::new(), task }), lifetime: PhantomData };
    let ending = Ending(&invitation.shared);
    let result = body(&invitation);
    drop(ending);
    let panic = invitation.shared.state().panic.take();
    if let Some(panic) = panic {
        resume_unwind(panic);
    }
    result
}

impl Invitation<'_> {
    /// What a helper runs, now or ever: the task, or nothing when it is over.
    pub fn ticket(&self) -> impl FnOnce() + Send + use<> {
        let shared = self.shared.clone();
        move || shared.help()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn help(&self) {
        let mut state = self.state();
        if state.is_over {
            return;
        }
        state.helpers += 1;
        drop(state);
        // SAFETY: this helper is counted and the invitation was not over, so `with_help` has not returned and waits for it.
        let result = catch_unwind(AssertUnwindSafe(|| unsafe { (*self.task)() }));
        let mut state = self.state();
        state.helpers -= 1;
        if let Err(panic) = result {
            state.panic.get_or_insert(panic);
        }
        if state.is_over && state.helpers == 0 {
            self.change.notify_one();
        }
    }
}

/// Ends an invitation, however its body ends.
struct Ending<'a>(&'a Shared);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.is_over = true;
        // Who has no chunk left goes within a microsecond, unless it shares this processor.
        for _ in 0..100 {
            if state.helpers == 0 {
                return;
            }
            drop(state);
            std::hint::spin_loop();
            state = self.0.state();
        }
        while state.helpers > 0 {
            state = self.0.change.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[test]
    fn who_has_begun_is_waited_for_and_who_comes_late_does_nothing() {
        let (begun, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let task = || {
            begun.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(20));
            ended.fetch_add(1, Ordering::SeqCst);
        };
        let (late, helpers) = with_help(&task, |invitation| {
            let helpers: Vec<_> = (0..3).map(|_| std::thread::spawn(invitation.ticket())).collect();
            while begun.load(Ordering::SeqCst) < 3 {
                std::thread::yield_now();
            }
            (invitation.ticket(), helpers)
        });
        assert_eq!(ended.load(Ordering::SeqCst), 3);
        late();
        assert_eq!(begun.load(Ordering::SeqCst), 3);
        helpers.into_iter().for_each(|helper| helper.join().unwrap());
    }

    #[test]
    fn panics_of_helpers_and_of_the_body_come_out() {
        crate::capi::silence_panics_on_this_thread();
        let task = || panic!("helper");
        let panicked = catch_unwind(|| with_help(&task, |invitation| invitation.ticket()()));
        assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "helper");
        let panicked = catch_unwind(|| with_help(&task, |_| panic!("body")));
        assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "body");
    }
}
