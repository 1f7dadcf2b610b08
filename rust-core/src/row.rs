//! Rows from Java, and their conversion to a statement's parameters.

pub mod column;
pub mod value;
pub mod frame;
pub mod numeric;
pub mod temporal;
pub mod tuple;
pub mod encode;
pub mod json;
