//! From a key to its lane. One key always goes to one lane, and a lane keeps order.

/// Chooses lanes. The seed is drawn per sink, so no choice of keys can aim at one lane.
#[derive(Debug)]
pub struct Router {
    hasher: ahash::RandomState,
    lanes: usize,
}

/// Where a row goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Number of the lane.
    pub lane: usize,
    /// Hash of table and key, which coalescing uses again.
    pub hash: u64,
}

impl Router {
    /// Chooses among `lanes` lanes.
    #[must_use]
    pub fn new(lanes: usize) -> Self {
        Self { hasher: ahash::RandomState::new(), lanes: lanes.max(1) }
    }

    /// The lane of a key. Rows of a table without a key (an empty one) all go to one lane, which keeps
    /// the order in which they came.
    #[must_use]
    pub fn route(&self, table: usize, key: &[u8]) -> Route {
        let hash = self.hasher.hash_one((table, key));
        // The hash table of the window takes the low bits; the lane takes the high ones.
        let lanes = u64::try_from(self.lanes).unwrap_or(1);
        let lane = usize::try_from((hash >> 32) % lanes).unwrap_or(0);
        Route { lane, hash }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_key_has_one_lane(lanes in 1usize..300, table in 0usize..100, key: Vec<u8>) {
            let router = Router::new(lanes);
            let first = router.route(table, &key);
            prop_assert!(first.lane < lanes);
            prop_assert_eq!(first, router.route(table, &key));
        }
    }

    #[test]
    fn lanes_share_the_keys() {
        let router = Router::new(8);
        let mut rows = [0usize; 8];
        for key in 0u32..8_000 {
            rows[router.route(3, &key.to_be_bytes()).lane] += 1;
        }
        assert!(rows.iter().all(|rows| (700..1_300).contains(rows)), "{rows:?}");
    }
}
