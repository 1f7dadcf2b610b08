//! Golden frames with random damage are decoded without a panic. scripts/fuzz.sh looks deeper.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../fuzz/fuzz_targets/decode.rs"]
#[allow(unreachable_pub)]
mod decode;

use proptest::prelude::*;
use proptest::sample::Index;

/// The bytes of a golden file: hex, lines that start with # are comments.
fn golden(name: &str) -> Vec<u8> {
    let text =
        std::fs::read_to_string(format!("{}/../tests/golden/{name}_v1.hex", env!("CARGO_MANIFEST_DIR")))
            .unwrap();
    let digits: Vec<u8> = text.lines().filter(|line| !line.starts_with('#')).flat_map(str::bytes).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]
    #[test]
    fn damaged_frames_never_panic(
        name in prop::sample::select(vec!["rows", "table", "options"]),
        damage in prop::collection::vec((0u8..5, any::<Index>(), any::<Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = golden(name);
        for (kind, at, to, byte) in damage {
            let (at, to) = (at.index(bytes.len() + 1), to.index(bytes.len() + 1));
            let part = at.min(to)..at.max(to);
            match kind {
                0 => bytes[part].iter_mut().take(1).for_each(|first| *first ^= 1 << (byte % 8)),
                1 => bytes[part].iter_mut().take(4).for_each(|first| *first = byte),
                2 => bytes.insert(at, byte),
                3 => drop(bytes.drain(part).take(64).count()),
                _ => {
                    let copy: Vec<u8> = bytes[part].iter().copied().take(64).collect();
                    bytes.splice(at..at, copy);
                }
            }
        }
        decode::decode(&bytes);
    }
}
