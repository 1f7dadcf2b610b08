#!/usr/bin/env bash
# Kills what the main job depends on while it runs, at random moments, and compares every row afterwards.
#
# Usage: scripts/deaths.sh [--seed N] [--runs N] [--only VICTIMS] [--rows N] [--publish]
#   --seed N        the first run's seed (by default 1); the next run has the next one. An even seed strikes in the full
#                   load, an odd one in the stream of changes; the table names each run's, so that it can be repeated
#   --runs N        runs of each victim (by default 20 of the engine, 6 of the others)
#   --only VICTIMS  names with commas, by default all:
#                   engine      kill -9 of SeaTunnel's JVM; the job is submitted again with --restore
#                   postgres    kill -9 of all processes that serve in the PostgreSQL behind dsql-local
#                   dsql-local  kill -9 of dsql-local, which is started again after up to 20 s
#                   network     no packet passes between sink and dsql-local for 60 s
#                   in the last three the job has to go on by itself
#   --rows N        rows of a full load (by default 90000); a stream begins after a tenth of them
#   --publish       puts the table into tests/e2e/DEATHS.md, to be committed
# Builds and fetches what is missing. Exit code 0: source and target were equal in every row after every run, and
# dsql-local's journal shows no older state written over a newer one. Logs, table: target/deaths.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

seed=1 runs='' only=engine,postgres,dsql-local,network rows=90000 publish=''
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
        engine) victims+=("$victim=${runs:-20}") ;;
        postgres | dsql-local | network) victims+=("$victim=${runs:-6}") ;;
        *) die "--only takes engine, postgres, dsql-local and network, not '$victim'" ;;
    esac
done
need java mvn cargo
cd "$ROOT"
started=$SECONDS
prepare_jobs
prepare_home "$ZETA_VERSION" lib
say "everything is built ($((SECONDS - started)) s)"

table=$ROOT/target/deaths.md
status=0
java -Xmx512m -Duser.timezone=UTC -Droot.dir="$ROOT" -Dzeta.home="$ZETA_HOME" \
    -cp "$E2E_CLASS_PATH" \
    io.dsqlsink.e2e.Deaths "$table" "$rows" "$seed" "${victims[@]}" || status=$?
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
