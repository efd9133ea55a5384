//! Sums of lines of phases and slopes.

use crate::simd::{Lanes, Operation, Real, map_lines};
use std::marker::PhantomData;

/// `to = base + factor * slopes`
#[inline(always)]
pub fn advance<T: Real, V: Lanes<T>>(base: &[T], factor: T, slopes: &[T], to: &mut [T]) {
    let factor = V::splat(factor);
    map_lines::<T, V, 0, 2, 1>([], [base, slopes], [to], &Advance { factor, precision: PhantomData::<T> });
}

struct Advance<V, T> {
    factor: V,
    precision: PhantomData<T>,
}

impl<T: Real, V: Lanes<T>> Operation<V, 0, 2, 1> for Advance<V, T> {
    #[inline(always)]
    fn apply(&self, _: [[[V; 2]; 2]; 0], [base, slope]: [V; 2]) -> [V; 1] {
        [self.factor.mul_add(slope, base)]
    }
}

/// `to += factor * slopes`
#[inline(always)]
pub fn add<T: Real, V: Lanes<T>>(factor: T, slopes: &[T], to: &mut [T]) {
    let len = to.len();
    let slopes = &slopes[..len];
    let factor = V::splat(factor);
    let mut at = 0;
    while at + V::WIDTH <= len {
        factor.mul_add(V::load(&slopes[at..]), V::load(&to[at..])).store(&mut to[at..]);
        at += V::WIDTH;
    }
}

/// `to = base + sum_k weights[k] slopes[k]`, added in this order.
#[inline(always)]
pub fn combine<T: Real, V: Lanes<T>>(base: Option<&[T]>, weights: &[T], slopes: &[&[T]], to: &mut [T]) {
    let len = to.len();
    let slopes = &slopes[..weights.len()];
    assert!(len % V::WIDTH == 0 && slopes.iter().all(|line| line.len() == len));
    for at in (0..len).step_by(V::WIDTH) {
        let mut sum = match base {
            Some(base) => V::load(&base[at..]),
            None => V::zero(),
        };
        for (&weight, line) in weights.iter().zip(slopes) {
            sum = V::splat(weight).mul_add(V::load(&line[at..]), sum);
        }
        sum.store(&mut to[at..]);
    }
}
