//! An ellipsoid times the basis' Gaussian: what of a pair depends on the neighbour alone.
//!
//! With semiaxes a_k (standard deviations), `P = R diag(1/a_k^2) R^T` and the basis' exponent `w = 1/s^2` (0 for
//! monomials), the product of the neighbour's density at r and `exp(-w x^2 / 2)` is a Gaussian again:
//!
//! ```text
//! covariance S = (P + w)^(-1), centre c = S P r, weight G = exp(-K/2) prod_k (1 + w a_k^2)^(-1/2),  K = w r . S P r
//! ```
//!
//! P, S and S P share eigenvectors, and S P has eigenvalues `1 / (1 + w a_k^2)`, S has `a_k^2 / (1 + w a_k^2)`.

use crate::error::{Error, Number, Result, Status};

/// Six elements of a symmetric matrix: xx, yy, zz, xy, xz, yz.
pub type Symmetric = [f64; 6];

/// Beyond this a diagonal element's rounding: what is smaller is no tilt.
const NO_TILT: f64 = 4.0 * f64::EPSILON;

#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// S.
    pub covariance: Symmetric,
    /// S P.
    pub contraction: Symmetric,
    /// `prod_k (1 + w a_k^2)^(-1/2)`.
    pub prefactor: f64,
    /// Whether S is diagonal as it stands: the moments are then products of one-dimensional ones.
    pub is_aligned: bool,
}

impl Shape {
    /// `rotation` takes the body's axes to those of the laboratory.
    pub fn new(semiaxes: [f64; 3], rotation: &[[f64; 3]; 3], inverse_square_width: f64) -> Self {
        let contractions = semiaxes.map(|a| 1.0 / (1.0 + inverse_square_width * a * a));
        let covariances: [f64; 3] = std::array::from_fn(|k| semiaxes[k] * semiaxes[k] * contractions[k]);
        let prefactor = contractions.iter().product::<f64>().sqrt();
        let is_sphere = semiaxes[0] == semiaxes[1] && semiaxes[1] == semiaxes[2];
        let identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let rotation = if is_sphere { &identity } else { rotation };
        let mut shape = Self {
            covariance: similar(covariances, rotation),
            contraction: similar(contractions, rotation),
            prefactor,
            is_aligned: false,
        };
        shape.is_aligned = [shape.covariance, shape.contraction].iter().all(|matrix| {
            let largest = matrix[0].max(matrix[1]).max(matrix[2]);
            matrix[3..].iter().all(|x| x.abs() <= NO_TILT * largest)
        });
        shape
    }

    /// c and K of a neighbour at r.
    #[inline(always)]
    pub fn centre(&self, r: [f64; 3], inverse_square_width: f64) -> ([f64; 3], f64) {
        let c = apply(&self.contraction, r);
        (c, inverse_square_width * (r[0] * c[0] + r[1] * c[1] + r[2] * c[2]))
    }
}

/// `matrix x`.
#[inline(always)]
pub fn apply(matrix: &Symmetric, x: [f64; 3]) -> [f64; 3] {
    let [xx, yy, zz, xy, xz, yz] = *matrix;
    [
        xx * x[0] + xy * x[1] + xz * x[2],
        xy * x[0] + yy * x[1] + yz * x[2],
        xz * x[0] + yz * x[1] + zz * x[2],
    ]
}

/// `R diag(values) R^T`.
fn similar(values: [f64; 3], rotation: &[[f64; 3]; 3]) -> Symmetric {
    let element = |i: usize, j: usize| (0..3).map(|k| rotation[i][k] * values[k] * rotation[j][k]).sum::<f64>();
    [element(0, 0), element(1, 1), element(2, 2), element(0, 1), element(0, 2), element(1, 2)]
}

/// The rotation of a quaternion (w, x, y, z) of any length but 0; None where it has none.
pub fn rotation_of(quaternion: [f64; 4]) -> Option<[[f64; 3]; 3]> {
    // Divided by the largest element first, so that no square overflows or vanishes.
    let largest = quaternion.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    if !(largest > 0.0) {
        return None;
    }
    let q = quaternion.map(|x| x / largest);
    let length = q.iter().map(|x| x * x).sum::<f64>().sqrt();
    let [w, x, y, z] = q.map(|x| x / length);
    Some([
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
    ])
}

/// Refuses a matrix that is not orthogonal to 1e-8. (A reflection is fine: an ellipsoid is its own mirror image.)
pub fn check_rotation(matrix: &[[f64; 3]; 3], atom: usize) -> Result<()> {
    for i in 0..3 {
        for j in 0..3 {
            let product: f64 = (0..3).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let expected = if i == j { 1.0 } else { 0.0 };
            if !((product - expected).abs() <= 1e-8) {
                return Err(Error::new(
                    Status::Argument,
                    format!(
                        "rotations: rows {i} and {j} of matrix {atom} have the product {}; a rotation's rows are orthonormal, so \
                         orthogonalise it",
                        Number(product)
                    ),
                ));
            }
        }
    }
    Ok(())
}
