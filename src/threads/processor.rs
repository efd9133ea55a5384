//! Which processor a thread runs on, and how it gets off another thread's.
//!
//! Linux (6.18) was seen to wake a worker where the thread that called it ran, beside an idle processor, after both had been busy; probably it does not look for an idle one then.
//! Calls of a millisecond end before its balancing, some milliseconds apart, moves one away, so two threads shared a processor, call after call.

/// The processor of the thread that asks, where the system says so.
pub fn current() -> Option<usize> {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: takes nothing.
        usize::try_from(unsafe { libc::sched_getcpu() }).ok()
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// Moves the thread that asks to another processor than `taken`, among those that it may use. What it may use is as before afterwards, but for what others change in
/// between, or a control group later: the kernel takes the set for the thread's own wish from then on. Does nothing where there is no other processor.
pub fn leave(taken: usize) {
    #[cfg(target_os = "linux")]
    {
        let size = size_of::<libc::cpu_set_t>();
        // SAFETY: an all-zero set is a set; the calls get its size and this thread (0); CPU_CLR and CPU_COUNT stay within it, since `taken` is below its size.
        unsafe {
            let mut allowed: libc::cpu_set_t = std::mem::zeroed();
            if taken >= 8 * size || libc::sched_getaffinity(0, size, &mut allowed) != 0 {
                return;
            }
            let mut others = allowed;
            libc::CPU_CLR(taken, &mut others);
            // Moved at once by the first call; the second one only takes the restriction back.
            if libc::CPU_COUNT(&others) > 0 && libc::sched_setaffinity(0, size, &others) == 0 {
                let _is_back = (0..3).any(|_| libc::sched_setaffinity(0, size, &allowed) == 0);
            }
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = taken;
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_leaves_a_processor_and_may_return() {
        std::thread::spawn(|| {
            let may_use = || {
                let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
                // SAFETY: as above.
                assert_eq!(unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set) }, 0);
                set
            };
            let before = may_use();
            for _ in 0..20 {
                leave(current().unwrap());
            }
            leave(usize::MAX);
            // SAFETY: two sets.
            assert!(unsafe { libc::CPU_EQUAL(&before, &may_use()) });
        })
        .join()
        .unwrap();
    }
}
