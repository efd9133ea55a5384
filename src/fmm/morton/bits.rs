//! Bits of three numbers in turn, x lowest.
//!
//! Two ways with the same results: doublings of the gaps between groups of bits, five shifts and masks for each axis, and the
//! instructions pdep and pext, one for each axis, where a processor has them in a few cycles. AMD's before Zen 3 have
//! them in microcode, which takes twenty times as long.

#[cfg(target_arch = "x86_64")]
use std::sync::atomic::{AtomicU8, Ordering};

/// Every third bit of 63.
pub const EVERY_THIRD: u64 = 0x1249_2492_4924_9249;

/// Which of the 2^levels finest boxes along an axis holds a point, given as a fraction of the root's side; one beyond its faces is in the nearest.
#[inline(always)]
pub fn place_of(fraction: f64, levels: u32) -> u32 {
    // 2^52: added to a number, it leaves that, rounded, in the lowest bits. Conversions would not become vectors.
    const ROUNDER: f64 = 4_503_599_627_370_496.0;
    let boxes = f64::from(1u32 << levels);
    let place = (fraction * boxes).clamp(0.0, boxes - 1.0);
    let rounded = place + ROUNDER;
    let above = u32::from(rounded - ROUNDER > place);
    (rounded.to_bits() as u32).wrapping_sub(above) & ((1 << levels) - 1)
}

/// What the batches of `batch.rs` are compiled for.
pub trait Bits {
    fn interleave(anchor: [u32; 3]) -> u64;
    fn separate(bits: u64) -> [u32; 3];
}

/// Shifts and masks.
pub struct Shifts;

impl Bits for Shifts {
    #[inline(always)]
    fn interleave(anchor: [u32; 3]) -> u64 {
        spread(anchor[0]) | spread(anchor[1]) << 1 | spread(anchor[2]) << 2
    }
    #[inline(always)]
    fn separate(bits: u64) -> [u32; 3] {
        [gather(bits), gather(bits >> 1), gather(bits >> 2)]
    }
}

/// A shift, and what is kept after it.
const STEPS: [(u32, u64); 5] = [
    (32, 0x001f_0000_0000_ffff),
    (16, 0x001f_0000_ff00_00ff),
    (8, 0x100f_00f0_0f00_f00f),
    (4, 0x10c3_0c30_c30c_30c3),
    (2, EVERY_THIRD),
];

/// Two zeros between the 21 lowest bits.
#[inline(always)]
fn spread(x: u32) -> u64 {
    let mut bits = u64::from(x) & 0x1f_ffff;
    for (shift, mask) in STEPS {
        bits = (bits | bits << shift) & mask;
    }
    bits
}

#[inline(always)]
fn gather(bits: u64) -> u32 {
    let mut bits = bits & EVERY_THIRD;
    for i in (0..STEPS.len()).rev() {
        let mask = if i == 0 { 0x1f_ffff } else { STEPS[i - 1].1 };
        bits = (bits | bits >> STEPS[i].0) & mask;
    }
    bits as u32
}

/// pdep and pext. Only for functions that are called where `are_quick` says so.
#[cfg(target_arch = "x86_64")]
pub struct Deposits;

#[cfg(target_arch = "x86_64")]
impl Bits for Deposits {
    #[inline(always)]
    fn interleave(anchor: [u32; 3]) -> u64 {
        use std::arch::x86_64::_pdep_u64;
        let [x, y, z] = anchor.map(u64::from);
        // SAFETY: see the type's text.
        unsafe { _pdep_u64(x, EVERY_THIRD) | _pdep_u64(y, EVERY_THIRD << 1) | _pdep_u64(z, EVERY_THIRD << 2) }
    }
    #[inline(always)]
    fn separate(bits: u64) -> [u32; 3] {
        use std::arch::x86_64::_pext_u64;
        // SAFETY: see the type's text.
        unsafe { [0, 1, 2].map(|axis| _pext_u64(bits, EVERY_THIRD << axis) as u32) }
    }
}

/// Whether this processor has pdep and pext, and not in microcode.
#[cfg(target_arch = "x86_64")]
pub fn are_quick() -> bool {
    use std::arch::x86_64::__cpuid;
    // cpuid takes microseconds on virtual machines. Threads that look at the same time find the same.
    static FOUND: AtomicU8 = AtomicU8::new(0);
    const QUICK: u8 = 1;
    const SLOW: u8 = 2;
    if FOUND.load(Ordering::Relaxed) == 0 {
        let vendor = __cpuid(0);
        let is_amd = [vendor.ebx, vendor.edx, vendor.ecx].map(u32::to_le_bytes).concat() == b"AuthenticAMD";
        let signature = __cpuid(1).eax;
        let family = (signature >> 8 & 0xf) + (signature >> 20 & 0xff);
        let is_microcode = is_amd && family < 0x19;
        let quick = is_x86_feature_detected!("bmi2") && !is_microcode;
        FOUND.store(if quick { QUICK } else { SLOW }, Ordering::Relaxed);
    }
    FOUND.load(Ordering::Relaxed) == QUICK
}
