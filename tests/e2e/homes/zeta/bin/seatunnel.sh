#!/usr/bin/env bash
# Runs a job on the Zeta engine: bin/seatunnel.sh --config JOB.conf -m local
# Every argument goes to SeaTunnel's own client (--help shows them). Environment: JAVA_HOME, JAVA_OPTS.

set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
client=hazelcast-client
[[ " $* " == *" local "* ]] || client=hazelcast-client-cluster

# Hazelcast's default range starts at 5801. The first free port from a random place in it serves this run.
port=$((5801 + RANDOM % 1000))
while (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
ZETA_PORT=${ZETA_PORT:-$port} exec "$home/bin/run.sh" SeaTunnelClient hazelcast "$client" "$@"
