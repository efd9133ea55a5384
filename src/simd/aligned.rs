//! Arrays of our own that begin where a cache line does.
//!
//! A vector of eight f64 that does not begin there lies in two lines and takes two loads; OpenBLAS' results change with where
//! its arrays lie.

use super::real::Real;
use crate::error::{Error, Result};
use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// Bytes of a line of the cache.
const LINE: usize = 64;

/// `len` numbers of one precision.
pub struct Aligned<T = f64> {
    first: NonNull<T>,
    len: usize,
    /// What was allocated, and `first` is somewhere in it. None where there are no numbers.
    memory: Option<(NonNull<u8>, Layout)>,
}

// SAFETY: it owns its memory as a Vec of numbers does.
unsafe impl<T: Send> Send for Aligned<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Aligned<T> {}

impl<T: Real> Aligned<T> {
    /// No elements.
    pub const fn empty() -> Self {
        Self { first: NonNull::dangling(), len: 0, memory: None }
    }

    /// Zeros; `what` is what an error says they were for. Fresh pages are zero as they are: those of large arrays are first touched where they are first used, by the
    /// thread that does.
    pub fn zeros(what: &str, len: usize) -> Result<Self> {
        // SAFETY: zero bytes are the number 0, and all of them are zero.
        unsafe { Self::allocated(what, len, alloc_zeroed) }
    }

    /// Numbers that may be anything, for workspace that foreign code writes before it reads. Writing zeros into megabytes of it takes as long as some
    /// uses of it. `Room` is what safe code has.
    ///
    /// # Safety
    /// No number is read before it is written. `slice` and `slice_mut` make references to numbers that were not: the numbers that matter here
    /// are read by a library that the compiler does not see into, and a reference by itself reads nothing.
    pub unsafe fn unwritten(what: &str, len: usize) -> Result<Self> {
        // SAFETY: the caller's promise.
        unsafe { Self::allocated(what, len, alloc) }
    }

    /// # Safety
    /// `allocate` is a way of the global allocator, and what it leaves unwritten is not read.
    unsafe fn allocated(what: &str, len: usize, allocate: unsafe fn(Layout) -> *mut u8) -> Result<Self> {
        if len == 0 {
            return Ok(Self::empty());
        }
        // Asked for with the alignment of a number and a line more than needed: allocators are slower at larger alignments.
        let out_of_memory = || Error::out_of_memory(what, len.saturating_mul(size_of::<T>()));
        let bytes = len.checked_mul(size_of::<T>()).and_then(|bytes| bytes.checked_add(LINE)).ok_or_else(out_of_memory)?;
        let layout = Layout::from_size_align(bytes, align_of::<T>()).map_err(|_| out_of_memory())?;
        // SAFETY: the size is not 0.
        let memory = NonNull::new(unsafe { allocate(layout) }).ok_or_else(out_of_memory)?;
        // SAFETY: a line begins less than a line on, and the memory is a line longer than the numbers.
        let first = unsafe { memory.add(memory.as_ptr().align_offset(LINE)) }.cast();
        Ok(Self { first, len, memory: Some((memory, layout)) })
    }

    /// Gives it another length, for numbers that may be anything. Memory that is long enough is kept.
    pub fn resize(&mut self, what: &str, len: usize) -> Result<()> {
        if len > self.room() {
            *self = Self::zeros(what, len)?;
        }
        self.len = len;
        Ok(())
    }

    /// The same for zeros.
    pub fn clear(&mut self, what: &str, len: usize) -> Result<()> {
        if len > self.room() {
            *self = Self::zeros(what, len)?;
        } else {
            self.len = len;
            self.fill(T::default());
        }
        Ok(())
    }

    /// Numbers that its memory holds.
    fn room(&self) -> usize {
        self.memory.map_or(0, |(_, layout)| (layout.size() - LINE) / size_of::<T>())
    }

    #[inline(always)]
    pub fn slice(&self) -> &[T] {
        // SAFETY: there is room for self.len numbers, and all of the room was written (`zeros`, or the promise to `unwritten`).
        unsafe { std::slice::from_raw_parts(self.first.as_ptr(), self.len) }
    }

    #[inline(always)]
    pub fn slice_mut(&mut self) -> &mut [T] {
        // SAFETY: as for `slice`.
        unsafe { std::slice::from_raw_parts_mut(self.first.as_ptr(), self.len) }
    }
}

impl<T: Real> Default for Aligned<T> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T: Real> Deref for Aligned<T> {
    type Target = [T];
    #[inline(always)]
    fn deref(&self) -> &[T] {
        self.slice()
    }
}

impl<T: Real> DerefMut for Aligned<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        self.slice_mut()
    }
}

/// Writes to every page of some zeros (`Aligned::zeros`), so that those who add to them find pages of their own.
///
/// Fresh pages that are read before they are written get the system's page of zeros first and are mapped again when they are written, for which
/// the system interrupts all other processors that have threads of the process: with two threads a sixth of the time of an evaluation of 100,000 points.
pub fn claim<T: Real>(zeros: &mut [T]) {
    const PAGE: usize = 4096;
    for number in zeros.iter_mut().step_by(PAGE / size_of::<T>()) {
        debug_assert!(*number == T::default());
        *number = T::default();
    }
    if let Some(last) = zeros.last_mut() {
        *last = T::default();
    }
}

/// Room for numbers that are yet to be written.
pub struct Room<T = f64>(Aligned<T>);

impl<T: Real> Room<T> {
    /// `what` is what an error says the numbers are for.
    pub fn new(what: &str, len: usize) -> Result<Self> {
        // SAFETY: what is not written is shown as places alone.
        unsafe { Aligned::allocated(what, len, alloc) }.map(Self)
    }

    pub fn len(&self) -> usize {
        self.0.len
    }

    #[inline(always)]
    pub fn places(&mut self) -> &mut [MaybeUninit<T>] {
        // SAFETY: there is room for so many, and these may be anything.
        unsafe { std::slice::from_raw_parts_mut(self.0.first.as_ptr().cast(), self.0.len) }
    }

    /// The numbers.
    ///
    /// # Safety
    /// All of them were written (or see `Aligned::unwritten`).
    pub unsafe fn written(self) -> Aligned<T> {
        self.0
    }
}

impl<T> Drop for Aligned<T> {
    fn drop(&mut self) {
        if let Some((memory, layout)) = self.memory {
            // SAFETY: allocated with this layout, and freed once.
            unsafe { dealloc(memory.as_ptr(), layout) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_length_keeps_memory_that_suffices() {
        let mut numbers = Aligned::<f64>::zeros("test", 100).unwrap();
        let first = numbers.as_ptr();
        for len in [50, 0, 100] {
            numbers.fill(1.0);
            numbers.resize("test", len).unwrap();
            assert!(numbers.len() == len && numbers.as_ptr() == first);
        }
        numbers.fill(1.0);
        numbers.clear("test", 70).unwrap();
        assert!(numbers.len() == 70 && numbers.iter().all(|&x| x == 0.0));
        numbers.clear("test", 101).unwrap();
        assert!(numbers.len() == 101 && numbers.iter().all(|&x| x == 0.0) && numbers.as_ptr() as usize % LINE == 0);
        assert!(numbers.resize("test", usize::MAX / 4).is_err());
    }

    #[test]
    fn numbers_are_zeros_and_begin_with_a_line() {
        for len in [1, 7, 8, 100, 100_000] {
            let mut numbers = Aligned::<f32>::zeros("test", len).unwrap();
            assert_eq!(numbers.slice().as_ptr() as usize % LINE, 0);
            assert!(numbers.slice().len() == len && numbers.slice().iter().all(|&x| x == 0.0));
            numbers.slice_mut().fill(1.0);
        }
        assert!(Aligned::<f64>::zeros("test", 0).unwrap().is_empty());
        assert!(Aligned::<f64>::zeros("test", usize::MAX / 4).is_err());
    }
}
