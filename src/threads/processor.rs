//! Which processor a thread runs on, and how it is kept off another thread's.
//!
//! Linux (6.18, on virtual machines that keep work on few processors) was seen to wake a worker where the thread that called it ran, beside an idle processor. Calls of a
//! millisecond end before its balancing, some milliseconds apart, moves one away, so two threads shared a processor, call after call.

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

/// A thread's own number in the system, for others to speak of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thread(#[cfg(target_os = "linux")] libc::pid_t);

impl Thread {
    pub fn current() -> Self {
        #[cfg(target_os = "linux")]
        // SAFETY: takes nothing.
        return Self(unsafe { libc::gettid() });
        #[cfg(not(target_os = "linux"))]
        Self()
    }
}

/// A thread that may be kept off a processor for a while.
#[derive(Debug)]
pub struct Movable {
    thread: Thread,
    /// The processors that it may use otherwise, while it is kept off one.
    #[cfg(target_os = "linux")]
    allowed: Option<libc::cpu_set_t>,
}

impl Movable {
    pub fn new(thread: Thread) -> Self {
        Self {
            thread,
            #[cfg(target_os = "linux")]
            allowed: None,
        }
    }

    /// Keeps it off the processor `taken`, at once if it runs there, until `free`. Whether that was possible: not where it may use no other one.
    pub fn keep_off(&mut self, taken: usize) -> bool {
        #[cfg(target_os = "linux")]
        {
            let Thread(thread) = self.thread;
            let size = size_of::<libc::cpu_set_t>();
            // SAFETY: an all-zero set is a set; the calls get its size; CPU_CLR and CPU_COUNT stay within it, since `taken` is below its size.
            unsafe {
                let mut now: libc::cpu_set_t = std::mem::zeroed();
                if taken >= 8 * size || libc::sched_getaffinity(thread, size, &mut now) != 0 {
                    return false;
                }
                let allowed = self.allowed.unwrap_or(now);
                let mut others = allowed;
                libc::CPU_CLR(taken, &mut others);
                if libc::CPU_COUNT(&others) > 0 && libc::sched_setaffinity(thread, size, &others) == 0 {
                    self.allowed = Some(allowed);
                    return true;
                }
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (taken, self.thread);
        false
    }

    /// What it may use is as before, but for what others changed in between, or a control group does later: the kernel takes the set for the thread's own wish from then on.
    pub fn free(&mut self) {
        #[cfg(target_os = "linux")]
        if let Some(allowed) = self.allowed.take() {
            // SAFETY: a set and its size.
            let _is_free = (0..3).any(|_| unsafe { libc::sched_setaffinity(self.thread.0, size_of::<libc::cpu_set_t>(), &allowed) == 0 });
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_kept_off_a_processor_and_may_return() {
        std::thread::spawn(|| {
            let mut own = Movable::new(Thread::current());
            let may_use = || {
                let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
                // SAFETY: as above.
                assert_eq!(unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set) }, 0);
                set
            };
            let before = may_use();
            let is_alone = unsafe { libc::CPU_COUNT(&before) } == 1;
            for _ in 0..20 {
                let taken = current().unwrap();
                assert!(own.keep_off(taken) != is_alone);
                assert!(is_alone || current().unwrap() != taken);
                // What it may use otherwise is remembered from the first time.
                own.keep_off(current().unwrap());
                own.free();
            }
            own.keep_off(usize::MAX);
            own.free();
            // SAFETY: two sets.
            assert!(unsafe { libc::CPU_EQUAL(&before, &may_use()) });
        })
        .join()
        .unwrap();
    }
}
