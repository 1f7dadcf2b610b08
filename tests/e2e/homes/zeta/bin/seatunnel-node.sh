#!/usr/bin/env bash
# A node for itself, on the port that ZETA_PORT names, which jobs are sent to over REST. Environment: JAVA_HOME, JAVA_OPTS.

set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/run.sh" SeaTunnelServer hazelcast hazelcast-client "$@"
