#!/usr/bin/env bash
# Fuzzes the decoding of the bytes that Java hands over. Starts from the golden frames and keeps what it finds.
#
# Usage: scripts/fuzz.sh [RUNS]
#   RUNS  how many inputs to try; default 10000000, some minutes
# Needs a nightly compiler (rustup toolchain install nightly) and cargo-fuzz (cargo install cargo-fuzz).
# Exit code 0: no finding. A finding is kept in target/fuzz/artifacts, and its input is printed.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
runs=${1:-10000000}
[[ $# -le 1 && $runs =~ ^[0-9]+$ ]] || die "takes one number; see --help"
need cargo rustup xxd
rustup run nightly cargo fuzz --version >/dev/null 2>&1 || die "needs nightly and cargo-fuzz; see --help"

corpus=$ROOT/target/fuzz/corpus artifacts=$ROOT/target/fuzz/artifacts/
mkdir -p "$corpus" "$artifacts"
for golden in "$ROOT"/tests/golden/*.hex; do
    grep -v '^#' "$golden" | xxd -revert -plain >"$corpus/$(basename "$golden" .hex)"
done

cd "$ROOT/rust-core"
# Frames of a few rows are enough to meet every branch, and short ones are many a second. The code has no unsafe, so a
# sanitizer would see nothing that does not panic.
rustup run nightly cargo fuzz run --sanitizer none --target-dir "$ROOT/target/fuzz/build" frame "$corpus" -- \
    -runs="$runs" -max_len=1024 -artifact_prefix="$artifacts" -print_final_stats=1
say "$runs runs without a finding"
