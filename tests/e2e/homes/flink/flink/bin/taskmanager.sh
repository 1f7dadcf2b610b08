#!/usr/bin/env bash
set -euo pipefail
bin=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$bin/run.sh" 1500m org.apache.flink.runtime.taskexecutor.TaskManagerRunner --configDir "$bin/../conf" "$@"
