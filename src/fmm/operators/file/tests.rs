//! Files of operators: what is read is what was written, and nothing else is read.

use super::*;
use crate::fmm::kernel::{GreenFunction, Laplace};
use crate::fmm::operators::Wanted;
use std::any::TypeId;

/// A file that goes when its owner does.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("hotloop-{}-{name}", std::process::id())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn key<T: Real>(order: usize, translations: Translations, fingerprint: u64) -> Key {
    let (kernel, precision, simd) = (Laplace::NAME, TypeId::of::<T>(), Level::current().unwrap());
    Key { kernel, fingerprint, precision, simd, order, half_side: 1f64.to_bits(), translations }
}

fn made<T: Real>(key: Key) -> Operators<T> {
    let wanted = Wanted { cutoff: 1e-7, translations: key.translations, threshold: 1e-4 };
    Operators::new(Laplace, &Surface::new(key.order).unwrap(), 1.0, wanted, key.simd).unwrap()
}

/// All numbers of a set, as a file has them.
fn bytes_of<T: Real>(key: Key, operators: &Operators<T>) -> Vec<u8> {
    let file = Temporary::new(&format!("bytes-{:?}-{}-{:?}", std::thread::current().id(), size_of::<T>(), key.translations));
    save(&[(key, operators)], &file.0).unwrap();
    fs::read(&file.0).unwrap()
}

fn there_and_back<T: Real>(fingerprint: u64) {
    for translations in WAYS {
        // A fingerprint that no kernel has, so that no other test's plan finds the set.
        let key = key::<T>(4, translations, fingerprint);
        let operators = made::<T>(key);
        let bytes = bytes_of(key, &operators);
        let file = Temporary::new(&format!("there-{fingerprint}-{translations:?}"));
        fs::write(&file.0, &bytes).unwrap();
        load(&file.0).unwrap();
        let found = cache::kept_or::<Operators<T>>(key, || panic!("it is kept")).unwrap();
        assert!(bytes_of(key, &found) == bytes && found.bytes() == operators.bytes());
    }
}

#[test]
fn sets_of_every_kind_come_back_number_by_number() {
    there_and_back::<f64>(0xfeed);
    there_and_back::<f32>(0xfeee);
}

#[test]
fn files_that_do_not_fit_are_refused_and_nothing_is_kept() {
    let key = key::<f64>(3, Translations::Compressed, 0xbad);
    let good = bytes_of(key, &made::<f64>(key));
    let file = Temporary::new("bad");
    let refused = |bytes: &[u8], why: &str| {
        fs::write(&file.0, bytes).unwrap();
        let error = load(&file.0).unwrap_err();
        assert!(error.code == Status::Io as i32 && error.message.contains(why), "{why}: {}", error.message);
    };
    for len in [8, 100, good.len() / 2 / 8 * 8, good.len() - 1] {
        refused(&good[..len], "cut short");
    }
    refused(b"something else", "no file of operators");
    refused(b"", "cut short");
    for place in [8, good.len() / 3, good.len() - 3] {
        let mut damaged = good.clone();
        damaged[place] ^= 16;
        refused(&damaged, "damaged");
    }
    // Files whose checksums fit: words of the head, and lengths that do not go together.
    let with_word = |word: usize, value: u64| {
        let mut bytes = good[..good.len() - 8].to_vec();
        bytes[8 * word..8 * word + 8].copy_from_slice(&value.to_le_bytes());
        sealed(&bytes)
    };
    refused(&with_word(1, ORDER_OF_BYTES.swap_bytes()), "another order");
    refused(&with_word(2, FORMAT + 1), "format 2");
    refused(&with_word(4, u64::from_le_bytes(*b"9.9.9\0\0\0")), "version 9.9.9");
    refused(&with_word(6, 1.5f64.to_bits()), "surfaces");
    let level = 10;
    refused(&with_word(level, 3), "SIMD level");
    for (word, value) in [(9, 2), (13, 3), (14, 7), (15, 99), (16, 4), (16, 1), (19, 1000), (20, u64::MAX), (21, 5)] {
        refused(&with_word(word, value), "does not hold what it says");
    }
    let mut longer = good[..good.len() - 8].to_vec();
    longer.extend([0; 16]);
    refused(&sealed(&longer), "longer");
    refused(&[], "cut short");
    assert!(load(&file.0.with_extension("missing")).unwrap_err().message.contains("could not be read"));
    let mut is_made = false;
    cache::kept_or::<Operators<f64>>(key, || {
        is_made = true;
        Ok(made(key))
    })
    .unwrap();
    assert!(is_made);
}

/// Bytes with their checksum.
fn sealed(bytes: &[u8]) -> Vec<u8> {
    super::super::bytes::sealed(bytes)
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing_behind() {
    let key = key::<f64>(2, Translations::Fourier, 1);
    let operators = made::<f64>(key);
    let folder = Temporary::new("folder").0.clone();
    fs::create_dir_all(folder.join("taken/inside")).unwrap();
    for path in ["missing/file", "taken"] {
        assert!(save(&[(key, &operators)], &folder.join(path)).unwrap_err().message.contains("could not be written"));
    }
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["taken"]);
    fs::remove_dir_all(&folder).unwrap();
}
