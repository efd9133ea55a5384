//! Chunks of work on the caller's number of threads, with results folded in order.
//!
//! Which elements form a chunk depends on the problem alone, and results are folded in the order of the chunks on
//! the calling thread: that is why results have the same bits for any number of threads.

use super::{count, pool, progress::Progress};
use crate::error::Result;
use rayon::prelude::*;
use std::time::{Duration, Instant};

/// Work between two looks at the clock, where a caller wants word of it.
const SLICE: Duration = Duration::from_millis(50);

/// Runs `work(i, chunk)` for each chunk and passes the results to `fold` in order. `sizes(i)` is what chunk `i`
/// counts for in progress reports. The error of the lowest chunk wins; chunks after it may have run.
pub fn for_each_chunk<C: Send, R: Send>(
    chunks: Vec<C>,
    size: impl Fn(usize) -> usize,
    progress: &mut Progress,
    work: impl Fn(usize, C) -> Result<R> + Sync,
    mut fold: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    let count = chunks.len();
    let total = (0..count).map(&size).sum();
    let threads = count::current().0.min(count);
    progress.report(0, total)?;
    let mut done = 0;
    if threads <= 1 {
        for (i, chunk) in chunks.into_iter().enumerate() {
            fold(work(i, chunk)?)?;
            done += size(i);
            progress.report_if_due(done, total)?;
        }
    } else {
        let pool = pool::pool(threads)?;
        let mut remaining = chunks.into_iter().enumerate();
        // Without a listener one slice holds everything. With one, slices grow until they take SLICE.
        let mut slice_len = if progress.is_wanted() { threads } else { count };
        loop {
            let slice: Vec<(usize, C)> = remaining.by_ref().take(slice_len).collect();
            if slice.is_empty() {
                break;
            }
            let range = slice[0].0..slice[0].0 + slice.len();
            let start = Instant::now();
            let results: Vec<Result<R>> =
                pool.install(|| slice.into_par_iter().with_max_len(1).map(|(i, chunk)| work(i, chunk)).collect());
            for result in results {
                fold(result?)?;
            }
            done += range.map(&size).sum::<usize>();
            progress.report_if_due(done, total)?;
            if start.elapsed() < SLICE / 2 {
                slice_len *= 2;
            }
        }
    }
    progress.report(total, total)
}
