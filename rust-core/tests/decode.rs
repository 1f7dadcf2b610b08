//! External input with random damage is read without a panic: frames of Java, options of a job,
//! messages of a server. scripts/fuzz.sh tests more.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "../fuzz/fuzz_targets/decode.rs"]
#[allow(unreachable_pub)]
mod decode;
#[path = "../fuzz/fuzz_targets/settings.rs"]
#[allow(unreachable_pub)]
mod settings;
#[path = "../fuzz/fuzz_targets/stream.rs"]
#[allow(unreachable_pub)]
mod stream;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;

/// Kind, from, to, byte.
type Damage = (u8, Index, Index, u8);

fn file(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(byte).collect()
}

/// The bytes of a golden file: hex, lines that start with # are comments.
fn golden(name: &str) -> Vec<u8> {
    let text = String::from_utf8(file(&format!("../tests/golden/{name}_v1.hex"))).unwrap();
    bytes_of(&text.lines().filter(|line| !line.starts_with('#')).collect::<String>())
}

/// Whole streams of a server, one per line.
fn streams() -> Vec<Vec<u8>> {
    let text = String::from_utf8(file("fuzz/seeds/server.hex")).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(bytes_of).collect()
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    prop::collection::vec((0u8..5, any::<Index>(), any::<Index>(), any::<u8>()), 1..8)
}

fn damaged(mut bytes: Vec<u8>, damages: Vec<Damage>) -> Vec<u8> {
    for (kind, at, to, byte) in damages {
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
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]
    #[test]
    fn damaged_frames_never_panic(
        name in prop::sample::select(vec!["rows", "table", "options"]),
        damages in damages(),
    ) {
        decode::decode(&damaged(golden(name), damages));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]
    #[test]
    fn damaged_options_never_panic(
        name in prop::sample::select(vec!["keys.txt", "role.txt", "query.txt"]),
        damages in damages(),
    ) {
        settings::read(&damaged(file(&format!("fuzz/seeds/options/{name}")), damages));
    }

    #[test]
    fn damaged_messages_of_a_server_never_panic(
        stream in prop::sample::select(streams()),
        damages in damages(),
    ) {
        stream::serve(&damaged(stream, damages));
    }
}
