//! What is loaded: versions, and how this build behaves on this machine.

use super::guard::{self, hl_status};
use crate::error::Status;
use crate::{simd, threads};
use std::cell::RefCell;
use std::ffi::{CString, c_char};

/// Changes when a program built against an older header could misbehave with this library. Part of the SONAME.
pub const HL_ABI_VERSION: i32 = 0;

/// The library's version, "major.minor.patch". Static.
#[unsafe(no_mangle)]
pub extern "C" fn hl_version() -> *const c_char {
    const TEXT: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    TEXT.as_ptr().cast()
}

/// HL_ABI_VERSION of the library that is loaded. Bindings compare it with the header's at load.
#[unsafe(no_mangle)]
pub extern "C" fn hl_abi_version() -> i32 {
    HL_ABI_VERSION
}

/// How the library runs here, as "key: value" lines: version, abi, simd (level in use), simd_available, threads and
/// threads_from (what set the number), openblas, openblas_core, openblas_threading. Keys may be added.
///
/// The text belongs to the calling thread and stays until that thread's next hl_config.
#[unsafe(no_mangle)]
pub extern "C" fn hl_config() -> *const c_char {
    thread_local! {
        static TEXT: RefCell<CString> = RefCell::default();
    }
    guard::or(c"".as_ptr(), || {
        let simd = match simd::Level::current() {
            Ok(level) => level.name().to_owned(),
            Err(error) => error.message,
        };
        let available: Vec<_> = simd::Level::available().map(simd::Level::name).collect();
        let (count, source) = threads::current();
        let (openblas, core, threading) = threads::openblas::describe();
        let text = format!(
            "version: {}\nabi: {HL_ABI_VERSION}\nsimd: {simd}\nsimd_available: {}\nthreads: {count}\n\
             threads_from: {}\nopenblas: {openblas}\nopenblas_core: {core}\nopenblas_threading: {threading}\n",
            env!("CARGO_PKG_VERSION"),
            available.join(" "),
            source.describe(),
        );
        let text = CString::new(text.replace('\0', " ")).expect("zeros were replaced");
        TEXT.with_borrow_mut(|slot| {
            *slot = text;
            slot.as_ptr()
        })
    })
}

/// What a status means, in one line. Static. Negative statuses come from the caller's own callbacks.
#[unsafe(no_mangle)]
pub extern "C" fn hl_status_string(status: hl_status) -> *const c_char {
    match status {
        0 => c"HL_OK: done".as_ptr(),
        code if code < 0 => c"a negative status was returned by the caller's own callback".as_ptr(),
        code => Status::ALL
            .into_iter()
            .find(|&known| known as i32 == code)
            .map_or(c"not a status of this library", Status::describe)
            .as_ptr(),
    }
}
