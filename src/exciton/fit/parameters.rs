//! What a fit may change.
//!
//! A parameter acts on every configuration alike: a site energy is moved in all of them by the same amount. It acts on all
//! variants that have its sites, or on one of them. Those of the spectra (width, shift, scale, offset) belong to some of the
//! bands.
//!
//! * `state`     what values make of the system
//! * `rotation`  rotation vectors

mod rotation;
mod state;

use super::BANDS;
use crate::error::{Error, Result, Status, try_collect, try_push};

pub use state::{Moved, State};

/// x, y or z.
pub type Axis = usize;

/// The spectra that a parameter concerns: absorption, CD, linear dichroism.
pub type Bands = [bool; BANDS];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// cm-1, added to the site energy.
    SiteEnergy(usize),
    /// The same in one variant alone: site, variant.
    VariantSiteEnergy(usize, usize),
    /// The factor of a variant's spectra, instead of its own weight.
    VariantWeight(usize),
    /// cm-1, added to both elements.
    Coupling(usize, usize),
    /// Factor of the dipole; 1 leaves it.
    DipoleScale(usize),
    /// Radians: a component of the rotation vector that turns the dipole.
    DipoleRotation(usize, Axis),
    /// Angstrom, added to the position.
    Position(usize, Axis),
    /// cm-1: the full width at half maximum itself.
    Fwhm(Bands),
    /// cm-1, added to the energy at which lines appear.
    Shift(Bands),
    /// Factor of the spectrum.
    Scale(Bands),
    /// Added to the spectrum.
    Offset(Bands),
}

impl Parameter {
    /// Whether it works through the sticks of every configuration, rather than through the spectra.
    pub fn concerns_sticks(self) -> bool {
        !matches!(self, Self::Fwhm(_) | Self::Shift(_) | Self::Scale(_) | Self::Offset(_))
    }

    pub fn concerns_hamiltonian(self) -> bool {
        matches!(self, Self::SiteEnergy(_) | Self::VariantSiteEnergy(..) | Self::Coupling(..))
    }

    /// The one variant that it is about.
    fn variant(self) -> Option<usize> {
        match self {
            Self::VariantSiteEnergy(_, variant) | Self::VariantWeight(variant) => Some(variant),
            _ => None,
        }
    }

    pub fn concerns_dipoles(self) -> bool {
        matches!(self, Self::DipoleScale(_) | Self::DipoleRotation(..))
    }

    /// Equal for parameters that set the same number of the sticks: their kind and two numbers. None for those of the spectra, of
    /// which it gives the kind and the bands.
    fn sets(self) -> std::result::Result<[usize; 3], (usize, Bands)> {
        match self {
            Self::SiteEnergy(i) => Ok([0, i, 0]),
            Self::VariantSiteEnergy(i, variant) => Ok([1, i, variant]),
            Self::Coupling(i, j) => Ok([2, i.min(j), i.max(j)]),
            Self::DipoleScale(i) => Ok([3, i, 0]),
            Self::DipoleRotation(i, axis) => Ok([4, i, axis]),
            Self::Position(i, axis) => Ok([5, i, axis]),
            Self::VariantWeight(variant) => Ok([6, variant, 0]),
            Self::Fwhm(bands) => Err((0, bands)),
            Self::Shift(bands) => Err((1, bands)),
            Self::Scale(bands) => Err((2, bands)),
            Self::Offset(bands) => Err((3, bands)),
        }
    }

    fn sites(self) -> [Option<usize>; 2] {
        match self {
            Self::SiteEnergy(i) | Self::VariantSiteEnergy(i, _) => [Some(i), None],
            Self::DipoleScale(i) | Self::DipoleRotation(i, _) | Self::Position(i, _) => [Some(i), None],
            Self::Coupling(i, j) => [Some(i), Some(j)],
            _ => [None, None],
        }
    }

    /// What it is in a variant that keeps these sites (ascending), which it numbers by itself; None if it does nothing there.
    fn in_variant(self, variant: usize, kept: &[usize]) -> Option<Self> {
        let number = |site: usize| kept.binary_search(&site).ok();
        if self.variant().is_some_and(|of| of != variant) {
            return None;
        }
        Some(match self {
            Self::SiteEnergy(i) | Self::VariantSiteEnergy(i, _) => Self::SiteEnergy(number(i)?),
            Self::Coupling(i, j) => Self::Coupling(number(i)?, number(j)?),
            Self::DipoleScale(i) => Self::DipoleScale(number(i)?),
            Self::DipoleRotation(i, axis) => Self::DipoleRotation(number(i)?, axis),
            Self::Position(i, axis) => Self::Position(number(i)?, axis),
            other => other,
        })
    }
}

/// The list of them, sites as the caller numbers them.
pub struct Parameters {
    list: Vec<Parameter>,
    /// Rows that work through the sticks of every variant.
    of_all: Vec<usize>,
    /// Those of one variant alone, each behind its variant: ascending.
    of_variants: Vec<(usize, usize)>,
}

impl Parameters {
    /// Checks a list against variants of a system of `n_site` sites, each with the sites that it keeps.
    pub fn new(given: &[Parameter], n_site: usize, kept: &[&[usize]]) -> Result<Self> {
        let refuse = |p: usize, why: String| Err(Error::new(Status::Argument, format!("parameters: row {p} {why}")));
        // Lists of kept sites ascend, as Options::kept_sites makes them.
        let has_any = |parameter: Parameter| match parameter.variant() {
            Some(variant) => parameter.in_variant(variant, kept[variant]).is_some(),
            None => (0..kept.len()).any(|v| parameter.in_variant(v, kept[v]).is_some()),
        };
        let repeated = first_repeated(given)?;
        for (p, &parameter) in given.iter().enumerate() {
            if let Some(variant) = parameter.variant().filter(|&variant| variant >= kept.len()) {
                return refuse(p, format!("names variant {variant}; there are {}, counted from 0", kept.len()));
            }
            for site in parameter.sites().into_iter().flatten() {
                if site >= n_site {
                    return refuse(p, format!("names site {site}; there are {n_site}, counted from 0"));
                }
            }
            if !has_any(parameter) {
                let deleted = |site: usize| !kept.iter().any(|kept| kept.binary_search(&site).is_ok());
                let sites = || parameter.sites().into_iter().flatten();
                let what = match (sites().find(|&site| deleted(site)), parameter) {
                    (Some(site), _) => format!("names site {site}, which is deleted"),
                    (None, Parameter::VariantSiteEnergy(site, variant)) => format!("names site {site}, which variant {variant} deletes"),
                    (None, _) => "names sites of which every variant deletes one".into(),
                };
                return refuse(p, format!("{what}; leave the row out"));
            }
            if let Parameter::Coupling(i, j) = parameter
                && i == j
            {
                return refuse(p, format!("is the coupling of site {i} with itself; its site energy is another kind"));
            }
            if let Some((_, earlier)) = repeated.filter(|&(row, _)| row == p) {
                return refuse(p, format!("sets what row {earlier} sets; leave one of the two out"));
            }
        }
        let (mut of_all, mut of_variants) = (Vec::new(), Vec::new());
        for (p, &parameter) in given.iter().enumerate() {
            match parameter.variant() {
                Some(variant) => try_push("parameters", &mut of_variants, (variant, p))?,
                None if parameter.concerns_sticks() => try_push("parameters", &mut of_all, p)?,
                None => {}
            }
        }
        of_variants.sort_unstable();
        Ok(Self { list: try_collect("parameters", given.iter().copied())?, of_all, of_variants })
    }

    pub fn list(&self) -> &[Parameter] {
        &self.list
    }

    /// Those that work through the sticks of a variant, by row, as they are in it. There may be as many rows as variants, so a variant
    /// looks only at those that may be its own.
    pub fn in_variant(&self, variant: usize, kept: &[usize]) -> Result<Vec<(usize, Parameter)>> {
        let of_it = &self.of_variants[self.of_variants.partition_point(|row| row.0 < variant)..];
        let of_it = &of_it[..of_it.partition_point(|row| row.0 == variant)];
        let mut found = Vec::new();
        for p in self.of_all.iter().copied().chain(of_it.iter().map(|row| row.1)) {
            if let Some(parameter) = self.list[p].in_variant(variant, kept) {
                try_push("parameters", &mut found, (p, parameter))?;
            }
        }
        found.sort_unstable_by_key(|row| row.0);
        Ok(found)
    }

    pub fn any(&self, is_such: impl Fn(Parameter) -> bool) -> bool {
        self.list.iter().any(|&parameter| is_such(parameter))
    }
}

/// The first row that sets what an earlier one sets, and the first that does so. By sorting: there may be as many rows as variants.
fn first_repeated(given: &[Parameter]) -> Result<Option<(usize, usize)>> {
    let mut of_sticks = Vec::new();
    let mut of_spectra = [[None; BANDS]; 4];
    let mut found: Option<(usize, usize)> = None;
    for (p, parameter) in given.iter().enumerate() {
        match parameter.sets() {
            Ok(number) => try_push("parameters", &mut of_sticks, (number, p))?,
            Err((kind, bands)) => {
                let firsts = &mut of_spectra[kind];
                if let Some(earlier) = (0..BANDS).filter(|&band| bands[band]).filter_map(|band| firsts[band]).min() {
                    found = found.or(Some((p, earlier)));
                }
                (0..BANDS).filter(|&band| bands[band]).for_each(|band| firsts[band] = firsts[band].or(Some(p)));
            }
        }
    }
    of_sticks.sort_unstable();
    // Rows of one number follow each other, ascending: the second of them is the first that repeats the first.
    let mut at = 0;
    while at < of_sticks.len() {
        let (number, first) = of_sticks[at];
        let len = of_sticks[at..].iter().take_while(|row| row.0 == number).count();
        if len > 1 && found.is_none_or(|(row, _)| of_sticks[at + 1].1 < row) {
            found = Some((of_sticks[at + 1].1, first));
        }
        at += len;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_has_its_own_of_many_rows() {
        let count = 1 << 17;
        let (one, other) = ([0, 2], [0, 1]);
        let kept: Vec<&[usize]> = (0..count).map(|v| if v % 2 == 0 { &one[..] } else { &other[..] }).collect();
        let mut list: Vec<_> = (0..count).rev().map(|v| Parameter::VariantSiteEnergy(0, v)).collect();
        list.push(Parameter::SiteEnergy(2));
        list.push(Parameter::Fwhm([true; BANDS]));
        let parameters = Parameters::new(&list, 3, &kept).unwrap();
        for v in [0, 1, 77_777, count - 1] {
            let row = (count - 1 - v, Parameter::SiteEnergy(0));
            let expected = if v % 2 == 0 { vec![row, (count, Parameter::SiteEnergy(1))] } else { vec![row] };
            assert_eq!(parameters.in_variant(v, kept[v]).unwrap(), expected);
        }
        list.push(Parameter::VariantSiteEnergy(0, 5));
        let message = Parameters::new(&list, 3, &kept).err().unwrap().message;
        assert!(message.contains(&format!("row {} sets what row {} sets", count + 2, count - 6)), "{message}");
    }

    #[test]
    fn a_list_that_makes_no_sense_is_refused_with_its_row() {
        let message = |list: &[Parameter]| Parameters::new(list, 3, &[&[0, 2]]).err().map(|e| e.message).unwrap_or_default();
        assert_eq!(message(&[Parameter::SiteEnergy(0), Parameter::Coupling(0, 2)]), "");
        assert!(message(&[Parameter::SiteEnergy(3)]).contains("row 0 names site 3; there are 3"));
        assert!(message(&[Parameter::SiteEnergy(1)]).contains("deleted"));
        assert!(message(&[Parameter::Coupling(2, 2)]).contains("with itself"));
        assert!(message(&[Parameter::Coupling(0, 2), Parameter::Coupling(2, 0)]).contains("row 1 sets what row 0 sets"));
        let (both, cd) = ([true, true, false], [false, true, false]);
        assert!(message(&[Parameter::Fwhm(both), Parameter::Fwhm(cd)]).contains("row 1 sets what row 0 sets"));
        assert_eq!(message(&[Parameter::Fwhm(both), Parameter::Shift(cd)]), "");
        // The first of several, whatever their kinds.
        let (scale, offset) = (Parameter::Scale(cd), Parameter::Offset(cd));
        assert!(message(&[scale, offset, Parameter::SiteEnergy(0), Parameter::SiteEnergy(0), scale]).contains("row 3 sets what row 2"));
        assert!(message(&[scale, Parameter::SiteEnergy(0), scale, Parameter::SiteEnergy(0)]).contains("row 2 sets what row 0"));
        assert!(message(&[Parameter::VariantSiteEnergy(0, 1)]).contains("names variant 1; there are 1"));
        assert!(message(&[Parameter::VariantWeight(1)]).contains("row 0 names variant 1; there are 1"));
        assert!(message(&[Parameter::VariantWeight(0), scale, Parameter::VariantWeight(0)]).contains("row 2 sets what row 0 sets"));
        let two = |list: &[Parameter]| Parameters::new(list, 3, &[&[0, 2], &[0, 1]]).err().map(|e| e.message).unwrap_or_default();
        assert_eq!(two(&[Parameter::SiteEnergy(1), Parameter::VariantSiteEnergy(1, 1), Parameter::Coupling(0, 2)]), "");
        assert!(two(&[Parameter::VariantSiteEnergy(1, 0)]).contains("names site 1, which variant 0 deletes"));
        assert!(two(&[Parameter::Coupling(1, 2)]).contains("of which every variant deletes one"));
    }
}
