//! Do two strided arrays share an element? Exactly, so that interleaved views of one buffer stay legal.
//!
//! Element addresses are `base + sum stride_i x_i` with `0 <= x_i < extent_i`. Two arrays meet where a bounded
//! linear Diophantine equation has a solution. The strides of real arrays nest (each is at least the span of the
//! smaller ones), so a search from the largest stride down has one or two candidates at every step; a greatest
//! common divisor test cuts the interleaved cases at once. A budget bounds the adversarial rest, which is then
//! refused: the problem is NP-hard in general (the same question as NumPy's `shares_memory`).

/// Candidates that the search tries before it calls two arrays overlapping.
const SEARCH_BUDGET: usize = 100_000;

/// Where an array's elements lie.
pub struct Footprint {
    pub name: &'static str,
    /// Lowest byte address of an element; meaningless when `axes` is None.
    lowest: usize,
    element_size: usize,
    /// Axes with more than one element and a stride other than 0; None for an array without elements.
    axes: Option<Axes>,
}

/// No array of the ABI has more axes.
const MOST_AXES: usize = 4;

/// In place: a call has many arrays, and a small problem should not pay for memory to compare them.
struct Axes {
    list: [Axis; MOST_AXES],
    len: usize,
}

impl std::ops::Deref for Axes {
    type Target = [Axis];
    fn deref(&self) -> &[Axis] {
        &self.list[..self.len]
    }
}

#[derive(Clone, Copy)]
struct Axis {
    /// In elements, positive.
    stride: i128,
    /// Largest index.
    last: i128,
}

impl Footprint {
    pub fn new(name: &'static str, address: usize, element_size: usize, dims: &[usize], strides: &[isize]) -> Self {
        if dims.contains(&0) {
            return Self { name, lowest: 0, element_size, axes: None };
        }
        let mut lowest = address;
        let mut axes = Axes { list: [Axis { stride: 0, last: 0 }; MOST_AXES], len: 0 };
        for (&n, &stride) in dims.iter().zip(strides) {
            if n > 1 && stride != 0 {
                if stride < 0 {
                    lowest = lowest.wrapping_sub(stride.unsigned_abs().wrapping_mul(n - 1).wrapping_mul(element_size));
                }
                axes.list[axes.len] = Axis { stride: stride.unsigned_abs() as i128, last: n as i128 - 1 };
                axes.len += 1;
            }
        }
        Self { name, lowest, element_size, axes: Some(axes) }
    }

    /// Whether two different indices lead to one element.
    pub fn visits_an_element_twice(&self) -> bool {
        let Some(axes) = &self.axes else { return false };
        let mut sorted = axes.list;
        let axes = &mut sorted[..axes.len];
        axes.sort_by_key(|axis| axis.stride);
        let (mut span, mut nested) = (0, true);
        for axis in axes.iter() {
            nested &= axis.stride > span;
            span += axis.stride * axis.last;
        }
        if nested {
            return false;
        }
        // Two indices with differences d_i meet where sum stride_i d_i = 0; with z_i = d_i + last_i that is one
        // equation whose trivial solution is z = last. A second solution is a collision.
        let target = span;
        let mut doubled: Vec<Axis> =
            axes.iter().map(|axis| Axis { stride: axis.stride, last: 2 * axis.last }).collect();
        doubled.reverse();
        count_solutions(&doubled, target, 2) >= 2
    }

    pub fn shares_an_element_with(&self, other: &Footprint) -> bool {
        let (Some(ours), Some(theirs)) = (&self.axes, &other.axes) else { return false };
        let span = |axes: &[Axis]| axes.iter().map(|axis| axis.stride * axis.last).sum::<i128>();
        let end = |footprint: &Footprint, axes: &[Axis]| {
            footprint.lowest as i128 + (span(axes) + 1) * footprint.element_size as i128
        };
        let (our_start, their_start) = (self.lowest as i128, other.lowest as i128);
        if end(self, ours) <= their_start || end(other, theirs) <= our_start {
            return false;
        }
        let size = self.element_size as i128;
        let distance = their_start - our_start;
        if self.element_size != other.element_size || distance % size != 0 {
            return true; // elements of different kinds in one range: no layout that we would want to accept
        }
        // ours x - theirs y = distance; with y' = last - y every coefficient is positive.
        let target = distance / size + span(theirs);
        let mut axes: Vec<Axis> = ours.iter().chain(theirs.iter()).copied().collect();
        axes.sort_by_key(|axis| std::cmp::Reverse(axis.stride));
        // Equal coefficients act as one with the sum of the ranges.
        axes.dedup_by(|later, earlier| {
            let same = later.stride == earlier.stride;
            if same {
                earlier.last += later.last;
            }
            same
        });
        count_solutions(&axes, target, 1) >= 1
    }
}

/// Solutions of `sum stride_i x_i = target`, `0 <= x_i <= last_i`, counted up to `enough`. Axes come in descending
/// order of stride. An exhausted budget counts as enough.
fn count_solutions(axes: &[Axis], target: i128, enough: usize) -> usize {
    // For every tail of the axes: the largest sum and the divisor of all sums.
    let mut tails = vec![(0i128, 0i128); axes.len() + 1];
    for i in (0..axes.len()).rev() {
        let (reach, divisor) = tails[i + 1];
        tails[i] = (reach + axes[i].stride * axes[i].last, gcd(axes[i].stride, divisor));
    }
    let mut budget = SEARCH_BUDGET;
    search(axes, &tails, target, enough, &mut budget)
}

fn search(axes: &[Axis], tails: &[(i128, i128)], target: i128, enough: usize, budget: &mut usize) -> usize {
    let (reach, divisor) = tails[0];
    if target < 0 || target > reach || (divisor != 0 && target % divisor != 0) {
        return 0;
    }
    let Some(axis) = axes.first() else { return 1 }; // reach is 0, so target is 0
    let rest_reach = tails[1].0;
    let first = ((target - rest_reach) + axis.stride - 1).div_euclid(axis.stride).max(0);
    let last = (target / axis.stride).min(axis.last);
    let mut found = 0;
    let mut x = first;
    while x <= last && found < enough {
        if *budget == 0 {
            return enough;
        }
        *budget -= 1;
        found += search(&axes[1..], &tails[1..], target - x * axis.stride, enough - found, budget);
        x += 1;
    }
    found
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const BASE: isize = 1 << 20;

    fn footprint(offset: isize, dims: &[usize], strides: &[isize]) -> Footprint {
        Footprint::new("a", (BASE + offset * 8) as usize, 8, dims, strides)
    }

    fn addresses(offset: isize, dims: &[usize], strides: &[isize]) -> Vec<isize> {
        let mut all = vec![offset];
        for (&n, &stride) in dims.iter().zip(strides) {
            all = all.iter().flat_map(|a| (0..n as isize).map(move |x| a + x * stride)).collect();
        }
        all
    }

    fn array() -> impl Strategy<Value = (isize, Vec<usize>, Vec<isize>)> {
        (1usize..=3).prop_flat_map(|rank| {
            (-20isize..20, prop::collection::vec(0usize..5, rank), prop::collection::vec(-12isize..13, rank))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn overlap_is_what_enumeration_finds(a in array(), b in array()) {
            let ours: HashSet<isize> = addresses(a.0, &a.1, &a.2).into_iter().collect();
            let meet = addresses(b.0, &b.1, &b.2).iter().any(|x| ours.contains(x));
            let (a, b) = (footprint(a.0, &a.1, &a.2), footprint(b.0, &b.1, &b.2));
            prop_assert_eq!(a.shares_an_element_with(&b), meet);
            prop_assert_eq!(b.shares_an_element_with(&a), meet);
        }

        #[test]
        fn self_overlap_is_what_enumeration_finds(a in array()) {
            // A stride of 0 is an error of its own, reported before this question is asked.
            let strides: Vec<isize> = a.2.iter().map(|&s| if s == 0 { 1 } else { s }).collect();
            let all = addresses(a.0, &a.1, &strides);
            let distinct: HashSet<isize> = all.iter().copied().collect();
            prop_assert_eq!(footprint(a.0, &a.1, &strides).visits_an_element_twice(), distinct.len() < all.len());
        }
    }

    #[test]
    fn records_of_mixed_fields_are_told_apart_at_any_length() {
        // A million records of 91 numbers: a 7x7 matrix, then a 7x3 one.
        let matrices = footprint(0, &[1_000_000, 7, 7], &[91, 7, 1]);
        let dipoles = footprint(49, &[1_000_000, 7, 3], &[91, 3, 1]);
        let one_too_early = footprint(48, &[1_000_000, 7, 3], &[91, 3, 1]);
        assert!(!matrices.shares_an_element_with(&dipoles));
        assert!(matrices.shares_an_element_with(&one_too_early));
    }
}
