#!/usr/bin/env bash
# Runs the tests; builds and fetches what they need first.
#
# Usage: scripts/test.sh [--quick | --all]
#   --quick  without jobs on real engines
#   --all    everything, as in CI: 10,000 random histories instead of 500, 500 random tables, all jobs, JDK 11
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
suite rust rust_units ${all:+all}
suite clients tests/dsql-local/clients/run.sh
suite lint tests/golden/lint.sh
suite java java_units
if [[ -n $all ]]; then
    suite rust-values rust_values
    suite java-values java_values
    suite java-jdk11 java_units_on_11
fi
if [[ -n $quick ]]; then
    say "skipped: every job on an engine"
elif [[ -z $all ]]; then
    suite jobs jobs_on "$ZETA_VERSION" lib StreamingIT,StockSinkIT,CreateTablesIT,KeysIT,UniqueIT,DoctorIT,VerifyJobIT "-Dleft.out=flink | spark"
    suite jobs-newer jobs_on "$ZETA_NEWER" connectors BatchIT,SchemaChangeIT "-Dleft.out=flink | spark"
    suite flink jobs_in flink one-jvm StreamingIT
    suite spark jobs_in spark one-jvm BatchIT
    say "skipped: most jobs, random tables, JDK 11, the form VALUES (--all has them)"
else
    suite jobs jobs_on "$ZETA_VERSION" lib
    suite docs docs_and_examples
    suite lint-random tests/golden/lint.sh target/e2e/random.sql
    # From this release on MySQL-CDC passes on changes of columns. Which sink a job gets depends on the installation.
    suite jobs-newer jobs_on "$ZETA_NEWER" connectors StreamingIT,BatchIT,StockSinkIT,SchemaChangeIT,WidenIT,PostgresArraysIT "-Dleft.out=flink | spark"
    suite jobs-jdk11 jobs_on_11 "$ZETA_VERSION" lib StreamingIT
    suite flink jobs_in flink one-jvm StreamingIT,FakeSourceIT,VerifyJobIT
    suite spark jobs_in spark one-jvm BatchIT,VerifyJobIT
    say "skipped: most jobs on Flink and Spark, their clusters, and other installations (scripts/engines.sh has them)"
    rm -f "$MATRIX"
    matrix_row jobs "$ZETA_VERSION" Zeta lib
    matrix_row jobs-jdk11 "$ZETA_VERSION" Zeta lib 11
    matrix_row jobs-newer "$ZETA_NEWER" Zeta connectors
    matrix_row flink "$ZETA_VERSION" "Flink $FLINK_VERSION" lib
    matrix_row spark "$ZETA_VERSION" "Spark $SPARK_VERSION" lib
    say "results by release and engine: ${MATRIX#"$ROOT"/}"
fi
count_suites
