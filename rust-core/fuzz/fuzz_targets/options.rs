//! See `settings.rs`.
#![no_main]

mod settings;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| settings::read(bytes));
