//! Which Green's function.

use super::super::guard::refuse;
use super::super::options::{self, Known};
use crate::error::{Number, Result, Status};
use crate::fmm::kernel::{Laplace, Yukawa};

/// G(r) = 1 / (4 pi r): Laplace's equation.
pub const HL_KERNEL_LAPLACE: i32 = 0;
/// G(r) = exp(-screening r) / (4 pi r): the screened potential of Debye and Hueckel, and of Yukawa.
pub const HL_KERNEL_YUKAWA: i32 = 1;

/// A kernel as options give it.
#[derive(Clone, Copy)]
pub(super) enum Chosen {
    Laplace(Laplace),
    Yukawa(Yukawa),
}

impl Chosen {
    pub fn new(kernel: i32, screening: f64) -> Result<Self> {
        let is_screened = options::choice("kernel", kernel, "HL_KERNEL_*", KERNELS)?;
        if !(screening >= 0.0 && screening.is_finite()) {
            return refuse(Status::Option, format!("screening: is {}; it is at least 0 and finite", Number(screening)));
        }
        if is_screened {
            Ok(Self::Yukawa(Yukawa { screening }))
        } else if screening == 0.0 {
            Ok(Self::Laplace(Laplace))
        } else {
            refuse(
                Status::Option,
                format!("screening: is {}, but kernel is HL_KERNEL_LAPLACE; set kernel to HL_KERNEL_YUKAWA", Number(screening)),
            )
        }
    }
}

/// Whether each is screened.
const KERNELS: [Known<bool>; 2] = [(HL_KERNEL_LAPLACE, false), (HL_KERNEL_YUKAWA, true)];
