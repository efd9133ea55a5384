//! Random numbers that are functions of where they are wanted.
//!
//! A counter-based generator (Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers:
//! as easy as 1, 2, 3", SC11) has no state to share: the number of oscillator i in step s, or of site i of member s, is a
//! function of (seed, s, i). So results do not depend on the number of threads, on how the work is cut, or on whether a
//! run was interrupted.

use crate::simd::{Kernel, Lanes, Level, dispatch, ln_of_parts};

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// Golden ratio, and the square root of 3 less 1: what the key grows by from round to round.
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// Counters worked on side by side: the loops over them become vector instructions.
const TOGETHER: usize = 16;

/// Philox4x32-10 of many counters: `counters[word][k]`.
#[inline(always)]
fn philox(key: [u32; 2], counters: &mut [[u32; TOGETHER]; 4]) {
    let mut key = key;
    for _ in 0..ROUNDS {
        for k in 0..TOGETHER {
            let [c0, c1, c2, c3] = [counters[0][k], counters[1][k], counters[2][k], counters[3][k]];
            let product0 = u64::from(MULTIPLIERS[0]) * u64::from(c0);
            let product1 = u64::from(MULTIPLIERS[1]) * u64::from(c2);
            counters[0][k] = (product1 >> 32) as u32 ^ c1 ^ key[0];
            counters[1][k] = product1 as u32;
            counters[2][k] = (product0 >> 32) as u32 ^ c3 ^ key[1];
            counters[3][k] = product0 as u32;
        }
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
}

/// Standard normal numbers `first`, `first + stride`, `first + 2 stride`, ... of the sequence `(seed, stream)`, one for every
/// place of `into`.
///
/// Numbers 2k and 2k + 1 come from counter k by the transformation of Box and Muller (Ann. Math. Stat. 29 (1958) 610):
/// `sqrt(-2 ln u) (cos, sin)(2 pi v)` with 53 random bits for each of u in (0, 1] and v in [0, 1); the largest is 8.6.
pub fn normals(level: Level, seed: u64, stream: u64, first: u64, stride: u64, into: &mut [f64]) {
    dispatch(level, Normals { seed, stream, first, stride, into });
}

struct Normals<'a> {
    seed: u64,
    stream: u64,
    first: u64,
    stride: u64,
    into: &'a mut [f64],
}

impl Kernel for Normals<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self { seed, stream, first, stride, into } = self;
        // Neighbours share a counter, and the work for it.
        let is_dense = stride == 1;
        let step = if is_dense { 2 } else { stride };
        let mut done = 0;
        while done < into.len() {
            let number = first.wrapping_add(stride.wrapping_mul(done as u64));
            let mut counters = [0u64; TOGETHER];
            for (k, counter) in counters.iter_mut().enumerate() {
                *counter = number.wrapping_add(step.wrapping_mul(k as u64)) / 2;
            }
            let [even, odd] = pairs::<V>(seed, stream, &counters);
            if is_dense {
                // The first number may be the second of its pair.
                for at in (number % 2) as usize..2 * TOGETHER {
                    let Some(place) = into.get_mut(done) else { return };
                    *place = if at % 2 == 0 { even[at / 2] } else { odd[at / 2] };
                    done += 1;
                }
            } else {
                for k in 0..TOGETHER.min(into.len() - done) {
                    let is_odd = number.wrapping_add(stride.wrapping_mul(k as u64)) % 2 == 1;
                    into[done + k] = if is_odd { odd[k] } else { even[k] };
                }
                done += TOGETHER;
            }
        }
    }
}

/// The two normal numbers of every counter: those with even number, those with odd.
#[inline(always)]
fn pairs<V: Lanes>(seed: u64, stream: u64, counters: &[u64; TOGETHER]) -> [[f64; TOGETHER]; 2] {
    let mut words = [[0u32; TOGETHER]; 4];
    for (k, &counter) in counters.iter().enumerate() {
        (words[0][k], words[1][k]) = (counter as u32, (counter >> 32) as u32);
        (words[2][k], words[3][k]) = (stream as u32, (stream >> 32) as u32);
    }
    philox([seed as u32, (seed >> 32) as u32], &mut words);
    let (mut fraction, mut exponent, mut angle) = ([0.0; TOGETHER], [0.0; TOGETHER], [0.0; TOGETHER]);
    for k in 0..TOGETHER {
        let of = |high: u32, low: u32| (u64::from(high) << 32 | u64::from(low)) >> 11;
        // (0, 1]: the logarithm of 0 never comes up.
        let u = (of(words[0][k], words[1][k]) + 1) as f64 * EPSILON;
        let v = of(words[2][k], words[3][k]) as f64 * EPSILON;
        (fraction[k], exponent[k]) = parts(u);
        // In (-pi, pi], which covers the circle as [0, 2 pi) does.
        angle[k] = (1.0 - 2.0 * v) * std::f64::consts::PI;
    }
    let mut results = [[0.0; TOGETHER]; 2];
    let mut at = 0;
    while at < TOGETHER {
        let minus_two_ln = V::splat(-2.0) * ln_of_parts(V::load(&fraction[at..]), V::load(&exponent[at..]));
        let radius = minus_two_ln.sqrt();
        let (sine, cosine) = V::load(&angle[at..]).sin_cos();
        (radius * cosine).store(&mut results[0][at..]);
        (radius * sine).store(&mut results[1][at..]);
        at += V::WIDTH;
    }
    results
}

const EPSILON: f64 = 1.0 / 9_007_199_254_740_992.0; // 2^-53

/// `x = fraction 2^exponent` for a positive normal number, fraction in [sqrt(1/2), sqrt(2)).
#[inline(always)]
fn parts(x: f64) -> (f64, f64) {
    const FRACTION: u64 = (1 << 52) - 1;
    const ONE: u64 = 1023 << 52;
    /// Bits of sqrt(2)'s fraction: what is larger goes with the next exponent.
    const ROOT: u64 = 0x0006_A09E_667F_3BCD;
    let bits = x.to_bits();
    let is_large = u64::from(bits & FRACTION >= ROOT);
    let fraction = f64::from_bits((bits & FRACTION) | (ONE - (is_large << 52)));
    let exponent = ((bits >> 52) + is_large) as i64 - 1023;
    (fraction, exponent as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn philox_of(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
        let mut counters = counter.map(|word| [word; TOGETHER]);
        philox(key, &mut counters);
        counters.map(|word| word[TOGETHER - 1])
    }

    /// The known answers that the authors publish with the generator (Random123, kat_vectors).
    #[test]
    fn philox_gives_the_published_answers() {
        assert_eq!(philox_of([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox_of([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            philox_of([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    fn sequence(level: Level, first: u64, stride: u64, len: usize) -> Vec<f64> {
        let mut numbers = vec![f64::NAN; len];
        normals(level, 7, 11, first, stride, &mut numbers);
        numbers
    }

    #[test]
    fn a_number_depends_on_its_place_alone() {
        for level in Level::available() {
            let all = sequence(level, 0, 1, 500);
            for first in [0, 1, 2, 31, 33, 100] {
                for len in [0, 1, 2, 31, 32, 33, 70] {
                    assert_eq!(sequence(level, first, 1, len), all[first as usize..][..len]);
                }
                for stride in [2, 3, 7] {
                    let some: Vec<f64> = all.iter().skip(first as usize).step_by(stride).copied().take(50).collect();
                    assert_eq!(sequence(level, first, stride as u64, some.len()), some);
                }
            }
            // At the end of what 64 bits can count the sequence begins again.
            assert_eq!(sequence(level, u64::MAX, 1, 3)[1..], all[..2]);
        }
    }

    #[test]
    fn streams_and_seeds_differ() {
        let level = Level::current().unwrap();
        let of = |seed, stream| {
            let mut numbers = [0.0; 40];
            normals(level, seed, stream, 0, 1, &mut numbers);
            numbers
        };
        assert_ne!(of(1, 0), of(0, 0));
        assert_ne!(of(0, 1), of(0, 0));
        assert_ne!(of(1 << 32, 0), of(0, 0));
        assert_ne!(of(0, 1 << 32), of(0, 0));
    }

    /// Box and Muller's transformation of Philox' words by the standard library, in plain code.
    #[test]
    fn normals_are_the_transformed_words() {
        for level in Level::available() {
            let numbers = sequence(level, 0, 1, 4000);
            for (counter, pair) in numbers.chunks(2).enumerate() {
                let [a, b, c, d] = philox_of([counter as u32, 0, 11, 0], [7, 0]).map(u64::from);
                let u = (((a << 32 | b) >> 11) + 1) as f64 * 2f64.powi(-53);
                let v = ((c << 32 | d) >> 11) as f64 * 2f64.powi(-53);
                let radius = (-2.0 * u.ln()).sqrt();
                let angle = std::f64::consts::PI * (1.0 - 2.0 * v);
                for (found, expected) in pair.iter().zip([radius * angle.cos(), radius * angle.sin()]) {
                    assert!((found - expected).abs() <= 4e-16 * radius.max(1.0), "{level:?}: {found} for {expected}");
                }
            }
        }
    }

    /// Moments of a million numbers, within five standard deviations of what they have to be.
    #[test]
    fn numbers_are_normal() {
        let count = 1_000_000;
        let numbers = sequence(Level::current().unwrap(), 0, 1, count);
        let moment = |power: i32| numbers.iter().map(|x| x.powi(power)).sum::<f64>() / count as f64;
        for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0), (6, 15.0, 10_170.0)] {
            let tolerance = 5.0 * (variance / count as f64).sqrt();
            assert!((moment(power) - expected).abs() < tolerance, "moment {power}: {}", moment(power));
        }
        let neighbours = numbers.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / count as f64;
        assert!(neighbours.abs() < 5e-3);
    }
}
