#!/usr/bin/env bash
# Runs a job on Spark. Every argument goes to SeaTunnel's starter (--help shows them). Environment: JAVA_HOME, JAVA_OPTS.

set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export SPARK_HOME=$home/spark
exec "$home/bin/submit.sh" seatunnel-spark-3-starter org.apache.seatunnel.core.starter.spark.SparkStarter "$@"
