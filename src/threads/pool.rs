//! Rayon pools, kept by size, and how many calls use each.
//!
//! Building a pool takes 100 us, using one 6 us, so pools stay until `shutdown`. A worker that sleeps needs 20 to 60 us to wake, as long as a pass of a
//! small problem takes, so workers that have worked for a call stay awake while it lasts (`Shared::watch`), unless they wait too long. Fork: the child has none of the
//! parent's worker threads, and another thread may have held the cache's lock when the process forked. So the
//! child's handler throws the whole cache away (leaks it: its threads do not exist, joining them would hang) by
//! clearing one atomic pointer, which cannot block.

use super::processor::{self, Movable, Thread};
use crate::error::{Error, Result, Status};
use std::cell::Cell;
use std::collections::HashMap;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

thread_local! {
    static IS_ON_WATCH: Cell<bool> = const { Cell::new(false) };
}

type Pools = Mutex<HashMap<usize, Pool>>;

struct Pool {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

struct Shared {
    rayon: rayon::ThreadPool,
    /// By worker, once it has begun.
    threads: Arc<[Mutex<Option<Movable>>]>,
    calls: AtomicUsize,
    /// Workers that stay awake.
    watching: AtomicUsize,
    /// Where the thread runs that called for workers last.
    caller: AtomicUsize,
    /// How many more times workers are kept off that processor while they are woken, and whether they have been in this call.
    wary: AtomicUsize,
    has_kept_off: AtomicBool,
}

/// How long a worker stays awake without work: longer than what calls do on one thread between two passes of a small problem.
const LONGEST_WATCH: Duration = Duration::from_micros(150);
/// A look and a yield that took longer had the processor taken away.
const LONG_YIELD: Duration = Duration::from_micros(20);
/// Calls for workers that are wary after a worker woke up on its caller's processor: many, because it does that again, and few enough that a system which does not is not asked for
/// ever.
const WARY: usize = 256;
/// How often it looks for work before it asks the system whether somebody else needs the processor.
const LOOKS: usize = 16;

impl Shared {
    /// A worker's: does what there is to do until no call needs the pool any more, or nothing came for long.
    fn watch(&self) {
        // What a worker on watch finds to do may be another's watch.
        if !IS_ON_WATCH.replace(true) {
            let mut idle_since = Instant::now();
            self.leave_the_caller();
            while self.calls.load(Ordering::Relaxed) > 0 && idle_since.elapsed() < LONGEST_WATCH {
                let began = Instant::now();
                if looks_for_work() {
                    idle_since = Instant::now();
                    continue;
                }
                std::thread::yield_now();
                // Somebody else needed the processor: whoever sleeps then is let in sooner than one who has used it up by looking.
                if began.elapsed() > LONG_YIELD {
                    break;
                }
            }
            IS_ON_WATCH.set(false);
        }
        self.watching.fetch_sub(1, Ordering::Relaxed);
    }

    /// A worker's: the processor of the thread that it works for is the one where it helps least. With several callers none is better than another.
    fn leave_the_caller(&self) {
        let Some(own) = rayon::current_thread_index().and_then(|index| self.threads.get(index)) else { return };
        let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(own) = &mut *own else { return };
        let taken = self.caller.load(Ordering::Relaxed);
        // Also where the call is over: it may have been short, and this be why nobody helped.
        if self.calls.load(Ordering::Relaxed) <= 1 && processor::current() == Some(taken) {
            if own.keep_off(taken) {
                self.wary.store(WARY, Ordering::Relaxed);
            }
        }
        own.free();
    }

    /// A worker that wakes up on its caller's processor does not get it before the call is over, so it is kept off while it wakes up.
    fn keep_sleepers_off(&self, taken: usize) {
        let is_wary = |left: usize| left.checked_sub(1);
        if self.calls.load(Ordering::Relaxed) == 1 && self.wary.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_wary).is_ok() {
            self.for_each_thread(|thread| _ = thread.keep_off(taken));
            // Now, so that the end of this call sees it whatever other calls have done in between.
            self.has_kept_off.store(true, Ordering::Relaxed);
        }
    }

    /// Not all that were kept off need have been on watch since.
    fn free_sleepers(&self) {
        if self.has_kept_off.swap(false, Ordering::Relaxed) {
            self.for_each_thread(Movable::free);
        }
    }

    /// But for those that somebody else is at, for whom nobody waits: a worker frees itself in the end, and so does another call those that it keeps off.
    fn for_each_thread(&self, act: impl Fn(&mut Movable)) {
        for thread in &self.threads[..] {
            let mut thread = match thread.try_lock() {
                Ok(thread) => thread,
                Err(TryLockError::Poisoned(error)) => error.into_inner(),
                Err(TryLockError::WouldBlock) => continue,
            };
            if let Some(thread) = &mut *thread {
                act(thread);
            }
        }
    }
}

/// Whether there was some, which is done then.
fn looks_for_work() -> bool {
    for _ in 0..LOOKS {
        if rayon::yield_now() == Some(rayon::Yield::Executed) {
            return true;
        }
        std::hint::spin_loop();
    }
    false
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

    /// Sees to it that all workers are awake, and stay so while the call lasts.
    pub fn keep_awake(&self) {
        let taken = processor::current().unwrap_or(usize::MAX);
        self.0.caller.store(taken, Ordering::Relaxed);
        let missing = self.0.watching.load(Ordering::Relaxed)..self.0.rayon.current_num_threads();
        // Where all sleep: of some awake none can be told from the others.
        if missing.len() == self.0.rayon.current_num_threads() {
            self.0.keep_sleepers_off(taken);
        }
        for _ in missing {
            self.0.watching.fetch_add(1, Ordering::Relaxed);
            let shared = self.0.clone();
            self.0.rayon.spawn(move || shared.watch());
        }
    }

    /// Whether other calls want the same workers.
    pub fn is_one_of_many(&self) -> bool {
        self.0.calls.load(Ordering::Relaxed) > 1
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.free_sleepers();
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
    let threads: Arc<[_]> = (0..count).map(|_| Mutex::new(None)).collect();
    let rayon = rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .spawn_handler(|worker| {
            let thread = std::thread::Builder::new().name(format!("hotloop-{}", worker.index()));
            let threads = threads.clone();
            workers.push(thread.spawn(move || {
                crate::capi::silence_panics_on_this_thread();
                *threads[worker.index()].lock().unwrap_or_else(PoisonError::into_inner) = Some(Movable::new(Thread::current()));
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
    let [calls, watching, wary] = [0, 0, 0].map(AtomicUsize::new);
    let shared = Arc::new(Shared { rayon, threads, calls, watching, caller: AtomicUsize::new(usize::MAX), wary, has_kept_off: AtomicBool::new(false) });
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

    /// Looks until it is so, or fails.
    fn wait_until(is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < Duration::from_secs(20));
            std::thread::yield_now();
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn workers_that_were_kept_off_a_processor_may_use_it_again() {
        // So many that no other test has this pool.
        const WORKERS: usize = 61;
        let call = pool(WORKERS).unwrap();
        let may_use = || {
            call.rayon().broadcast(|_| {
                // SAFETY: an all-zero set is a set; the call gets its size and this thread.
                let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
                assert_eq!(unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set) }, 0);
                // SAFETY: stays within the set.
                (0..1024).filter(|&processor| unsafe { libc::CPU_ISSET(processor, &set) }).collect::<Vec<_>>()
            })
        };
        let before = may_use();
        for _ in 0..5 {
            wait_until(|| call.0.watching.load(Ordering::Relaxed) == 0);
            call.0.wary.store(WARY, Ordering::Relaxed);
            call.keep_awake();
            assert!(call.0.has_kept_off.load(Ordering::Relaxed));
        }
        // When a call ends those are freed that have not been on watch since.
        drop(pool(WORKERS).unwrap());
        wait_until(|| call.0.watching.load(Ordering::Relaxed) == 0);
        assert_eq!(may_use(), before);
    }

    #[test]
    fn workers_on_watch_work_and_go_to_sleep() {
        let call = pool(5).unwrap();
        let watching = || call.0.watching.load(Ordering::Relaxed);
        // Also where they went to sleep in between, because nothing came.
        for _ in 0..3 {
            call.keep_awake();
            let done = AtomicUsize::new(0);
            call.rayon().in_place_scope(|scope| (0..100).for_each(|_| scope.spawn(|_| _ = done.fetch_add(1, Ordering::Relaxed))));
            assert_eq!(done.into_inner(), 100);
            wait_until(|| watching() == 0);
        }
        call.keep_awake();
        let shared = call.0.clone();
        drop(call);
        wait_until(|| shared.watching.load(Ordering::Relaxed) == 0);
    }
}
