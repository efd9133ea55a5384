//! What can go wrong, as a status for the program and a message for the person.
//!
//! The numbers are part of the ABI (a test freezes them). A message names the argument, the index, the value and
//! the remedy; the guard in `capi` puts the function's name in front.

/// Why a call did not return HL_OK. 1 to 99: the caller's mistake, nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    Null = 1,
    Shape = 2,
    Stride = 3,
    Alias = 4,
    Alignment = 5,
    Argument = 6,
    Nonfinite = 7,
    Option = 8,
    Busy = 9,
    NotConverged = 100,
    Singular = 101,
    Alloc = 200,
    Threads = 201,
    Cancelled = 202,
    Io = 203,
    Internal = 255,
}

impl Status {
    pub const ALL: [Status; 16] = [
        Status::Null,
        Status::Shape,
        Status::Stride,
        Status::Alias,
        Status::Alignment,
        Status::Argument,
        Status::Nonfinite,
        Status::Option,
        Status::Busy,
        Status::NotConverged,
        Status::Singular,
        Status::Alloc,
        Status::Threads,
        Status::Cancelled,
        Status::Io,
        Status::Internal,
    ];

    /// One line for people who have only the number.
    pub const fn describe(self) -> &'static std::ffi::CStr {
        match self {
            Status::Null => c"HL_ERR_NULL: a pointer is NULL where an element would be read or written",
            Status::Shape => c"HL_ERR_SHAPE: a dimension is negative, too large or does not fit the others",
            Status::Stride => c"HL_ERR_STRIDE: strides overflow, or an output visits an element twice",
            Status::Alias => c"HL_ERR_ALIAS: an output shares an element with another array",
            Status::Alignment => c"HL_ERR_ALIGNMENT: a pointer is not aligned to its element",
            Status::Argument => c"HL_ERR_ARGUMENT: a value is outside its range",
            Status::Nonfinite => c"HL_ERR_NONFINITE: an input holds NaN or an infinity",
            Status::Option => c"HL_ERR_OPTION: an option or a setting is invalid",
            Status::Busy => c"HL_ERR_BUSY: the plan is in use by another call",
            Status::NotConverged => c"HL_ERR_NOT_CONVERGED: an iteration did not converge",
            Status::Singular => c"HL_ERR_SINGULAR: a matrix is singular to working precision",
            Status::Alloc => c"HL_ERR_ALLOC: memory for workspace could not be had",
            Status::Threads => c"HL_ERR_THREADS: worker threads could not be started",
            Status::Cancelled => c"HL_ERR_CANCELLED: the progress callback asked to stop",
            Status::Io => c"HL_ERR_IO: a file could not be read or written",
            Status::Internal => c"HL_ERR_INTERNAL: a mistake inside hotloop; please report it",
        }
    }
}

/// A failed call: the number handed back and the text behind `hl_last_error_message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// A `Status`, or the negative number that a caller's callback returned.
    pub code: i32,
    pub message: String,
}

impl Error {
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self { code: status as i32, message: message.into() }
    }

    /// Workspace of `bytes` bytes could not be had.
    pub fn out_of_memory(what: &str, bytes: usize) -> Self {
        Self::new(
            Status::Alloc,
            format!("{what}: {bytes} bytes of workspace could not be had; use fewer threads or a smaller problem"),
        )
    }
}

/// A number as a message shows it: 70, 0.5, 1e-300 (Rust's `{}` would write three hundred zeros).
pub struct Number(pub f64);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{:?}", self.0);
        f.write_str(text.strip_suffix(".0").unwrap_or(&text))
    }
}

pub type Result<T> = std::result::Result<T, Error>;

/// The items in a vector, or HL_ERR_ALLOC instead of an abort.
pub fn try_collect<T>(what: &str, items: impl ExactSizeIterator<Item = T>) -> Result<Vec<T>> {
    let mut vec = Vec::new();
    let len = items.len();
    vec.try_reserve_exact(len).map_err(|_| Error::out_of_memory(what, len.saturating_mul(size_of::<T>())))?;
    vec.extend(items);
    Ok(vec)
}

/// A vector of `len` copies of `value`, or HL_ERR_ALLOC instead of an abort.
pub fn try_vec<T: Copy>(what: &str, len: usize, value: T) -> Result<Vec<T>> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(len).map_err(|_| Error::out_of_memory(what, len.saturating_mul(size_of::<T>())))?;
    vec.resize(len, value);
    Ok(vec)
}

/// Room for `more` items behind those of a vector, or HL_ERR_ALLOC instead of an abort.
pub fn try_reserve<T>(what: &str, vec: &mut Vec<T>, more: usize) -> Result<()> {
    vec.try_reserve(more).map_err(|_| Error::out_of_memory(what, more.saturating_mul(size_of::<T>())))
}

/// `Box::new`, or HL_ERR_ALLOC instead of an abort.
pub fn try_box<T>(what: &str, value: T) -> Result<Box<T>> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(1).map_err(|_| Error::out_of_memory(what, size_of::<T>()))?;
    vec.push(value);
    // SAFETY: a slice of one item is laid out, and was allocated, as the item.
    Ok(unsafe { Box::from_raw(Box::into_raw(vec.into_boxed_slice()).cast()) })
}

/// Puts an item at the end of a vector, or HL_ERR_ALLOC instead of an abort. Room doubles whenever it ends.
pub fn try_push<T>(what: &str, vec: &mut Vec<T>, item: T) -> Result<()> {
    if vec.len() == vec.capacity() {
        try_reserve(what, vec, vec.len().max(64))?;
    }
    vec.push(item);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_in_messages() {
        let shown = [70.0, 0.5, -12400.25, 5e-324, 1e300, f64::NAN, f64::INFINITY].map(|x| Number(x).to_string());
        assert_eq!(shown, ["70", "0.5", "-12400.25", "5e-324", "1e300", "NaN", "inf"]);
    }
}
