pub mod border;
pub mod error;
pub mod limits;
pub mod row;
pub mod schema;
pub mod secret;
