//! What AniSOAP itself computed.

use super::support::*;
use hotloop::anisoap::{ChannelOrder, Plan};

#[test]
fn coefficients_are_those_of_anisoap() {
    let cases = reference();
    assert!(cases.len() > 40);
    for (name, case) in &cases {
        let (plan, atoms) = (Plan::new(hypers_of(case)).unwrap(), Atoms::of(case));
        // AniSOAP's own orthonormalisation has 8 digits for seven functions, see the README of the data.
        let digits = if name.contains("l9_n6") { 1e-8 } else { 1e-12 };
        let worst = difference(&atoms.expansion(&plan, false), &case["expansion"].1);
        assert!(worst < digits, "{name}: {worst:e}");
        if let Some((_, raw)) = case.get("raw") {
            let worst = difference(&atoms.expansion(&plan, true), raw);
            assert!(worst < 1e-12, "{name}, raw: {worst:e}");
        }
    }
}

#[test]
fn power_spectra_are_those_of_anisoap() {
    for (name, case) in &reference() {
        let (plan, atoms) = (Plan::new(hypers_of(case)).unwrap(), Atoms::of(case));
        let (found, means) = atoms.spectra(&plan);
        let digits = if name.contains("l9_n6") { 1e-8 } else { 1e-12 };
        let worst = difference(&found, &case["spectrum"].1);
        assert!(worst < digits, "{name}: {worst:e}");
        // Means over the atoms of each species of a frame.
        let (features, species) = (plan.spectrum_size(), &plan.hypers.species);
        for frame in 0..atoms.frames() {
            for (t, &kind) in species.iter().enumerate() {
                let range = atoms.offsets[frame] as usize..atoms.offsets[frame + 1] as usize;
                let members: Vec<usize> = range.filter(|&i| atoms.species[i] == kind).collect();
                let mean = &means[(frame * species.len() + t) * features..][..features];
                for (k, value) in mean.iter().enumerate() {
                    let sum: f64 = members.iter().map(|i| found[i * features + k]).sum();
                    let expected = sum / members.len().max(1) as f64;
                    assert!((value - expected).abs() <= 1e-14 * (1.0 + expected.abs()), "{name}");
                }
            }
        }
    }
}

#[test]
fn labels_say_where_values_are_in_both_orders() {
    let cases = reference();
    let case = &cases["cluster_aniso_4sp__gto_l3_n2"];
    let atoms = Atoms::of(case);
    let plans = [ChannelOrder::RadialMajor, ChannelOrder::SpeciesMajor]
        .map(|order| Plan::new(hotloop::anisoap::Hypers { order, ..hypers_of(case) }).unwrap());
    let [ours, theirs] = plans.each_ref().map(|plan| {
        let values = atoms.expansion(plan, false);
        let labels: Vec<[i32; 4]> = plan.expansion_labels().collect();
        assert_eq!(labels.len(), plan.expansion_size());
        let mut first_row: Vec<_> = labels.into_iter().zip(values.iter().map(|x| x.to_bits())).collect();
        first_row.sort();
        first_row
    });
    assert_eq!(ours, theirs);
    let [ours, theirs] = plans.each_ref().map(|plan| {
        let (values, _) = atoms.spectra(plan);
        let labels: Vec<[i32; 5]> = plan.spectrum_labels().collect();
        assert_eq!(labels.len(), plan.spectrum_size());
        let mut first_row: Vec<_> = labels.into_iter().zip(values.iter().map(|x| x.to_bits())).collect();
        first_row.sort();
        first_row
    });
    assert_eq!(ours, theirs);
}
