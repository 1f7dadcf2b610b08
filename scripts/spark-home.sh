#!/usr/bin/env bash
# Assembles a SeaTunnel home that runs jobs on Spark 3.3, and a Spark beside it: stock jars, our connector installed.
#
# Usage: scripts/spark-home.sh DIR [--connector JAR [--mode MODE]]
#   DIR              the home; replaced when it is there already
#   --connector JAR  the jar that installs itself (without it: a stock home)
#   --mode MODE      where to: lib (default) or connectors
# Then, in one JVM: DIR/bin/start-seatunnel-spark-3-connector-v2.sh --config JOB.conf --master 'local[2]'
# Or with two executors of their own: --master 'local-cluster[2,1,1024]'
# Environment: JAVA_HOME, JAVA_OPTS (of the driver).

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
lay_out_home spark start-seatunnel-spark-3-connector-v2.sh "$@"
spark=$HOME_DIR/spark
mkdir -p "$spark/conf"
ln -s "$CACHE/spark-$SPARK_VERSION"/{bin,jars} "$spark"
# The pages of a running job are not read here, and their port may be in use.
cat >"$spark/conf/spark-defaults.conf" <<'E_CONF'
spark.ui.enabled      false
spark.driver.memory   1g
E_CONF
cat >"$spark/conf/spark-env.sh" <<'E_ENV'
export SPARK_LOCAL_IP=127.0.0.1 SPARK_SUBMIT_OPTS=${JAVA_OPTS:-}
E_ENV
log4j_properties >"$spark/conf/log4j2.properties"

start_script spark SPARK_HOME seatunnel-spark-3-starter org.apache.seatunnel.core.starter.spark.SparkStarter
