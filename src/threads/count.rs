//! How many threads a call uses, and who said so.
//!
//! Precedence: the calling thread's own setting > 1 inside an OpenMP parallel region > the process setting >
//! HOTLOOP_NUM_THREADS > OMP_NUM_THREADS > RAYON_NUM_THREADS > the cores that affinity and cgroups leave.

use crate::error::{Error, Result, Status};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// More threads than this are taken for a mistake.
pub const MAX_THREADS: usize = 1024;

static PROCESS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static LOCAL: Cell<usize> = const { Cell::new(0) };
}

/// Where a thread count came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Local,
    OpenMpRegion,
    Process,
    Environment(&'static str),
    Cores,
}

impl Source {
    pub fn describe(self) -> String {
        match self {
            Source::Local => "hl_set_num_threads_local".into(),
            Source::OpenMpRegion => "inside an OpenMP parallel region".into(),
            Source::Process => "hl_set_num_threads".into(),
            Source::Environment(variable) => variable.into(),
            Source::Cores => "available cores".into(),
        }
    }
}

fn checked(n: i32) -> Result<usize> {
    usize::try_from(n).ok().filter(|&n| n <= MAX_THREADS).ok_or_else(|| {
        Error::new(Status::Argument, format!("n: is {n}; a thread count is 0 (for the default) to {MAX_THREADS}"))
    })
}

/// Sets the process' count; 0 returns to the default.
pub fn set_process(n: i32) -> Result<()> {
    PROCESS.store(checked(n)?, Ordering::Relaxed);
    Ok(())
}

/// Sets the calling thread's count and returns the old one; 0 inherits.
pub fn set_local(n: i32) -> Result<i32> {
    let n = checked(n)?;
    Ok(LOCAL.replace(n) as i32)
}

/// What a call here and now uses.
pub fn current() -> (usize, Source) {
    let local = LOCAL.get();
    if local > 0 {
        return (local, Source::Local);
    }
    if in_openmp_region() {
        return (1, Source::OpenMpRegion);
    }
    let process = PROCESS.load(Ordering::Relaxed);
    if process > 0 {
        return (process, Source::Process);
    }
    let cached = DEFAULT.load(Ordering::Relaxed);
    if cached > 0 {
        return (cached % (MAX_THREADS + 1), SOURCES[cached / (MAX_THREADS + 1)]);
    }
    let (n, source) = default();
    let place = SOURCES.iter().position(|&known| known == source).expect("SOURCES has every source of a default");
    DEFAULT.store(place * (MAX_THREADS + 1) + n, Ordering::Relaxed);
    (n, source)
}

/// The default and where it came from, in one number: `place in SOURCES * (MAX_THREADS + 1) + count`; 0 is not known yet.
/// Not a OnceLock: a process may fork while another thread looks, and the child would wait for that thread for ever.
static DEFAULT: AtomicUsize = AtomicUsize::new(0);
const SOURCES: [Source; 4] = [
    Source::Cores,
    Source::Environment("HOTLOOP_NUM_THREADS"),
    Source::Environment("OMP_NUM_THREADS"),
    Source::Environment("RAYON_NUM_THREADS"),
];

fn default() -> (usize, Source) {
    for variable in ["HOTLOOP_NUM_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"] {
        // OpenMP allows a list, one number per nesting level; the first is ours. A value that is no positive
        // number says nothing, as in OpenMP.
        let number = std::env::var(variable)
            .ok()
            .and_then(|value| value.split(',').next()?.trim().parse::<usize>().ok())
            .filter(|n| (1..=MAX_THREADS).contains(n));
        if let Some(n) = number {
            return (n, Source::Environment(variable));
        }
    }
    (std::thread::available_parallelism().map_or(1, |n| n.get().min(MAX_THREADS)), Source::Cores)
}

/// Best effort: asks whatever OpenMP runtime the process has loaded.
fn in_openmp_region() -> bool {
    type Query = unsafe extern "C" fn() -> libc::c_int;
    // Looked up every time: the host may load its OpenMP runtime after the first call. A failed look-up is ~100 ns.
    // SAFETY: dlsym with a valid name; omp_in_parallel takes nothing and returns int in every OpenMP runtime.
    unsafe {
        let symbol = libc::dlsym(libc::RTLD_DEFAULT, c"omp_in_parallel".as_ptr());
        !symbol.is_null() && std::mem::transmute::<*mut libc::c_void, Query>(symbol)() != 0
    }
}
