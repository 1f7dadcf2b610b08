//! Handles: numbers that Java holds instead of pointers.
//!
//! A handle is a slot's number and generation. A closed handle's slot is reused with another generation. So a stale
//! handle is an error and never refers to another sink. A call holds the sink by `Arc`, so closing may race with it.

use parking_lot::RwLock;
use std::sync::Arc;

use once_cell::sync::Lazy;

use crate::error::{ErrorKind, SinkError};
use crate::session::Session;
use crate::sink::Sink;

static SINKS: Lazy<Handles<Sink>> = Lazy::new(Handles::default);
static SESSIONS: Lazy<Handles<Session>> = Lazy::new(Handles::default);

/// The sinks.
pub(super) fn sinks() -> &'static Handles<Sink> {
    &SINKS
}

/// The sessions for administrative SQL.
pub(super) fn sessions() -> &'static Handles<Session> {
    &SESSIONS
}

/// The values behind the handles of one kind.
pub(super) struct Handles<T>(RwLock<Vec<Slot<T>>>);

struct Slot<T> {
    generation: u32,
    value: Option<Arc<T>>,
}

impl<T> Default for Handles<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T> Handles<T> {
    /// Keeps a value; the handle is positive.
    pub(super) fn insert(&self, value: T) -> i64 {
        let mut slots = self.0.write();
        let free = slots.iter().position(|slot| slot.value.is_none());
        let at = free.unwrap_or_else(|| {
            slots.push(Slot { generation: 0, value: None });
            slots.len() - 1
        });
        let slot = &mut slots[at];
        // 31 bits keep the handle positive; 0 is never given out.
        slot.generation = (slot.generation + 1) & 0x7fff_ffff;
        slot.value = Some(Arc::new(value));
        (i64::from(slot.generation) << 32) | i64::try_from(at + 1).unwrap_or(0)
    }

    /// The value of a handle.
    pub(super) fn get(&self, handle: i64) -> Result<Arc<T>, SinkError> {
        let slots = self.0.read();
        let (at, generation) = split(handle);
        slots
            .get(at)
            .filter(|slot| slot.generation == generation)
            .and_then(|slot| slot.value.clone())
            .ok_or_else(|| SinkError::new(ErrorKind::Closed, "the native sink is closed"))
    }

    /// Removes and returns a value; `None` if the handle is already closed.
    pub(super) fn remove(&self, handle: i64) -> Option<Arc<T>> {
        let mut slots = self.0.write();
        let (at, generation) = split(handle);
        slots.get_mut(at).filter(|slot| slot.generation == generation)?.value.take()
    }
}

/// Slot and generation; a slot that cannot exist for a number that was never given out.
fn split(handle: i64) -> (usize, u32) {
    let at = usize::try_from(handle & 0xffff_ffff).ok().and_then(|at| at.checked_sub(1));
    (at.unwrap_or(usize::MAX), u32::try_from(handle >> 32).unwrap_or(0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_handle_is_an_error_even_when_its_slot_is_used_again() {
        let handles = Handles::default();
        let first = handles.insert("first");
        assert!(first > 0);
        assert_eq!(*handles.get(first).unwrap(), "first");
        assert!(handles.remove(first).is_some());
        assert!(handles.remove(first).is_none());
        let second = handles.insert("second");
        assert_ne!(first, second);
        assert_eq!(handles.get(first).unwrap_err().kind(), ErrorKind::Closed);
        assert_eq!(*handles.get(second).unwrap(), "second");
    }

    #[test]
    fn numbers_that_were_never_given_out_are_errors() {
        let handles = Handles::<()>::default();
        for handle in [0, -1, i64::MIN, i64::MAX, 1] {
            assert!(handles.get(handle).is_err());
        }
    }
}
