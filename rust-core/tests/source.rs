//! Rules of the architecture that the compiler does not check.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// Files below `src`, by relative path, with their text without tests.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    assert!(paths.len() > 30, "the sources were not found");
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    let text =
        |path: &Path| fs::read_to_string(path).unwrap().split("#[cfg(test)]").next().unwrap().to_owned();
    paths
        .iter()
        .map(|path| (name(path), text(path)))
        .filter(|(name, _)| !name.ends_with("tests.rs"))
        .collect()
}

/// No file outside `allowed` contains `text`, and at least one inside does: otherwise the rule
/// would check nothing.
#[track_caller]
fn only_in(text: &str, allowed: &[&str]) {
    let holding: Vec<String> =
        sources().into_iter().filter(|(_, source)| source.contains(text)).map(|(name, _)| name).collect();
    let inside = |name: &&String| allowed.iter().any(|allowed| name.starts_with(allowed));
    assert!(holding.iter().any(|name| inside(&name)), "{text} is in no file");
    let outside: Vec<&String> = holding.iter().filter(|name| !inside(name)).collect();
    assert!(outside.is_empty(), "{text} is in {outside:?}");
}

/// No file contains `text`.
#[track_caller]
fn nowhere(text: &str) {
    let holding: Vec<String> =
        sources().into_iter().filter(|(_, source)| source.contains(text)).map(|(name, _)| name).collect();
    assert!(holding.is_empty(), "{text} is in {holding:?}");
}

/// The modules of the crate in the order of ARCHITECTURE.md: each may use only those above it.
fn layers() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ARCHITECTURE.md");
    let page = fs::read_to_string(page).unwrap();
    let drawing = page.split("### Modules of rust-core\n").nth(1).unwrap().split("```").nth(1).unwrap();
    let first_word = |line: &str| line.split_whitespace().next().map(str::to_owned);
    // The first line is the fence's "text"; a line that begins with a space continues the one
    // before.
    drawing.lines().skip(1).filter(|line| !line.starts_with(' ')).filter_map(first_word).collect()
}

#[test]
fn modules_use_only_modules_above_them_in_the_diagram() {
    let layers = layers();
    let layer = |module: &str| layers.iter().position(|layer| layer == module);
    let mut uses = 0;
    let mut seen = std::collections::BTreeSet::new();
    for (name, text) in sources().into_iter().filter(|(name, _)| name != "lib.rs") {
        let module = name.split(['/', '.']).next().unwrap();
        let own = layer(module);
        assert!(own.is_some(), "ARCHITECTURE.md does not show {module}");
        seen.insert(module.to_owned());
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for used in code.flat_map(|line| line.split("crate::").skip(1)) {
            let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            assert!(
                layer(&used).is_some_and(|used| Some(used) <= own),
                "{name} uses {used}, which is below it"
            );
            uses += 1;
        }
    }
    assert!(uses > 200, "only {uses} uses were found");
    assert_eq!(seen.len(), layers.len(), "ARCHITECTURE.md shows a module that does not exist: {layers:?}");
}

#[test]
fn jni_and_unsafe_stay_at_the_border() {
    only_in("jni::{", &["jni/"]);
    only_in("unsafe", &["jni.rs", "jni/"]);
}

#[test]
fn rust_never_calls_java() {
    for call in [
        "attach_current_thread",
        "call_method",
        "call_static_method",
        "get_java_vm",
        "JavaVM",
        "new_global_ref",
    ] {
        nowhere(call);
    }
}

#[test]
fn only_some_modules_use_the_client_of_postgresql() {
    only_in(
        "tokio_postgres",
        &[
            "connect.rs",
            "connect/prepared.rs",
            "failure/classify.rs",
            "session.rs",
            "verify/ask.rs",
            "write/array.rs",
            "write/catalog.rs",
            "write/transact",
        ],
    );
}

#[test]
fn only_handles_pace_credentials_ports_and_comparisons_are_static() {
    only_in(
        "\nstatic ",
        &[
            "jni/handles.rs",
            "connect/pace.rs",
            "connect/auth/shared.rs",
            "metrics/port.rs",
            "verify/shared.rs",
        ],
    );
    only_in("    static ", &["jni/exports.rs"]); // in the tests' fault injection
    nowhere("thread_local!");
    nowhere("static mut");
}

#[test]
fn nothing_prints() {
    // The streams belong to the host process; log lines go through notices.
    for call in ["println!", "eprintln!", "dbg!"] {
        let outside: Vec<String> = sources()
            .into_iter()
            .filter(|(_, source)| {
                source.lines().any(|line| line.contains(call) && !line.trim_start().starts_with("///"))
            })
            .map(|(name, _)| name)
            .collect();
        assert!(outside.is_empty(), "{call} is in {outside:?}");
    }
}

#[test]
fn secrets_are_exposed_only_where_they_are_used() {
    only_in(".expose()", &["connect.rs", "connect/auth/"]);
}
