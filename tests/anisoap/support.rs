//! What the tests share: reference cases, plans and frames as values, and calls that return arrays.

use hotloop::anisoap::{
    self, Basis, ChannelOrder, Conditioning, Cotangent, Frames, GradientOutputs, Hypers, MaxRadial, PairList, Plan, Sides,
    SpectrumOutputs, SpectrumPairs,
};
use hotloop::array::{View, ViewMut};
use hotloop::neighbours::{Bins, Cell};
use hotloop::threads::Progress;
use std::collections::BTreeMap;

pub type Arrays = BTreeMap<String, (Vec<usize>, Vec<f64>)>;

/// Case by case, array by array.
pub fn reference() -> BTreeMap<String, Arrays> {
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

pub fn hypers_of(case: &Arrays) -> Hypers {
    let h = &case["hypers"].1;
    Hypers {
        max_angular: h[0] as usize,
        max_radial: MaxRadial::PerAngular(case["num_ns"].1.iter().map(|&count| count as usize - 1).collect()),
        basis: if h[1] == 0.0 { Basis::Gto { width: h[2] } } else { Basis::Monomial },
        cutoff: h[3],
        conditioning: Conditioning { rcond: h[4], tolerance: h[5] },
        subtract_center: h[6] == 1.0,
        species: case["species"].1.iter().map(|&x| x as i32).collect(),
        order: ChannelOrder::RadialMajor,
        pairs: SpectrumPairs::All,
        alternating_sign: true,
    }
}

/// A GTO plan with the defaults of the library.
pub fn gto(max_angular: usize, max_radial: MaxRadial, width: f64, cutoff: f64, species: &[i32]) -> Hypers {
    Hypers {
        max_angular,
        max_radial,
        basis: Basis::Gto { width },
        cutoff,
        conditioning: Conditioning { rcond: 0.0, tolerance: 1e-8 },
        subtract_center: false,
        species: species.to_vec(),
        order: ChannelOrder::RadialMajor,
        pairs: SpectrumPairs::All,
        alternating_sign: true,
    }
}

/// Frames as values.
#[derive(Clone, Debug)]
pub struct Atoms {
    pub offsets: Vec<isize>,
    pub positions: Vec<f64>,
    pub species: Vec<i32>,
    pub quaternions: Vec<f64>,
    pub semiaxes: Vec<f64>,
    pub cells: Vec<f64>,
    pub periodic: Vec<i32>,
    pub pairs: Option<Pairs>,
}

/// A list of pairs as values.
#[derive(Clone, Debug)]
pub struct Pairs {
    pub first: Vec<isize>,
    pub second: Vec<isize>,
    pub shifts: Option<Vec<i32>>,
    pub vectors: Option<Vec<f64>>,
    pub sides: Sides,
}

impl Pairs {
    fn view(&self) -> PairList<'_> {
        let n = self.first.len();
        PairList {
            first: View::from_slice("pair_first", &self.first, [n]),
            second: View::from_slice("pair_second", &self.second, [n]),
            shifts: self.shifts.as_ref().map(|shifts| View::from_slice("pair_shifts", shifts, [n, 3])),
            vectors: self.vectors.as_ref().map(|vectors| View::from_slice("pair_vectors", vectors, [n, 3])),
            sides: self.sides,
        }
    }
}

impl Atoms {
    pub fn of(case: &Arrays) -> Self {
        let integers = |name: &str| case[name].1.iter().map(|&x| x as i32).collect();
        Self {
            offsets: case["starts"].1.iter().map(|&x| x as isize).collect(),
            positions: case["positions"].1.clone(),
            species: integers("atoms"),
            quaternions: case["quaternions"].1.clone(),
            semiaxes: case["semiaxes"].1.clone(),
            cells: case["cells"].1.clone(),
            periodic: integers("periodic"),
            pairs: None,
        }
    }

    /// Random atoms in random skew cells, some of them without an orientation of their own.
    pub fn random(seed: u64, frames: &[usize], species: &[i32], periodic: bool) -> Self {
        let mut random = Random(seed);
        let mut atoms = Self {
            offsets: vec![0], positions: vec![], species: vec![], quaternions: vec![], semiaxes: vec![], cells: vec![],
            periodic: vec![], pairs: None,
        };
        for &count in frames {
            for i in 0..count {
                atoms.positions.extend((0..3).map(|_| 5.0 * random.next()));
                atoms.species.push(species[(random.next() * species.len() as f64) as usize % species.len()]);
                let turned = i % 3 != 2;
                let quaternion = [0; 4].map(|_| random.next() - 0.5);
                atoms.quaternions.extend(if turned { quaternion } else { [1.0, 0.0, 0.0, 0.0] });
                atoms.semiaxes.extend((0..3).map(|_| 0.3 + random.next()));
            }
            let cell = [[4.0, 0.0, 0.0], [1.0, 4.5, 0.0], [-0.7, 0.8, 3.5]];
            atoms.cells.extend(cell.iter().flatten().map(|x| x + 0.3 * random.next()));
            atoms.periodic.extend([i32::from(periodic); 3]);
            atoms.offsets.push(atoms.positions.len() as isize / 3);
        }
        atoms
    }

    /// The points of a frame in bins.
    fn bins(&self, frame: usize, cutoff: f64) -> (Vec<[f64; 3]>, Bins) {
        let (from, to) = (self.offsets[frame] as usize, self.offsets[frame + 1] as usize);
        let points: Vec<[f64; 3]> = self.positions[3 * from..3 * to].chunks(3).map(|x| x.try_into().unwrap()).collect();
        let vectors = std::array::from_fn(|i| std::array::from_fn(|k| self.cells[9 * frame + 3 * i + k]));
        let cell = (self.periodic[3 * frame] == 1).then(|| Cell::new(vectors, "cell").unwrap());
        let bins = Bins::new(&points, cell, cutoff, 0).unwrap();
        (points, bins)
    }

    /// All pairs within a cutoff with shifts and vectors, in the order of atoms, then of the search.
    pub fn pairs_within(&self, cutoff: f64, with_self: bool) -> Pairs {
        let mut pairs =
            Pairs { first: vec![], second: vec![], shifts: Some(vec![]), vectors: Some(vec![]), sides: Sides::Both };
        for frame in 0..self.frames() {
            let (points, bins) = self.bins(frame, cutoff);
            for i in 0..points.len() {
                let mut found = Vec::new();
                bins.search(&points, i, with_self, &mut found).unwrap();
                for neighbour in found {
                    pairs.first.push(self.offsets[frame] + i as isize);
                    pairs.second.push(self.offsets[frame] + neighbour.index as isize);
                    pairs.shifts.as_mut().unwrap().extend(neighbour.shift);
                    pairs.vectors.as_mut().unwrap().extend(neighbour.vector);
                }
            }
        }
        pairs
    }

    /// A cutoff near this one that no pair is close to, so that small moves let no pair cross it.
    pub fn cutoff_in_a_gap(&self, near: f64) -> f64 {
        let mut distances = vec![0.9 * near, 1.1 * near];
        for frame in 0..self.frames() {
            let (points, bins) = self.bins(frame, 1.1 * near);
            let mut found = Vec::new();
            (0..points.len()).for_each(|i| bins.search(&points, i, false, &mut found).unwrap());
            distances.extend(found.iter().map(|pair| pair.vector.iter().map(|x| x * x).sum::<f64>().sqrt()));
        }
        distances.retain(|&distance| distance >= 0.9 * near);
        distances.sort_by(f64::total_cmp);
        let widest = distances.windows(2).max_by(|a, b| f64::total_cmp(&(a[1] - a[0]), &(b[1] - b[0]))).unwrap();
        assert!(widest[1] - widest[0] > 0.03, "no gap: {}", widest[1] - widest[0]);
        (widest[0] + widest[1]) / 2.0
    }

    pub fn len(&self) -> usize {
        self.species.len()
    }

    pub fn frames(&self) -> usize {
        self.offsets.len() - 1
    }

    fn with<R>(&self, body: impl FnOnce(&Frames<'_>) -> R) -> R {
        let (atoms, count) = (self.len(), self.frames());
        body(&Frames {
            offsets: View::from_slice("offsets", &self.offsets, [count + 1]),
            positions: View::from_slice("positions", &self.positions, [atoms, 3]),
            species: View::from_slice("species", &self.species, [atoms]),
            quaternions: Some(View::from_slice("quaternions", &self.quaternions, [atoms, 4])),
            rotations: None,
            semiaxes: View::from_slice("semiaxes", &self.semiaxes, [atoms, 3]),
            cells: Some(View::from_slice("cells", &self.cells, [count, 3, 3])),
            periodic: Some(View::from_slice("periodic", &self.periodic, [count, 3])),
            pairs: self.pairs.as_ref().map(Pairs::view),
        })
    }

    pub fn expansion(&self, plan: &Plan, is_raw: bool) -> Vec<f64> {
        let (atoms, features) = (self.len(), plan.expansion_size());
        let mut values = vec![f64::NAN; atoms * features];
        self.with(|frames| {
            let out = ViewMut::from_slice("coefficients", &mut values, [atoms, features]);
            anisoap::expansion(plan, frames, is_raw, out, &mut Progress::none()).unwrap();
        });
        values
    }

    /// What the message says when an expansion is refused.
    pub fn refusal(&self, plan: &Plan) -> String {
        let (atoms, features) = (self.len(), plan.expansion_size());
        let mut values = vec![f64::NAN; atoms * features];
        let refusal = self.with(|frames| {
            let out = ViewMut::from_slice("coefficients", &mut values, [atoms, features]);
            anisoap::expansion(plan, frames, false, out, &mut Progress::none()).unwrap_err().message
        });
        assert!(values.iter().all(|x| x.is_nan()), "something was written");
        refusal
    }

    /// Of every atom, and means.
    pub fn spectra(&self, plan: &Plan) -> (Vec<f64>, Vec<f64>) {
        let (atoms, features) = (self.len(), plan.spectrum_size());
        let (frames, species) = (self.frames(), plan.species_count());
        let (mut values, mut means) = (vec![f64::NAN; atoms * features], vec![f64::NAN; frames * species * features]);
        self.with(|given| {
            let outputs = SpectrumOutputs {
                per_atom: Some(ViewMut::from_slice("spectra", &mut values, [atoms, features])),
                means: Some(ViewMut::from_slice("means", &mut means, [frames, species, features])),
            };
            anisoap::power_spectrum(plan, given, false, outputs, &mut Progress::none()).unwrap();
        });
        (values, means)
    }

    /// Position, strain, rotation and quaternion gradients.
    pub fn gradients(&self, plan: &Plan, is_raw: bool, cotangent: &Cotangent<'_>) -> [Vec<f64>; 4] {
        let (atoms, frames) = (self.len(), self.frames());
        let mut arrays = [3 * atoms, 9 * frames, 3 * atoms, 4 * atoms].map(|size| vec![f64::NAN; size]);
        let [positions, strains, rotations, quaternions] = &mut arrays;
        self.with(|given| {
            let outputs = GradientOutputs {
                positions: Some(ViewMut::from_slice("position_gradients", positions, [atoms, 3])),
                strains: Some(ViewMut::from_slice("strain_gradients", strains, [frames, 3, 3])),
                rotations: Some(ViewMut::from_slice("rotation_gradients", rotations, [atoms, 3])),
                quaternions: Some(ViewMut::from_slice("quaternion_gradients", quaternions, [atoms, 4])),
            };
            anisoap::gradients(plan, given, is_raw, cotangent, outputs, &mut Progress::none()).unwrap();
        });
        arrays
    }
}

/// Numbers from 0 to 1 (xorshift64*).
pub struct Random(pub u64);
impl Random {
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The largest difference in units of the largest expected number.
pub fn difference(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    let worst = found.iter().zip(expected).fold(0.0f64, |most, (a, b)| {
        assert!(a.is_finite());
        most.max((a - b).abs())
    });
    if worst == 0.0 { 0.0 } else { worst / largest }
}
