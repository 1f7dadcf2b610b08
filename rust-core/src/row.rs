//! Rows as Java hands them over, and their way into a statement's parameters.

pub mod column;
pub mod value;
pub mod frame;
pub mod numeric;
pub mod temporal;
pub mod tuple;
pub mod encode;
pub mod json;
