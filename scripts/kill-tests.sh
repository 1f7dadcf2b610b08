#!/usr/bin/env bash
# Kills parts that the main job depends on, at random moments while it runs, and compares every row afterwards.
#
# Usage: scripts/kill-tests.sh [--seed N] [--runs N] [--only TARGETS] [--rows N] [--publish]
#   --seed N        the first run's seed (by default 1); the next run has the next one. Even seeds kill in the full load,
#                   odd ones in the stream of changes, those that end with 0 while the first split is read, with 8 before
#                   a checkpoint. A seed repeats a run
#   --runs N        runs of each target (by default 20 of the engine, 1 of stock, 6 of the others)
#   --only TARGETS  engine,stock,postgres,dsql-local,network (default: all). stock is SeaTunnel's own sink for comparison;
#                   tests/e2e/KILL-TESTS.md explains them
#   --rows N        rows of a full load (by default 90000); a stream begins after a tenth of them
#   --publish       writes the table into tests/e2e/KILL-TESTS.md, to be committed
# Exit code 0: source and target were equal in every row after every run, except for deletes of which the logs prove
# that SeaTunnel's source lost them. Logs: target/kill-tests; table: target/kill-tests.md.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

seed='' runs='' only=engine,stock,postgres,dsql-local,network rows=90000 publish=''
while [[ $# -gt 0 ]]; do
    case $1 in
        --help | -h) help_and_exit ;;
        --publish) publish=yes && shift && continue ;;
        --seed | --runs | --rows)
            [[ ${2:-} =~ ^[0-9]+$ ]] || die "$1 needs a number"
            declare "${1#--}=$2"
            ;;
        --only) only=${2:?--only needs names} ;;
        *) die "unknown option '$1'; see --help" ;;
    esac
    shift 2
done
targets=()
for target in ${only//,/ }; do
    case $target in
        engine) targets+=("$target=${seed:-1}+${runs:-20}") ;;
        stock) targets+=("$target=${seed:-10}+${runs:-1}") ;;
        postgres | dsql-local | network) targets+=("$target=${seed:-1}+${runs:-6}") ;;
        *) die "--only takes engine, stock, postgres, dsql-local and network, not '$target'" ;;
    esac
done
need java mvn cargo
cd "$ROOT"
started=$SECONDS
prepare_jobs
prepare_home "$ZETA_VERSION" lib
stock=$ROOT/target/zeta-home-stock
[[ -e $stock ]] || scripts/home.sh zeta "$stock"
say "everything is built ($((SECONDS - started)) s)"

table=$ROOT/target/kill-tests.md
status=0
java -Xmx512m -Duser.timezone=UTC -Droot.dir="$ROOT" -Dzeta.home="$ZETA_HOME" -Dstock.home="$stock" \
    -cp "$E2E_CLASS_PATH" \
    io.dsqlsink.e2e.KillTests "$table" "$rows" "${targets[@]}" || status=$?
if [[ -n $publish ]]; then
    {
        sed -n '1,/^<!-- the table -->$/p' tests/e2e/KILL-TESTS.md
        printf '\n%s, %s CPUs\n\n' "$(date -u '+%Y-%m-%d %H:%M UTC')" "$(nproc)"
        cat "$table"
    } >"$table.new"
    mv "$table.new" tests/e2e/KILL-TESTS.md
fi
say "done ($((SECONDS - started)) s); the table is in $table"
exit "$status"
