//! A text that must not be printed.

use std::fmt;

/// A key, a session token or a signed token. It has no `Display`, and `Debug` prints a mask:
///
/// ```compile_fail
/// let secret = dsql_sink::secret::Secret::new("k");
/// println!("{secret}");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Takes the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, only for the code that sends it or signs with it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_shows_nothing_of_the_text() {
        assert_eq!(format!("{:?}", Secret::new("wJalrXUtnFEMI")), "***");
    }
}
