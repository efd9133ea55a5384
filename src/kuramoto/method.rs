//! Explicit one-step methods whose stages each need only the one before.
//!
//! With `f` the right-hand side: stage i evaluates `k_i = f(theta + dt a_i k_(i-1))`, and a step ends with
//! `theta + dt sum_i b_i k_i`, added in this order.

/// A method by the coefficients of its stages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Method {
    /// `(a, b)` of each stage; the first `a` is 0.
    pub stages: &'static [(f64, f64)],
}

impl Method {
    pub const EULER: Method = Method { stages: &[(0.0, 1.0)] };
    /// Heun's method of order 2 (explicit trapezoidal rule).
    pub const HEUN: Method = Method { stages: &[(0.0, 0.5), (1.0, 0.5)] };
    /// The classical method of order 4 (Kutta 1901).
    pub const RK4: Method =
        Method { stages: &[(0.0, 1.0 / 6.0), (0.5, 1.0 / 3.0), (0.5, 1.0 / 3.0), (1.0, 1.0 / 6.0)] };
}
