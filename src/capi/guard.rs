//! One guard round every export: errors become statuses, panics stay inside.

use crate::error::{Error, Result, Status};
use std::cell::{Cell, RefCell};
use std::ffi::{CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// HL_OK, or why a call failed: 1 to 99 the caller's mistake (nothing was written), 100 to 199 numerical, 200 and
/// above the environment or the library. Negative values come from the caller's own callbacks.
#[allow(non_camel_case_types)]
pub type hl_status = i32;

pub const HL_OK: hl_status = 0;
/// A pointer is NULL where an element would be read or written.
pub const HL_ERR_NULL: hl_status = 1;
/// A dimension is negative, too large or does not fit the others.
pub const HL_ERR_SHAPE: hl_status = 2;
/// Strides overflow, or an output visits an element twice.
pub const HL_ERR_STRIDE: hl_status = 3;
/// An output shares an element with another array.
pub const HL_ERR_ALIAS: hl_status = 4;
/// A pointer is not aligned to its element.
pub const HL_ERR_ALIGNMENT: hl_status = 5;
/// A value is outside its range.
pub const HL_ERR_ARGUMENT: hl_status = 6;
/// An input holds NaN or an infinity.
pub const HL_ERR_NONFINITE: hl_status = 7;
/// An option or a setting is invalid.
pub const HL_ERR_OPTION: hl_status = 8;
/// The plan is in use by another call.
pub const HL_ERR_BUSY: hl_status = 9;
/// An iteration did not converge.
pub const HL_ERR_NOT_CONVERGED: hl_status = 100;
/// A matrix is singular to working precision.
pub const HL_ERR_SINGULAR: hl_status = 101;
/// Memory for workspace could not be had.
pub const HL_ERR_ALLOC: hl_status = 200;
/// Worker threads could not be started.
pub const HL_ERR_THREADS: hl_status = 201;
/// The progress callback asked to stop.
pub const HL_ERR_CANCELLED: hl_status = 202;
/// A file could not be read or written.
pub const HL_ERR_IO: hl_status = 203;
/// A mistake inside hotloop, contained. Please report it.
pub const HL_ERR_INTERNAL: hl_status = 255;

thread_local! {
    static LAST_ERROR: RefCell<CString> = RefCell::default();
    static SILENT: Cell<bool> = const { Cell::new(false) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// What went wrong in the last call on this thread that failed: function, argument, index, value and remedy. Empty
/// if none did. The text stays until the next failing call on this thread.
#[unsafe(no_mangle)]
pub extern "C" fn hl_last_error_message() -> *const c_char {
    // try_with: a host may call while its thread ends, after thread-locals are gone.
    or(c"".as_ptr(), || LAST_ERROR.try_with(|message| message.borrow().as_ptr()).unwrap_or(c"".as_ptr()))
}

/// Runs the body of a function that returns a status.
pub fn status(function: &'static str, body: impl FnOnce() -> Result<()>) -> hl_status {
    let outcome = contained(|| body().map_err(|error| (error.code, error.message)));
    let (code, message) = match outcome {
        Ok(Ok(())) => return HL_OK,
        Ok(Err(known)) => known,
        Err(panic) => (HL_ERR_INTERNAL, format!("internal error, please report it: {panic}")),
    };
    remember(format!("{function}: {message}"));
    code
}

/// Runs the body of a function that returns a plain value; `fallback` if it panics.
pub fn or<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    contained(body).unwrap_or(fallback)
}

/// Stores the message of a function that reports failure in another way than by a status.
pub fn remember(message: String) {
    let message = CString::new(message.replace('\0', " ")).expect("zeros were replaced");
    // While a thread ends its thread-locals may be gone; then the message is lost, the status is not.
    let _ = LAST_ERROR.try_with(|slot| slot.replace(message));
}

/// Whether this thread is inside a call of ours (so: in a callback).
pub fn is_inside_a_call() -> bool {
    DEPTH.get() > 0
}

fn contained<T>(body: impl FnOnce() -> T) -> std::result::Result<T, String> {
    let was_silent = SILENT.replace(true);
    DEPTH.set(DEPTH.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(body));
    DEPTH.set(DEPTH.get() - 1);
    SILENT.set(was_silent);
    outcome.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message").to_owned()
    })
}

/// Once, when the library is loaded (`crate::load`). The default panic hook prints to stderr. Ours is silent on threads
/// inside a guarded call, and passes every other panic on (there are some only when the crate is linked into a Rust
/// program).
pub fn install_quiet_hook() {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !SILENT.get() {
            previous(info);
        }
    }));
}

/// For worker threads, which run nothing but guarded calls.
pub fn silence_panics_on_this_thread() {
    SILENT.set(true);
}

/// `Error` for an argument that a check in `capi` refuses.
pub fn refuse<T>(status: Status, message: String) -> Result<T> {
    Err(Error::new(status, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    fn last_message() -> String {
        // SAFETY: a thread-local NUL-terminated text.
        unsafe { CStr::from_ptr(hl_last_error_message()) }.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_panic_becomes_a_status_with_its_text() {
        assert_eq!(status("hl_test", || panic!("seven is {}", 7)), HL_ERR_INTERNAL);
        assert_eq!(last_message(), "hl_test: internal error, please report it: seven is 7");
    }

    #[test]
    fn a_message_with_a_zero_byte_survives() {
        assert_eq!(status("hl_test", || refuse(Status::Io, "a\0b".into())), HL_ERR_IO);
        assert_eq!(last_message(), "hl_test: a b");
    }

    #[test]
    fn status_numbers_are_frozen() {
        let numbers: Vec<i32> = Status::ALL.iter().map(|&status| status as i32).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 101, 200, 201, 202, 203, 255]);
        let constants = [
            HL_ERR_NULL, HL_ERR_SHAPE, HL_ERR_STRIDE, HL_ERR_ALIAS, HL_ERR_ALIGNMENT, HL_ERR_ARGUMENT,
            HL_ERR_NONFINITE, HL_ERR_OPTION, HL_ERR_BUSY, HL_ERR_NOT_CONVERGED, HL_ERR_SINGULAR, HL_ERR_ALLOC,
            HL_ERR_THREADS, HL_ERR_CANCELLED, HL_ERR_IO, HL_ERR_INTERNAL,
        ];
        assert_eq!(numbers, constants);
    }
}
