//! Chunks of work on the caller's number of threads, with results folded in order.
//!
//! Which elements form a chunk depends on the problem alone, and results are folded in the order of the chunks on
//! the calling thread: that is why results have the same bits for any number of threads.
//!
//! The calling thread works as well, with one worker fewer than threads. Whoever is free takes the next chunk, so nobody waits for another before the
//! last chunk. A worker never waits: where there is nothing to take (see `AHEAD`), or where other calls want workers too, it leaves, and the calling
//! thread, between two chunks of its own, calls for another. So several calls share a pool chunk by chunk, and a callback may call us.

use super::{count, help::with_help, processor, progress::Progress};
use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many chunks for each thread may be under way or done and not folded: enough to even out their differences, few enough to hold the
/// results of.
const AHEAD: usize = 8;
/// How long the calling thread looks whether the last chunks are done before it sleeps: about as long as it would need to wake up.
const LONGEST_LOOK: Duration = Duration::from_micros(50);
/// Turns between two looks, which take the lock that workers want too.
const TURNS: usize = 30;

/// Cuts `count` items into ranges of `size`: first and length of each.
pub fn ranges(count: usize, size: usize) -> impl ExactSizeIterator<Item = (usize, usize)> + Send {
    (0..count).step_by(size).map(move |first| (first, size.min(count - first)))
}

/// How many threads so many chunks make use of. Pools stay, so their sizes are few: problems of all numbers of chunks make do with powers of 2 and the
/// caller's number. A worker's chunk keeps its own chunks: a worker must not wait for workers.
fn threads_for(chunks: usize) -> usize {
    let most = chunks.checked_next_power_of_two().unwrap_or(usize::MAX);
    // Whoever has one chunk needs no look at who is asking, which costs more than a small chunk.
    if most <= 1 || rayon::current_thread_index().is_some() { 1 } else { count::current().0.min(most) }
}

/// Wakes the workers that so many chunks will want, while the calling thread has other things to do first.
pub fn wake_workers(chunks: usize, progress: &mut Progress) -> Result<()> {
    match threads_for(chunks) {
        0 | 1 => Ok(()),
        threads => progress.pool(threads - 1).map(|pool| pool.keep_awake()),
    }
}

/// Runs `work` on each chunk (of which no list is made: there may be any number) and passes the results to `fold` in order. `size` is what a chunk counts for in progress.
/// The error of the earliest chunk wins; later chunks may have run.
pub fn for_each_chunk<C: Send, R: Send>(
    chunks: impl ExactSizeIterator<Item = C> + Send,
    size: impl Fn(&C) -> usize + Send,
    progress: &mut Progress,
    work: impl Fn(C) -> Result<R> + Sync,
    mut fold: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    let threads = threads_for(chunks.len());
    if threads <= 1 {
        for chunk in chunks {
            let size = size(&chunk);
            fold(work(chunk)?)?;
            progress.advance(size)?;
        }
        return Ok(());
    }
    let pool = progress.pool(threads - 1)?;
    let pool = &*pool;
    let crew = Crew::new(chunks, size, AHEAD * threads)?;
    let worker = || {
        let _leaving = Leaving(&crew);
        let mut next = crew.take_on(processor::current());
        while let Some((place, size, chunk)) = next {
            crew.keep(place, size, work(chunk));
            next = if pool.is_one_of_many() { None } else { crew.take_on(processor::current()) };
        }
    };
    with_help(&worker, |invitation| {
        // However we go: then workers take no more.
        let _stop = Stop(&crew);
        loop {
            match crew.next_step(threads - 1) {
                Step::Call(workers) => {
                    pool.keep_awake();
                    (0..workers).for_each(|_| pool.rayon().spawn(invitation.ticket()));
                }
                Step::Fold(size, result) => {
                    fold(result?)?;
                    progress.advance(size)?;
                }
                Step::Work((place, size, chunk)) => crew.keep(place, size, work(chunk)),
                Step::Over => return Ok(()),
            }
        }
    })
}

/// Place, what it counts for in progress, and the chunk.
type Numbered<C> = (usize, usize, C);

/// What the calling thread does next.
enum Step<C, R> {
    Call(usize),
    Fold(usize, Result<R>),
    Work(Numbered<C>),
    Over,
}

/// What those who work on the chunks of a call share.
struct Crew<I, S, R> {
    state: Mutex<State<I, S, R>>,
    /// Something changed while the calling thread was waiting.
    change: Condvar,
    ahead: usize,
}

struct State<I, S, R> {
    chunks: I,
    size: S,
    taken: usize,
    folded: usize,
    /// Of chunks that are taken and not folded, where they are done.
    results: VecDeque<Option<(usize, Result<R>)>>,
    /// Called and not gone.
    workers: usize,
    /// Where a worker ran that took a chunk, the last one that did.
    processor: Option<usize>,
    is_stopped: bool,
    is_waiting: bool,
}

impl<C, I: ExactSizeIterator<Item = C>, S: Fn(&C) -> usize, R> State<I, S, R> {
    /// Chunks that may be taken now.
    fn free(&self, ahead: usize) -> usize {
        if self.is_stopped { 0 } else { self.chunks.len().min(ahead - self.results.len()) }
    }

    fn take(&mut self, ahead: usize) -> Option<Numbered<C>> {
        if self.free(ahead) == 0 {
            return None;
        }
        let chunk = self.chunks.next()?;
        self.results.push_back(None);
        self.taken += 1;
        Some((self.taken - 1, (self.size)(&chunk), chunk))
    }
}

impl<C, I: ExactSizeIterator<Item = C>, S: Fn(&C) -> usize, R> Crew<I, S, R> {
    fn new(chunks: I, size: S, ahead: usize) -> Result<Self> {
        let mut results = VecDeque::new();
        let count = ahead.min(chunks.len());
        results.try_reserve_exact(count).map_err(|_| Error::out_of_memory("results of chunks", count * size_of::<Option<(usize, Result<R>)>>()))?;
        let state = State { chunks, size, taken: 0, folded: 0, results, workers: 0, processor: None, is_stopped: false, is_waiting: false };
        Ok(Self { state: Mutex::new(state), change: Condvar::new(), ahead })
    }

    /// For a worker that runs there.
    fn take_on(&self, processor: Option<usize>) -> Option<Numbered<C>> {
        let mut state = self.state();
        state.processor = processor;
        state.take(self.ahead)
    }

    fn keep(&self, place: usize, size: usize, result: Result<R>) {
        let mut state = self.state();
        let index = place - state.folded;
        state.results[index] = Some((size, result));
        self.tell(state);
    }

    fn next_step(&self, most: usize) -> Step<C, R> {
        let mut state = self.state();
        let mut idle_since = None;
        loop {
            // One of the chunks is the calling thread's.
            let workers = state.free(self.ahead).saturating_sub(1).min(most - state.workers);
            if workers > 0 {
                state.workers += workers;
                return Step::Call(workers);
            }
            if let Some(Some(_)) = state.results.front() {
                let (size, result) = state.results.pop_front().flatten().expect("is done");
                state.folded += 1;
                return Step::Fold(size, result);
            }
            if let Some(chunk) = state.take(self.ahead) {
                return Step::Work(chunk);
            }
            // Those who were called and have not come are not needed any more.
            if state.results.is_empty() || state.is_stopped {
                return Step::Over;
            }
            // A worker that shares this processor cannot go on while we look.
            let is_alone = || state.processor.is_none() || state.processor != processor::current();
            if idle_since.is_some_and(|since: Instant| since.elapsed() < LONGEST_LOOK) || (idle_since.is_none() && is_alone()) {
                idle_since.get_or_insert_with(Instant::now);
                drop(state);
                (0..TURNS).for_each(|_| std::hint::spin_loop());
                state = self.state();
            } else {
                state.is_waiting = true;
                state = self.change.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.is_waiting = false;
            }
        }
    }
}

impl<I, S, R> Crew<I, S, R> {
    fn state(&self) -> MutexGuard<'_, State<I, S, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the calling thread. A notice that nobody waits for would be a system call as well.
    fn tell(&self, state: MutexGuard<'_, State<I, S, R>>) {
        let is_waiting = state.is_waiting;
        drop(state);
        if is_waiting {
            self.change.notify_one();
        }
    }
}

/// A worker goes, in a panic maybe, which stops all.
struct Leaving<'a, I, S, R>(&'a Crew<I, S, R>);

impl<I, S, R> Drop for Leaving<'_, I, S, R> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.workers -= 1;
        state.is_stopped |= std::thread::panicking();
        self.0.tell(state);
    }
}

/// The calling thread goes.
struct Stop<'a, I, S, R>(&'a Crew<I, S, R>);

impl<I, S, R> Drop for Stop<'_, I, S, R> {
    fn drop(&mut self) {
        self.0.state().is_stopped = true;
    }
}

#[cfg(test)]
mod tests;
