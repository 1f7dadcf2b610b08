//! Credentials of an identity: requested once for all connections of the process, refreshed early in the background,
//! and used until they expire.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use once_cell::sync::Lazy;

use super::chain::{self, Origin};

/// Credentials are used until this long before they expire: the duration of a login.
const MARGIN: Duration = Duration::from_secs(10);
/// How long before they expire new ones are requested, if they last long enough. An unavailable service has this time
/// to recover. AWS renews those of an instance some minutes before they expire.
const EARLY: Duration = Duration::from_secs(15 * 60);
/// How long credentials without an expiry are used: the profile's file may be changed.
const UNTOLD: Duration = Duration::from_secs(5 * 60);
/// Pause after a background refresh that failed or returned nothing newer.
const PAUSE: Duration = Duration::from_secs(10);

/// Credentials in use, by their origin. They are dropped with the last sink that uses them.
static SHARED: Lazy<Mutex<HashMap<Origin, Weak<Shared>>>> = Lazy::new(Mutex::default);

/// The credentials of one origin.
#[derive(Debug)]
pub(super) struct Shared {
    origin: Origin,
    /// Built at the first use, because building it reads files of the machine.
    provider: tokio::sync::OnceCell<Box<dyn ProvideCredentials>>,
    state: Mutex<State>,
    /// Held while the provider is asked: one request at a time.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Credentials>,
    /// When to request new ones.
    refresh_at: Option<SystemTime>,
    /// True after the database has said that they are expired.
    doubted: bool,
}

impl Shared {
    /// The credentials of an origin, shared by all its current users.
    pub(super) fn of(origin: Origin) -> Arc<Self> {
        let mut all = SHARED.lock();
        all.retain(|_, shared| shared.strong_count() > 0);
        if let Some(shared) = all.get(&origin).and_then(Weak::upgrade) {
            return shared;
        }
        let shared = Arc::new(Self {
            origin: origin.clone(),
            provider: tokio::sync::OnceCell::new(),
            state: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        });
        all.insert(origin, Arc::downgrade(&shared));
        shared
    }

    /// Whether the provider has ever returned credentials.
    pub(super) fn given(&self) -> bool {
        self.state.lock().held.is_some()
    }

    /// The database says that they are expired: new ones are requested before they are used again.
    pub(super) fn doubt(&self) {
        self.state.lock().doubted = true;
    }

    /// Credentials that are valid for a login.
    pub(super) async fn credentials(self: &Arc<Self>) -> Result<Credentials, CredentialsError> {
        let now = SystemTime::now();
        let (held, due) = {
            let state = self.state.lock();
            (state.usable(now), state.is_due(now))
        };
        if let Some(held) = held {
            if due {
                self.refresh_meanwhile();
            }
            return Ok(held);
        }
        let _asking = self.asking.lock().await;
        // The previous request may have returned them.
        let brought = self.state.lock().usable(SystemTime::now());
        if let Some(brought) = brought {
            return Ok(brought);
        }
        match self.ask().await {
            Ok(credentials) => Ok(credentials),
            // Possibly expired ones are better than none.
            Err(error) => self.state.lock().unexpired(SystemTime::now()).ok_or(error),
        }
    }

    fn refresh_meanwhile(self: &Arc<Self>) {
        let shared = self.clone();
        tokio::spawn(async move {
            let Ok(_asking) = shared.asking.try_lock() else { return };
            if shared.ask().await.is_err() {
                shared.state.lock().refresh_at = Some(SystemTime::now() + PAUSE);
            }
        });
    }

    async fn ask(&self) -> Result<Credentials, CredentialsError> {
        let provider = self.provider.get_or_init(|| chain::provider(&self.origin)).await;
        let given = provider.provide_credentials().await?;
        self.state.lock().keep(given.clone(), SystemTime::now());
        Ok(given)
    }
}

impl State {
    fn keep(&mut self, given: Credentials, now: SystemTime) {
        let early = match given.expiry() {
            None => UNTOLD,
            Some(end) => {
                let left = end.duration_since(now).unwrap_or_default();
                left.saturating_sub(EARLY.min(left / 2))
            }
        };
        self.refresh_at = Some(now + early.max(PAUSE));
        self.held = Some(given);
        self.doubted = false;
    }

    fn unexpired(&self, now: SystemTime) -> Option<Credentials> {
        self.held.clone().filter(|held| held.expiry().is_none_or(|end| now + MARGIN < end))
    }

    fn usable(&self, now: SystemTime) -> Option<Credentials> {
        if self.doubted { None } else { self.unexpired(now) }
    }

    fn is_due(&self, now: SystemTime) -> bool {
        self.refresh_at.is_none_or(|at| at <= now)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn state(lasts: Option<u64>, now: SystemTime) -> State {
        let end = lasts.map(|seconds| now + Duration::from_secs(seconds));
        let mut state = State::default();
        state.keep(Credentials::new("id", "secret", None, end, "test"), now);
        state
    }

    #[test]
    fn they_are_refreshed_early_and_used_to_their_end() {
        let now = SystemTime::now();
        let at = |seconds| now + Duration::from_secs(seconds);
        let hours = state(Some(6 * 3_600), now);
        assert!(!hours.is_due(at(5 * 3_600)) && hours.is_due(at(6 * 3_600 - 900)));
        assert!(hours.usable(at(6 * 3_600 - 11)).is_some() && hours.usable(at(6 * 3_600 - 9)).is_none());
        let short = state(Some(60), now);
        assert!(!short.is_due(at(29)) && short.is_due(at(30)));
        assert!(state(None, now).usable(at(1_000_000)).is_some());
    }

    #[test]
    fn what_the_database_calls_expired_is_asked_for_again() {
        let now = SystemTime::now();
        let mut doubted = state(Some(3_600), now);
        doubted.doubted = true;
        assert!(doubted.usable(now).is_none() && doubted.unexpired(now).is_some());
    }
}
