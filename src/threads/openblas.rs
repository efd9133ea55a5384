//! OpenBLAS at one thread while we call it.
//!
//! OpenBLAS' results change with its thread count (even for n = 8), and our own threads already fill the cores. Its
//! setting is process-wide and may be shared with the host (Debian's NumPy uses the same library), so it is set to
//! 1 by the first of our calls that needs it and given back by the last.

use std::ffi::{CStr, c_char, c_int};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};

// The symbols live in the library that openblas-src links.
use openblas_src as _;

unsafe extern "C" {
    fn openblas_set_num_threads(n: c_int);
    fn openblas_get_num_threads() -> c_int;
    fn openblas_get_config() -> *const c_char;
    fn openblas_get_corename() -> *const c_char;
    fn openblas_get_parallel() -> c_int;
}

static USERS: AtomicUsize = AtomicUsize::new(0);
static HOSTS_SETTING: AtomicI32 = AtomicI32::new(0);
/// Guards the change of USERS and the setting together. A spin lock, because a fork must be able to take it in one
/// thread and release it in the child's; it is held for microseconds at most.
static CHANGING: AtomicBool = AtomicBool::new(false);

/// While one lives, OpenBLAS runs on one thread.
pub struct SingleThreaded(());

impl SingleThreaded {
    pub fn enter() -> Self {
            changing(|| {
            if USERS.fetch_add(1, Ordering::Relaxed) == 0 {
                // SAFETY: plain queries and setters of OpenBLAS' one integer.
                unsafe {
                    HOSTS_SETTING.store(openblas_get_num_threads(), Ordering::Relaxed);
                    openblas_set_num_threads(1);
                }
            }
        });
        Self(())
    }
}

impl Drop for SingleThreaded {
    fn drop(&mut self) {
        changing(|| {
            if USERS.fetch_sub(1, Ordering::Relaxed) == 1 {
                // SAFETY: as in `enter`.
                unsafe { openblas_set_num_threads(HOSTS_SETTING.load(Ordering::Relaxed)) };
            }
        });
    }
}

fn changing(change: impl FnOnce()) {
    lock_setting();
    change();
    unlock_setting();
}

/// Held before a fork, so that no thread of ours is inside `openblas_set_num_threads` when the process splits.
pub fn lock_setting() {
    while CHANGING.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
        std::thread::yield_now();
    }
}

pub fn unlock_setting() {
    CHANGING.store(false, Ordering::Release);
}

/// In a forked child no call of ours is running, whatever the parent's threads were doing.
pub fn reset_after_fork() {
    if USERS.swap(0, Ordering::Relaxed) > 0 {
        // SAFETY: as in `enter`; OpenBLAS' own fork handlers ran before ours, since it was loaded before us.
        unsafe { openblas_set_num_threads(HOSTS_SETTING.load(Ordering::Relaxed)) };
    }
    unlock_setting();
}

/// Version and build, core type chosen for this processor, and threading of the OpenBLAS in the process.
pub fn describe() -> (String, String, &'static str) {
    // OpenBLAS builds the first text in a static buffer: one caller at a time, and none while the process forks.
    lock_setting();
    // SAFETY: OpenBLAS returns pointers to NUL-terminated static text.
    let description = unsafe {
        let text = |pointer| CStr::from_ptr(pointer).to_string_lossy().trim().to_owned();
        let threading = match openblas_get_parallel() {
            0 => "serial",
            1 => "pthreads",
            2 => "OpenMP",
            _ => "unknown",
        };
        (text(openblas_get_config()), text(openblas_get_corename()), threading)
    };
    unlock_setting();
    description
}
