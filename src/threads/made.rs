//! Arrays whose items are made on the caller's number of threads.
//!
//! Memory is first touched by the thread that writes it: pages are mapped there, and nobody writes zeros before.

use super::{Progress, for_each_chunk, ranges};
use crate::error::{Error, Result};
use std::mem::MaybeUninit;

/// Tasks of a long array, at least: what the last of them takes should not matter.
const TASKS: usize = 64;

/// Items of a task where an item takes some ten nanoseconds: tens of microseconds, far more than handing out takes.
pub fn grain(count: usize) -> usize {
    (count / TASKS).clamp(2048, 16_384)
}

/// `len` items of one kind, `grain` of them a task.
pub fn made<T: Send + Sync>(what: &str, len: usize, grain: usize, progress: &mut Progress, item: impl Fn(usize) -> T + Sync) -> Result<Vec<T>> {
    let mut items = Vec::new();
    append(what, [&mut items], len, grain, progress, |_, index| [item(index)])?;
    Ok(items)
}

/// Puts `more` items at the end of each of some arrays of one length. `item` is told what was there before and an item's place; the arrays are as they were after an error.
pub fn append<T: Send + Sync, const N: usize>(
    what: &str,
    to: [&mut Vec<T>; N],
    more: usize,
    grain: usize,
    progress: &mut Progress,
    item: impl Fn([&[T]; N], usize) -> [T; N] + Sync,
) -> Result<()> {
    append_in_blocks(what, to, more, grain, progress, |before, place, _| item(before, place).map(|item| [item]))
}

/// `append` for items that are made some at a time: `block` is told what was there before, a block's first place, and how many of it are wanted; the others may be anything.
pub fn append_in_blocks<T: Send + Sync, const N: usize, const BLOCK: usize>(
    what: &str,
    to: [&mut Vec<T>; N],
    more: usize,
    grain: usize,
    progress: &mut Progress,
    block: impl Fn([&[T]; N], usize, usize) -> [[T; BLOCK]; N] + Sync,
) -> Result<()> {
    let mut to = to;
    let known = to.first().map_or(0, |array| array.len());
    let mut written = 0;
    {
        let mut before: [&[T]; N] = [&[]; N];
        let mut room: [&mut [MaybeUninit<T>]; N] = std::array::from_fn(|_| Default::default());
        for ((array, before), room) in to.iter_mut().zip(&mut before).zip(&mut room) {
            assert_eq!(array.len(), known);
            array.try_reserve_exact(more).map_err(|_| Error::out_of_memory(what, more.saturating_mul(size_of::<T>())))?;
            let (own, others) = split(array);
            (*before, *room) = (own, &mut others[..more]);
        }
        let tasks = ranges(more, grain).map(|(first, count)| {
            let own: [&mut [MaybeUninit<T>]; N] = std::array::from_fn(|array| {
                let (own, others) = std::mem::take(&mut room[array]).split_at_mut(count);
                room[array] = others;
                own
            });
            (known + first, count, own)
        });
        let work = |(first, count, mut own): (usize, usize, [&mut [MaybeUninit<T>]; N])| {
            for at in (0..count).step_by(BLOCK) {
                let wanted = BLOCK.min(count - at);
                for (array, items) in own.iter_mut().zip(block(before, first + at, wanted)) {
                    for (slot, item) in array[at..at + wanted].iter_mut().zip(items) {
                        slot.write(item);
                    }
                }
            }
            Ok(count)
        };
        let keep = |count| {
            written += count;
            Ok(())
        };
        for_each_chunk(tasks, |_| 0, progress, work, keep)?;
    }
    assert_eq!(written, more);
    for array in to {
        // SAFETY: there is room for so many, and all were written: tasks are disjoint ranges, each of which said that it had written all of its own.
        unsafe { array.set_len(known + more) };
    }
    Ok(())
}

/// What an array has, and its room for more.
fn split<T>(array: &mut Vec<T>) -> (&[T], &mut [MaybeUninit<T>]) {
    let (first, len, capacity) = (array.as_mut_ptr(), array.len(), array.capacity());
    // SAFETY: both are parts of the array's memory, one after another, borrowed as the array is; its items are there up to `len`.
    unsafe { (std::slice::from_raw_parts(first, len), std::slice::from_raw_parts_mut(first.add(len).cast(), capacity - len)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threads::set_local;

    #[test]
    fn items_are_where_they_belong() {
        for threads in [1, 3] {
            set_local(threads).unwrap();
            for (known, more) in [(0, 0), (3, 0), (0, 1), (5, 64), (100, 1000)] {
                let mut arrays = [Vec::from_iter(0..known), Vec::from_iter((0..known).map(|i| 2 * i))];
                let [a, b] = &mut arrays;
                append("numbers", [a, b], more, 7, &mut Progress::none(), |before, index| [index + before[0].len() - known, 2 * index]).unwrap();
                let [a, b] = &mut arrays;
                append_in_blocks("numbers", [a, b], more, 10, &mut Progress::none(), |before, first, wanted| {
                    assert!(first + wanted <= before[0].len() + more);
                    let item = |i: usize| if i < wanted { first + i } else { usize::MAX / 2 };
                    [std::array::from_fn::<_, 4, _>(item), std::array::from_fn(|i| 2 * item(i))]
                })
                .unwrap();
                assert_eq!(arrays[0], Vec::from_iter(0..known + 2 * more));
                assert_eq!(arrays[1], Vec::from_iter((0..known + 2 * more).map(|i| 2 * i)));
            }
            assert_eq!(made("numbers", 50, 7, &mut Progress::none(), |index| index.to_string()).unwrap()[49], "49");
            set_local(0).unwrap();
        }
    }

    #[test]
    fn a_length_beyond_memory_is_refused_and_nothing_is_there() {
        let mut numbers = vec![1u64];
        let refused = append("numbers", [&mut numbers], isize::MAX as usize / 8, 16, &mut Progress::none(), |_, _| [0]);
        assert!(refused.unwrap_err().message.contains("numbers"));
        assert_eq!(numbers, [1]);
    }
}
