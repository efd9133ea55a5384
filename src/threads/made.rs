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
    let write = |before: [&[T]; N], first: usize, room: &mut [&mut [MaybeUninit<T>]; N]| {
        let count = room.first().map_or(0, |array| array.len());
        for place in 0..count {
            for (array, item) in room.iter_mut().zip(item(before, first + place)) {
                array[place].write(item);
            }
        }
        count
    };
    append_by(what, to, more, grain, progress, write)
}

/// `append` for items that are made some at a time: `block` is told an item's place and how many are wanted from there on; what it makes of the others may be anything.
pub fn append_in_blocks<T: Copy + Default + Send + Sync, const N: usize, const BLOCK: usize>(
    what: &str,
    to: [&mut Vec<T>; N],
    more: usize,
    grain: usize,
    progress: &mut Progress,
    block: impl Fn(usize, usize, &mut [[T; BLOCK]; N]) + Sync,
) -> Result<()> {
    let write = |_: [&[T]; N], first: usize, room: &mut [&mut [MaybeUninit<T>]; N]| {
        let count = room.first().map_or(0, |array| array.len());
        let mut made = [[T::default(); BLOCK]; N];
        for (at, wanted) in ranges(count, BLOCK) {
            block(first + at, wanted, &mut made);
            for (array, made) in room.iter_mut().zip(&made) {
                array[at..at + wanted].write_copy_of_slice(&made[..wanted]);
            }
        }
        count
    };
    append_by(what, to, more, grain, progress, write)
}

/// `write` is told what was there before, a place, and the arrays' room from there on, all of which it writes; it returns how many that are.
fn append_by<T: Send + Sync, const N: usize>(
    what: &str,
    to: [&mut Vec<T>; N],
    more: usize,
    grain: usize,
    progress: &mut Progress,
    write: impl Fn([&[T]; N], usize, &mut [&mut [MaybeUninit<T>]; N]) -> usize + Sync,
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
            (known + first, own)
        });
        let work = |(first, mut own): (usize, [&mut [MaybeUninit<T>]; N])| Ok(write(before, first, &mut own));
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
                let block = |first: usize, wanted: usize, made: &mut [[usize; 4]; 2]| {
                    assert!(first + wanted <= known + 2 * more);
                    let item = |i: usize| if i < wanted { first + i } else { usize::MAX / 2 };
                    *made = [std::array::from_fn(item), std::array::from_fn(|i| 2 * item(i))];
                };
                append_in_blocks("numbers", [a, b], more, 10, &mut Progress::none(), block).unwrap();
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
