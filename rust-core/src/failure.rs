//! Failures: how they are classified, the one retry loop, and the messages for the user.

pub mod wait;
pub mod classify;
pub mod quota;
pub mod retry;
pub mod messages;
pub mod keysize;
pub mod latch;
