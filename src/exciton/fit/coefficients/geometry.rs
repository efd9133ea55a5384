//! Columns of parameters of the geometry: dipoles and positions.

use super::{Coefficients, Columns};
use crate::exciton::fit::forward::Problem;
use crate::exciton::fit::group::{Group, dot, polarised};
use crate::exciton::fit::parameters::{Moved, Parameter};
use crate::exciton::fit::variants::Variant;
use crate::exciton::fit::{BANDS, CD, LD};
use crate::exciton::solve::ROTATION_FACTOR;
use crate::simd::Lanes;

/// `a x b`
#[inline(always)]
pub fn cross<S: Lanes>(a: &[S], b: &[S]) -> [S; 3] {
    [
        a[2].neg_mul_add(b[1], a[1] * b[2]),
        a[0].neg_mul_add(b[2], a[2] * b[0]),
        a[1].neg_mul_add(b[0], a[0] * b[1]),
    ]
}

/// The mean of the positions: R_k does not depend on where they are counted from, but its rounding does.
#[inline(always)]
pub fn centroid<S: Lanes>(n: usize, positions: &[S]) -> [S; 3] {
    let mut sum = [S::zero(); 3];
    for i in 0..n {
        for x in 0..3 {
            sum[x] = S::splat(1.0 / n as f64).mul_add(positions[3 * i + x], sum[x]);
        }
    }
    sum
}

/// Values of all excitons for all parameters of the geometry: with q = d mu_j / dp,
/// `dD_k = 2 V_jk M_k . q`, `dLD_k = 2 V_jk P_k . q` (`polarised`) and `dR_k = f e_k V_jk q . (N_k + M_k x r_j)`; with `r_j` along an axis,
/// `dR_k = f e_k V_jk (mu_j x M_k)`.
#[inline(always)]
pub fn geometry_columns<S: Lanes>(
    coefficients: &mut Coefficients<S>,
    problem: &Problem,
    variant: &Variant,
    moved: &Moved,
    columns: &Columns,
    group: &Group<S>,
    wanted: [bool; BANDS],
) {
    let n = coefficients.n;
    let (width, axis_of_order) = (variant.system.vector_columns(), variant.axis());
    let factor = S::splat(ROTATION_FACTOR * problem.options.cd_scale * moved.free_weight);
    let origin = if wanted[CD] { centroid(n, group.positions()) } else { [S::zero(); 3] };
    for &(p, parameter) in &variant.parameters {
        let (site, axis) = match parameter {
            Parameter::DipoleScale(j) | Parameter::DipoleRotation(j, _) => (j, 0),
            Parameter::Position(j, axis) => (j, axis),
            _ => continue,
        };
        let column = columns.of(p);
        let is_position = matches!(parameter, Parameter::Position(..));
        let mut q = [S::zero(); 3];
        if !is_position {
            let change = moved.dipole_change(parameter);
            let base = &coefficients.work.base_dipoles[3 * site..3 * site + 3];
            for x in 0..3 {
                let row = change[x];
                let sum = S::splat(row[1]).mul_add(base[1], S::splat(row[0]) * base[0]);
                q[x] = S::splat(row[2]).mul_add(base[2], sum);
            }
        }
        let dipole = &group.dipoles()[3 * site..3 * site + 3];
        for k in 0..n {
            let amplitude = group.vectors()[k * n + site];
            let moments = &group.moments[k * width..(k + 1) * width];
            for band in (0..BANDS).filter(|&band| wanted[band]) {
                let value = match (band, is_position) {
                    (CD, true) => cross(dipole, moments)[axis],
                    (CD, false) => {
                        let r = &group.positions()[3 * site..3 * site + 3];
                        let lever = cross(moments, &[r[0] - origin[0], r[1] - origin[1], r[2] - origin[2]]);
                        dot(&q, &[moments[3] + lever[0], moments[4] + lever[1], moments[5] + lever[2]])
                    }
                    (_, true) => S::zero(),
                    (LD, false) => dot(&polarised(moments, axis_of_order), &q),
                    (_, false) => dot(moments, &q),
                };
                let factor = if band == CD { factor * group.energies[k] } else { S::splat(2.0 * moved.free_weight) };
                let value = value * amplitude * factor;
                value.store(&mut coefficients.values[((band * n + k) * coefficients.columns + column) * S::WIDTH..]);
            }
        }
    }
}
