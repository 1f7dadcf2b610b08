#!/usr/bin/env bash
# Runs the same jobs on every engine that SeaTunnel knows: Zeta, Flink 1.15 and Spark 3.3, the connector in lib/;
# some also with the connector merged into the stock ones.
#
# Usage: scripts/engines.sh [zeta | flink | spark]
#   without one of them, all three
# Zeta runs in one JVM, also on JDK 11, and as a cluster of two nodes, which are killed one after the other; Flink in one JVM and as a
# standalone cluster; Spark in one JVM and with two executors of their own.
# Many jobs follow one another in one JVM of Zeta and on one task manager of Flink, which must be as before after them.
# The last line counts tests: N passed, N failed, N skipped. Exit code 0: none failed, and every suite ran a test.
# Logs: target/logs, target/e2e.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -le 1 && ${1:-zeta} =~ ^(zeta|flink|spark)$ ]] || die "takes zeta, flink or spark; see --help"
engine=${1:-}
need cargo mvn java

jobs=BatchIT,StockSinkIT,FakeSourceIT,SaveModesIT,DoctorIT
merged=BatchIT,StockSinkIT,DoctorIT
if [[ ${engine:-zeta} == zeta ]]; then
    suite zeta jobs_on "$ZETA_VERSION" lib "StreamingIT,$jobs,ZetaLifeIT" "-Dleft.out=flink | spark"
    suite zeta-jdk11 jobs_on_11 "$ZETA_VERSION" lib "StreamingIT,$jobs"
    suite zeta-cluster jobs_on "$ZETA_VERSION" lib StreamingIT,BatchIT,ZetaClusterIT \
        "-Dleft.out=flink | spark" -Dmaster=cluster
    suite zeta-life jobs_on "$ZETA_VERSION" connectors ZetaLifeIT "-Dleft.out=flink | spark"
fi
if [[ ${engine:-flink} == flink ]]; then
    suite flink jobs_in flink one-jvm "StreamingIT,$jobs"
    suite flink-merged jobs_in flink one-jvm "$merged" connectors
    suite flink-cluster jobs_in flink remote StreamingIT,BatchIT,FlinkClusterIT,FlinkLifeIT
fi
if [[ ${engine:-spark} == spark ]]; then
    # SeaTunnel's streams do not work on Spark: no writer is ever asked to commit.
    suite spark jobs_in spark one-jvm "$jobs,SparkFailureIT"
    suite spark-merged jobs_in spark one-jvm "$merged" connectors
    suite spark-cluster jobs_in spark 'local-cluster[2,1,1024]' BatchIT
fi
count_suites
