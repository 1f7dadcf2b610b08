#!/usr/bin/env bash
# Builds the connector jar with the native library in it. Files that are newer than their sources are not rebuilt.
#
# Usage: scripts/build.sh [--this-glibc]
#   --this-glibc  the native library needs this machine's glibc, and its build needs no zig (see build-native.sh)
# It fails if a class in the jar, including relocated ones, needs more than Java 8.
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
    # Maven does not write a jar whose content would be the same.
    touch "$CONNECTOR_JAR"
fi
# Some engines still run on Java 8, which loads class files up to major version 52. Checks ours and the shaded ones.
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
