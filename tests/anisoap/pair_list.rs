//! Lists of pairs that the caller has: the numbers of the search, to the bit.

use super::support::*;
use hotloop::anisoap::{Cotangent, MaxRadial, Plan, Sides};
use hotloop::array::View;

/// The pairs with these numbers, in this order.
fn picked(pairs: &Pairs, order: &[usize]) -> Pairs {
    fn rows<T: Copy>(values: &[T], width: usize, order: &[usize]) -> Vec<T> {
        order.iter().flat_map(|&p| values[p * width..(p + 1) * width].iter().copied()).collect()
    }
    Pairs {
        first: rows(&pairs.first, 1, order),
        second: rows(&pairs.second, 1, order),
        shifts: pairs.shifts.as_ref().map(|shifts| rows(shifts, 3, order)),
        vectors: pairs.vectors.as_ref().map(|vectors| rows(vectors, 3, order)),
        sides: pairs.sides,
    }
}

fn shuffled(pairs: &Pairs, seed: u64) -> Pairs {
    let mut random = Random(seed);
    let mut order: Vec<usize> = (0..pairs.first.len()).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, (random.next() * (at + 1) as f64) as usize);
    }
    picked(pairs, &order)
}

/// One side of every pair: what is first in the order of (atoms, shift).
fn halved(pairs: &Pairs) -> Pairs {
    let shifts = pairs.shifts.as_ref().unwrap();
    let is_kept = |p: &usize| {
        let shift = &shifts[3 * p..3 * p + 3];
        let back: Vec<i32> = shift.iter().map(|s| -s).collect();
        (pairs.first[*p], pairs.second[*p], shift) < (pairs.second[*p], pairs.first[*p], &back[..])
    };
    let order: Vec<usize> = (0..pairs.first.len()).filter(is_kept).collect();
    assert_eq!(2 * order.len(), pairs.first.len());
    Pairs { sides: Sides::Half, ..picked(pairs, &order) }
}

/// Expansion, spectra, means and gradients.
fn everything(atoms: &Atoms, plan: &Plan) -> Vec<f64> {
    let mut random = Random(5);
    let features = plan.expansion_size();
    let cotangent: Vec<f64> = (0..atoms.len() * features).map(|_| random.next() - 0.5).collect();
    let (spectra, means) = atoms.spectra(plan);
    let view = View::from_slice("cotangent", &cotangent, [atoms.len(), features]);
    let gradients = atoms.gradients(plan, false, &Cotangent::Expansion(view));
    [atoms.expansion(plan, false), spectra, means, gradients.concat()].concat()
}

fn plan(subtract_center: bool) -> Plan {
    Plan::new(hotloop::anisoap::Hypers { subtract_center, ..gto(4, MaxRadial::Common(2), 1.1, 3.5, &[1, 6]) }).unwrap()
}

#[test]
fn a_list_in_any_order_gives_the_bits_of_the_search() {
    for periodic in [false, true] {
        for subtract_center in [false, true] {
            let plan = plan(subtract_center);
            let mut atoms = Atoms::random(41, &[7, 0, 1, 12], &[1, 6], periodic);
            let expected = everything(&atoms, &plan);
            // The pairs, the same with those of atoms with themselves, and with a skin.
            for (cutoff, with_self) in [(3.5, false), (3.5, true), (4.3, false)] {
                let list = shuffled(&atoms.pairs_within(cutoff, with_self), 3);
                let by_shift = Pairs { vectors: None, ..list.clone() };
                let by_vector = Pairs { shifts: None, ..list };
                for pairs in [by_shift.clone(), by_vector, Pairs { sides: Sides::First, ..by_shift }] {
                    atoms.pairs = Some(pairs);
                    assert_eq!(everything(&atoms, &plan), expected, "periodic {periodic}, {subtract_center}, {cutoff}");
                }
                atoms.pairs = None;
            }
        }
    }
}

#[test]
fn half_a_list_counts_for_both_atoms() {
    for periodic in [false, true] {
        let plan = plan(false);
        let mut atoms = Atoms::random(43, &[9, 4], &[1, 6], periodic);
        let expected = everything(&atoms, &plan);
        let half = shuffled(&halved(&atoms.pairs_within(3.5, false)), 7);
        atoms.pairs = Some(Pairs { vectors: None, ..half.clone() });
        assert_eq!(everything(&atoms, &plan), expected);
        atoms.pairs = Some(Pairs { shifts: None, ..half });
        assert_eq!(everything(&atoms, &plan), expected);
    }
}

#[test]
fn directed_pairs_are_seen_from_the_first_atom_alone() {
    let plan = plan(true);
    let mut atoms = Atoms::random(47, &[6], &[1, 6], false);
    let full = atoms.expansion(&plan, false);
    let all = atoms.pairs_within(3.5, false);
    let of_two: Vec<usize> = (0..all.first.len()).filter(|&p| all.first[p] == 2).collect();
    atoms.pairs = Some(Pairs { sides: Sides::First, vectors: None, ..picked(&all, &of_two) });
    let found = atoms.expansion(&plan, false);
    for (i, (found, full)) in found.chunks(plan.expansion_size()).zip(full.chunks(plan.expansion_size())).enumerate() {
        if i == 2 { assert_eq!(found, full) } else { assert!(found.iter().all(|&x| x == 0.0)) }
    }
}

#[test]
fn an_empty_list_leaves_every_atom_alone() {
    let mut atoms = Atoms::random(49, &[5], &[1, 6], true);
    atoms.pairs = Some(Pairs { first: vec![], second: vec![], shifts: None, vectors: None, sides: Sides::Both });
    assert!(atoms.expansion(&plan(true), false).iter().all(|&x| x == 0.0));
    assert!(atoms.expansion(&plan(false), false).iter().any(|&x| x != 0.0));
}

#[test]
fn mistakes_in_a_list_are_named() {
    let plan = plan(false);
    let mut atoms = Atoms::random(53, &[5, 5], &[1, 6], true);
    let good = Pairs { vectors: None, ..atoms.pairs_within(3.5, false) };
    let last = good.first.len() - 1;
    let mut refusal = |change: &dyn Fn(&mut Pairs)| {
        let mut pairs = good.clone();
        change(&mut pairs);
        atoms.pairs = Some(pairs);
        atoms.refusal(&plan)
    };
    let text = refusal(&|pairs| pairs.first[3] = 10);
    assert!(text.starts_with("pair_first: element 3 is 10; atoms are 0 to 9"), "{text}");
    let text = refusal(&|pairs| pairs.second[4] = -1);
    assert!(text.starts_with("pair_second: element 4 is -1"), "{text}");
    let text = refusal(&|pairs| pairs.second[last] = 0);
    assert!(text.starts_with(&format!("pair_second: pair {last} is of atoms 9 and 0, which are in different frames")), "{text}");
    let text = refusal(&|pairs| pairs.shifts.as_mut().unwrap()[5] += 1);
    assert!(text.starts_with("pair_second: pair 1 says that atom"), "{text}");
    assert!(text.contains("HL_PAIR_LIST_HALF"), "{text}");
    let text = refusal(&|pairs| pairs.shifts = None);
    assert!(text.starts_with("pair_shifts: is NULL, but frame 0 is periodic"), "{text}");
    let text = refusal(&|pairs| {
        pairs.vectors = Some(vec![0.5; 3 * (last + 1)]);
        pairs.vectors.as_mut().unwrap()[7] = f64::NAN;
    });
    assert!(text.starts_with("pair_vectors: element [2, 1] is NaN"), "{text}");
    atoms.periodic = vec![0; 6];
    atoms.pairs = Some(good);
    let text = atoms.refusal(&plan);
    assert!(text.starts_with("pair_shifts: pair") && text.contains("is not periodic"), "{text}");
}
