#!/usr/bin/env bash
# Compares the project's assumptions about Aurora DSQL with a real cluster: recorded facts, open questions, load rates, and
# the main job from a temporary MySQL.
#
# Usage: scripts/cluster.sh --endpoint HOST [OPTION...]
#   --role ROLE           role of the database (by default admin; facts about roles need it)
#   --report FILE         the report, in the form of an issue (by default cluster-report.md)
#   --rows N              the load writes at most so many rows for each number of connections (by default 400000)
#   --connections N,N     numbers of connections to measure the load with (by default 1,8,32,64)
#   --job-rows N          rows of the main job's table (by default 20000)
#   --no-facts, --no-questions, --no-job   leave these out
#   --yes                 does not ask for confirmation if the run costs more than a dollar
#   --playground          prints the facts as plain SQL for AWS's playground in a browser; tests/cluster/playground.sql is that
# Credentials come from the AWS default chain. Everything is done in a separate schema, which is dropped at the end, also
# after a failure or Ctrl-C. For the job the connector is built and MySQL and SeaTunnel are fetched; logs: target/cluster.
# Exit code: 0 the cluster behaves as assumed, 1 it does not, 2 this was not found out.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# -gt 0 ]] || help_and_exit
case $1 in
    --help | -h) help_and_exit ;;
esac
need cargo
job=()
if [[ ! " $* " =~ \ --(no-job|playground)\  ]]; then
    need java mvn
    prepare_source
    prepare_home "$ZETA_VERSION" lib
    job=(-- java -Xmx256m -Duser.timezone=UTC -Droot.dir="$ROOT" -Dzeta.home="$ZETA_HOME" -Dconnector.jar="$CONNECTOR_JAR"
        -cp "$E2E_CLASS_PATH" io.dsqlsink.e2e.ClusterJob)
fi
# The tests' build is the one without --release.
profile=${CLUSTER_PROFILE:-release}
build_tool cluster-probes --profile "${profile/debug/dev}"
exec "$CARGO_TARGET/$profile/cluster-probes" "$@" "${job[@]}"
