#!/usr/bin/env bash
# Measures the sink beside its peers, and says which goals were reached. Needs the machine to itself.
#
# Usage: scripts/bench.sh [--only PARTS] [--quick] [--strict] [--publish]
#   --only PARTS  letters with commas, such as a,b; by default all:
#                 a  load under the cost model of Aurora DSQL, in region: default options, hand-tuned ones, the stock sink
#                 b  streams of 1 to 10,000 changes a second under the model: transactions, DPU, latency, connections
#                 c  whole jobs from MySQL on Zeta, batch and first load by CDC: this sink, the stock one, none
#                 d  how long a change takes through the streaming job, MySQL's commit to visible in the target
#                 e  this sink's writer and the stock Jdbc sink's (connector-jdbc 2.3.8) without the model: no added
#                    latency, in region, across a continent, across an ocean
#                 f  one writer against a server that only answers
#                 g  against COPY BINARY into the same PostgreSQL
#                 h  1 to 64 connections across an ocean
#   --quick       each measurement once, and short: to see that it runs
#   --strict      exit code 2 when a goal was missed
#   --publish     puts tables and plots into tests/bench/RESULTS.md and tests/bench/plots, to be committed
# Each row of the tables has its ratio to its peer in the same run; the last table has the goals. It builds and fetches
# what is missing. Measurements, tables and plots (SVG): target/bench.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

parts=abcdefgh quick='' strict='' publish=''
while [[ $# -gt 0 ]]; do
    case $1 in
        --help | -h) help_and_exit ;;
        --only)
            parts=${2:?--only needs letters}
            parts=${parts//,/}
            [[ $parts =~ ^[a-h]+$ ]] || die "--only takes letters from a to h with commas, not '$2'"
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
if [[ $parts == *[cd]* ]]; then
    prepare_jobs
    prepare_home "$ZETA_VERSION" lib
fi
say "everything is built ($((SECONDS - started)) s)"

rm -rf "$OUT"
mkdir -p "$OUT"
# bench CLASS-PATH CLASS ARGUMENT...: a program of the harness, which runs nothing itself that is measured.
bench() { java -Xmx256m -Duser.timezone=UTC -Droot.dir="$ROOT" "${properties[@]}" -cp "$1" "${@:2}"; }
properties=(-Dconnector.jar="$CONNECTOR_JAR" -Ddsql.local="$DSQL_LOCAL" -Dzeta.home="${ZETA_HOME-}"
    -Dshare.agent="$BENCH/target/dsql-sink-bench-$PROJECT_VERSION.jar")
if [[ $parts == *[abefgh]* ]]; then
    bench "$BENCH/target/classes:$BENCH/target/lib/*" io.dsqlsink.bench.Bench "$OUT/results.jsonl" "$parts" $quick
fi
if [[ $parts == *c* ]]; then
    say "c: whole jobs from MySQL"
    bench "$E2E_CLASS_PATH" io.dsqlsink.e2e.WholeJob "$OUT/results.jsonl" $quick
fi
if [[ $parts == *d* ]]; then
    say "d: change latency of the streaming job"
    bench "$E2E_CLASS_PATH" io.dsqlsink.e2e.ChangeLatency "$OUT/results.jsonl" "$([[ -n $quick ]] && echo 10 || echo 30)"
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
