//! Arrays that a caller may leave out.

use crate::array::{View, ViewMut};
use crate::error::Result;

/// An input that is read only if something needs it.
///
/// # Safety
/// As for `View::new`, if needed.
pub unsafe fn needed<'a, T: Copy, const N: usize>(
    name: &'static str,
    is_needed: bool,
    pointer: *const T,
    dims: [usize; N],
    strides: *const isize,
) -> Result<Option<View<'a, T, N>>> {
    if is_needed {
        // SAFETY: passed on.
        unsafe { View::new(name, pointer, dims, strides).map(Some) }
    } else {
        Ok(None)
    }
}

/// An output that the caller may leave out.
///
/// # Safety
/// As for `ViewMut::new`, unless NULL.
pub unsafe fn wanted<'a, T: Copy, const N: usize>(
    name: &'static str,
    pointer: *mut T,
    dims: [usize; N],
    strides: *const isize,
) -> Result<Option<ViewMut<'a, T, N>>> {
    if pointer.is_null() {
        Ok(None)
    } else {
        // SAFETY: passed on.
        unsafe { ViewMut::new(name, pointer, dims, strides).map(Some) }
    }
}
