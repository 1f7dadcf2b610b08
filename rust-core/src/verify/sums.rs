//! Hashes of rows and buckets of hashes: a summary of any number of rows in constant memory.
//!
//! A bucket has the number of its rows and the sum of their 128-bit hashes. So the order of rows does not matter, and
//! a row that occurs twice counts twice. The chance that two different multisets of rows have the same sum is 1 in 2^128.

use siphasher::sip::SipHasher13;
use siphasher::sip128::{Hasher128, SipHasher13 as SipHasher128};
use std::hash::Hasher;

use crate::row::tuple;

/// Buckets of a table: 1 MiB for both sides, for any number of rows. With a billion rows, each has about 60,000.
pub const BUCKETS: usize = 1 << 14;

/// The number of the bucket that a key belongs to.
pub type BucketNumber = u16;

/// Number of rows and sum of their hashes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Rows.
    pub rows: u64,
    /// Sum of their hashes.
    pub sum: u128,
}

impl Bucket {
    /// Adds a row by its hash.
    pub fn add(&mut self, row: u128) {
        self.rows += 1;
        self.sum = self.sum.wrapping_add(row);
    }
}

/// Hash of a run of parameters, the same on every machine.
#[must_use]
pub fn hash(run: &[u8]) -> u128 {
    let mut hasher = SipHasher128::new();
    hasher.write(run);
    hasher.finish128().as_u128()
}

/// The bucket of a key's hash.
#[must_use]
pub fn bucket(key: u128) -> BucketNumber {
    // The highest 14 bits.
    BucketNumber::try_from(key >> 114).unwrap_or(0)
}

/// A short hash of each parameter, to find which columns of a row differ.
#[must_use]
pub fn columns(run: &[u8]) -> Box<[u32]> {
    tuple::params(run)
        .map(|param| {
            let mut hasher = SipHasher13::new();
            hasher.write_u8(u8::from(param.bytes.is_some()));
            hasher.write(param.bytes.unwrap_or_default());
            u32::try_from(hasher.finish() >> 32).unwrap_or(0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(rows: &[Vec<u8>]) -> Vec<Bucket> {
        let mut buckets = vec![Bucket::default(); BUCKETS];
        for row in rows {
            buckets[usize::from(bucket(hash(row)))].add(hash(row));
        }
        buckets
    }

    proptest! {
        #[test]
        fn the_order_of_rows_does_not_matter(
            rows in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..200), by in 0usize..200
        ) {
            let mut turned = rows.clone();
            turned.rotate_left(by.min(rows.len()));
            turned.reverse();
            prop_assert_eq!(all(&rows), all(&turned));
        }

        #[test]
        fn one_bit_or_one_row_more_or_less_is_another_sum(
            rows in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 1..100), at in any::<prop::sample::Index>(),
            bit in 0u8..8
        ) {
            let mut changed = rows.clone();
            at.get_mut(&mut changed)[0] ^= 1 << bit;
            prop_assert_ne!(all(&rows), all(&changed));
            let mut doubled = rows.clone();
            doubled.push(at.get(&rows).clone());
            prop_assert_ne!(all(&rows), all(&doubled));
            // A row that occurs four times also counts: a sum is not an exclusive or.
            doubled.push(at.get(&rows).clone());
            prop_assert_ne!(all(&rows), all(&doubled));
            let mut less = rows.clone();
            less.remove(at.index(rows.len()));
            prop_assert_ne!(all(&rows), all(&less));
        }

        #[test]
        fn parts_add_up(rows in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..200), cut in 0usize..200) {
            let (one, other) = rows.split_at(cut.min(rows.len()));
            let sum: Vec<Bucket> = all(one)
                .into_iter()
                .zip(all(other))
                .map(|(a, b)| Bucket { rows: a.rows + b.rows, sum: a.sum.wrapping_add(b.sum) })
                .collect();
            prop_assert_eq!(all(&rows), sum);
        }
    }
}
