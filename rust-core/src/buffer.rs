//! Bytes that wait. A large buffer is a mapping of its own: the allocator would keep much of it after it is freed, as
//! writers and lanes are different threads, and the memory of a sink would be a multiple of what it holds.

use std::ops::Deref;

use memmap2::MmapMut;

/// From here a buffer is a mapping. A full batch of ordinary rows stays below, and is cheaper to allocate.
const MAPPED_BYTES: usize = 1024 * 1024;

/// Bytes that only grow.
#[derive(Debug, Default)]
pub struct Buffer {
    heap: Vec<u8>,
    mapped: Option<Mapped>,
}

/// A mapping and how much of it is used; what is not used takes no memory.
#[derive(Debug)]
struct Mapped {
    map: MmapMut,
    used: usize,
}

impl Buffer {
    /// Adds bytes at the end.
    pub fn extend(&mut self, bytes: &[u8]) {
        if self.map_for(self.len() + bytes.len())
            && let Some(Mapped { map, used }) = &mut self.mapped
        {
            map[*used..*used + bytes.len()].copy_from_slice(bytes);
            *used += bytes.len();
        } else {
            self.heap.extend_from_slice(bytes);
        }
    }

    /// Moves what is there into a mapping that holds `bytes`, if it takes one; true if there is one.
    fn map_for(&mut self, bytes: usize) -> bool {
        if bytes <= MAPPED_BYTES {
            return false;
        }
        let room = self.mapped.as_ref().map_or(0, |mapped| mapped.map.len());
        if room < bytes {
            match MmapMut::map_anon(bytes.max(2 * room).max(2 * MAPPED_BYTES)) {
                Ok(mut map) => {
                    let used = self.len();
                    map[..used].copy_from_slice(self);
                    *self = Self { heap: Vec::new(), mapped: Some(Mapped { map, used }) };
                }
                // A process may have a limited number of mappings; the allocator copes or ends the process.
                Err(_) => self.heap = std::mem::take(self).to_vec(),
            }
        }
        self.mapped.is_some()
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.mapped {
            Some(Mapped { map, used }) => &map[..*used],
            None => &self.heap,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_was_added_is_there(parts in prop::collection::vec((any::<u8>(), 0usize..700_000), 0..12)) {
            let (mut buffer, mut expected) = (Buffer::default(), Vec::new());
            for (byte, length) in parts {
                let part = vec![byte; length];
                buffer.extend(&part);
                expected.extend_from_slice(&part);
                prop_assert_eq!(buffer.mapped.is_some(), expected.len() > MAPPED_BYTES);
            }
            prop_assert!(*buffer == *expected);
        }
    }
}
