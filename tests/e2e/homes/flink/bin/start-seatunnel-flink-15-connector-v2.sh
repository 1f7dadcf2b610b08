#!/usr/bin/env bash
# Runs a job on Flink. Every argument goes to SeaTunnel's starter (--help shows them). Environment: JAVA_HOME, JAVA_OPTS.

set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export FLINK_HOME=$home/flink
exec "$home/bin/submit.sh" seatunnel-flink-15-starter org.apache.seatunnel.core.starter.flink.FlinkStarter "$@"
