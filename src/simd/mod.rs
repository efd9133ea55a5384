//! SIMD chosen at run time: one binary, the best instructions that the processor has.
//!
//! A kernel is a struct with its arguments and one generic method, `Kernel::run::<V>`; `dispatch` compiles it once
//! per level and calls the right copy. Dispatch happens at the outermost place that is still hot (a chunk of
//! configurations), so the indirect call costs nothing. Results are the same bits for one level; between levels
//! they differ by rounding, because only some have fused multiply-add.
//!
//! The environment variable HOTLOOP_SIMD (`portable`, `avx2`, `avx512`) forces a level; it is read until it names one. Asking for
//! one that the machine lacks makes every computing function fail with HL_ERR_OPTION rather than run something else.

mod aligned;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod lanes;
mod lines;
mod math;
mod pieces;
mod portable;
mod real;
mod twice;

pub use aligned::{Aligned, claim};
pub use lanes::{Lanes, Task};
pub use lines::{Around, Follower, Operation, Sequel, map_lines, map_lines_behind, map_lines_overlapped};
pub use math::{exp, ln_of_parts, sine_of_difference};
pub use pieces::{Piece, Pieces};
pub use portable::Portable;
pub use real::Real;
pub use twice::Twice;

use crate::error::{Error, Status};
use std::sync::atomic::{AtomicU8, Ordering};

/// A set of instructions, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Portable,
    Avx2,
    Avx512,
}

impl Level {
    const ALL: [Level; 3] = [Level::Portable, Level::Avx2, Level::Avx512];

    pub fn name(self) -> &'static str {
        match self {
            Level::Portable => "portable",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        }
    }

    /// How many f64 its vectors hold.
    pub fn lanes(self) -> usize {
        match self {
            Level::Portable | Level::Avx2 => 4,
            Level::Avx512 => 8,
        }
    }

    /// How many f64 `Lanes::Pair` holds.
    pub fn lanes_of_a_pair(self) -> usize {
        match self {
            Level::Portable => 4,
            Level::Avx2 | Level::Avx512 => 2 * self.lanes(),
        }
    }

    /// Whether this machine can run it.
    pub fn is_available(self) -> bool {
        match self {
            Level::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => {
                Level::Avx2.is_available()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Level::Avx2 | Level::Avx512 => false,
        }
    }

    /// Every level that this machine can run, weakest first.
    pub fn available() -> impl Iterator<Item = Level> {
        Self::ALL.into_iter().filter(|level| level.is_available())
    }

    /// The level that calls use: HOTLOOP_SIMD if set, else the best there is.
    pub fn current() -> Result<Level, Error> {
        // Not a OnceLock, which a fork at the wrong moment would leave locked in the child: threads that look at the same
        // time find the same.
        static CHOSEN: AtomicU8 = AtomicU8::new(0);
        if let Some(&level) = Self::ALL.get(usize::from(CHOSEN.load(Ordering::Relaxed)).wrapping_sub(1)) {
            return Ok(level);
        }
        let level = choose().map_err(|message| Error::new(Status::Option, message))?;
        CHOSEN.store(level as u8 + 1, Ordering::Relaxed);
        Ok(level)
    }
}

fn choose() -> Result<Level, String> {
    let best = || Level::available().last().expect("portable is always available");
    let Ok(wanted) = std::env::var("HOTLOOP_SIMD") else { return Ok(best()) };
    if wanted.is_empty() {
        return Ok(best());
    }
    let Some(level) = Level::ALL.into_iter().find(|level| level.name() == wanted) else {
        return Err(format!("HOTLOOP_SIMD={wanted} names no SIMD level; use portable, avx2 or avx512, or unset it"));
    };
    if !level.is_available() {
        return Err(format!(
            "HOTLOOP_SIMD={wanted}: this processor has no {wanted}; unset it to use {}",
            best().name()
        ));
    }
    Ok(level)
}

/// Asks the processor to bring the memory at an address into its caches. A hint: nothing is read, whatever the address.
#[inline(always)]
pub fn prefetch<T>(address: *const T) {
    // SAFETY: the instruction never faults.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// A computation that can be compiled for any level, in precision `T`. Implementations mark `run` `#[inline(always)]`.
pub trait Kernel<T: Real = f64> {
    type Output;
    fn run<V: Lanes<T>>(self) -> Self::Output;
}

/// Runs `kernel` with the vectors of `level`.
pub fn dispatch<T: Real, K: Kernel<T>>(level: Level, kernel: K) -> K::Output {
    assert!(level.is_available());
    match level {
        Level::Portable => kernel.run::<T::Portable>(),
        // SAFETY: the features were detected on this processor (assert above).
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { run_avx2::<T, K>(kernel) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { run_avx512::<T, K>(kernel) },
        #[cfg(not(target_arch = "x86_64"))]
        Level::Avx2 | Level::Avx512 => unreachable!("not available here"),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<T: Real, K: Kernel<T>>(kernel: K) -> K::Output {
    kernel.run::<T::Avx2>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl")]
fn run_avx512<T: Real, K: Kernel<T>>(kernel: K) -> K::Output {
    kernel.run::<T::Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
fn run_task_avx2<T: Task>(task: T) -> T::Output {
    task.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl")]
#[inline(never)]
fn run_task_avx512<T: Task>(task: T) -> T::Output {
    task.run()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Columns;
    impl Kernel for Columns {
        type Output = ();
        #[inline(always)]
        fn run<V: Lanes>(self) {
            check_columns::<V>();
            check_columns::<Twice<V>>();
        }
    }

    fn check_columns<V: Lanes>() {
        let arrays: Vec<Vec<f64>> = (0..V::WIDTH).map(|l| (0..40).map(|i| (100 * l + i) as f64).collect()).collect();
        let arrays: Vec<&[f64]> = arrays.iter().map(Vec::as_slice).collect();
        let mut block = vec![V::zero(); V::BLOCK];
        V::load_columns(&arrays, 3, &mut block);
        for (i, vector) in block.iter().enumerate() {
            let mut lanes = [0.0; 32];
            vector.store(&mut lanes);
            for (lane, value) in lanes[..V::WIDTH].iter().enumerate() {
                assert_eq!(*value, (100 * lane + 3 + i) as f64);
            }
        }
    }

    #[test]
    fn columns_of_many_arrays_become_lanes_at_every_level() {
        Level::available().for_each(|level| dispatch(level, Columns));
    }

    struct Basics;
    impl Kernel for Basics {
        type Output = ();
        #[inline(always)]
        fn run<V: Lanes>(self) {
            let inputs = [1.0, 2.0, 3e-290, 7e290, 0.1, 12345.678, 2.5, 1e10];
            for x in inputs {
                let lane = |v: V| {
                    let mut lanes = [0.0; 32];
                    v.store(&mut lanes);
                    lanes[V::WIDTH - 1]
                };
                let r = lane(V::splat(x).rsqrt());
                assert!((r * x.sqrt() - 1.0).abs() < 5e-16, "rsqrt({x}) = {r}");
                assert_eq!(lane(V::splat(-x).abs()), x);
                assert_eq!(lane(V::splat(2.5).round()), 2.0);
                assert_eq!(lane(V::splat(-2.5).floor()), -3.0);
                assert_eq!(lane(V::splat(-1022.0).exp2_integral()), f64::MIN_POSITIVE);
                assert_eq!(lane(V::splat(10.0).exp2_integral()), 1024.0);
                assert_eq!(lane(V::splat(3.0).with_sign_of(V::splat(-x))), -3.0);
            }
            let count = V::WIDTH as f64;
            assert_eq!(V::iota().sum(), count * (count - 1.0) / 2.0);
        }
    }

    /// The largest relative error of the quick reciprocal root.
    struct QuickRoot;
    impl<T: Real> Kernel<T> for QuickRoot {
        type Output = f64;
        #[inline(always)]
        fn run<V: Lanes<T>>(self) -> f64 {
            let mut worst: f64 = 0.0;
            let mut lanes = [T::default(); 32];
            let too_small = T::from_f64(0.999 * T::QUICK_SMALLEST.to_f64());
            for none in [T::default(), -T::default(), T::from_f64(1e-320), too_small] {
                V::splat(none).quick_rsqrt().store(&mut lanes);
                assert_eq!(lanes[V::WIDTH - 1], T::default());
            }
            for exponent in [-80, -79, -20, -1, 0, 3, 4, 60, 125] {
                for i in 0..20_000 {
                    let x = T::from_f64(f64::exp2(f64::from(exponent)) * (1.0 + f64::from(i) / 20_000.0));
                    V::splat(x).quick_rsqrt().store(&mut lanes);
                    worst = worst.max((lanes[V::WIDTH - 1].to_f64() / V::QUICK_UNIT * x.to_f64().sqrt() - 1.0).abs());
                }
            }
            worst
        }
    }

    #[test]
    fn the_quick_reciprocal_root_keeps_its_promise_at_every_level() {
        for level in Level::available() {
            let worst = [dispatch::<f64, _>(level, QuickRoot), dispatch::<f32, _>(level, QuickRoot)];
            assert!(worst[0] <= 6e-13 && worst[1] <= 3e-7, "{level:?}: {worst:?}");
        }
    }

    #[test]
    fn operations_agree_with_scalars_at_every_level() {
        Level::available().for_each(|level| dispatch(level, Basics));
    }
}
