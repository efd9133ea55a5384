//! The caller's shape and arrays of that shape, padded in front to three axes.

use super::super::guard::refuse;
use crate::array::{View, ViewMut, extent};
use crate::error::{Result, Status};

/// A pointer and its strides.
pub(super) type Input<T> = (*const T, *const isize);
pub(super) type Output<T> = (*mut T, *const isize);

/// The caller's shape, padded in front to three axes.
pub(super) struct Shape {
    /// What the caller calls it.
    pub name: &'static str,
    pub rank: usize,
    pub extents: [usize; 3],
}

impl Shape {
    /// # Safety
    /// `shape` is NULL or points to `rank` numbers.
    pub unsafe fn new(rank: isize, shape: *const isize) -> Result<Self> {
        if !(1..=3).contains(&rank) {
            return refuse(Status::Shape, format!("rank: is {rank}; a lattice has 1, 2 or 3 axes"));
        }
        if shape.is_null() {
            return refuse(Status::Null, "shape: is NULL; pass the address of the number of cells along each axis".into());
        }
        let rank = rank as usize;
        let mut extents = [1; 3];
        for axis in 0..rank {
            const NAMES: [&str; 3] = ["shape[0]", "shape[1]", "shape[2]"];
            // SAFETY: the caller vouches for `rank` numbers.
            extents[3 - rank + axis] = extent(NAMES[axis], unsafe { shape.add(axis).read_unaligned() })?;
        }
        Ok(Self { name: "shape", rank, extents })
    }

    /// Nodes in a row.
    pub fn of_nodes(name: &'static str, nodes: isize) -> Result<Self> {
        Ok(Self { name, rank: 1, extents: [1, 1, extent(name, nodes)?] })
    }

    /// A caller's strides for `N` axes, of which it has given those for the last `rank + N - 3`.
    ///
    /// # Safety
    /// `strides` is NULL or points to as many numbers.
    pub unsafe fn padded<const N: usize>(&self, strides: *const isize) -> Option<[isize; N]> {
        if strides.is_null() {
            return None;
        }
        let mut padded = [0; N];
        let own = self.rank + N - 3;
        for k in 0..own {
            // With a leading axis of frames the missing axes are behind it.
            let place = if N > 3 && k == 0 { 0 } else { N - own + k };
            // SAFETY: the caller's promise.
            padded[place] = unsafe { strides.add(k).read_unaligned() };
        }
        Some(padded)
    }

    /// # Safety
    /// As for `View::new`.
    pub unsafe fn input<'a, T: Copy>(&self, name: &'static str, (pointer, strides): Input<T>) -> Result<View<'a, T, 3>> {
        // SAFETY: passed on.
        unsafe {
            let padded = self.padded::<3>(strides);
            let view = View::new(name, pointer, self.extents, padded.as_ref().map_or(std::ptr::null(), |s| s.as_ptr()));
            view.map_err(|error| {
                // Once more without padding: the message is to speak of the caller's axes.
                let [_, rows, cells] = self.extents;
                let in_own_axes = match self.rank {
                    1 => View::new(name, pointer, [cells], strides).err(),
                    2 => View::new(name, pointer, [rows, cells], strides).err(),
                    _ => None,
                };
                in_own_axes.unwrap_or(error)
            })
        }
    }

    /// # Safety
    /// As for `ViewMut::new`.
    pub unsafe fn output<'a, T: Copy>(&self, name: &'static str, (pointer, strides): Output<T>) -> Result<ViewMut<'a, T, 3>> {
        // SAFETY: passed on.
        unsafe {
            let padded = self.padded::<3>(strides);
            let view = ViewMut::new(name, pointer, self.extents, padded.as_ref().map_or(std::ptr::null(), |s| s.as_ptr()));
            view.map_err(|error| {
                // Once more without padding: the message is to speak of the caller's axes.
                let [_, rows, cells] = self.extents;
                let in_own_axes = match self.rank {
                    1 => ViewMut::new(name, pointer, [cells], strides).err(),
                    2 => ViewMut::new(name, pointer, [rows, cells], strides).err(),
                    _ => None,
                };
                in_own_axes.unwrap_or(error)
            })
        }
    }
}
