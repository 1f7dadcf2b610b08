//! The committed header is what cbindgen writes from `src/abi.rs`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;

#[test]
fn the_header_is_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("include/dsql_sink.h");
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let bindings =
        cbindgen::Builder::new().with_config(config).with_src(root.join("src/abi.rs")).generate().unwrap();
    let mut written = Vec::new();
    bindings.write(&mut written);
    let written = String::from_utf8(written).unwrap();
    assert!(written.contains("#define DSQL_ABI_VERSION "), "{written}");
    if std::env::var_os("UPDATE_HEADER").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, written, "run: UPDATE_HEADER=1 cargo test -p dsql-sink --test header");
}
