//! The committed headers are the output of cbindgen: for the border from `src/abi.rs`, for the
//! limits from `src/limits.rs` and `src/config/bounds.rs`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;

#[test]
fn the_header_of_the_border_is_current() {
    check("dsql_sink.h", &["src/abi.rs"], "#define DSQL_ABI_VERSION ");
}

#[test]
fn the_header_of_the_limits_is_current() {
    check("dsql_limits.h", &["src/limits.rs", "src/config/bounds.rs"], "#define DSQL_TRANSACTION_ROWS 3000");
}

#[track_caller]
fn check(name: &str, sources: &[&str], says: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("include").join(name);
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    config.include_guard = Some(name.to_uppercase().replace('.', "_"));
    let from = sources.join(" and rust-core/");
    config.autogen_warning = config.autogen_warning.map(|text| text.replace("src/abi.rs", &from));
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in sources {
        builder = builder.with_src(root.join(source));
    }
    let bindings = builder.generate().unwrap();
    let mut written = Vec::new();
    bindings.write(&mut written);
    let written = String::from_utf8(written).unwrap();
    assert!(written.contains(says), "{written}");
    if std::env::var_os("UPDATE_HEADER").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, written, "run: UPDATE_HEADER=1 cargo test -p dsql-sink --test header");
}
