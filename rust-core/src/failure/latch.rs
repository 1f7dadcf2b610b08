//! The first terminal failure. After it nothing is written, and every call returns it again.

use std::sync::OnceLock;

use crate::error::SinkError;

/// Holds the first failure.
#[derive(Debug, Default)]
pub struct Latch(OnceLock<SinkError>);

impl Latch {
    /// Keeps `error` if it is the first; true if it was.
    pub fn set(&self, error: SinkError) -> bool {
        self.0.set(error).is_ok()
    }

    /// True once a failure is kept.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.get().is_some()
    }

    /// # Errors
    /// The failure, once there is one.
    pub fn check(&self) -> Result<(), SinkError> {
        match self.0.get() {
            None => Ok(()),
            Some(error) => Err(error.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn the_first_failure_stays() {
        let latch = Latch::default();
        assert_eq!(latch.check(), Ok(()));
        assert!(latch.set(SinkError::new(ErrorKind::Data, "first")));
        assert!(!latch.set(SinkError::new(ErrorKind::Closed, "second")));
        assert_eq!(latch.check().map_err(|error| error.kind()), Err(ErrorKind::Data));
    }
}
