#!/usr/bin/env bash
# Measures the sink and compares it with other writers, and reports which goals were reached. Needs an otherwise idle machine.
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
#                 i  verify against the load before it: whole jobs from MySQL on Zeta, one task and four
#   --quick       each measurement once, and short: to see that it runs
#   --strict      exit code 2 when a goal was missed
#   --publish     puts tables and plots into tests/bench/RESULTS.md and tests/bench/plots, to be committed
# Each row of the tables has its ratio to its peer in the same run; the last table has the goals. It builds and fetches
# what is missing. Measurements, tables and plots (SVG): target/bench.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

parts=abcdefghi quick='' strict='' publish=''
while [[ $# -gt 0 ]]; do
    case $1 in
        --help | -h) help_and_exit ;;
        --only)
            parts=${2-}
            parts=${parts//,/}
            [[ $parts =~ ^[a-i]+$ ]] || die "--only takes letters from a to i with commas, not '${2-}'"
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

build_bench
if [[ $parts == *[cdi]* ]]; then
    prepare_jobs
    prepare_home "$ZETA_VERSION" lib
fi
say "everything is built ($((SECONDS - started)) s)"

rm -rf "$OUT"
mkdir -p "$OUT"
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
if [[ $parts == *i* ]]; then
    say "i: verify against the load"
    bench "$E2E_CLASS_PATH" io.dsqlsink.e2e.VerifySpeed "$OUT/results.jsonl" $quick
fi

machine >"$OUT/report.md"
status=0
"$CARGO_TARGET/release/bench-report" "$OUT/results.jsonl" "$OUT" $strict >>"$OUT/report.md" || status=$?
[[ -z $publish ]] || publish
echo
cat "$OUT/report.md"
say "done ($((SECONDS - started)) s); measurements, tables and plots are in $OUT"
exit "$status"
