#!/usr/bin/env bash
# run.sh HEAP CLASS ARGUMENT...: a JVM of Flink. Called by the scripts beside it: PyPI's Flink has none.

set -euo pipefail
flink=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export FLINK_CONF_DIR=$flink/conf FLINK_LIB_DIR=$flink/lib FLINK_PLUGINS_DIR=$flink/plugins
heap=$1
shift
mapfile -t jvm_options < <(grep -v "^#" "$flink/conf/jvm_options")
# JAVA_OPTS holds several options, so it is split on purpose.
# shellcheck disable=SC2086
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" "${jvm_options[@]}" "-Xmx$heap" \
    -Dlog4j.configurationFile="$flink/conf/log4j.properties" ${JAVA_OPTS:-} -cp "$flink/lib/*" "$@"
