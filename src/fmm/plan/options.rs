//! What a plan is asked for.

use crate::error::{Error, Number, Result, Status};
use crate::fmm::operators::Translations;
use crate::fmm::parameters::{LEAST_ORDER, Precision};

/// Least screening of a cell that repeats, in 1 / period.
const LEAST_SCREENING: f64 = 1e-7;

/// A kernel by name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Potential {
    Laplace,
    Yukawa { screening: f64 },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    pub potential: Potential,
    pub precision: Precision,
    /// Relative accuracy; not read if there is an order.
    pub eps: f64,
    /// 0: as eps wants it.
    pub order: usize,
    /// 0: as suits order and points.
    pub leaf_size: usize,
    pub max_level: usize,
    /// Whether leaves that touch differ by one level at most.
    pub balance: bool,
    /// None: the faster way.
    pub translations: Option<Translations>,
    /// Side of the cubic cell in which points repeat; 0: they do not.
    pub period: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            potential: Potential::Laplace, precision: Precision::Double, eps: 1e-6, order: 0, leaf_size: 0, max_level: 20, balance: false, translations: None, period: 0.0,
        }
    }
}

impl Options {
    /// Refuses what makes no sense, whatever the points.
    pub(super) fn check(&self) -> Result<()> {
        let most = self.precision.most_order();
        let refuse = |message: String| Err(Error::new(Status::Option, message));
        if self.order != 0 && !(LEAST_ORDER..=most).contains(&self.order) {
            return refuse(format!("order: is {}; use {LEAST_ORDER} to {most}, or 0 for what eps wants", self.order));
        }
        if self.max_level > 20 {
            return refuse(format!("max_level: is {}; use 0 to 20", self.max_level));
        }
        if let Potential::Yukawa { screening } = self.potential
            && !(screening >= 0.0 && screening.is_finite())
        {
            return refuse(format!("screening: is {}; an inverse length is at least 0 and finite", Number(screening)));
        }
        let period = self.period;
        if !(period == 0.0 || (1e-150..=1e150).contains(&period)) {
            return refuse(format!("period: is {}; the side of a cell is 1e-150 to 1e150, and 0 stands for open space", Number(period)));
        }
        if let Potential::Yukawa { screening } = self.potential
            && screening > 0.0
            && screening * period < LEAST_SCREENING
            && period > 0.0
        {
            let least = Number(LEAST_SCREENING / period);
            return refuse(format!(
                "screening: is {}; with this period the mean of the potential, charge / (screening^2 period^3), leaves no digits for what varies: use at least {least}, or HL_KERNEL_LAPLACE",
                Number(screening)
            ));
        }
        Ok(())
    }
}
