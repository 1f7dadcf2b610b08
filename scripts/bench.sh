#!/usr/bin/env bash
# Measures the sink beside its peers, and says which goals were reached. Needs the machine to itself.
#
# Usage: scripts/bench.sh [--only PARTS] [--quick] [--strict] [--publish]
#   --only PARTS  letters with commas, such as a,b; by default all:
#                 a  this sink's writer and the stock Jdbc sink's (connector-jdbc 2.3.8), the same rows, TLS on, against
#                    dsql-local: no added latency, in region, across a continent, across an ocean
#                 b  the clients' CPU per million rows, from the runs without added latency
#                 c  one writer against a server that only answers
#                 d  against COPY BINARY into the same PostgreSQL
#                 e  how long a change takes through the streaming job, MySQL's commit to visible in the target
#                 f  1 to 64 connections across an ocean
#   --quick       each measurement once, and short: to see that it runs
#   --strict      exit code 2 when a goal was missed
#   --publish     puts tables and plots into tests/bench/RESULTS.md and tests/bench/plots, to be committed
# Each row of the table has its ratio to its peer in the same run; the last table has the goals. It builds and fetches
# what is missing. Measurements, tables and plots (SVG): target/bench.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

parts=abcdef quick='' strict='' publish=''
while [[ $# -gt 0 ]]; do
    case $1 in
        --help | -h) help_and_exit ;;
        --only)
            parts=${2:?--only needs letters}
            parts=${parts//,/}
            [[ $parts =~ ^[a-f]+$ ]] || die "--only takes letters from a to f with commas, not '$2'"
            shift
            ;;
        --quick) quick=quick ;;
        --strict) strict=--strict ;;
        --publish) publish=yes ;;
        *) die "unknown option '$1'; see --help" ;;
    esac
    shift
done
need java mvn cargo
cd "$ROOT"
started=$SECONDS
OUT=$ROOT/target/bench
BENCH=$ROOT/tests/bench
export DSQL_LOCAL=$CARGO_TARGET/release/dsql-local

"$ROOT/scripts/fetch.sh" postgres
say "building dsql-local and the report"
cargo build --quiet --locked --release -p dsql-local -p bench-report
"$ROOT/scripts/build.sh"
if ! newer_than "$BENCH/target/stock/connector-jdbc.jar" "$BENCH/src" "$BENCH/pom.xml" pom.xml; then
    say "building the harness"
    quietly target/logs/bench-build.log maven -pl tests/bench package -DskipTests
    touch "$BENCH/target/stock/connector-jdbc.jar"
fi
if [[ $parts == *e* ]]; then
    prepare_jobs
    prepare_home "$ZETA_VERSION" lib
fi
say "everything is built ($((SECONDS - started)) s)"

rm -rf "$OUT"
mkdir -p "$OUT"
java_in_project() { java -Duser.timezone=UTC -Droot.dir="$ROOT" "$@"; }
if [[ $parts != e ]]; then
    java_in_project -Xmx256m -Dconnector.jar="$CONNECTOR_JAR" -Ddsql.local="$DSQL_LOCAL" \
        -cp "$BENCH/target/classes:$BENCH/target/lib/*" io.dsqlsink.bench.Bench "$OUT/results.jsonl" "$parts" $quick
fi
if [[ $parts == *e* ]]; then
    say "change latency of the streaming job"
    java_in_project -Xmx256m -Dzeta.home="$ZETA_HOME" \
        -cp "$E2E_CLASS_PATH" \
        io.dsqlsink.e2e.ChangeLatency "$OUT/results.jsonl" "$([[ -n $quick ]] && echo 10 || echo 40)"
fi

printf '%s, %s CPUs (%s), %s kB of memory\n\n' "$(date -u '+%Y-%m-%d %H:%M UTC')" "$(nproc)" \
    "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" "$(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo)" \
    >"$OUT/report.md"
status=0
"$CARGO_TARGET/release/bench-report" "$OUT/results.jsonl" "$OUT" $strict >>"$OUT/report.md" || status=$?
if [[ -n $publish ]]; then
    mkdir -p "$BENCH/plots"
    rm -f "$BENCH"/plots/*.svg
    cp "$OUT"/*.svg "$BENCH/plots/"
    {
        printf '# Results\n\nA run of scripts/bench.sh; [README](README.md) tells what was measured, and how.\n\n'
        cat "$OUT/report.md"
        (cd "$BENCH" && printf '\n![](%s)\n' plots/*.svg)
    } >"$BENCH/RESULTS.md"
fi
echo
cat "$OUT/report.md"
say "done ($((SECONDS - started)) s); measurements, tables and plots are in $OUT"
exit "$status"
