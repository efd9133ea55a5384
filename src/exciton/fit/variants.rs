//! Variants of a complex: wild type and mutants, with a pigment and without.
//!
//! A sample's spectrum is `sum_v w_v S_v` over its variants, with weights of any sign: shares of a mixture, or 1 and -1 for a
//! difference. All variants share the configurations, the lines and the parameters; each has its own sites and may have its
//! site energies shifted. Their moments have the same cells, so they are added up before anything is made of them.

use super::parameters::{Parameter, Parameters};
use crate::error::{Result, try_collect};
use crate::exciton::System;

pub struct Variant<'a> {
    pub system: System<'a>,
    /// The factor of its spectrum.
    pub weight: f64,
    /// cm-1, by site that it keeps; empty for none.
    pub energy_shifts: Vec<f64>,
    /// The problem's parameters that work through its sticks, by row, as they are in this variant.
    pub parameters: Vec<(usize, Parameter)>,
}

impl<'a> Variant<'a> {
    /// `energy_shifts` by site of the caller, empty for none; `number` counts variants.
    pub fn new(system: System<'a>, weight: f64, energy_shifts: &[f64], parameters: &Parameters, number: usize) -> Result<Self> {
        let shifts = if energy_shifts.is_empty() { 0 } else { system.n() };
        let energy_shifts = try_collect("variant_energies", system.kept[..shifts].iter().map(|&site| energy_shifts[site]))?;
        let parameters = parameters.in_variant(number, &system.kept)?;
        Ok(Self { system, weight, energy_shifts, parameters })
    }

    /// The system as it is.
    pub fn sole(system: System<'a>, parameters: &Parameters) -> Result<Self> {
        Self::new(system, 1.0, &[], parameters, 0)
    }

    pub fn any(&self, is_such: impl Fn(Parameter) -> bool) -> bool {
        self.parameters.iter().any(|&(_, parameter)| is_such(parameter))
    }

    /// Of order, where linear dichroism is wanted.
    pub fn axis(&self) -> [f64; 3] {
        self.system.axis.unwrap_or([0.0; 3])
    }
}
