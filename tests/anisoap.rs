//! AniSOAP descriptors through the Rust API, against what AniSOAP itself computed (tests/data/anisoap).

use hotloop::anisoap::{
    self, Basis, ChannelOrder, Conditioning, Frames, Hypers, MaxRadial, Plan, SpectrumOutputs, SpectrumPairs,
};
use hotloop::array::{View, ViewMut};
use hotloop::threads::Progress;
use std::collections::BTreeMap;

type Arrays = BTreeMap<String, (Vec<usize>, Vec<f64>)>;

/// Case by case, array by array.
fn reference() -> BTreeMap<String, Arrays> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/anisoap/");
    let bytes = std::fs::read(format!("{folder}reference.f64")).unwrap();
    let numbers: Vec<f64> = bytes.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect();
    let mut cases: BTreeMap<String, Arrays> = BTreeMap::new();
    for line in std::fs::read_to_string(format!("{folder}reference.txt")).unwrap().lines() {
        let mut words = line.split(' ');
        let (case, array) = words.next().unwrap().split_once('.').unwrap();
        let mut dims: Vec<usize> = words.map(|word| word.parse().unwrap()).collect();
        let offset = dims.remove(0);
        let values = numbers[offset..offset + dims.iter().product::<usize>()].to_vec();
        cases.entry(case.to_owned()).or_default().insert(array.to_owned(), (dims, values));
    }
    cases
}

fn plan_of(case: &Arrays, order: ChannelOrder) -> Plan {
    let h = &case["hypers"].1;
    Plan::new(Hypers {
        max_angular: h[0] as usize,
        max_radial: MaxRadial::PerAngular(case["num_ns"].1.iter().map(|&count| count as usize - 1).collect()),
        basis: if h[1] == 0.0 { Basis::Gto { width: h[2] } } else { Basis::Monomial },
        cutoff: h[3],
        conditioning: Conditioning { rcond: h[4], tolerance: h[5] },
        subtract_center: h[6] == 1.0,
        species: integers(case, "species"),
        order,
        pairs: SpectrumPairs::All,
        alternating_sign: true,
    })
    .unwrap()
}

fn integers(case: &Arrays, name: &str) -> Vec<i32> {
    case[name].1.iter().map(|&x| x as i32).collect()
}

/// Calls `body` with the case's frames.
fn with_frames<R>(case: &Arrays, body: impl FnOnce(&Frames<'_>) -> R) -> R {
    let offsets: Vec<isize> = case["starts"].1.iter().map(|&x| x as isize).collect();
    let (species, periodic) = (integers(case, "atoms"), integers(case, "periodic"));
    let (atoms, count) = (species.len(), offsets.len() - 1);
    body(&Frames {
        offsets: View::from_slice("offsets", &offsets, [count + 1]),
        positions: View::from_slice("positions", &case["positions"].1, [atoms, 3]),
        species: View::from_slice("species", &species, [atoms]),
        quaternions: Some(View::from_slice("quaternions", &case["quaternions"].1, [atoms, 4])),
        rotations: None,
        semiaxes: View::from_slice("semiaxes", &case["semiaxes"].1, [atoms, 3]),
        cells: Some(View::from_slice("cells", &case["cells"].1, [count, 3, 3])),
        periodic: Some(View::from_slice("periodic", &periodic, [count, 3])),
    })
}

fn expansion(plan: &Plan, case: &Arrays, is_raw: bool) -> Vec<f64> {
    let (atoms, features) = (case["atoms"].1.len(), plan.expansion_size());
    let mut values = vec![f64::NAN; atoms * features];
    with_frames(case, |frames| {
        let out = ViewMut::from_slice("coefficients", &mut values, [atoms, features]);
        anisoap::expansion(plan, frames, is_raw, out, &mut Progress::none()).unwrap();
    });
    values
}

fn spectra(plan: &Plan, case: &Arrays) -> (Vec<f64>, Vec<f64>) {
    let (atoms, features) = (case["atoms"].1.len(), plan.spectrum_size());
    let (frames, species) = (case["starts"].1.len() - 1, plan.species_count());
    let (mut values, mut means) = (vec![f64::NAN; atoms * features], vec![f64::NAN; frames * species * features]);
    with_frames(case, |given| {
        let outputs = SpectrumOutputs {
            per_atom: Some(ViewMut::from_slice("spectra", &mut values, [atoms, features])),
            means: Some(ViewMut::from_slice("means", &mut means, [frames, species, features])),
        };
        anisoap::power_spectrum(plan, given, false, outputs, &mut Progress::none()).unwrap();
    });
    (values, means)
}

/// The largest difference in units of the largest expected number.
fn difference(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    let worst = found.iter().zip(expected).fold(0.0f64, |most, (a, b)| {
        assert!(a.is_finite());
        most.max((a - b).abs())
    });
    if worst == 0.0 { 0.0 } else { worst / largest }
}

#[test]
fn coefficients_are_those_of_anisoap() {
    let cases = reference();
    assert!(cases.len() > 40);
    for (name, case) in &cases {
        let plan = plan_of(case, ChannelOrder::RadialMajor);
        // AniSOAP's own orthonormalisation has 8 digits for seven functions, see the README of the data.
        let digits = if name.contains("l9_n6") { 1e-8 } else { 1e-12 };
        let worst = difference(&expansion(&plan, case, false), &case["expansion"].1);
        assert!(worst < digits, "{name}: {worst:e}");
        if let Some((_, raw)) = case.get("raw") {
            let worst = difference(&expansion(&plan, case, true), raw);
            assert!(worst < 1e-12, "{name}, raw: {worst:e}");
        }
    }
}

#[test]
fn power_spectra_are_those_of_anisoap() {
    for (name, case) in &reference() {
        let plan = plan_of(case, ChannelOrder::RadialMajor);
        let (found, means) = spectra(&plan, case);
        let digits = if name.contains("l9_n6") { 1e-8 } else { 1e-12 };
        let worst = difference(&found, &case["spectrum"].1);
        assert!(worst < digits, "{name}: {worst:e}");
        // Means over the atoms of each species of a frame.
        let (features, species) = (plan.spectrum_size(), integers(case, "species"));
        let (atoms, starts) = (integers(case, "atoms"), &case["starts"].1);
        for frame in 0..starts.len() - 1 {
            for (t, &kind) in species.iter().enumerate() {
                let members: Vec<usize> =
                    (starts[frame] as usize..starts[frame + 1] as usize).filter(|&i| atoms[i] == kind).collect();
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
    let plans = [ChannelOrder::RadialMajor, ChannelOrder::SpeciesMajor].map(|order| plan_of(case, order));
    let [ours, theirs] = plans.each_ref().map(|plan| {
        let values = expansion(plan, case, false);
        let labels: Vec<[i32; 4]> = plan.expansion_labels().collect();
        assert_eq!(labels.len(), plan.expansion_size());
        let mut first_row: Vec<_> = labels.into_iter().zip(values.iter().map(|x| x.to_bits())).collect();
        first_row.sort();
        first_row
    });
    assert_eq!(ours, theirs);
    let [ours, theirs] = plans.each_ref().map(|plan| {
        let (values, _) = spectra(plan, case);
        let labels: Vec<[i32; 5]> = plan.spectrum_labels().collect();
        assert_eq!(labels.len(), plan.spectrum_size());
        let mut first_row: Vec<_> = labels.into_iter().zip(values.iter().map(|x| x.to_bits())).collect();
        first_row.sort();
        first_row
    });
    assert_eq!(ours, theirs);
}
