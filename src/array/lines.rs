//! Whole lines along the last axis, to and from memory of our own: how stencil kernels read and write strided arrays.
//!
//! A kernel works on contiguous lines that stay in the first-level cache; here they meet the caller's strides, once for
//! each line instead of once for each element.

use super::{Layout, View, ViewMut};
use crate::error::{Error, Result};
use crate::simd::prefetch;

impl<const N: usize> Layout<N> {
    fn permuted(&self, order: [usize; N]) -> Self {
        let mut layout = *self;
        for axis in 0..N {
            layout.dims[axis] = self.dims[order[axis]];
            layout.strides[axis] = self.strides[order[axis]];
        }
        layout.rest_is_contiguous = layout.has_contiguous_rest();
        layout
    }

    /// Checks that `len` elements along the last axis from `index` on are inside; their first offset and their stride.
    #[inline(always)]
    fn line(&self, index: [usize; N], len: usize) -> (isize, isize) {
        assert!(index[N - 1] + len <= self.dims[N - 1]);
        (self.offset(index), self.strides[N - 1])
    }
}

/// # Safety
/// `len` elements from `pointer` on, `stride` apart, are readable.
#[inline(always)]
unsafe fn read<T: Copy>(pointer: *const T, stride: isize, into: &mut [T]) {
    // SAFETY: the caller's promise; `into` is memory of our own.
    unsafe {
        if stride == 1 {
            std::ptr::copy_nonoverlapping(pointer, into.as_mut_ptr(), into.len());
        } else {
            for (i, slot) in into.iter_mut().enumerate() {
                *slot = *pointer.offset(i as isize * stride);
            }
        }
    }
}

impl<'a, T: Copy, const N: usize> View<'a, T, N> {
    /// The same elements with axis `order[k]` in place `k`.
    pub fn permuted(&self, order: [usize; N]) -> Self {
        Self { layout: self.layout.permuted(order), ..*self }
    }

    /// Stride of an axis in elements.
    pub fn stride(&self, axis: usize) -> isize {
        self.layout.strides[axis]
    }

    /// `len` elements along the last axis from `index` on where they lie, if they lie side by side.
    #[inline(always)]
    pub fn line(&self, index: [usize; N], len: usize) -> Option<&'a [T]> {
        if len == 0 {
            return Some(&[]);
        }
        let (offset, stride) = self.layout.line(index, len);
        // SAFETY: `line` asserts that they are inside the shape that `new` vouches for; a single one has no stride.
        (stride == 1 || len == 1).then(|| unsafe { std::slice::from_raw_parts(self.pointer.offset(offset), len) })
    }

    /// Asks the processor to bring such a line into its caches: for lines that are wanted next, whose memory comes in while this one
    /// is worked on.
    #[inline(always)]
    pub fn prefetch_line(&self, index: [usize; N], len: usize) {
        if len > 0 {
            let (offset, stride) = self.layout.line(index, len);
            if stride == 1 {
                let first = self.pointer.wrapping_offset(offset).cast::<u8>();
                for byte in (0..len * size_of::<T>()).step_by(64) {
                    prefetch(first.wrapping_add(byte));
                }
            }
        }
    }

    /// Elements along the last axis from `index` on.
    #[inline(always)]
    pub fn read_line(&self, index: [usize; N], into: &mut [T]) {
        if into.is_empty() {
            return;
        }
        let (offset, stride) = self.layout.line(index, into.len());
        // SAFETY: `line` asserts that they are inside the shape that `new` vouches for.
        unsafe { read(self.pointer.offset(offset), stride, into) }
    }
}

impl<T: Copy> View<'_, T, 2> {
    /// Rows by their numbers: `to` gets them one column after another, each element as `convert` makes it of its column's number and what lies there.
    #[inline(always)]
    pub fn read_rows<U, const COLUMNS: usize, const ROWS: usize>(&self, rows: &[u32; ROWS], to: &mut [[U; ROWS]; COLUMNS], convert: impl Fn(usize, T) -> U) {
        let largest = rows.iter().fold(0, |largest, &row| largest.max(row));
        assert!(COLUMNS == self.layout.dims[1] && (largest as usize) < self.layout.dims[0]);
        for (column, line) in to.iter_mut().enumerate() {
            let first = self.pointer.wrapping_offset(column as isize * self.layout.strides[1]);
            for (slot, &row) in line.iter_mut().zip(rows) {
                // SAFETY: row and column are inside the shape that `new` vouches for, as asserted.
                *slot = convert(column, unsafe { *first.offset(row as isize * self.layout.strides[0]) });
            }
        }
    }
}

impl<'a, T: Copy, const N: usize> ViewMut<'a, T, N> {
    /// The same elements with axis `order[k]` in place `k`.
    pub fn permuted(self, order: [usize; N]) -> Self {
        Self { layout: self.layout.permuted(order), ..self }
    }

    /// The array for a while.
    pub fn reborrow(&mut self) -> ViewMut<'_, T, N> {
        ViewMut { layout: self.layout, pointer: self.pointer, memory: std::marker::PhantomData }
    }

    /// The array for reading.
    pub fn as_view(&self) -> View<'_, T, N> {
        View { layout: self.layout, pointer: self.pointer.cast_const(), memory: std::marker::PhantomData }
    }

    /// Elements along the last axis from `index` on.
    #[inline(always)]
    pub fn read_line(&self, index: [usize; N], into: &mut [T]) {
        self.as_view().read_line(index, into);
    }

    #[inline(always)]
    pub fn write_line(&mut self, index: [usize; N], from: &[T]) {
        if from.is_empty() {
            return;
        }
        let (offset, stride) = self.layout.line(index, from.len());
        // SAFETY: `line` asserts that they are inside the shape; &mut self excludes other access through the view.
        unsafe {
            let pointer = self.pointer.offset(offset);
            if stride == 1 {
                std::ptr::copy_nonoverlapping(from.as_ptr(), pointer, from.len());
            } else {
                for (i, &value) in from.iter().enumerate() {
                    *pointer.offset(i as isize * stride) = value;
                }
            }
        }
    }

    /// Cuts the array into boxes of at most `size`, in C order of their places, to be written from several threads.
    pub fn boxes(self, size: [usize; N]) -> Result<Vec<Self>> {
        let mut pieces = vec![self];
        for axis in 0..N {
            let mut finer = Vec::new();
            for piece in pieces {
                let parts = piece.split(axis, size[axis]);
                finer.try_reserve(parts.len()).map_err(|_| Error::out_of_memory("boxes", parts.len() * size_of::<Self>()))?;
                finer.extend(parts);
            }
            pieces = finer;
        }
        Ok(pieces)
    }
}
