//! What went wrong, and what follows: a class for each failure, the one loop of retries, the words for the user.

pub mod wait;
pub mod classify;
pub mod quota;
pub mod retry;
pub mod messages;
pub mod keysize;
pub mod latch;
