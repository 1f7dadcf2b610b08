#!/usr/bin/env bash
# Kills what the main job depends on while it runs, at random moments, and compares every row afterwards.
#
# Usage: scripts/deaths.sh [--seed N] [--runs N] [--only VICTIMS] [--rows N] [--publish]
#   --seed N        the first run's seed (by default 1); the next run has the next one. An even seed strikes in the full
#                   load, an odd one in the stream of changes; an engine dies while the first split is read if the seed
#                   ends with 0, and before a checkpoint if with 8. The table names each run's, so that it can be repeated
#   --runs N        runs of each victim (by default 20 of the engine, 1 of stock, 6 of the others)
#   --only VICTIMS  names with commas, by default all:
#                   engine      kill -9 of SeaTunnel's JVM; the job is submitted again with --restore
#                   stock       the same with SeaTunnel's own sink straight into PostgreSQL, in a home without this
#                               project's jar; by default seed 10, whose difference is none of this sink's
#                   postgres    kill -9 of all processes that serve in the PostgreSQL behind dsql-local
#                   dsql-local  kill -9 of dsql-local, which is started again after up to 20 s
#                   network     no packet passes between sink and dsql-local for 60 s
#                   in the last three the job has to go on by itself
#   --rows N        rows of a full load (by default 90000); a stream begins after a tenth of them
#   --publish       puts the table into tests/e2e/DEATHS.md, to be committed
# Builds and fetches what is missing. Exit code 0: source and target were equal in every row after every run, but for
# deletes that SeaTunnel's source is shown not to have told of (tests/e2e/DEATHS.md), and dsql-local's journal shows no
# older state written over a newer one. Logs: target/deaths; table: target/deaths.md.

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
victims=()
for victim in ${only//,/ }; do
    case $victim in
        engine) victims+=("$victim=${seed:-1}+${runs:-20}") ;;
        stock) victims+=("$victim=${seed:-10}+${runs:-1}") ;;
        postgres | dsql-local | network) victims+=("$victim=${seed:-1}+${runs:-6}") ;;
        *) die "--only takes engine, stock, postgres, dsql-local and network, not '$victim'" ;;
    esac
done
need java mvn cargo
cd "$ROOT"
started=$SECONDS
prepare_jobs
prepare_home "$ZETA_VERSION" lib
stock=$ROOT/target/zeta-home-stock
newer_than "$stock/bin/seatunnel.sh" scripts/zeta-home.sh || scripts/zeta-home.sh "$ZETA_VERSION" "$stock"
say "everything is built ($((SECONDS - started)) s)"

table=$ROOT/target/deaths.md
status=0
java -Xmx512m -Duser.timezone=UTC -Droot.dir="$ROOT" -Dzeta.home="$ZETA_HOME" -Dstock.home="$stock" \
    -cp "$E2E_CLASS_PATH" \
    io.dsqlsink.e2e.Deaths "$table" "$rows" "${victims[@]}" || status=$?
if [[ -n $publish ]]; then
    {
        sed -n '1,/^<!-- the table -->$/p' tests/e2e/DEATHS.md
        printf '\n%s, %s CPUs\n\n' "$(date -u '+%Y-%m-%d %H:%M UTC')" "$(nproc)"
        cat "$table"
    } >"$table.new"
    mv "$table.new" tests/e2e/DEATHS.md
fi
say "done ($((SECONDS - started)) s); the table is in $table"
exit "$status"
