//! Memory that several tasks write, each its piece, without a sweep of zeros before.
//!
//! What is safe about it: a piece takes vectors and shows nothing, and the whole is handed out only when all of it was written.

use super::aligned::{Aligned, Room};
use super::lanes::Lanes;
use super::prefetch;
use crate::error::{Error, Result, Status};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Room for numbers that are yet to be written.
pub struct Pieces {
    room: Room,
    /// Numbers that were cut into pieces.
    cut: usize,
    written: AtomicUsize,
}

/// A part of them, which one task writes from its beginning to its end.
pub struct Piece<'a> {
    rest: &'a mut [MaybeUninit<f64>],
    count: usize,
    written: &'a AtomicUsize,
}

impl Pieces {
    /// `what` is what an error says they were for.
    pub fn new(what: &str, len: usize) -> Result<Self> {
        Ok(Self { room: Room::new(what, len)?, cut: 0, written: AtomicUsize::new(0) })
    }

    /// The next `len` of them in pieces of `size`, the last with what is left.
    pub fn cut(&mut self, len: usize, size: usize) -> impl Iterator<Item = Piece<'_>> {
        let first = self.cut;
        self.cut += len;
        let (numbers, written) = (&mut self.room.places()[first..first + len], &self.written);
        numbers.chunks_mut(size.max(1)).map(move |rest| Piece { rest, count: 0, written })
    }

    /// The numbers, once all of them were written.
    pub fn finish(self) -> Result<Aligned> {
        if self.written.into_inner() == self.room.len() {
            // SAFETY: pieces do not overlap, and count what they wrote, each number once.
            Ok(unsafe { self.room.written() })
        } else {
            Err(Error::new(Status::Internal, "a piece of memory was not written"))
        }
    }
}

impl Piece<'_> {
    /// Writes the next numbers; panics if there is no room. Asks for the memory behind them, where as many are likely to come next:
    /// by then it is there.
    #[inline(always)]
    pub fn push<V: Lanes>(&mut self, vectors: &[V]) {
        let len = vectors.len() * V::WIDTH;
        let (places, rest) = std::mem::take(&mut self.rest).split_at_mut(len);
        for line in rest[..len.min(rest.len())].chunks(8) {
            prefetch(line.as_ptr());
        }
        for (vector, place) in vectors.iter().zip(places.chunks_exact_mut(V::WIDTH)) {
            place.fill(MaybeUninit::new(0.0));
            // SAFETY: they were written just now: numbers may be referred to then, and the compiler leaves out these zeros.
            vector.store(unsafe { place.assume_init_mut() });
        }
        self.rest = rest;
        self.count += len;
    }
}

impl Drop for Piece<'_> {
    fn drop(&mut self) {
        self.written.fetch_add(self.count, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Portable;

    #[test]
    fn pieces_become_the_whole_when_all_were_written() {
        let mut pieces = Pieces::new("test", 20).unwrap();
        let mut number = 0.0;
        for (len, size) in [(12, 8), (8, 4)] {
            for mut piece in pieces.cut(len, size) {
                while !piece.rest.is_empty() {
                    piece.push(&[Portable::<f64>::splat(number)]);
                    number += 1.0;
                }
            }
        }
        let whole = pieces.finish().unwrap();
        assert!(whole.slice().iter().enumerate().all(|(i, &x)| x == (i / 4) as f64) && whole.slice().len() == 20);

        let mut pieces = Pieces::new("test", 20).unwrap();
        pieces.cut(20, 8).for_each(|mut piece| piece.push(&[Portable::<f64>::splat(1.0)]));
        assert!(pieces.finish().is_err());
        assert!(Pieces::new("test", 0).unwrap().finish().unwrap().slice().is_empty());
    }
}
