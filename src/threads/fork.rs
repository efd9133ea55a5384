//! What a fork leaves behind, and how the child starts afresh.
//!
//! A forked child has one thread. Our pools' workers do not exist there, and any lock that another thread held stays
//! held for ever. So before the fork we wait until no thread of ours is changing OpenBLAS' setting, and the child
//! forgets the pools and gives OpenBLAS the host's setting back.

use super::{openblas, pool};

/// Once, when the library is loaded (`crate::load`).
pub fn install_fork_handlers() {
    extern "C" fn before() {
        openblas::lock_setting();
    }
    extern "C" fn in_the_parent() {
        openblas::unlock_setting();
    }
    extern "C" fn in_the_child() {
        pool::forget_all();
        openblas::reset_after_fork();
    }
    // SAFETY: plain functions that stay loaded for the process' life (the library is linked with -z nodelete).
    unsafe { libc::pthread_atfork(Some(before), Some(in_the_parent), Some(in_the_child)) };
}
