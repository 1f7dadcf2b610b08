#!/usr/bin/env bash
# Holds what the project believes about Aurora DSQL against a real cluster: recorded facts, open questions, load rates.
#
# Usage: scripts/cluster.sh --endpoint HOST [OPTION...]
#   --role ROLE           role of the database (by default admin; facts about roles need it)
#   --report FILE         the report, in the form of an issue (by default cluster-report.md)
#   --rows N              rows that the load writes at most with one number of connections (by default 400000)
#   --connections N,N     numbers of connections that the load is measured with (by default 1,8,32,64)
#   --no-facts, --no-questions   leaves these out
#   --yes                 does not ask before it costs more than a dollar
#   --playground          prints the facts as plain SQL for AWS's playground in a browser; tests/cluster/playground.sql is that
# Credentials come from the AWS default chain. Everything is done in a separate schema, which is dropped at the end.
# Exit code: 0 the cluster is as believed, 1 it is not, 2 it was not asked.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# -gt 0 ]] || help_and_exit
case $1 in
    --help | -h) help_and_exit ;;
esac
need cargo
exec cargo run --quiet --locked --manifest-path "$ROOT/Cargo.toml" --release -p cluster-probes -- "$@"
