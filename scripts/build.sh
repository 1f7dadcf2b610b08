#!/usr/bin/env bash
# Builds the connector jar with the native library in it. What is newer than its sources is not built again.
#
# Usage: scripts/build.sh [--this-glibc]
#   --this-glibc  the native library needs this machine's glibc, and its build no zig (see build-native.sh)
# It fails when a class in the jar, a relocated one too, needs more than Java 8.
# -> seatunnel-connector-dsql/target/seatunnel-connector-dsql-VERSION.jar

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
say "building the native library"
need jar
"$ROOT/scripts/build-native.sh" "$@"
cd "$ROOT"
if ! newer_than "$CONNECTOR_JAR" "$NATIVE_LIBRARY" pom.xml newer-api/pom.xml {java-bridge,seatunnel-connector-dsql}/{pom.xml,src}; then
    say "building the connector jar"
    quietly target/logs/connector-build.log maven -pl seatunnel-connector-dsql -am package -DskipTests
    # Maven leaves a jar alone whose content would be the same.
    touch "$CONNECTOR_JAR"
fi
# Java 8, where engines still run, loads class files of major version 52 at most: ours and those shaded into the jar.
newest_java=52
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT
classes=$(cd "$unpacked" && jar xf "$CONNECTOR_JAR" && find . -name '*.class')
[[ -n $classes ]] || die "no class in $CONNECTOR_JAR"
# The first eight bytes are a magic number, then minor and major version.
newer=$(cd "$unpacked" && xargs head --quiet --bytes 8 <<<"$classes" | od -A n -v -t u1 --width=8 |
    paste <(cat <<<"$classes") - | awk -v newest="$newest_java" '$8 * 256 + $9 > newest {print $1 ": " $8 * 256 + $9}')
[[ -z $newer ]] || die "classes too new for Java 8 (major version above $newest_java) in $CONNECTOR_JAR:
$newer"
say "$CONNECTOR_JAR ($(stat -c %s "$CONNECTOR_JAR") bytes)"
