#!/usr/bin/env bash
# Fuzzes all external input. Starts from the seeds and from the corpus of earlier runs in target/fuzz.
#
# Usage: scripts/fuzz.sh [SECONDS] [TARGET...]
#   SECONDS  how long each target runs; default 1800
#   frame    bytes that Java passes to the library
#   options  options of a job, with its url and query
#   server   what a server sends, from its first answer on
#   home     jars and files of a SeaTunnel home that the installer reads
# Without TARGET all of them, one after the other. Needs a nightly compiler (rustup toolchain install nightly), except for home.
# cargo-fuzz comes from PyPI and Jazzer from Maven Central. Exit code 0: no finding. A finding is kept in
# target/fuzz/TARGET/found, and its input is printed.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
seconds=1800
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
    seconds=$1
    shift
fi
[[ $# -gt 0 ]] || set -- frame options server home
need cargo rustup java xxd

for target in "$@"; do
    [[ $target =~ ^(frame|options|server|home)$ ]] || die "unknown '$target'; see --help"
    corpus=$ROOT/target/fuzz/$target/corpus found=$ROOT/target/fuzz/$target/found/
    mkdir -p "$corpus" "$found"
    say "$target: $seconds s"
    "fuzz_$target"
    say "$target: $seconds s without a finding"
done
