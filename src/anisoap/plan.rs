//! What is set up once: tables, radial transforms, and the order of features.

use super::harmonics::Harmonics;
use super::radial::{self, Basis, Conditioning, LARGEST_ANGULAR, LARGEST_DEGREE};
use crate::error::{Error, Number, Result, Status, try_collect};

/// The most radial functions of each l.
#[derive(Clone, Debug)]
pub enum MaxRadial {
    /// All with l + 2n up to the largest angular momentum.
    ByDegree,
    /// The largest n, for every l.
    Common(usize),
    /// The largest n of each l.
    PerAngular(Vec<usize>),
}

/// Which of radial index and neighbour species varies faster in a feature's channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelOrder {
    /// channel = n * species + t, as the values of AniSOAP lie.
    RadialMajor,
    /// channel = t * radial functions + n, as the labels of AniSOAP have it.
    SpeciesMajor,
}

/// Which products of two channels a power spectrum has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpectrumPairs {
    /// Every ordered pair.
    All,
    /// Channel a <= channel b, products of different ones times sqrt(2): the same scalar product in half the numbers.
    Half,
}

#[derive(Clone, Debug)]
pub struct Hypers {
    pub max_angular: usize,
    pub max_radial: MaxRadial,
    pub basis: Basis,
    pub cutoff: f64,
    pub conditioning: Conditioning,
    pub subtract_center: bool,
    /// Neighbour species, in the order of features.
    pub species: Vec<i32>,
    pub order: ChannelOrder,
    pub pairs: SpectrumPairs,
    /// Whether power spectra carry AniSOAP's (-1)^l.
    pub alternating_sign: bool,
}

/// Never changed after it was made, so any number of threads may use one.
#[derive(Debug)]
pub struct Plan {
    pub hypers: Hypers,
    pub harmonics: Harmonics,
    /// For each l: `W[n * count + m]`, norms and orthonormalisation.
    pub transforms: Vec<Vec<f64>>,
    pub inverse_square_width: f64,
    places_by_species: Vec<(i32, usize)>,
    /// First feature of each l, and the end.
    expansion_starts: Vec<usize>,
    spectrum_starts: Vec<usize>,
}

impl Plan {
    pub fn new(hypers: Hypers) -> Result<Self> {
        let counts = hypers.counts()?;
        hypers.check()?;
        let transforms = counts
            .iter()
            .enumerate()
            .map(|(l, &count)| radial::transform(hypers.basis, hypers.cutoff, l, count, hypers.conditioning))
            .collect::<Result<Vec<_>>>()?;
        let mut plan = Self {
            inverse_square_width: hypers.basis.inverse_square_width(),
            harmonics: Harmonics::new(&counts),
            transforms,
            expansion_starts: vec![0],
            spectrum_starts: vec![0],
            places_by_species: hypers.places_by_species()?,
            hypers,
        };
        for l in 0..counts.len() {
            let channels = plan.channels(l);
            let pairs = match plan.hypers.pairs {
                SpectrumPairs::All => channels.checked_mul(channels),
                SpectrumPairs::Half => channels.checked_mul(channels + 1).map(|twice| twice / 2),
            };
            let (expansion, spectrum) = (plan.expansion_starts[l], plan.spectrum_starts[l]);
            let end = pairs.and_then(|pairs| spectrum.checked_add(pairs)).filter(|&end| end <= isize::MAX as usize / 8);
            let Some(end) = end else {
                return Err(Error::new(Status::Shape, "species: so many make more features than memory has places".to_owned()));
            };
            plan.expansion_starts.push(expansion + (2 * l + 1) * channels);
            plan.spectrum_starts.push(end);
        }
        Ok(plan)
    }

    pub fn counts(&self) -> &[usize] {
        &self.harmonics.raw.counts
    }

    pub fn species_count(&self) -> usize {
        self.hypers.species.len()
    }

    /// Radial functions times species.
    #[inline(always)]
    pub fn channels(&self, l: usize) -> usize {
        self.counts()[l] * self.species_count()
    }

    /// The channel of radial function n and the t-th species.
    #[inline(always)]
    pub fn channel(&self, l: usize, n: usize, t: usize) -> usize {
        match self.hypers.order {
            ChannelOrder::RadialMajor => n * self.species_count() + t,
            ChannelOrder::SpeciesMajor => t * self.counts()[l] + n,
        }
    }

    /// (n, t) of a channel.
    fn of_channel(&self, l: usize, channel: usize) -> (usize, usize) {
        match self.hypers.order {
            ChannelOrder::RadialMajor => (channel / self.species_count(), channel % self.species_count()),
            ChannelOrder::SpeciesMajor => (channel % self.counts()[l], channel / self.counts()[l]),
        }
    }

    /// Features of an expansion: for each l, [m][channel].
    pub fn expansion_size(&self) -> usize {
        self.expansion_starts[self.counts().len()]
    }

    #[inline(always)]
    pub fn expansion_start(&self, l: usize) -> usize {
        self.expansion_starts[l]
    }

    /// Features of a power spectrum: for each l, [channel][channel], or its upper triangle.
    pub fn spectrum_size(&self) -> usize {
        self.spectrum_starts[self.counts().len()]
    }

    #[inline(always)]
    pub fn spectrum_start(&self, l: usize) -> usize {
        self.spectrum_starts[l]
    }

    /// `sigma_l / sqrt(2l + 1)`, what the product of two channels is multiplied by.
    #[inline(always)]
    pub fn spectrum_factor(&self, l: usize) -> f64 {
        let sign = if self.hypers.alternating_sign && l % 2 == 1 { -1.0 } else { 1.0 };
        sign / ((2 * l + 1) as f64).sqrt()
    }

    /// l, m, n and species of every feature of an expansion.
    pub fn expansion_labels(&self) -> impl Iterator<Item = [i32; 4]> + '_ {
        (0..self.counts().len()).flat_map(move |l| {
            (-(l as i32)..=l as i32).flat_map(move |m| {
                (0..self.channels(l)).map(move |channel| {
                    let (n, t) = self.of_channel(l, channel);
                    [l as i32, m, n as i32, self.hypers.species[t]]
                })
            })
        })
    }

    /// l, then n and species of both channels, of every feature of a power spectrum.
    pub fn spectrum_labels(&self) -> impl Iterator<Item = [i32; 5]> + '_ {
        (0..self.counts().len()).flat_map(move |l| {
            let channels = self.channels(l);
            (0..channels).flat_map(move |a| {
                let first = if self.hypers.pairs == SpectrumPairs::Half { a } else { 0 };
                (first..channels).map(move |b| {
                    let ((n, t), (other_n, other_t)) = (self.of_channel(l, a), self.of_channel(l, b));
                    let species = &self.hypers.species;
                    [l as i32, n as i32, species[t], other_n as i32, species[other_t]]
                })
            })
        })
    }

    /// The place of a species among those declared.
    pub fn place_of(&self, species: i32) -> Option<usize> {
        let at = self.places_by_species.binary_search_by_key(&species, |&(known, _)| known).ok()?;
        Some(self.places_by_species[at].1)
    }
}

impl Hypers {
    /// (species, place) in ascending order.
    fn places_by_species(&self) -> Result<Vec<(i32, usize)>> {
        let mut places = try_collect("species", self.species.iter().enumerate().map(|(t, &species)| (species, t)))?;
        places.sort_unstable();
        Ok(places)
    }

    /// Radial functions of each l.
    fn counts(&self) -> Result<Vec<usize>> {
        if self.max_angular > LARGEST_ANGULAR {
            return Err(Error::new(
                Status::Argument,
                format!("max_angular: is {}; the largest that is computed exactly is {LARGEST_ANGULAR}", self.max_angular),
            ));
        }
        let counts: Vec<usize> = (0..=self.max_angular)
            .map(|l| match &self.max_radial {
                MaxRadial::ByDegree => (self.max_angular - l) / 2 + 1,
                MaxRadial::Common(n) => n.saturating_add(1),
                MaxRadial::PerAngular(list) => list[l].saturating_add(1),
            })
            .collect();
        for (l, count) in counts.iter().enumerate() {
            if l.saturating_add(2 * (count - 1).min(LARGEST_DEGREE)) > LARGEST_DEGREE {
                return Err(Error::new(
                    Status::Option,
                    format!("max_radial: is {} at l = {l}; l + 2n is at most {LARGEST_DEGREE}", count - 1),
                ));
            }
        }
        Ok(counts)
    }

    fn check(&self) -> Result<()> {
        let is_positive = |x: f64| x > 0.0 && x.is_finite();
        if !(is_positive(self.cutoff) && (self.cutoff * self.cutoff).is_normal()) {
            return Err(Error::new(
                Status::Argument,
                format!("cutoff_radius: is {}; it is positive and finite, and so is its square", Number(self.cutoff)),
            ));
        }
        if let Basis::Gto { width } = self.basis
            && !(is_positive(width) && (width * width).is_normal())
        {
            return Err(Error::new(
                Status::Option,
                format!("radial_gaussian_width: is {}; a GTO basis needs one that is positive and finite", Number(width)),
            ));
        }
        let Conditioning { rcond, tolerance } = self.conditioning;
        for (name, value) in [("basis_rcond", rcond), ("basis_tol", tolerance)] {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(Error::new(Status::Option, format!("{name}: is {}; it is at least 0 and finite", Number(value))));
            }
        }
        if self.species.is_empty() {
            return Err(Error::new(Status::Shape, "n_species: is 0; declare the species that neighbours may have".to_owned()));
        }
        let places = self.places_by_species()?;
        if let Some([(species, earlier), (_, t)]) = places.array_windows().find(|[(one, _), (other, _)]| one == other) {
            return Err(Error::new(
                Status::Argument,
                format!("species: elements {earlier} and {t} are both {species}; declare each once"),
            ));
        }
        Ok(())
    }
}
