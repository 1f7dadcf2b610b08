#!/usr/bin/env bash
# Shows that builds are reproducible: builds the last commit twice, in two folders, each with its own HOME and
# CARGO_HOME, and compares the native library and the jar byte for byte.
#
# Usage: scripts/reproduce.sh [--keep]
#   --keep  leaves both trees in target/reproduce, so that you can see what differs
# Exit code 0: both are the same. Uncommitted changes are not built. Two full builds take many minutes.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
keep=''
[[ $# -eq 0 ]] || { [[ $# -eq 1 && $1 == --keep ]] && keep=yes; } || die "takes --keep or nothing; see --help"
need cargo rustup mvn git cmp

work=$ROOT/target/reproduce
rm -rf "$work"
mkdir -p "$work"
[[ -n $keep ]] || trap 'rm -rf "$work"' EXIT
rustup_home=${RUSTUP_HOME:-$HOME/.rustup}
jar=seatunnel-connector-dsql/target/$(basename "$CONNECTOR_JAR") library=target/native/$PLATFORM/libdsql_sink.so

# Paths of different length, because the length of a path can change a binary.
for tree in first second/in-a-deeper-folder; do
    say "building in $tree"
    mkdir -p "$work/$tree.home"
    git clone --quiet "$ROOT" "$work/$tree"
    # Downloads of Maven and PyPI are shared: their hashes are checked.
    ln -s ~/.m2 "$work/$tree.home/.m2"
    quietly "$ROOT/target/logs/reproduce-${tree%%/*}.log" env -u CARGO_TARGET_DIR HOME="$work/$tree.home" \
        CARGO_HOME="$work/$tree.home/cargo" RUSTUP_HOME="$rustup_home" DSQL_SINK_CACHE="$CACHE" \
        MAVEN_OPTS="-Duser.home=$work/$tree.home" "$work/$tree/scripts/build.sh"
done

differ=''
for file in "$library" "$jar"; do
    say "$(sha256sum "$work/first/$file" | cut -c1-64) $(basename "$file")"
    cmp "$work/first/$file" "$work/second/in-a-deeper-folder/$file" || differ+=" $file"
done
[[ -z $differ ]] || die "not the same:$differ"
! grep -qaF -e "$work" -e "$HOME/" "$work/first/$library" || die "the library names a path of this machine"
say "both builds are the same, byte for byte"
