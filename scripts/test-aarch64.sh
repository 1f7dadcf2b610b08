#!/usr/bin/env bash
# Tests the native library for aarch64 on this machine: its unit tests, and writes to dsql-local. qemu emulates the
# processor, so it takes minutes.
#
# Usage: scripts/test-aarch64.sh
# Exit code 0: all passed. scripts/dist.sh runs it before a release.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -eq 0 ]] || die "takes no arguments"
need cargo rustup
cd "$ROOT"
scripts/fetch.sh postgres qemu
use_zig
triple=aarch64-unknown-linux-gnu
rustup target list --installed | grep -qx "$triple" || rustup --quiet target add "$triple"

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="$CACHE/qemu-aarch64/qemu -L $CACHE/qemu-aarch64"
# Debug information would double the time to link for a processor that no debugger is attached to here.
export CARGO_PROFILE_DEV_DEBUG=0
# dsql-local is part of the tests' process and emulated too. PostgreSQL behind it is not.
cargo-zigbuild test --locked --target "$triple.$GLIBC" -p dsql-sink --lib --test decode --test write --test forms
