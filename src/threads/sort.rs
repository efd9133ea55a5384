//! Sorting on the caller's number of threads.

use super::{Progress, for_each_chunk, grain};
use crate::error::{Error, Result, try_collect, try_push, try_vec};
use std::mem::{MaybeUninit, take};

/// Items of a bucket, about: they are sorted in the nearest caches, and the last one does not keep other threads waiting for long.
const BUCKET: usize = 2048;
/// Items looked at for each bucket before it is known where buckets end.
const LOOKED_AT: usize = 8;
/// Counters of buckets stay in the first-level cache.
const MOST_BUCKETS: usize = 512;

/// Sorts items, all of them different: into buckets by some of them, and each bucket by comparisons (J. S. Huang, Y. C. Chow, COMPSAC 1983), so that
/// few or many in one place make no difference.
pub fn sorted<T: Ord + Copy + Send + Sync>(mut items: Vec<T>, progress: &mut Progress) -> Result<Vec<T>> {
    let buckets = (items.len() / BUCKET).min(MOST_BUCKETS);
    if buckets < 2 {
        items.sort_unstable();
        return Ok(items);
    }
    let step = items.len() / (buckets * LOOKED_AT);
    let mut ends = try_collect("order of items", (0..buckets * LOOKED_AT).map(|i| items[i * step]))?;
    ends.sort_unstable();
    let ends = try_collect("order of items", (1..buckets).map(|bucket| ends[bucket * LOOKED_AT]))?;
    let chunk = grain(items.len());
    let mut of_items = try_vec("order of items", items.len(), 0u16)?;
    let mut sizes = try_vec("order of items", items.len().div_ceil(chunk) * buckets, 0u32)?;

    let pieces = items.chunks(chunk).zip(of_items.chunks_mut(chunk)).zip(sizes.chunks_mut(buckets));
    let work = |((items, own), sizes): ((&[T], &mut [u16]), &mut [u32])| {
        for (item, own) in items.iter().zip(own) {
            *own = ends.partition_point(|end| end <= item) as u16;
            sizes[usize::from(*own)] += 1;
        }
        Ok(())
    };
    for_each_chunk(pieces, |_| 0, progress, work, |()| Ok(()))?;

    // Each chunk has its part of each bucket: parts lie by bucket, and are handed out by chunk.
    let mut sorted = Vec::new();
    sorted.try_reserve_exact(items.len()).map_err(|_| Error::out_of_memory("order of items", items.len() * size_of::<T>()))?;
    let mut parts = try_collect("order of items", (0..sizes.len()).map(|_| <&mut [MaybeUninit<T>]>::default()))?;
    let mut of_buckets = try_vec("order of items", buckets, 0)?;
    let mut rest = &mut sorted.spare_capacity_mut()[..items.len()];
    for (bucket, all) in of_buckets.iter_mut().enumerate() {
        for (&size, part) in sizes.iter().zip(&mut parts).skip(bucket).step_by(buckets) {
            (*part, rest) = rest.split_at_mut(size as usize);
            *all += size as usize;
        }
    }
    let pieces = items.chunks(chunk).zip(of_items.chunks(chunk)).zip(parts.chunks_mut(buckets));
    let work = |((items, own), parts): ((&[T], &[u16]), &mut [&mut [MaybeUninit<T>]])| {
        for (item, own) in items.iter().zip(own) {
            let part = &mut parts[usize::from(*own)];
            let (first, others) = take(part).split_first_mut().expect("was counted");
            first.write(*item);
            *part = others;
        }
        Ok(items.len())
    };
    let mut written = 0;
    let keep = |count| {
        written += count;
        Ok(())
    };
    for_each_chunk(pieces, |_| 0, progress, work, keep)?;
    assert_eq!(written, items.len());
    // SAFETY: there is room for so many, and each was written: every item has a place of its own, which its part has given away.
    unsafe { sorted.set_len(items.len()) };
    drop(items);

    let mut rest = &mut sorted[..];
    let mut pieces = Vec::new();
    for size in of_buckets {
        let (own, others) = rest.split_at_mut(size);
        rest = others;
        try_push("order of items", &mut pieces, own)?;
    }
    let work = |own: &mut [T]| {
        own.sort_unstable();
        Ok(())
    };
    for_each_chunk(pieces.into_iter(), |_| 0, progress, work, |()| Ok(()))?;
    Ok(sorted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threads::set_local;

    #[test]
    fn items_of_any_distribution_are_sorted() {
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        for count in [0, 1, 100, 4095, 4096, 50_000, 300_001] {
            for kind in 0..4 {
                let items: Vec<(u64, u32)> = (0..count as u32)
                    .map(|i| {
                        let code = match kind {
                            0 => random(),
                            1 => 7,
                            2 => u64::from(i),
                            _ => if i % 3 == 0 { random() } else { random() % 5 + (1 << 20) },
                        };
                        (code, i)
                    })
                    .collect();
                let mut expected = items.clone();
                expected.sort();
                for threads in [1, 3] {
                    set_local(threads).unwrap();
                    assert!(sorted(items.clone(), &mut Progress::none()).unwrap() == expected, "{count} of kind {kind}, {threads} threads");
                }
                set_local(0).unwrap();
            }
        }
    }
}
