#!/usr/bin/env bash
# Runs all tests; builds and fetches what they need first.
#
# Usage: scripts/test.sh [--quick | --all]
#   --quick  without the jobs on real engines
#   --all    with the jobs on every release in both modes of installation, and all unit tests on JDK 11, not only some
# The last line counts them: N passed, N failed, N skipped. Exit code 0: none failed, and every suite ran a test.
# Logs: target/logs, target/e2e. Results by release and engine: target/logs/support-matrix.md.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

quick='' all=''
for argument in "$@"; do
    case $argument in
        --help | -h) help_and_exit ;;
        --quick) quick=yes ;;
        --all) all=yes ;;
        *) die "unknown option '$argument'; see --help" ;;
    esac
done
need cargo mvn java
cd "$ROOT"

"$ROOT/scripts/fetch.sh" postgres
suite rust cargo test --workspace --locked --no-fail-fast
suite rust-values rust_values
suite clients tests/dsql-local/clients/run.sh
suite lint tests/golden/lint.sh
suite java java_units
suite java-values java_values
suite java-jdk11 java_units_on_11 ${all:+all}
if [[ -z $quick ]]; then
    # The result of a mistake in the config is the same everywhere; which sink a job gets is not.
    everywhere=StreamingIT,BatchIT,StockSinkIT
    suite jobs jobs_on "$ZETA_VERSION" lib
    suite docs docs_and_examples
    suite lint-random tests/golden/lint.sh target/e2e/random.sql
    # From this release on MySQL-CDC passes on changes of columns.
    suite jobs-newer jobs_on "$ZETA_NEWER" connectors "$everywhere,SchemaChangeIT,WidenIT,PostgresArraysIT" "-Dleft.out=flink | spark"
    suite jobs-jdk11 jobs_on_11 "$ZETA_VERSION" lib StreamingIT
    suite flink jobs_in flink one-jvm StreamingIT,FakeSourceIT
    suite spark jobs_in spark one-jvm BatchIT
    if [[ -n $all ]]; then
        suite jobs-merged jobs_on "$ZETA_VERSION" connectors "$everywhere"
        suite jobs-newer-lib jobs_on "$ZETA_NEWER" lib "$everywhere,CreateTablesIT,ManyTablesIT"
    else
        say "skipped: jobs on $ZETA_VERSION merged into the connectors, and on $ZETA_NEWER in lib/ (--all has them)"
    fi
    say "skipped: most jobs on Flink and Spark, and their clusters (scripts/engines.sh has them)"
    rm -f "$MATRIX"
    matrix_row jobs "$ZETA_VERSION" Zeta lib
    matrix_row jobs-jdk11 "$ZETA_VERSION" Zeta lib 11
    [[ -z $all ]] || matrix_row jobs-merged "$ZETA_VERSION" Zeta connectors
    matrix_row jobs-newer "$ZETA_NEWER" Zeta connectors
    [[ -z $all ]] || matrix_row jobs-newer-lib "$ZETA_NEWER" Zeta lib
    matrix_row flink "$ZETA_VERSION" "Flink $FLINK_VERSION" lib
    matrix_row spark "$ZETA_VERSION" "Spark $SPARK_VERSION" lib
    say "results by release and engine: ${MATRIX#"$ROOT"/}"
else
    say "skipped: every job on an engine"
fi
count_suites
