#!/usr/bin/env bash
# Installs the connector into a SeaTunnel home and checks the installation. Run it on every node, then restart the node.
#
# Usage: install.sh [--home DIR] [--mode lib|connectors]
#   --home DIR   the SeaTunnel home; $SEATUNNEL_HOME by default
#   --mode MODE  lib (default): one jar into lib/. connectors: for homes whose lib/ must not change
# Needs the java that SeaTunnel runs on. To uninstall: java -jar seatunnel-connector-dsql-*.jar uninstall

set -euo pipefail
[[ ${1:-} != --help && ${1:-} != -h ]] || {
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
    exit 0
}
home=${SEATUNNEL_HOME:-} mode=lib
while [[ $# -gt 0 ]]; do
    case $1 in
        --home) home=${2:?--home needs a folder} ;;
        --mode) mode=${2:?--mode needs lib or connectors} ;;
        *)
            echo "install.sh: unknown option '$1'; see --help" >&2
            exit 2
            ;;
    esac
    shift 2
done
[[ -n $home ]] || {
    echo "install.sh: set SEATUNNEL_HOME or give --home DIR" >&2
    exit 2
}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
jar=$(find "$(dirname "${BASH_SOURCE[0]}")" -maxdepth 1 -name 'seatunnel-connector-dsql-*.jar' ! -name '*-sources.jar' ! -name '*-javadoc.jar')
"$java" -jar "$jar" install --home "$home" --mode "$mode"
"$java" -jar "$jar" doctor --home "$home"
