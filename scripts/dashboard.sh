#!/usr/bin/env bash
# Draws the Grafana dashboard of docs/monitoring from a real run: a job from MySQL to dsql-local, watched by a real Prometheus,
# with a first load, changes that come faster and slower, an outage, conflicts and rows that the target does not take.
#
# Usage: scripts/dashboard.sh [--seconds N] [--draw] [--publish]
#   --seconds N  how long rows change (by default 300)
#   --draw       draws the answers of the run before again, without a run
#   --publish    puts the picture into docs/monitoring, to be committed
# It builds and fetches what is missing. The picture is drawn by matplotlib (PyPI), from what Prometheus answers to the
# dashboard's own queries. Answers, logs and the picture (SVG, PNG): target/dashboard.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

seconds=300 draw='' publish=''
while [[ $# -gt 0 ]]; do
    case $1 in
        --help | -h) help_and_exit ;;
        --seconds)
            seconds=${2-}
            [[ $seconds =~ ^[0-9]+$ ]] || die "--seconds must be a number, not '$seconds'"
            shift
            ;;
        --draw) draw=yes ;;
        --publish) publish=yes ;;
        *) die "unknown option '$1'; see --help" ;;
    esac
    shift
done
need python3
OUT=$ROOT/target/dashboard
if [[ -z $draw ]]; then
    need java mvn cargo
    "$ROOT/scripts/fetch.sh" prometheus
    prepare_jobs
    prepare_home "$ZETA_VERSION" lib
    java -Xmx256m -Duser.timezone=UTC -Droot.dir="$ROOT" -Dzeta.home="$ZETA_HOME" -cp "$E2E_CLASS_PATH" \
        io.dsqlsink.e2e.DashboardRun "$seconds" "$OUT/answers.json"
fi
python_env plot
"$PYTHON_ENV/bin/python3" "$ROOT/scripts/lib/dashboard.py" "$ROOT/docs/monitoring/dashboard.json" "$OUT/answers.json" "$OUT/dashboard"
[[ -z $publish ]] || cp "$OUT/dashboard.svg" "$ROOT/docs/monitoring"
say "the picture: $OUT/dashboard.svg"
