#!/usr/bin/env bash
# Shows that a build is the same wherever it is made: builds the last commit twice, in two folders, each with its
# own HOME and CARGO_HOME, and compares the native library and the jar byte for byte.
#
# Usage: scripts/reproduce.sh [--keep]
#   --keep  leaves both trees in target/reproduce, to look at what differs
# Exit code 0: both are the same. What is not committed is not built. Two builds from nothing: many minutes.

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

# Of different length, as lengths of paths have got into binaries before.
for tree in first second/in-a-deeper-folder; do
    say "building in $tree"
    mkdir -p "$work/$tree.home"
    git clone --quiet "$ROOT" "$work/$tree"
    # What Maven and PyPI have fetched is shared: it is known by its hashes.
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
