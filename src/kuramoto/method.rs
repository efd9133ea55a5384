//! How time is stepped.

/// An explicit one-step method whose stages each need only the one before, by the coefficients `(a, b)` of its stages.
///
/// With `f` the right-hand side: stage i evaluates `k_i = f(theta + dt a_i k_(i-1))`, and a step ends with
/// `theta + dt sum_i b_i k_i`, added in this order. The first `a` is 0.
pub type Stages = &'static [(f64, f64)];

pub const EULER: Stages = &[(0.0, 1.0)];
/// Heun's method of order 2 (explicit trapezoidal rule).
pub const HEUN: Stages = &[(0.0, 0.5), (1.0, 0.5)];
/// The classical method of order 4 (Kutta 1901).
pub const RK4: Stages = &[(0.0, 1.0 / 6.0), (0.5, 1.0 / 3.0), (0.5, 1.0 / 3.0), (1.0, 1.0 / 6.0)];

/// A method for a whole run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Every step has the same length.
    Fixed(Stages),
    /// Steps as long as the tolerance allows (`super::adaptive`).
    Adaptive(Tolerance),
}

/// What the estimated error of a step is measured by: `absolute + relative |theta|`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    pub relative: f64,
    pub absolute: f64,
}

/// How far, and how.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub method: Method,
    pub dt: f64,
    pub steps: usize,
    pub noise: Option<Noise>,
    /// For adaptive methods: the length of the first step to try, and afterwards of the next; 0 if not known.
    pub next_step: f64,
}

/// White noise added to every phase: each step adds `amplitude sqrt(dt)` times a standard normal number, which is a function
/// of the seed, the number of the step and that of the cell (`crate::random`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// sigma in `d theta = f dt + sigma dW`, radians per square root of the unit of time.
    pub amplitude: f64,
    pub seed: u64,
    /// Number of the run's first step.
    pub first_step: u64,
    /// Number of the first cell; cells count on in C order of the caller's axes.
    pub first_cell: u64,
}
