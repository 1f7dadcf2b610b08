//! Faults on demand: those requested by the control port, and the decision at each point where one
//! may happen.

use parking_lot::Mutex;
use std::time::Duration;

use serde::Serialize;

use crate::txn;
use crate::wire::SqlError;

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// 40001 with OC000.
    Oc000,
    /// 40001 with OC001.
    Oc001,
    /// XX000 server unavailable.
    Xx000,
    /// The connection is closed without an answer.
    Eof,
    /// The connection is reset (TCP RST).
    Reset,
}

/// When it happens, relative to the real commit in PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// Instead of the commit: no data is kept.
    Before,
    /// After the commit: the data is kept, the client does not get the answer.
    After,
    /// The connection ends, and the commit happens [`LATE`] later.
    Late,
    /// Instead of running a statement.
    Statement,
}

/// How long after the end of its connection a late commit happens: a client that reconnects at once
/// checks before the commit.
pub const LATE: Duration = Duration::from_millis(150);

/// One request from the control port.
#[derive(Debug, Clone, Serialize)]
pub struct Fault {
    /// What happens.
    pub effect: Effect,
    /// Where.
    pub when: When,
    /// How many times it still happens.
    pub left: u64,
    /// Points of this kind that are skipped first.
    pub skip: u64,
    /// Probability from 0 to 1 that it happens at a point.
    pub probability: f64,
    /// Only statements that contain this text.
    pub matching: Option<String>,
}

/// How new connections are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Connects {
    /// As usual.
    #[default]
    Accept,
    /// Closed at once.
    Refuse,
    /// Accepted by TCP, then silence.
    Hang,
    /// Answered with "waking up cluster".
    WakingUp,
    /// Answered with 53300.
    TooMany,
    /// Answered with 53400.
    Rate,
}

impl Connects {
    /// The error that a connection gets, for the kinds with an error.
    pub fn answer(self) -> Option<SqlError> {
        let (code, message) = match self {
            Connects::Accept | Connects::Refuse | Connects::Hang => return None,
            // The SQLSTATE of this error is not recorded.
            Connects::WakingUp => {
                ("08006", "unable to accept connection, waking up cluster, please retry later")
            }
            Connects::TooMany => ("53300", "Unable to accept connection, too many open connections."),
            Connects::Rate => ("53400", "Unable to accept connection, rate exceeded."),
        };
        Some(SqlError::fatal(code, message))
    }
}

/// Statements that are refused on request. It is not recorded whether a real cluster accepts a
/// whole `INSERT .. SELECT .. FROM unnest(..)`, so a writer must have an alternative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refuse {
    /// Nothing.
    #[default]
    Nothing,
    /// Statements with unnest, when they are parsed.
    Unnest,
    /// Statements with unnest, when they are executed.
    UnnestExecute,
}

impl Refuse {
    /// Reads the name that the command line and the control port use.
    pub fn parse(name: &str) -> Result<Refuse, String> {
        match name {
            "nothing" => Ok(Refuse::Nothing),
            "unnest" => Ok(Refuse::Unnest),
            "unnest-execute" => Ok(Refuse::UnnestExecute),
            _ => Err(format!("{name} is not one of nothing, unnest, unnest-execute")),
        }
    }

    /// The error for a refused statement. Such a refusal was never recorded: the message is a
    /// guess.
    pub fn error() -> SqlError {
        SqlError::error("0A000", "unsupported function: unnest")
    }
}

/// Everything that the control port can change about how requests are answered.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Plan {
    /// The requested faults, in the order of the requests.
    pub faults: Vec<Fault>,
    /// Delay before the answer to every round trip.
    pub round_trip: Duration,
    /// Further delay of every commit.
    pub commit: Duration,
    /// How new connections are treated, and how many of them (`None`: all).
    pub connects: (Connects, Option<u64>),
    /// Statements refused.
    pub refuse: Refuse,
    /// Requests wait while this is set.
    pub paused: bool,
    /// Commits wait while this is set, including those of autocommit statements; everything else is
    /// answered.
    pub commits_paused: bool,
}

/// The plan, shared by all sessions.
#[derive(Debug, Default)]
pub struct Faults {
    plan: Mutex<Plan>,
    random: Mutex<u64>,
}

impl Faults {
    /// Changes the plan.
    pub fn change(&self, change: impl FnOnce(&mut Plan)) {
        change(&mut self.plan.lock());
    }

    /// A copy of the plan.
    pub fn plan(&self) -> Plan {
        self.plan.lock().clone()
    }

    /// The delay of a round trip, with or without a commit in it.
    pub fn delay(&self, commit: bool) -> Duration {
        let plan = self.plan.lock();
        if commit { plan.round_trip + plan.commit } else { plan.round_trip }
    }

    /// Whether any request waits for something.
    pub fn slow(&self) -> bool {
        let plan = self.plan.lock();
        plan.paused || plan.round_trip > Duration::ZERO
    }

    /// Whether requests wait, with or without a commit in them.
    pub fn paused(&self, commit: bool) -> bool {
        let plan = self.plan.lock();
        plan.paused || commit && plan.commits_paused
    }

    /// Which statements are refused.
    pub fn refuse(&self) -> Refuse {
        self.plan.lock().refuse
    }

    /// The fault that happens at this point, if one was requested; counts it down. `texts` are the
    /// statements concerned.
    pub fn strike(&self, when: When, texts: &[&str]) -> Option<Effect> {
        let mut plan = self.plan.lock();
        for fault in plan.faults.iter_mut().filter(|f| f.when == when && f.left > 0) {
            let fits = fault
                .matching
                .as_ref()
                .is_none_or(|wanted| texts.iter().any(|t| t.contains(wanted.as_str())));
            if !fits || self.roll() >= fault.probability {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.left -= 1;
            let effect = fault.effect;
            plan.faults.retain(|f| f.left > 0);
            return Some(effect);
        }
        None
    }

    /// How to treat a new connection.
    pub fn on_connect(&self) -> Connects {
        let mut plan = self.plan.lock();
        let (how, left) = plan.connects;
        match left {
            Some(0) => Connects::Accept,
            Some(n) => {
                plan.connects.1 = Some(n - 1);
                how
            }
            None => how,
        }
    }

    /// A number in [0, 1): xorshift, always from the same seed, so that a run can be repeated.
    fn roll(&self) -> f64 {
        let mut state = self.random.lock();
        if *state == 0 {
            *state = 0x9E37_79B9_7F4A_7C15;
        }
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        f64::from(u32::try_from(*state >> 32).unwrap_or(0)) / (f64::from(u32::MAX) + 1.0)
    }
}

impl Effect {
    /// The error that the client gets, unless its connection ends.
    pub fn error(self) -> Option<SqlError> {
        match self {
            Effect::Oc000 => Some(txn::data_conflict()),
            Effect::Oc001 => Some(txn::schema_conflict()),
            Effect::Xx000 => Some(txn::unavailable()),
            Effect::Eof | Effect::Reset => None,
        }
    }
}
