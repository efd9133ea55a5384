//! Sorting on the caller's number of threads.
//!
//! Numbers go into buckets by a sample of them (J. S. Huang, Y. C. Chow, COMPSAC 1983), so that few or many in one place make no difference, and each bucket is sorted by
//! digits, those that its numbers have in common left out. Comparisons of all would take three times as long.

use super::{Progress, for_each_chunk, grain};
use crate::error::{Error, Result, try_collect, try_push, try_vec};
use std::mem::{MaybeUninit, take};

/// Numbers of a bucket, about: they are sorted in the nearest caches, and the last one does not keep other threads waiting for long.
const BUCKET: usize = 2048;
/// Numbers looked at for each bucket before it is known where buckets end.
const LOOKED_AT: usize = 8;
/// Counters of buckets stay in the first-level cache.
const MOST_BUCKETS: usize = 512;
/// So few are sorted by comparisons.
const FEW: usize = 64;
/// Bits of a digit: two digits tell nearly all numbers of a bucket apart, and counters of one stay in the first-level cache.
const DIGIT: u32 = 10;

/// Sorts numbers, all of them different.
pub fn sorted(mut numbers: Vec<u128>, progress: &mut Progress) -> Result<Vec<u128>> {
    let buckets = (numbers.len() / BUCKET).min(MOST_BUCKETS);
    if buckets < 2 {
        numbers.sort_unstable();
        return Ok(numbers);
    }
    let step = numbers.len() / (buckets * LOOKED_AT);
    let mut ends = try_collect("order of numbers", (0..buckets * LOOKED_AT).map(|i| numbers[i * step]))?;
    ends.sort_unstable();
    let ends = try_collect("order of numbers", (1..buckets).map(|bucket| ends[bucket * LOOKED_AT]))?;
    let ends = Ends::new(&ends)?;
    let chunk = grain(numbers.len());
    let mut of_numbers = try_vec("order of numbers", numbers.len(), 0u16)?;
    let mut sizes = try_vec("order of numbers", numbers.len().div_ceil(chunk) * buckets, 0u32)?;

    let pieces = numbers.chunks(chunk).zip(of_numbers.chunks_mut(chunk)).zip(sizes.chunks_mut(buckets));
    let work = |((numbers, own), sizes): ((&[u128], &mut [u16]), &mut [u32])| {
        // Counted here: pieces of `sizes` share lines of memory, which threads would take from each other at every number.
        let mut counts = [0; MOST_BUCKETS];
        for (&number, own) in numbers.iter().zip(own) {
            let bucket = ends.before(number);
            *own = bucket as u16;
            counts[bucket] += 1;
        }
        sizes.copy_from_slice(&counts[..buckets]);
        Ok(())
    };
    for_each_chunk(pieces, |_| 0, progress, work, |()| Ok(()))?;

    // Each chunk has its part of each bucket: parts lie by bucket, and are handed out by chunk.
    let mut sorted = Vec::new();
    sorted.try_reserve_exact(numbers.len()).map_err(|_| Error::out_of_memory("order of numbers", size_of_val(&numbers[..])))?;
    let mut parts = try_collect("order of numbers", (0..sizes.len()).map(|_| <&mut [MaybeUninit<u128>]>::default()))?;
    let mut of_buckets = try_vec("order of numbers", buckets, 0)?;
    let mut rest = &mut sorted.spare_capacity_mut()[..numbers.len()];
    for (bucket, all) in of_buckets.iter_mut().enumerate() {
        for (&size, part) in sizes.iter().zip(&mut parts).skip(bucket).step_by(buckets) {
            (*part, rest) = rest.split_at_mut(size as usize);
            *all += size as usize;
        }
    }
    let pieces = numbers.chunks(chunk).zip(of_numbers.chunks(chunk)).zip(parts.chunks_mut(buckets));
    let work = |((numbers, own), parts): ((&[u128], &[u16]), &mut [&mut [MaybeUninit<u128>]])| {
        for (number, own) in numbers.iter().zip(own) {
            let part = &mut parts[usize::from(*own)];
            let (first, others) = take(part).split_first_mut().expect("was counted");
            first.write(*number);
            *part = others;
        }
        Ok(numbers.len())
    };
    let mut written = 0;
    let keep = |count| {
        written += count;
        Ok(())
    };
    for_each_chunk(pieces, |_| 0, progress, work, keep)?;
    assert_eq!(written, numbers.len());
    // SAFETY: there is room for so many, and each was written: every number has a place of its own, which its part has given away.
    unsafe { sorted.set_len(numbers.len()) };

    let (mut rest, mut room) = (&mut sorted[..], &mut numbers[..]);
    let mut pieces = Vec::new();
    for size in of_buckets {
        let (own, others) = take(&mut rest).split_at_mut(size);
        let (its_room, more) = take(&mut room).split_at_mut(size);
        (rest, room) = (others, more);
        try_push("order of numbers", &mut pieces, (own, its_room))?;
    }
    let work = |(own, room): (&mut [u128], &mut [u128])| {
        sort_by_digits(own, room);
        Ok(())
    };
    for_each_chunk(pieces.into_iter(), |_| 0, progress, work, |()| Ok(()))?;
    Ok(sorted)
}

/// Where buckets end, with a table that says how many ends are below numbers with some leading bits: most numbers need one comparison or two.
struct Ends<'a> {
    ends: &'a [u128],
    shift: u32,
    /// By leading bits: ends before the first number that has them.
    before: Vec<u16>,
}

/// Leading bits.
const LEADING: u32 = 12;

impl<'a> Ends<'a> {
    /// `ends` ascend.
    fn new(ends: &'a [u128]) -> Result<Self> {
        let shift = ends.last().map_or(0, |last| (u128::BITS - last.leading_zeros()).saturating_sub(LEADING));
        // No end has more leading bits: the last place of the table is behind all.
        let mut before = try_vec("order of numbers", (1 << LEADING) + 1, ends.len() as u16)?;
        let mut place = 0;
        for (leading, slot) in before.iter_mut().take(1 << LEADING).enumerate() {
            while place < ends.len() && ends[place] >> shift < leading as u128 {
                place += 1;
            }
            *slot = place as u16;
        }
        Ok(Self { ends, shift, before })
    }

    /// How many are at or below a number.
    #[inline(always)]
    fn before(&self, number: u128) -> usize {
        let leading = (number >> self.shift).min((1 << LEADING) - 1) as usize;
        // One that is larger than all with these bits comes behind all that have them.
        let (first, last) = (usize::from(self.before[leading]), usize::from(self.before[leading + 1]));
        first + self.ends[first..last].partition_point(|&end| end <= number)
    }
}

/// Sorts numbers, all of them different; `room` is as long.
fn sort_by_digits(numbers: &mut [u128], room: &mut [u128]) {
    let Some((&first, others)) = numbers.split_first() else { return };
    if numbers.len() <= FEW {
        return numbers.sort_unstable();
    }
    let differ = others.iter().fold(0, |differ, number| differ | number ^ first);
    let bits = u128::BITS - differ.leading_zeros();
    let shift = bits.saturating_sub(2 * DIGIT);
    let digits = |number: u128| {
        let both = (number >> shift) as usize;
        [both & ((1 << DIGIT) - 1), both >> DIGIT & ((1 << DIGIT) - 1)]
    };
    let mut places = [[0u32; 1 << DIGIT]; 2];
    for &number in &*numbers {
        let [low, high] = digits(number);
        places[0][low] += 1;
        places[1][high] += 1;
    }
    for places in &mut places {
        let mut sum = 0;
        for place in places {
            sum += std::mem::replace(place, sum);
        }
    }
    for &number in &*numbers {
        let place = &mut places[0][digits(number)[0]];
        room[*place as usize] = number;
        *place += 1;
    }
    for &number in &*room {
        let place = &mut places[1][digits(number)[1]];
        numbers[*place as usize] = number;
        *place += 1;
    }
    if shift > 0 {
        // Those that have both digits in common.
        let mut at = 0;
        for alike in numbers.chunk_by_mut(|a, b| (a ^ b) >> shift == 0) {
            let len = alike.len();
            if len > 1 {
                sort_by_digits(alike, &mut room[at..at + len]);
            }
            at += len;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threads::set_local;

    #[test]
    fn numbers_of_any_distribution_are_sorted() {
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        for count in [0, 1, 100, 4095, 4096, 50_000, 300_001] {
            for kind in 0..6 {
                let numbers: Vec<u128> = (0..count as u64)
                    .map(|i| {
                        let leading = match kind {
                            0 => random(),
                            1 => 7,
                            2 => i,
                            3 => if i % 3 == 0 { random() } else { random() % 5 + (1 << 20) },
                            // Ever smaller clusters, and one far away.
                            4 => random() >> (i % 31),
                            _ => if i == 17 { u64::MAX } else { random() % 1000 },
                        };
                        u128::from(leading) << 64 | u128::from(i)
                    })
                    .collect();
                let mut expected = numbers.clone();
                expected.sort();
                for threads in [1, 3] {
                    set_local(threads).unwrap();
                    assert!(sorted(numbers.clone(), &mut Progress::none()).unwrap() == expected, "{count} of kind {kind}, {threads} threads");
                }
                set_local(0).unwrap();
            }
        }
    }

    #[test]
    fn a_number_s_bucket_is_how_many_end_at_or_below_it() {
        for ends in [vec![], vec![0], vec![5, 6, 7, 1000], vec![1, 1 << 40, (1 << 40) + 1, (1 << 40) + 2, 1 << 100, u128::MAX]] {
            let table = Ends::new(&ends).unwrap();
            for end in ends.iter().copied().chain([3, 900, 1 << 39, 1 << 127]) {
                for number in [end.saturating_sub(1), end, end.saturating_add(1), u128::MAX] {
                    assert_eq!(table.before(number), ends.iter().filter(|&&end| end <= number).count(), "{number} among {ends:?}");
                }
            }
        }
    }
}
