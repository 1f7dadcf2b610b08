#!/usr/bin/env bash
# Runs the same jobs on every engine of SeaTunnel: Zeta, Flink 1.15 and Spark 3.3, with the connector in lib/;
# some also with the connector merged into the stock connectors.
#
# Usage: scripts/engines.sh [zeta [--home DIR | --java-home DIR] | flink | spark]
#   without one of them, all three: each in one JVM and as a cluster; Zeta also on JDK 11, on a newer release
#   and merged into the connectors
#   zeta --home DIR  every job on the SeaTunnel home in DIR, of any release: in lib/, merged into the connectors, and on a
#                    cluster; ends with a table of all results. DIR is not changed: the needed files are copied
#   zeta --java-home DIR  jobs on the Java runtime in DIR (DIR/bin/java), such as Java 8. The tests keep this machine's
# The last line counts tests: N passed, N failed, N skipped. Exit code 0: none failed, and every suite ran a test.
# Logs: target/logs, target/e2e.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ ${1:-zeta} =~ ^(zeta|flink|spark)$ && ($# -le 1 || ($1 == zeta && $# -eq 3 && $2 =~ ^--(java-)?home$)) ]] ||
    die "takes zeta, flink or spark; see --help"
engine=${1:-} own='' java=''
[[ ${2:-} != --home ]] || own=$3
[[ ${2:-} != --java-home ]] || java=$3
need cargo mvn java

jobs=BatchIT,StockSinkIT,FakeSourceIT,SaveModesIT,VerifyJobIT,DoctorIT
merged=BatchIT,StockSinkIT,DoctorIT

if [[ -n $own ]]; then
    version=$(version_of_home "$own")
    say "SeaTunnel $version in $own"
    everything=StreamingIT,$jobs,BadInputIT,CreateTablesIT,ManyTablesIT,SchemaChangeIT,UniqueIT,ZetaLifeIT
    without="-Dleft.out=flink | spark"
    # Earlier releases of MySQL-CDC do not pass on changes of columns.
    at_least "$version" 2.3.8 || without+=" | newer"
    suite own-lib jobs_at_home "$own" "$version" lib "$everything" "$without"
    suite own-merged jobs_at_home "$own" "$version" connectors "StreamingIT,$merged" "$without"
    cluster=StreamingIT,BatchIT,ZetaClusterIT
    suite own-cluster jobs_at_home "$own" "$version" lib "$cluster" "$without" -Dmaster=cluster
    printf '\n%-16s %-18s %-18s %s\n' "$version, Zeta" 'one JVM, lib/' 'one JVM, merged' 'cluster, lib/'
    for test in ${everything//,/ } ZetaClusterIT; do
        printf '%-16s %-18s %-18s %s\n' "$test" "$(result own-lib "$test")" "$(result own-merged "$test")" \
            "$(result own-cluster "$test")"
    done
elif [[ -n $java ]]; then
    suite zeta-java jobs_on_java "$java" "$ZETA_VERSION" lib "StreamingIT,$jobs"
elif [[ ${engine:-zeta} == zeta ]]; then
    suite zeta jobs_on "$ZETA_VERSION" lib "StreamingIT,$jobs,ZetaLifeIT" "-Dleft.out=flink | spark"
    suite zeta-merged jobs_on "$ZETA_VERSION" connectors StreamingIT,BatchIT,StockSinkIT "-Dleft.out=flink | spark"
    suite zeta-newer jobs_on "$ZETA_NEWER" lib StreamingIT,BatchIT,StockSinkIT,CreateTablesIT,ManyTablesIT "-Dleft.out=flink | spark"
    suite units-jdk11 java_units_on_11 all
    suite zeta-jdk11 jobs_on_11 "$ZETA_VERSION" lib "StreamingIT,$jobs"
    suite zeta-cluster jobs_on "$ZETA_VERSION" lib StreamingIT,BatchIT,ZetaClusterIT \
        "-Dleft.out=flink | spark" -Dmaster=cluster
    suite zeta-life jobs_on "$ZETA_VERSION" connectors ZetaLifeIT "-Dleft.out=flink | spark"
    # As in newer releases, the node keeps the class loaders of finished jobs.
    suite zeta-newer-life jobs_on "$ZETA_NEWER" lib ZetaLifeIT "-Dleft.out=flink | spark" -Dkeep.loaders=true
fi
if [[ ${engine:-flink} == flink ]]; then
    suite flink jobs_in flink one-jvm "StreamingIT,$jobs"
    suite flink-merged jobs_in flink one-jvm "$merged" connectors
    suite flink-cluster jobs_in flink remote StreamingIT,BatchIT,FlinkClusterIT,FlinkLifeIT
fi
if [[ ${engine:-spark} == spark ]]; then
    # SeaTunnel's streams do not work on Spark: it never asks a writer to commit.
    suite spark jobs_in spark one-jvm "$jobs,SparkFailureIT,SparkLifeIT"
    suite spark-merged jobs_in spark one-jvm "$merged" connectors
    suite spark-cluster jobs_in spark 'local-cluster[2,1,1024]' BatchIT
fi
count_suites
