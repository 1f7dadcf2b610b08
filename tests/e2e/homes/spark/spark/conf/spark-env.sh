# shellcheck shell=bash
export SPARK_LOCAL_IP=127.0.0.1 SPARK_SUBMIT_OPTS=${JAVA_OPTS:-}
