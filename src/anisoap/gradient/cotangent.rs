//! dF / d coefficients of one centre, from what the caller gave.

use crate::anisoap::frames::{System, nonfinite};
use crate::anisoap::plan::{Plan, SpectrumPairs};
use crate::array::View;
use crate::error::Result;

/// The cotangent of an atom's spectrum: its own, and its part of the mean's.
pub fn read(
    system: &System<'_>,
    per_atom: &Option<View<'_, f64, 2>>,
    means: &Option<View<'_, f64, 3>>,
    counts: &[usize],
    atom: usize,
    into: &mut [f64],
) -> Result<()> {
    match per_atom {
        Some(view) => {
            view.read_line([atom, 0], into);
            check(view.name(), &[atom], into)?;
        }
        None => into.fill(0.0),
    }
    if let Some(view) = means {
        let (frame, t) = (system.frame_of(atom), system.species[atom] as usize);
        let share = 1.0 / counts[frame * view.dims()[1] + t] as f64;
        for (k, slot) in into.iter_mut().enumerate() {
            *slot += share * view.at([frame, t, k]);
        }
        if into.iter().any(|x| !x.is_finite()) {
            let k = into.iter().position(|x| !x.is_finite()).unwrap_or_default();
            return Err(nonfinite(view.name(), &[frame, t, k], view.at([frame, t, k]), "a cotangent is finite"));
        }
    }
    Ok(())
}

pub fn check(name: &str, index: &[usize], row: &[f64]) -> Result<()> {
    match row.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(k) => {
            let mut index = index.to_vec();
            index.push(k);
            Err(nonfinite(name, &index, row[k], "a cotangent is finite"))
        }
    }
}

/// `d F / d c_am = factor sum_b (p_ab + p_ba) c_bm`, p the cotangent of the spectrum.
#[inline(always)]
pub fn of_spectrum(plan: &Plan, spectrum: &[f64], coefficients: &[f64], into: &mut [f64]) {
    into.fill(0.0);
    for l in 0..plan.counts().len() {
        let (channels, factor) = (plan.channels(l), plan.spectrum_factor(l));
        let start = plan.expansion_start(l);
        let mut at = plan.spectrum_start(l);
        for a in 0..channels {
            let is_half = plan.hypers.pairs == SpectrumPairs::Half;
            for b in if is_half { a } else { 0 }..channels {
                let twice = if is_half && a != b { std::f64::consts::SQRT_2 } else { 1.0 };
                let product = twice * factor * spectrum[at];
                at += 1;
                if product == 0.0 {
                    continue;
                }
                for m in 0..2 * l + 1 {
                    let row = start + m * channels;
                    into[row + a] += product * coefficients[row + b];
                    into[row + b] += product * coefficients[row + a];
                }
            }
        }
    }
}
