#!/usr/bin/env bash
set -euo pipefail
bin=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$bin/run.sh" 512m org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint \
    --configDir "$bin/../conf" --executionMode cluster "$@"
