//! Sums over all pairs for a few targets, to say how good an evaluation is.

use super::particles::Near;
use super::Frame;
use crate::fmm::kernel::GreenFunction;
use crate::fmm::pairs::{self, Look, Points};
use crate::simd::{Kernel, Lanes, dispatch};

/// Most targets of a call.
const MOST: usize = 64;

/// Sums in double precision of charges in the tree's order at targets by their places in it.
pub fn sum_directly<T: Near, K: GreenFunction>(frame: &Frame<T, K>, charges: &[f64], places: &[u32], sums: &mut [f64]) {
    assert!(places.len() <= MOST);
    let points = frame.targets().points();
    // What stands beyond the last target is any finite number.
    let mut targets = [[0.0; MOST]; 3];
    for (i, &place) in places.iter().enumerate() {
        for (own, axis) in targets.iter_mut().zip([points.x, points.y, points.z]) {
            own[i] = axis[place as usize];
        }
    }
    dispatch(frame.simd, All { kernel: frame.kernel, targets, count: places.len(), sources: frame.sources.points(), charges, sums });
}

struct All<'a, K> {
    kernel: K,
    targets: [[f64; MOST]; 3],
    count: usize,
    sources: Points<'a, f64>,
    charges: &'a [f64],
    sums: &'a mut [f64],
}

impl<K: GreenFunction> Kernel for All<'_, K> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let padded = self.count.next_multiple_of(pairs::targets_at_a_time::<f64, V>());
        let mut sums = [0.0; MOST];
        let [x, y, z] = &self.targets;
        let targets = Points { x: &x[..padded], y: &y[..padded], z: &z[..padded] };
        let runs = 0..self.charges.len();
        pairs::add_potentials::<K, f64, V, 1>(self.kernel, Look::AtEach, targets, self.sources, [self.charges], &[runs], [&mut sums[..padded]]);
        self.sums.copy_from_slice(&sums[..self.count]);
    }
}
