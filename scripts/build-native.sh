#!/usr/bin/env bash
# Builds the native library for the connector jar. It runs on glibc 2.17 and newer.
#
# Usage: scripts/build-native.sh [--aarch64 | --this-glibc | --fault-injection]
#   (nothing)          for this machine's processor, x86_64 or aarch64 -> target/native/linux-x86_64/libdsql_sink.so.
#                      Links with zig, which comes from PyPI into a Python environment in the cache
#   --aarch64          for aarch64 on any machine -> target/native/linux-aarch64/libdsql_sink.so
#   --this-glibc       as without an option; needs no zig, and the library needs a glibc as new as this machine's
#   --fault-injection  for the tests of the JNI border: with an export that panics on request. Never shipped; builds faster
#                      -> target/native-test/linux-x86_64/libdsql_sink.so

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# -le 1 ]] || die "takes one option; see --help"
case ${1:-} in
    --help | -h) help_and_exit ;;
    '' | --aarch64 | --this-glibc | --fault-injection) kind=${1:-} ;;
    *) die "unknown option '$1'; see --help" ;;
esac
[[ $(uname -sm) =~ ^Linux\ (x86_64|aarch64)$ ]] || die "builds on Linux x86_64 and aarch64 only, this is $(uname -sm)"
need cargo

cd "$ROOT"
# A crate-type list of cdylib and rlib in Cargo.toml would silently disable LTO (cargo#9672), so the type is set here.
library=(-p dsql-sink --lib --crate-type cdylib --locked)
# The library must never be unmapped. It keeps some resources for the whole process, such as the sockets by which tokio
# receives signals. Otherwise each new class loader of an engine would leak them once more.
linking=(-- -C 'link-arg=-Wl,-z,nodelete')
target=target/native platform=$PLATFORM
case $kind in
    --fault-injection)
        target=target/native-test
        cargo rustc "${library[@]}" --features fault-injection "${linking[@]}"
        built=$CARGO_TARGET/debug
        ;;
    --this-glibc)
        cargo rustc "${library[@]}" --release "${linking[@]}"
        built=$CARGO_TARGET/release
        ;;
    *)
        [[ $kind != --aarch64 ]] || platform=linux-aarch64
        triple=${platform#linux-}-unknown-linux-gnu
        use_zig
        rustup target list --installed | grep -qx "$triple" || rustup --quiet target add "$triple"
        without_paths
        cargo-zigbuild rustc "${library[@]}" --release --target "$triple.$GLIBC" "${linking[@]}"
        built=$CARGO_TARGET/$triple/release
        ;;
esac

mkdir -p "$target/$platform"
# A file with the same bytes keeps its time, so that nothing that depends on it is rebuilt.
cmp --silent "$built/libdsql_sink.so" "$target/$platform/libdsql_sink.so" ||
    install -m 644 "$built/libdsql_sink.so" "$target/$platform/libdsql_sink.so"
