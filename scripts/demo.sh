#!/usr/bin/env bash
# Runs the main job from end to end and compares every row: MySQL -> SeaTunnel 2.3.4 -> dsql-local.
#
# Usage: scripts/demo.sh [--rows N] [--keep]
#        scripts/demo.sh --stop
#   --rows N  rows in the shop, at least 10000 (by default 120000)
#   --keep    leaves everything running and prints how to connect to it; --stop stops it
# Installs and builds what is missing, so the first run takes minutes. It stops all processes that it started, also when
# it is interrupted. Exit code 0: source and target are equal in every row. Logs: target/demo.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

rows=120000 keep=
while [[ $# -gt 0 ]]; do
    case $1 in
        --help | -h) help_and_exit ;;
        --rows)
            rows=${2:?--rows needs a number}
            [[ $rows =~ ^[0-9]+$ && $rows -ge 10000 ]] || die "--rows must be a number of at least 10000, not '$rows'"
            shift
            ;;
        --keep) keep=keep ;;
        --stop)
            stop_kept
            exit 0
            ;;
        *) die "unknown option '$1'; see --help" ;;
    esac
    shift
done
[[ -z $(kept) ]] || die "a kept demo is still running; scripts/demo.sh --stop stops it"

need java mvn cargo
started=$SECONDS
prepare_jobs
prepare_home "$ZETA_VERSION" lib
say "everything is built ($((SECONDS - started)) s)"

# The demo and all its children form a process group of their own. On SIGTERM the demo stops its children; if that
# fails, the group is killed.
set -m
java -Xmx512m -Duser.timezone=UTC -Droot.dir="$ROOT" -Dzeta.home="$ZETA_HOME" \
    -cp "$E2E_CLASS_PATH" \
    io.dsqlsink.e2e.Demo "$rows" ${keep:+keep} &
demo=$!
set +m
trap 'kill -TERM "$demo" 2>/dev/null || true; wait "$demo" || true; kill -KILL -- "-$demo" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
status=0
wait "$demo" || status=$?
[[ $status -eq 0 ]] && say "source and target are equal ($((SECONDS - started)) s in all)"
exit "$status"
