#!/usr/bin/env bash
# Builds the connector jar with the native library in it. What is newer than its sources is not built again.
#
# Usage: scripts/build.sh [--portable]
#   --portable  the native library runs on glibc 2.17 and newer (see build-native.sh)
# -> seatunnel-connector-dsql/target/seatunnel-connector-dsql-VERSION.jar

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
say "building the native library"
"$ROOT/scripts/build-native.sh" "$@"
cd "$ROOT"
if ! newer_than "$CONNECTOR_JAR" "$NATIVE_LIBRARY" pom.xml newer-api/pom.xml {java-bridge,seatunnel-connector-dsql}/{pom.xml,src}; then
    say "building the connector jar"
    quietly target/logs/connector-build.log maven -pl seatunnel-connector-dsql -am package -DskipTests
    # Maven leaves a jar alone whose content would be the same.
    touch "$CONNECTOR_JAR"
fi
say "$CONNECTOR_JAR ($(stat -c %s "$CONNECTOR_JAR") bytes)"
