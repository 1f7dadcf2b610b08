//! Options one by one; each problem names its option.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use crate::error::SinkError;

/// The options that have not been read yet.
pub(super) struct Options(pub(super) HashMap<String, String>);

impl Options {
    /// A NUL ends a text of the protocol and of the operating system. The value may be a secret, so it is not shown.
    pub(super) fn check_characters(&self) -> Result<(), SinkError> {
        let keys = self.0.iter().filter(|(_, value)| value.contains('\0')).map(|(key, _)| key);
        match keys.min() {
            Some(key) => Err(SinkError::option(key, "has a NUL character (U+0000); take it out")),
            None => Ok(()),
        }
    }

    pub(super) fn take(&mut self, key: &str) -> Option<String> {
        self.0.remove(key).filter(|value| !value.is_empty())
    }

    pub(super) fn required(&mut self, key: &str) -> Result<String, SinkError> {
        self.take(key).ok_or_else(|| SinkError::option(key, "is required"))
    }

    pub(super) fn number<T>(
        &mut self,
        key: &str,
        default: T,
        range: std::ops::RangeInclusive<T>,
    ) -> Result<T, SinkError>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let Some(text) = self.take(key) else { return Ok(default) };
        match text.trim().parse::<T>() {
            Ok(value) if range.contains(&value) => Ok(value),
            _ => Err(SinkError::option(
                key,
                format!("'{text}' is not between {} and {}", range.start(), range.end()),
            )),
        }
    }

    /// One of several words; the first is the default.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Result<T, SinkError> {
        let text = self.take(key);
        let chosen = words.iter().find(|(word, _)| text.as_deref().is_none_or(|text| text == *word));
        chosen.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let text = text.unwrap_or_default();
            SinkError::option(key, format!("'{text}' is not one of {}", known.join(", ")))
        })
    }

    pub(super) fn millis(
        &mut self,
        key: &str,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<Duration, SinkError> {
        self.number(key, default, range).map(Duration::from_millis)
    }
}
