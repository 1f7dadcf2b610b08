//! Buffers for waiting bytes. A large buffer is its own memory mapping. The allocator would keep much of its memory
//! after it is freed, because writers and the runtime use different threads. The process would then use several times
//! the memory that the sink holds.

use parking_lot::Mutex;
use std::ops::Deref;
use std::sync::Arc;

use memmap2::MmapMut;

/// Size from which a buffer is a mapping. A full batch of ordinary rows is smaller, and cheaper to allocate.
const MAPPED_BYTES: usize = 1024 * 1024;

/// Memory of freed buffers, kept for reuse: new memory costs a page fault every 4 KiB.
#[derive(Debug)]
pub struct BufferPool {
    most: usize,
    held: Mutex<Vec<Room>>,
}

/// Size below which reuse is not worth a lock.
const SMALL_BYTES: usize = MAPPED_BYTES / 4;

impl BufferPool {
    /// Keeps at most `most` bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, held: Mutex::default() }
    }

    /// An empty buffer that will probably hold `expected` bytes. A small one gets new memory, so that large buffers
    /// stay available for those that need them.
    #[must_use]
    pub fn buffer(self: &Arc<Self>, expected: usize) -> Buffer {
        let spare = if expected > SMALL_BYTES { self.held.lock().pop() } else { None };
        let room = spare.unwrap_or_else(|| Room {
            heap: Vec::with_capacity(if expected > MAPPED_BYTES { 0 } else { expected }),
            mapped: None,
        });
        Buffer { room, home: Some(self.clone()) }
    }

    fn keep(&self, mut room: Room) {
        room.clear();
        let mut held = self.held.lock();
        if held.iter().map(Room::capacity).sum::<usize>() + room.capacity() <= self.most {
            held.push(room);
        }
    }
}

/// A byte buffer that only grows.
#[derive(Debug, Default)]
pub struct Buffer {
    room: Room,
    home: Option<Arc<BufferPool>>,
}

/// Where the bytes are.
#[derive(Debug, Default)]
struct Room {
    heap: Vec<u8>,
    mapped: Option<Mapped>,
}

/// A mapping and its used length. Pages that were never used take no memory.
#[derive(Debug)]
struct Mapped {
    map: MmapMut,
    used: usize,
}

impl Buffer {
    /// Adds bytes at the end.
    pub fn extend(&mut self, bytes: &[u8]) {
        let room = &mut self.room;
        if room.map_for(room.bytes().len() + bytes.len())
            && let Some(Mapped { map, used }) = &mut room.mapped
        {
            map[*used..*used + bytes.len()].copy_from_slice(bytes);
            *used += bytes.len();
        } else {
            room.heap.extend_from_slice(bytes);
        }
    }
}

impl Room {
    /// Moves the content into a mapping for `bytes` bytes, if one is needed; true if there is a mapping.
    fn map_for(&mut self, bytes: usize) -> bool {
        let room = match &self.mapped {
            Some(mapped) => mapped.map.len(),
            None if bytes <= MAPPED_BYTES => return false,
            None => 0,
        };
        if room < bytes {
            match MmapMut::map_anon(bytes.max(2 * room).max(2 * MAPPED_BYTES)) {
                Ok(mut map) => {
                    let used = self.bytes().len();
                    map[..used].copy_from_slice(self.bytes());
                    *self = Self { heap: Vec::new(), mapped: Some(Mapped { map, used }) };
                }
                // The number of mappings of a process is limited. Without one, the allocator copies or ends the
                // process.
                Err(_) => *self = Self { heap: self.bytes().to_vec(), mapped: None },
            }
        }
        self.mapped.is_some()
    }

    fn bytes(&self) -> &[u8] {
        match &self.mapped {
            Some(Mapped { map, used }) => &map[..*used],
            None => &self.heap,
        }
    }

    fn capacity(&self) -> usize {
        self.mapped.as_ref().map_or(self.heap.capacity(), |mapped| mapped.map.len())
    }

    fn clear(&mut self) {
        self.heap.clear();
        if let Some(mapped) = &mut self.mapped {
            mapped.used = 0;
        }
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.room.bytes()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(home) = &self.home
            && self.room.capacity() > SMALL_BYTES
        {
            home.keep(std::mem::take(&mut self.room));
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
        fn what_was_added_is_there(
            uses in prop::collection::vec((0usize..3_000_000, prop::collection::vec((any::<u8>(), 0usize..700_000), 0..12)), 1..4),
        ) {
            let buffers = Arc::new(BufferPool::new(3 * MAPPED_BYTES));
            for (likely, parts) in uses {
                let (mut buffer, mut expected) = (buffers.buffer(likely), Vec::new());
                for (byte, length) in parts {
                    let part = vec![byte; length];
                    buffer.extend(&part);
                    expected.extend_from_slice(&part);
                    prop_assert!(buffer.room.mapped.is_some() || expected.len() <= MAPPED_BYTES);
                }
                prop_assert!(*buffer == *expected);
            }
        }
    }

    #[test]
    fn a_large_buffer_is_used_again_and_no_more_is_kept_than_was_said() {
        let buffers = Arc::new(BufferPool::new(3 * MAPPED_BYTES));
        let fill = |bytes: usize| {
            let mut buffer = buffers.buffer(bytes);
            buffer.extend(&vec![7; bytes]);
            buffer
        };
        let (first, second) = (fill(2 * MAPPED_BYTES), fill(2 * MAPPED_BYTES));
        let at = first.as_ptr();
        drop(first);
        drop(second);
        assert_eq!(buffers.held.lock().len(), 1);
        assert!(buffers.buffer(100).is_empty() && buffers.held.lock().len() == 1);
        let again = fill(2 * MAPPED_BYTES);
        assert!(again.as_ptr() == at && buffers.held.lock().is_empty());
    }
}
