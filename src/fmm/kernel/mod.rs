//! Green's functions: all that the sums over pairs and the multipole operators know of a kernel.
//!
//! A kernel is a function of the distance alone, `G(x, y) = g(|x - y|)`, and is given by `4 pi g` as a function of `r^2`: sums
//! get the factor `1 / (4 pi)` once, at their end. Its gradient with respect to the target is `g'(r) / r` times `x - y`.
//!
//! In lanes the reciprocal root is the quick one (`Lanes::quick_rsqrt`), which holds for `r^2` up to 2^126 and takes smaller
//! ones than 2^-126 (2^-80 in f32) for 0. So points are scaled first, by a power of two that brings the largest coordinate to
//! about 1: two points count as one if they are closer than 2^-63 (2^-40) of that, far below what such coordinates resolve.
//!
//! That root is `u / r`, where the unit `u = Lanes::QUICK_UNIT` is what is quick at a SIMD level. Sums are divided by powers of it at their end.

mod laplace;
mod yukawa;

pub use laplace::Laplace;
pub use yukawa::Yukawa;

use crate::simd::{Lanes, Real};

pub trait GreenFunction: Copy + Send + Sync {
    /// What files of operators call it.
    const NAME: &'static str;

    /// Whether `G(a r) = G(r) / a`: then the multipole operators of one size of boxes serve all.
    const IS_HOMOGENEOUS: bool;

    /// `4 pi G` at `r^2` (scalar, double precision, full accuracy; 0 at r = 0), for setting operators up.
    fn value(self, r2: f64) -> f64;

    /// `4 pi u G` in lanes, 0 where `r2` is 0. `inverse` is `r2.quick_rsqrt()`, which loops make ahead of time: `u / r`.
    fn potential<T: Real, V: Lanes<T>>(self, r2: V, inverse: V) -> V;

    /// `charge` times `4 pi u G` and times `-4 pi u^3 G'(r) / r` in lanes, both 0 where `r2` is 0. The gradient with respect to the target is
    /// the second times `y - x`. The first is `charge` times `potential`, to the last bit.
    ///
    /// At AVX-512 both are also asked for at `r2 = 2^-600` in f64 (`pairs::Look`), where they may be anything that takes no more than the cube of `inverse`.
    fn potential_and_pull<T: Real, V: Lanes<T>>(self, r2: V, inverse: V, charge: V) -> (V, V);

    /// The same kernel where lengths are measured in another unit: points were multiplied by `scale`. Then
    /// `G(x, y) = scale G_scaled(scale x, scale y)` for kernels of the kind `f(r / length) / r`.
    fn scaled(self, scale: f64) -> Self;

    /// kappa of `exp(-kappa r) / r`, for sums over the cells of a lattice (`fmm::periodic`): they know kernels of that kind.
    fn screening(self) -> f64;

    /// A number that kernels of this type have in common only if they are the same.
    fn fingerprint(self) -> u64;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernel, Level, dispatch};

    /// Largest relative errors of potential and slope in lanes, against the scalar value and a closed form.
    struct Errors<K>(K, fn(f64) -> f64);
    impl<T: Real, K: GreenFunction> Kernel<T> for Errors<K> {
        type Output = [f64; 3];
        #[inline(always)]
        fn run<V: Lanes<T>>(self) -> [f64; 3] {
            let mut worst = [0f64; 3];
            let mut lanes = [T::default(); 32];
            for i in 1..20_000 {
                let r2 = T::from_f64((f64::from(i) / 20_000.0).powi(4) * 12.0);
                let exact = [self.0.value(r2.to_f64()), self.0.value(r2.to_f64()), (self.1)(r2.to_f64())];
                let inverse = V::splat(r2).quick_rsqrt();
                let (value, pull) = self.0.potential_and_pull(V::splat(r2), inverse, V::splat(T::from_f64(-0.5)));
                let units = [V::QUICK_UNIT, -0.5 * V::QUICK_UNIT, 0.5 * V::QUICK_UNIT.powi(3)];
                for (k, found) in [self.0.potential(V::splat(r2), inverse), value, pull].into_iter().enumerate() {
                    found.store(&mut lanes);
                    worst[k] = worst[k].max((lanes[0].to_f64() / units[k] / exact[k] - 1.0).abs());
                }
            }
            let inverse = V::zero().quick_rsqrt();
            let (value, pull) = self.0.potential_and_pull(V::zero(), inverse, V::splat(T::from_f64(-0.5)));
            for at_zero in [self.0.potential(V::zero(), inverse), value, pull] {
                at_zero.store(&mut lanes);
                assert_eq!(lanes[0].to_f64(), 0.0);
            }
            worst
        }
    }

    fn check<K: GreenFunction>(kernel: K, slope: fn(f64) -> f64) {
        assert_eq!(kernel.value(0.0), 0.0);
        for level in Level::available() {
            let errors = dispatch::<f64, _>(level, Errors(kernel, slope));
            assert!(errors.iter().all(|&e| e < 2e-12), "{level:?}: {errors:?}");
            let errors = dispatch::<f32, _>(level, Errors(kernel, slope));
            assert!(errors.iter().all(|&e| e < 2e-6), "{level:?}, f32: {errors:?}");
        }
    }

    #[test]
    fn lanes_agree_with_scalars_at_every_level() {
        check(Laplace, |r2| -1.0 / (r2 * r2.sqrt()));
        check(Yukawa { screening: 0.0 }, |r2| -1.0 / (r2 * r2.sqrt()));
        check(Yukawa { screening: 1.75 }, |r2| {
            let r = r2.sqrt();
            -(1.0 + 1.75 * r) * (-1.75 * r).exp() / (r2 * r)
        });
    }

    #[test]
    fn a_change_of_units_leaves_the_kernel_as_it_is() {
        let kernel = Yukawa { screening: 1.75 };
        let scaled = kernel.scaled(0.25);
        assert!((0.25 * scaled.value(4.0 * 0.0625) / kernel.value(4.0) - 1.0).abs() < 1e-15);
    }
}
