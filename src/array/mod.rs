//! The only door from (pointer, dimensions, strides) to memory that safe code may touch.
//!
//! A `View` or `ViewMut` exists only after every rule of the ABI was checked: sane extents, a pointer where an
//! element is used, alignment, no overflow of the byte range, and, for outputs, no element reached twice. What an
//! output shares with other arrays is checked by `disjoint`. Kernels index views; they never see a pointer, and no
//! reference over caller memory with gaps is ever formed.

mod lines;
mod overlap;

use crate::error::{Error, Result, Status, try_collect};
pub use overlap::Footprint;
use std::marker::PhantomData;

/// A dimension as the caller gave it.
pub fn extent(name: &'static str, value: isize) -> Result<usize> {
    usize::try_from(value)
        .map_err(|_| Error::new(Status::Shape, format!("{name}: is {value}; a dimension is at least 0")))
}

/// A checked input array of rank `N`.
#[derive(Clone, Copy)]
pub struct View<'a, T, const N: usize> {
    layout: Layout<N>,
    pointer: *const T,
    memory: PhantomData<&'a [T]>,
}

/// A checked output array of rank `N`, whose elements nothing else refers to.
pub struct ViewMut<'a, T, const N: usize> {
    layout: Layout<N>,
    pointer: *mut T,
    memory: PhantomData<&'a mut [T]>,
}

// SAFETY: a View is as shareable as the shared slice that it stands for, a ViewMut as movable as the exclusive one.
unsafe impl<T: Sync, const N: usize> Send for View<'_, T, N> {}
unsafe impl<T: Sync, const N: usize> Sync for View<'_, T, N> {}
unsafe impl<T: Send, const N: usize> Send for ViewMut<'_, T, N> {}
unsafe impl<T: Sync, const N: usize> Sync for ViewMut<'_, T, N> {}

/// Name, shape and element strides; strides of axes with fewer than two elements are 0.
#[derive(Clone, Copy)]
struct Layout<const N: usize> {
    name: &'static str,
    dims: [usize; N],
    strides: [isize; N],
    /// Whether the elements that share the first index lie side by side in C order.
    rest_is_contiguous: bool,
}

impl<const N: usize> Layout<N> {
    /// # Safety
    /// `strides` is NULL or points to `N` readable numbers.
    unsafe fn new<T>(
        name: &'static str,
        pointer: *const T,
        dims: [usize; N],
        strides: *const isize,
    ) -> Result<Self> {
        let bytes_of = |elements: Option<isize>| elements?.checked_mul(size_of::<T>() as isize);
        let elements = dims.iter().try_fold(1isize, |count, &n| count.checked_mul(isize::try_from(n).ok()?));
        let is_empty = dims.contains(&0);
        let too_large = || Error::new(Status::Shape, format!("{name}: a shape of {dims:?} is larger than memory"));
        if !is_empty && bytes_of(elements).is_none() {
            return Err(too_large());
        }
        if !is_empty && pointer.is_null() {
            return Err(Error::new(
                Status::Null,
                format!("{name}: is NULL, but this call needs its elements (shape {dims:?}); pass it, or ask for fewer results"),
            ));
        }
        if !is_empty && !pointer.is_aligned() {
            return Err(Error::new(
                Status::Alignment,
                format!(
                    "{name}: address {pointer:p} is not a multiple of {}, the alignment of its elements; \
                     copy it to an aligned array",
                    align_of::<T>()
                ),
            ));
        }
        let mut layout = Self { name, dims, strides: [0; N], rest_is_contiguous: false };
        let mut contiguous = 1isize;
        for axis in (0..N).rev() {
            if dims[axis] > 1 && !is_empty {
                layout.strides[axis] = if strides.is_null() {
                    contiguous
                } else {
                    // SAFETY: the caller vouches for N numbers; nothing is assumed about their alignment.
                    unsafe { strides.add(axis).read_unaligned() }
                };
                contiguous *= dims[axis] as isize;
            }
        }
        layout.rest_is_contiguous = layout.has_contiguous_rest();
        // Every element's byte offset must be representable: the extreme offsets in both directions bound them all.
        let mut reach = Some(0isize);
        for axis in 0..N {
            let steps = dims[axis].saturating_sub(1) as isize;
            reach = reach.and_then(|sum| {
                sum.checked_add(layout.strides[axis].checked_abs()?.checked_mul(steps)?)
            });
        }
        if bytes_of(reach.and_then(|r| r.checked_add(1))).is_none() {
            return Err(Error::new(
                Status::Stride,
                format!("{name}: strides {:?} with shape {dims:?} reach beyond memory", layout.strides),
            ));
        }
        Ok(layout)
    }

    #[inline(always)]
    fn offset(&self, index: [usize; N]) -> isize {
        let mut offset = 0;
        for axis in 0..N {
            assert!(index[axis] < self.dims[axis]);
            // No overflow: the extreme offsets were checked in `new`.
            offset += index[axis] as isize * self.strides[axis];
        }
        offset
    }

    fn has_contiguous_rest(&self) -> bool {
        let mut contiguous = 1;
        !self.dims.contains(&0)
            && (1..N).rev().filter(|&axis| self.dims[axis] > 1).all(|axis| {
                let expected = contiguous;
                contiguous *= self.dims[axis] as isize;
                self.strides[axis] == expected
            })
    }

    fn rest_len(&self) -> usize {
        self.dims[1..].iter().product()
    }

    fn footprint<T>(&self, pointer: *const T) -> Footprint {
        Footprint::new(self.name, pointer.addr(), size_of::<T>(), &self.dims, &self.strides)
    }
}

impl<'a, T: Copy, const N: usize> View<'a, T, N> {
    /// # Safety
    /// `strides` is NULL or points to `N` numbers; every element that they and `dims` describe from `pointer` on
    /// stays readable and unchanged for `'a`.
    pub unsafe fn new(
        name: &'static str,
        pointer: *const T,
        dims: [usize; N],
        strides: *const isize,
    ) -> Result<Self> {
        // SAFETY: passed on.
        let layout = unsafe { Layout::new(name, pointer, dims, strides)? };
        Ok(Self { layout, pointer, memory: PhantomData })
    }

    /// A view of Rust's own memory, for tests and benches.
    pub fn from_slice(name: &'static str, elements: &'a [T], dims: [usize; N]) -> Self {
        assert_eq!(elements.len(), dims.iter().product::<usize>());
        // SAFETY: the slice has exactly the elements of a C-contiguous array of this shape.
        unsafe { Self::new(name, elements.as_ptr(), dims, std::ptr::null()) }.expect("a slice is a valid array")
    }

    pub fn name(&self) -> &'static str {
        self.layout.name
    }

    pub fn dims(&self) -> [usize; N] {
        self.layout.dims
    }

    #[inline(always)]
    pub fn at(&self, index: [usize; N]) -> T {
        // SAFETY: `offset` asserts that the index is inside the shape that `new` vouches for.
        unsafe { *self.pointer.offset(self.layout.offset(index)) }
    }

    /// Whether `output` is this very array, as in-place kernels want it.
    pub fn is_same_array_as(&self, output: &ViewMut<'_, T, N>) -> bool {
        self.pointer == output.pointer.cast_const()
            && self.layout.dims == output.layout.dims
            && self.layout.strides == output.layout.strides
    }

    /// Whether every first index reads the same elements.
    pub fn is_shared_along_first_axis(&self) -> bool {
        self.layout.strides[0] == 0
    }

    /// The elements with first index `first` as one slice, if they lie side by side in C order.
    #[inline(always)]
    pub fn contiguous(&self, first: usize) -> Option<&'a [T]> {
        if !self.layout.rest_is_contiguous {
            return None;
        }
        let mut index = [0; N];
        index[0] = first;
        // SAFETY: offset is inside the array; the elements are gapless (just checked), readable and unchanged for 'a.
        Some(unsafe {
            std::slice::from_raw_parts(self.pointer.offset(self.layout.offset(index)), self.layout.rest_len())
        })
    }

    /// All elements in C order, in memory of our own.
    pub fn to_vec(&self, what: &str) -> Result<Vec<T>> {
        let len: usize = self.layout.dims.iter().product();
        let mut index = [0; N];
        if N == 1 && let Some(line) = self.line(index, len) {
            return try_collect(what, line.iter().copied());
        }
        let elements = (0..len).map(|_| {
            let element = self.at(index);
            for axis in (0..N).rev() {
                index[axis] += 1;
                if index[axis] < self.layout.dims[axis] {
                    break;
                }
                index[axis] = 0;
            }
            element
        });
        try_collect(what, elements)
    }

    pub fn footprint(&self) -> Footprint {
        self.layout.footprint(self.pointer)
    }
}

impl<'a, T: Copy, const N: usize> ViewMut<'a, T, N> {
    /// # Safety
    /// As for `View::new`, and the elements are writable; what they share with other arrays is for `disjoint`.
    pub unsafe fn new(
        name: &'static str,
        pointer: *mut T,
        dims: [usize; N],
        strides: *const isize,
    ) -> Result<Self> {
        // SAFETY: passed on.
        let layout = unsafe { Layout::new(name, pointer.cast_const(), dims, strides)? };
        if let Some(axis) = (0..N).find(|&axis| layout.dims[axis] > 1 && layout.strides[axis] == 0)
            && !dims.contains(&0)
        {
            return Err(Error::new(
                Status::Stride,
                format!(
                    "{name}: stride 0 on axis {axis} of extent {}; an output needs a place for every element",
                    dims[axis]
                ),
            ));
        }
        if layout.footprint(pointer.cast_const()).visits_an_element_twice() {
            return Err(Error::new(
                Status::Stride,
                format!("{name}: strides {:?} with shape {dims:?} visit an element twice", layout.strides),
            ));
        }
        Ok(Self { layout, pointer, memory: PhantomData })
    }

    /// A view of Rust's own memory, for tests and benches.
    pub fn from_slice(name: &'static str, elements: &'a mut [T], dims: [usize; N]) -> Self {
        assert_eq!(elements.len(), dims.iter().product::<usize>());
        // SAFETY: the slice has exactly the elements of a C-contiguous array of this shape.
        unsafe { Self::new(name, elements.as_mut_ptr(), dims, std::ptr::null()) }.expect("a slice is a valid array")
    }

    pub fn dims(&self) -> [usize; N] {
        self.layout.dims
    }

    #[inline(always)]
    pub fn set(&mut self, index: [usize; N], value: T) {
        // SAFETY: `offset` asserts that the index is inside the shape; &mut self excludes other access through it.
        unsafe { *self.pointer.offset(self.layout.offset(index)) = value }
    }

    #[inline(always)]
    pub fn at(&self, index: [usize; N]) -> T {
        // SAFETY: as for `set`.
        unsafe { *self.pointer.offset(self.layout.offset(index)) }
    }

    /// Cuts the array along its first axis into pieces of at most `size`, to be written from several threads.
    pub fn chunks(self, size: usize) -> impl ExactSizeIterator<Item = Self> {
        self.split(0, size)
    }

    /// Cuts the array along `axis` into pieces of at most `size`.
    pub fn split(self, axis: usize, size: usize) -> impl ExactSizeIterator<Item = Self> {
        assert!(size > 0);
        let count = self.layout.dims[axis];
        (0..count).step_by(size).map(move |first| {
            // All of it, not its pointer alone: then the iterator may go to other threads, as the view may.
            let whole = &self;
            let mut layout = whole.layout;
            layout.dims[axis] = size.min(count - first);
            layout.rest_is_contiguous = layout.has_contiguous_rest();
            let has_elements = !layout.dims.contains(&0);
            let offset = if has_elements { first as isize * layout.strides[axis] } else { 0 };
            // SAFETY: an offset inside the array. The pieces reach disjoint elements, because no element of the whole
            // is reached twice, each piece is made once, and `self` is consumed.
            Self { layout, pointer: unsafe { whole.pointer.offset(offset) }, memory: PhantomData }
        })
    }

    pub fn footprint(&self) -> Footprint {
        self.layout.footprint(self.pointer.cast_const())
    }
}

/// Refuses outputs that share an element with an input or with another output.
pub fn disjoint(inputs: &[Footprint], outputs: &[Footprint]) -> Result<()> {
    for (i, output) in outputs.iter().enumerate() {
        for other in outputs[..i].iter().chain(inputs) {
            if output.shares_an_element_with(other) {
                return Err(Error::new(
                    Status::Alias,
                    format!(
                        "{}: shares memory with {}; an output needs elements of its own (interleaved views are fine)",
                        output.name, other.name
                    ),
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(dims: [usize; 2], strides: [isize; 2]) -> Result<[usize; 2]> {
        static MEMORY: [f64; 100] = [0.0; 100];
        // SAFETY: no element is read.
        unsafe { View::new("a", MEMORY.as_ptr().add(50), dims, strides.as_ptr()) }.map(|v| v.dims())
    }

    #[test]
    fn impossible_shapes_and_strides_are_refused() {
        assert!(extent("n", -1).is_err_and(|e| e.code == Status::Shape as i32));
        let status = |dims, strides| view(dims, strides).map_err(|e| e.code).err();
        assert_eq!(status([3, 3], [-3, 1]), None);
        assert_eq!(status([usize::MAX / 2, 9], [0, 0]), Some(Status::Shape as i32));
        assert_eq!(status([3, 3], [isize::MAX, 1]), Some(Status::Stride as i32));
        assert_eq!(status([3, 3], [isize::MIN, 1]), Some(Status::Stride as i32));
        assert_eq!(status([usize::MAX, 0], [isize::MIN, isize::MAX]), None, "no element is reached");
    }

    #[test]
    fn pieces_of_an_output_cover_it_in_order() {
        let mut memory = [0.0; 12];
        let whole = ViewMut::from_slice("out", &mut memory, [4, 3]);
        for (piece_number, mut piece) in whole.chunks(3).enumerate() {
            for i in 0..piece.dims()[0] {
                for j in 0..3 {
                    piece.set([i, j], (piece_number * 100 + i * 10 + j) as f64);
                }
            }
        }
        assert_eq!(memory, [0., 1., 2., 10., 11., 12., 20., 21., 22., 100., 101., 102.]);
    }
}
