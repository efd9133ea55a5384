//! What happens when the library is loaded, before any of its functions can be called.
//!
//! What must be installed once is installed here, because nothing later is safe: a `Once` that one thread is in
//! the middle of while another forks stays so in the child for ever, and installing fork handlers takes long enough for
//! that (it waits for a fork in progress). The loader calls this on one thread and keeps no lock that a child needs.

use crate::{capi, threads};

extern "C" fn at_load() {
    threads::install_fork_handlers();
    capi::install_quiet_hook();
}

// SAFETY: the sections where the loaders of these systems look for functions to call; the entry is one such function.
#[used]
#[cfg_attr(any(target_os = "linux", target_os = "android", target_os = "freebsd"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
static AT_LOAD: extern "C" fn() = at_load;
