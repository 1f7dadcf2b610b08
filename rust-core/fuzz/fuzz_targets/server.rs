//! See `stream.rs`.
#![no_main]

mod stream;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stream::serve(bytes));
