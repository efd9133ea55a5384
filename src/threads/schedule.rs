//! Chunks of work on the caller's number of threads, with results folded in order.
//!
//! Which elements form a chunk depends on the problem alone, and results are folded in the order of the chunks on
//! the calling thread: that is why results have the same bits for any number of threads.

use super::{count, pool, progress::Progress};
use crate::error::Result;
use rayon::prelude::*;

/// Chunks for each thread between two looks at results: enough to even out their differences, few enough to hold the
/// results of.
const CHUNKS_PER_THREAD: usize = 8;

/// Cuts `count` items into ranges of `size`: first and length of each.
pub fn ranges(count: usize, size: usize) -> impl ExactSizeIterator<Item = (usize, usize)> {
    (0..count).step_by(size).map(move |first| (first, size.min(count - first)))
}

/// Sorts items that are all different, on the caller's number of threads.
pub fn sort<T: Ord + Send>(items: &mut [T]) -> Result<()> {
    /// Fewer are sorted sooner than a pool is asked.
    const FEW: usize = 10_000;
    let threads = if items.len() < FEW { 1 } else { count::current().0 };
    if threads <= 1 {
        items.sort_unstable();
    } else {
        pool::pool(threads)?.install(|| items.par_sort_unstable());
    }
    Ok(())
}

/// Runs `work` on each chunk (of which no list is made: there may be any number) and passes the results to `fold` in order. `size` is what a chunk counts for in progress.
/// The error of the earliest chunk wins; later chunks may have run.
pub fn for_each_chunk<C: Send, R: Send>(
    mut chunks: impl ExactSizeIterator<Item = C>,
    size: impl Fn(&C) -> usize,
    progress: &mut Progress,
    work: impl Fn(C) -> Result<R> + Sync,
    mut fold: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    // Pools stay, so their sizes are few: problems of all numbers of chunks make do with powers of 2 and the caller's number.
    // Whoever has one chunk needs no look at who is asking, which costs more than a small chunk.
    let most = chunks.len().checked_next_power_of_two().unwrap_or(usize::MAX);
    let threads = if most <= 1 { 1 } else { count::current().0.min(most) };
    if threads <= 1 {
        for chunk in chunks {
            let size = size(&chunk);
            fold(work(chunk)?)?;
            progress.advance(size)?;
        }
        return Ok(());
    }
    let pool = pool::pool(threads)?;
    // A listener hears between slices, so for one a slice is as short as it can be.
    let slice_len = if progress.is_wanted() { threads } else { CHUNKS_PER_THREAD * threads };
    loop {
        let slice: Vec<C> = chunks.by_ref().take(slice_len).collect();
        if slice.is_empty() {
            return Ok(());
        }
        let size = slice.iter().map(&size).sum();
        let results: Vec<Result<R>> = pool.install(|| slice.into_par_iter().with_max_len(1).map(&work).collect());
        for result in results {
            fold(result?)?;
        }
        progress.advance(size)?;
    }
}
