//! The decision before a commit.

use super::{Flow, Session};
use crate::faults::{Effect, When};
use crate::wire::SqlError;

impl Session<'_> {
    /// Waits for the ordered latency and decides. `Err`: the client gets this error and nothing is kept. `Ok`: commit,
    /// and afterwards let the effect strike.
    pub(super) async fn before_commit(&mut self) -> Flow<Result<Option<Effect>, SqlError>> {
        self.delay(true).await;
        if let Err(error) = self.txn.verdict(self.cluster.age_limit) {
            return Ok(Err(error));
        }
        let texts: Vec<&str> = self.ran.iter().filter_map(|r| r.get()).map(|s| s.text.as_str()).collect();
        if let Some(effect) = self.cluster.faults.strike(When::Before, &texts) {
            return match effect.error() {
                Some(error) => Ok(Err(error)),
                None => self.strike(effect),
            };
        }
        Ok(Ok(self.cluster.faults.strike(When::After, &texts)))
    }
}
