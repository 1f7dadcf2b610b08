#!/usr/bin/env bash
# run.sh CLASS NODE-CONFIG CLIENT-CONFIG ARGUMENT...: a JVM of SeaTunnel's engine. Called by the scripts beside it.

set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
class=$1 node=$2 client=$3
shift 3
# Of a release without a starter the classes are our own, in starter/client.jar.
[[ ! -e $home/starter/seatunnel-starter.jar ]] || class=org.apache.seatunnel.core.starter.seatunnel.$class
# The parts of a 2.3.8 starter hold two versions of some classes; the patched one has to come first.
shade=$(printf '%s:' "$home"/starter/seatunnel-config-shade-*.jar)
class_path="$home/lib/*:$shade$home/starter/*"
mapfile -t jvm_options < <(grep -v '^#' "$home/config/jvm_client_options")
export SEATUNNEL_HOME=$home
# JAVA_OPTS holds several options, so it is split on purpose.
# shellcheck disable=SC2086
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" "${jvm_options[@]}" -DSEATUNNEL_HOME="$home" -Dzeta.port="${ZETA_PORT:-}" \
    -Dseatunnel.config="${ZETA_CONFIG:-$home/config/seatunnel.yaml}" -Dhazelcast.config="$home/config/$node.yaml" \
    -Dhazelcast.client.config="$home/config/$client.yaml" -Dhazelcast.logging.type=log4j2 \
    -Dlog4j2.configurationFile="$home/config/log4j2_client.properties" -Dlog4j2.isThreadContextMapInheritable=true \
    ${JAVA_OPTS:-} -cp "$class_path" "$class" "$@"
