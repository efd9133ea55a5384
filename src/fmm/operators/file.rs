//! Operators in a file, for programs that start often: those of high orders, of many levels or compressed take seconds to make.
//!
//! A file holds sets as the cache keeps them, number by number, so results have the bits of the process that saved. These depend on the library's version, on
//! the SIMD level (products on the way are rounded differently) and on LAPACK; a file belongs to the first two, and says so. It is written beside its place and renamed when it is whole.
//! A file that does not fit in any way is refused before anything is kept.

use super::bytes::{Reader, Writer};
use super::cache::{self, Key, Kept};
use super::matrices::{Matrices, Turn};
use super::{Across, Lattice, Operators, Translations, VECTORS};
use crate::error::{Error, Result, Status, try_collect, try_vec};
use crate::fmm::kernel::{GreenFunction, Laplace, Yukawa};
use crate::fmm::octets::Packed;
use crate::fmm::parameters::{LEAST_ORDER, MOST_ORDER};
use crate::fmm::rows::{BLOCK, Rows};
use crate::fmm::surface::{INNER, OUTERS, Surface};
use crate::simd::{Level, Real};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const MAGIC: u64 = u64::from_le_bytes(*b"HLFMMOPS");
/// Numbers are little-endian on every machine; a file that went through another order says so here.
const ORDER_OF_BYTES: u64 = 0x0807_0605_0403_0201;
/// Raised whenever what follows changes.
const FORMAT: u64 = 1;
const VERSION: &str = env!("CARGO_PKG_VERSION");
const WAYS: [Translations; 3] = [Translations::Fourier, Translations::Compressed, Translations::Dense];
const LEVELS: [Level; 3] = [Level::Portable, Level::Avx2, Level::Avx512];
const KERNELS: [&str; 2] = [Laplace::NAME, Yukawa::NAME];

/// Sets with their keys, all of one precision.
pub fn save<T: Real>(sets: &[(Key, &Operators<T>)], path: &Path) -> Result<()> {
    let unwritten = |error: io::Error| refused(path, &format!("could not be written: {error}"));
    // What is there is replaced behind symbolic links, keeps its permissions, and is a file.
    let target = fs::canonicalize(path);
    let target = target.as_deref().unwrap_or(path);
    let there = fs::metadata(target).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return Err(refused(path, "could not be written: it is not a regular file"));
    }
    let (beside, file) = file_beside(target).map_err(unwritten)?;
    let written = write(sets, &file).and_then(|()| match &there {
        Some(there) => file.set_permissions(there.permissions()),
        None => Ok(()),
    });
    written.and_then(|()| fs::rename(&beside, target)).map_err(|error| {
        let _ = fs::remove_file(&beside);
        unwritten(error)
    })
}

/// A new file in the directory of another. Names that are taken are another process' or were left by one that died.
fn file_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let taken = io::ErrorKind::AlreadyExists;
    let own = path.file_name().ok_or_else(|| io::Error::other("it names no file"))?;
    loop {
        let mut name = own.to_os_string();
        name.push(format!(".{}-{}.part", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        let beside = path.with_file_name(name);
        match File::create_new(&beside) {
            Err(error) if error.kind() == taken => {}
            made => return made.map(|file| (beside, file)),
        }
    }
}

/// Keeps the sets of a file for later plans.
pub fn load(path: &Path) -> Result<()> {
    let bytes = read(path)?;
    let Some(mut reader) = Reader::new(&bytes) else {
        return Err(refused(path, "is damaged or cut short (its checksum does not fit); save it anew"));
    };
    let mut sets = Vec::new();
    for _ in 0..head(&mut reader, path)? {
        let set = set(&mut reader, path)?.unwrap_or_else(|| Err(refused(path, "does not hold what it says; save it anew")))?;
        sets.try_reserve(1).map_err(|_| Error::out_of_memory("operators", size_of::<Kept>()))?;
        sets.push(set);
    }
    if !reader.is_at_end() {
        return Err(refused(path, "is longer than what it holds; save it anew"));
    }
    cache::keep(sets)
}

fn refused(path: &Path, why: &str) -> Error {
    Error::new(Status::Io, format!("path: {} {why}", path.display()))
}

fn write<T: Real>(sets: &[(Key, &Operators<T>)], file: &File) -> io::Result<()> {
    let mut writer = Writer::new(BufWriter::new(file));
    writer.number(MAGIC)?;
    writer.number(ORDER_OF_BYTES)?;
    writer.number(FORMAT)?;
    writer.text(VERSION)?;
    writer.numbers(&[INNER, OUTERS[0], OUTERS[1]])?;
    writer.count(sets.len())?;
    for (key, operators) in sets {
        writer.text(key.simd.name())?;
        writer.text(key.kernel)?;
        writer.count(size_of::<T>())?;
        writer.count(WAYS.iter().position(|way| *way == key.translations).expect("all are there"))?;
        writer.count(key.order)?;
        writer.number(key.fingerprint)?;
        writer.number(key.half_side)?;
        for matrix in [&operators.upward, &operators.downward].into_iter().flatten().chain([&operators.to_parent, &operators.from_parent]) {
            write_packed(&mut writer, matrix)?;
        }
        match &operators.across {
            Across::Lattice(lattice) => {
                writer.numbers(&lattice.cosines)?;
                writer.numbers(&lattice.sines)?;
                lattice.slices.iter().try_for_each(|slice| writer.numbers(slice.symbols.slice()))?;
            }
            Across::Matrices(matrices) => write_matrices(&mut writer, matrices)?,
        }
    }
    let file = writer.end()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()
}

fn write_packed<T: Real, W: Write>(writer: &mut Writer<W>, matrix: &Packed<T>) -> io::Result<()> {
    writer.count(matrix.rows())?;
    writer.count(matrix.columns())?;
    writer.numbers(matrix.elements())
}

fn write_matrices<T: Real, W: Write>(writer: &mut Writer<W>, matrices: &Matrices<T>) -> io::Result<()> {
    writer.count(matrices.len)?;
    matrices.basis.iter().flatten().try_for_each(|matrix| write_packed(writer, matrix))?;
    writer.count(matrices.classes.len())?;
    for factors in &matrices.classes {
        writer.count(factors.len())?;
        for factor in factors {
            writer.count(factor.rows())?;
            writer.count(factor.columns())?;
            writer.numbers(factor.elements())?;
        }
    }
    writer.count(matrices.turns.len())?;
    for turn in &matrices.turns {
        match turn {
            Turn::Places(places) => places.iter().try_for_each(|&place| writer.number(place.into()))?,
            Turn::Signs(signs) => writer.numbers(signs)?,
        }
    }
    for own in &matrices.vectors {
        writer.number(own.map_or(u64::MAX, |(class, turn)| u64::from(class) << 8 | u64::from(turn)))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let unreadable = |error: io::Error| refused(path, &format!("could not be read: {error}"));
    // A pipe would be waited for, and a large file that is another is not worth its memory.
    let there = fs::metadata(path).map_err(unreadable)?;
    if !there.is_file() && !there.is_dir() {
        return Err(refused(path, "could not be read: it is not a regular file"));
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let len = there.len();
    let mut bytes = Vec::new();
    (&mut file).take(MAGIC.to_le_bytes().len() as u64).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() == MAGIC.to_le_bytes().len() && bytes != MAGIC.to_le_bytes() {
        return Err(refused(path, "is no file of operators; name one that hl_fmm_save_operators wrote"));
    }
    let room = usize::try_from(len).unwrap_or(usize::MAX).saturating_sub(bytes.len());
    bytes.try_reserve_exact(room).map_err(|_| Error::out_of_memory("operators", room))?;
    file.take(room as u64).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// How many sets follow.
fn head(reader: &mut Reader<'_>, path: &Path) -> Result<usize> {
    let mut number = || reader.number().ok_or_else(|| refused(path, "ends within its head; save it anew"));
    number()?;
    if number()? != ORDER_OF_BYTES {
        return Err(refused(path, "has its bytes in another order; save it on this machine"));
    }
    let format = number()?;
    if format != FORMAT {
        return Err(refused(path, &format!("has format {format}; this library reads {FORMAT}; save it with this library")));
    }
    let version = reader.text().unwrap_or_default();
    if version != VERSION {
        return Err(refused(path, &format!("was written by version {version}; this is {VERSION}; save it with this library")));
    }
    let surfaces = reader.numbers::<f64>(3).transpose()?;
    if surfaces.is_none_or(|surfaces| surfaces.slice() != [INNER, OUTERS[0], OUTERS[1]]) {
        return Err(refused(path, "has other surfaces than this library; save it with this library"));
    }
    reader.count().ok_or_else(|| refused(path, "ends within its head; save it anew"))
}

/// The next set. None if it is not one.
fn set(reader: &mut Reader<'_>, path: &Path) -> Result<Option<Result<Kept>>> {
    let Some(level) = reader.text() else { return Ok(None) };
    let own = Level::current()?;
    if level != own.name() {
        let message = format!("holds operators made with SIMD level {level}, but {} is used here; save it with this one", own.name());
        return Err(refused(path, &message));
    }
    Ok(set_of_level(reader, own))
}

fn set_of_level(reader: &mut Reader<'_>, own: Level) -> Option<Result<Kept>> {
    let simd = LEVELS.into_iter().find(|level| *level == own)?;
    let name = reader.text()?;
    let kernel = KERNELS.into_iter().find(|kernel| *kernel == name)?;
    let precision = reader.count()?;
    let translations = *WAYS.get(reader.count()?)?;
    let order = reader.count().filter(|order| (LEAST_ORDER..=MOST_ORDER).contains(order))?;
    let (fingerprint, half_side) = (reader.number()?, reader.number()?);
    let key = |precision| Key { kernel, fingerprint, precision, simd, order, half_side, translations };
    let half_side = f64::from_bits(half_side);
    Some(match precision {
        8 => operators::<f64>(reader, translations, order, half_side)?.map(|made| (key(std::any::TypeId::of::<f64>()), Arc::new(made) as _)),
        4 => operators::<f32>(reader, translations, order, half_side)?.map(|made| (key(std::any::TypeId::of::<f32>()), Arc::new(made) as _)),
        _ => return None,
    })
}

/// Takes the value out of a part that may be missing, and whose memory may fail.
macro_rules! part {
    ($part:expr) => {
        match $part? {
            Ok(part) => part,
            Err(error) => return Some(Err(error)),
        }
    };
}

fn operators<T: Real>(reader: &mut Reader<'_>, translations: Translations, order: usize, half_side: f64) -> Option<Result<Operators<T>>> {
    let n = Surface::len_of(order);
    let first: Packed<T> = part!(packed(reader, None, Some(n)));
    let kept = first.rows();
    let upward = [first, part!(packed(reader, Some(n), Some(kept)))];
    let downward = [part!(packed(reader, Some(kept), Some(n))), part!(packed(reader, Some(n), Some(kept)))];
    let (to_parent, from_parent) = (part!(packed(reader, Some(n), Some(n))), part!(packed(reader, Some(n), Some(n))));
    let across = match translations {
        Translations::Fourier => Across::Lattice(part!(lattice(reader, order))),
        _ => Across::Matrices(part!(matrices(reader, translations == Translations::Compressed, n))),
    };
    Some(Ok(Operators { half_side, upward, downward, to_parent, from_parent, across }))
}

fn packed<T: Real>(reader: &mut Reader<'_>, rows: Option<usize>, columns: Option<usize>) -> Option<Result<Packed<T>>> {
    let own = (reader.count()?, reader.count()?);
    if rows.is_some_and(|rows| rows != own.0) || columns.is_some_and(|columns| columns != own.1) {
        return None;
    }
    let elements = part!(reader.numbers(Packed::<T>::len_of(own.0, own.1)?));
    Some(Ok(Packed::from_elements(own.0, own.1, elements)?))
}

fn lattice<T: Real>(reader: &mut Reader<'_>, order: usize) -> Option<Result<Lattice<T>>> {
    let points = 2 * order - 1;
    let cosines = part!(reader.numbers::<T>(points * points));
    let sines = part!(reader.numbers::<T>(points * points));
    let mut slices = Vec::with_capacity(order);
    for kz in 0..order {
        let rows = if kz == 0 { order } else { points };
        slices.push(super::lattice::Slice { rows, symbols: part!(reader.numbers(rows * points * 2 * VECTORS)) });
    }
    let copy = |numbers: &[T]| try_collect("operators", numbers.iter().copied());
    let (cosines, sines) = (part!(Some(copy(cosines.slice()))), part!(Some(copy(sines.slice()))));
    Some(Ok(Lattice { points, cosines, sines, slices }))
}

fn matrices<T: Real>(reader: &mut Reader<'_>, is_compressed: bool, n: usize) -> Option<Result<Matrices<T>>> {
    let len = reader.count().filter(|&len| if is_compressed { len <= n } else { len == n })?;
    let padded = len.next_multiple_of(BLOCK);
    let basis = if is_compressed {
        Some([part!(packed(reader, Some(padded), Some(n))), part!(packed(reader, Some(n), Some(padded)))])
    } else {
        None
    };
    let mut classes = Vec::new();
    for _ in 0..reader.count().filter(|&count| count <= usize::from(u8::MAX))? {
        let mut factors: Vec<Rows<T>> = Vec::new();
        let count = reader.count().filter(|count| (1..=2).contains(count))?;
        for place in 0..count {
            let (rows, columns) = (reader.count()?, reader.count()?);
            let fits_before = factors.last().map_or(columns == len, |before| columns <= before.rows());
            if !fits_before || place + 1 == count && rows != padded {
                return None;
            }
            let elements = part!(reader.numbers(rows.checked_mul(columns)?));
            factors.push(Rows::from_elements(rows, columns, elements)?);
        }
        classes.push(factors);
    }
    let mut turns = Vec::new();
    for _ in 0..reader.count().filter(|&count| count <= usize::from(u8::MAX))? {
        turns.push(if is_compressed {
            let signs = part!(reader.numbers::<T>(padded));
            Turn::Signs(part!(Some(try_collect("operators", signs.slice().iter().copied()))))
        } else {
            let mut places = part!(Some(try_vec("operators", n, 0u32)));
            for place in &mut places {
                *place = u32::try_from(reader.number()?).ok().filter(|&place| (place as usize) < n)?;
            }
            Turn::Places(places)
        });
    }
    let mut vectors = part!(Some(try_vec("operators", VECTORS, None)));
    for own in &mut vectors {
        let number = reader.number()?;
        if number != u64::MAX {
            let (class, turn) = (number >> 8, number & 0xff);
            if class >= classes.len() as u64 || turn >= turns.len() as u64 {
                return None;
            }
            *own = Some((class as u8, turn as u8));
        }
    }
    Some(Ok(Matrices { len, padded, basis, classes, turns, vectors }))
}

#[cfg(test)]
mod tests;
