//! Numbers as bytes of a file, with a checksum at its end.
//!
//! Everything is little-endian and fills whole words of eight bytes, so the checksum goes by words: h <- mix((h ^ word) m), each step of which is one to one. A
//! file in which one word is damaged never has the checksum of the whole one.

use crate::error::Result;
use crate::simd::{Aligned, Real};
use std::io::{self, Write};

const WORD: usize = 8;

#[derive(Clone, Copy)]
struct Checksum(u64);

impl Checksum {
    const START: Self = Self(0x9e37_79b9_7f4a_7c15);

    fn add(&mut self, bytes: &[u8]) {
        for word in bytes.chunks_exact(WORD) {
            let word = u64::from_le_bytes(word.try_into().expect("eight bytes"));
            self.0 = (self.0 ^ word).wrapping_mul(0xd6e8_feb8_6659_fd93);
            self.0 ^= self.0 >> 32;
        }
    }
}

pub struct Writer<W: Write> {
    to: W,
    checksum: Checksum,
}

impl<W: Write> Writer<W> {
    pub fn new(to: W) -> Self {
        Self { to, checksum: Checksum::START }
    }

    /// A multiple of eight bytes.
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.checksum.add(bytes);
        self.to.write_all(bytes)
    }

    pub fn number(&mut self, number: u64) -> io::Result<()> {
        self.put(&number.to_le_bytes())
    }

    pub fn count(&mut self, count: usize) -> io::Result<()> {
        self.number(count as u64)
    }

    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.count(text.len())?;
        for part in text.as_bytes().chunks(WORD) {
            let mut word = [0; WORD];
            word[..part.len()].copy_from_slice(part);
            self.put(&word)?;
        }
        Ok(())
    }

    /// How many, then all of them.
    pub fn numbers<T: Real>(&mut self, numbers: &[T]) -> io::Result<()> {
        const PIECE: usize = 512;
        self.count(numbers.len())?;
        let mut bytes = [0; PIECE * WORD];
        for piece in numbers.chunks(PIECE) {
            let each = size_of::<T>();
            for (bytes, number) in bytes.chunks_exact_mut(each).zip(piece) {
                if each == WORD {
                    bytes.copy_from_slice(&number.to_f64().to_bits().to_le_bytes());
                } else {
                    bytes.copy_from_slice(&(number.to_f64() as f32).to_bits().to_le_bytes());
                }
            }
            let used = piece.len() * each;
            let padded = used.next_multiple_of(WORD);
            bytes[used..padded].fill(0);
            self.put(&bytes[..padded])?;
        }
        Ok(())
    }

    /// Writes the checksum.
    pub fn end(mut self) -> io::Result<W> {
        self.to.write_all(&self.checksum.0.to_le_bytes())?;
        Ok(self.to)
    }
}

pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Of all bytes of a file; None if its checksum is not that of the rest.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let (rest, end) = bytes.split_at_checked(bytes.len().checked_sub(WORD)?)?;
        let mut checksum = Checksum::START;
        checksum.add(rest);
        (rest.len() % WORD == 0 && end == checksum.0.to_le_bytes()).then_some(Self { rest })
    }

    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (own, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(own)
    }

    pub fn number(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(WORD)?.try_into().ok()?))
    }

    pub fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    pub fn text(&mut self) -> Option<&'a str> {
        let len = self.count()?;
        let bytes = self.take(len.checked_next_multiple_of(WORD)?)?;
        std::str::from_utf8(&bytes[..len]).ok()
    }

    /// So many numbers; None if there are more or fewer. Memory may fail.
    pub fn numbers<T: Real>(&mut self, len: usize) -> Option<Result<Aligned<T>>> {
        if self.count()? != len {
            return None;
        }
        let each = size_of::<T>();
        let bytes = self.take(len.checked_mul(each)?.checked_next_multiple_of(WORD)?)?;
        let mut numbers = match Aligned::zeros("operators", len) {
            Ok(numbers) => numbers,
            Err(error) => return Some(Err(error)),
        };
        for (number, bytes) in numbers.slice_mut().iter_mut().zip(bytes.chunks_exact(each)) {
            *number = if each == WORD {
                T::from_f64(f64::from_bits(u64::from_le_bytes(bytes.try_into().expect("eight bytes"))))
            } else {
                T::from_f64(f64::from(f32::from_bits(u32::from_le_bytes(bytes.try_into().expect("four bytes")))))
            };
        }
        Some(Ok(numbers))
    }
}

/// Bytes with their checksum, for tests of what is wrong beyond it.
#[cfg(test)]
pub fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut checksum = Checksum::START;
    checksum.add(bytes);
    [bytes, &checksum.0.to_le_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_damage_is_seen() {
        let mut writer = Writer::new(Vec::new());
        writer.number(7).unwrap();
        writer.text("expansions").unwrap();
        let (double, single): (Vec<f64>, Vec<f32>) = ((0..1234).map(|i| f64::from(i).sqrt()).collect(), (0..777).map(|i| (i as f32).sqrt()).collect());
        writer.numbers(&double).unwrap();
        writer.numbers(&single).unwrap();
        let bytes = writer.end().unwrap();
        let mut reader = Reader::new(&bytes).unwrap();
        assert_eq!((reader.number(), reader.text()), (Some(7), Some("expansions")));
        assert_eq!(reader.numbers::<f64>(1234).unwrap().unwrap().slice(), double);
        assert_eq!(reader.numbers::<f32>(777).unwrap().unwrap().slice(), single);
        assert!(reader.is_at_end() && reader.number().is_none());
        for place in [0, 9, 100, bytes.len() / 2, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[place] ^= 4;
            assert!(Reader::new(&damaged).is_none());
        }
        for len in [0, 3, 8, 16, bytes.len() - 8, bytes.len() - 1] {
            assert!(Reader::new(&bytes[..len]).is_none());
        }
    }
}
