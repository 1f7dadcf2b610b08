#!/usr/bin/env bash
# A node of a Zeta cluster: the first one is its master. Environment: JAVA_HOME, JAVA_OPTS.

set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/run.sh" SeaTunnelServer hazelcast-cluster hazelcast-client-cluster "$@"
