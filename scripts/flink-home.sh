#!/usr/bin/env bash
# Assembles a SeaTunnel home that runs jobs on Flink 1.15, and a Flink beside it: stock jars, our connector installed.
#
# Usage: scripts/flink-home.sh DIR [--connector JAR [--mode MODE]]
#   DIR              the home; replaced when it is there already
#   --connector JAR  the jar that installs itself (without it: a stock home)
#   --mode MODE      where to: lib (default) or connectors
# Then, in one JVM: DIR/bin/start-seatunnel-flink-15-connector-v2.sh --config JOB.conf --target local
# Or on a cluster:  DIR/flink/bin/jobmanager.sh & DIR/flink/bin/taskmanager.sh &, and --target remote
# Environment: JAVA_HOME, JAVA_OPTS (of each JVM of Flink).

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
lay_out_home flink start-seatunnel-flink-15-connector-v2.sh "$@"
flink=$HOME_DIR/flink
mkdir -p "$flink"/{bin,conf,lib,log,plugins}
ln -s "$CACHE/flink-$FLINK_VERSION/lib"/*.jar "$flink/lib"
# The stock sink asks DriverManager for its driver, which sees only drivers that Flink itself has loaded.
ln -s "$HOME_DIR"/lib/postgresql-*.jar "$flink/lib"

# Not the usual ports, which may be in use; in one JVM Flink dials localhost, whatever is bound. A task manager that
# no script of Flink's has started needs every size of memory.
cat >"$flink/conf/flink-conf.yaml" <<'E_CONF'
jobmanager.rpc.address: 127.0.0.1
jobmanager.rpc.port: 16123
jobmanager.bind-host: 127.0.0.1
jobmanager.memory.process.size: 1024m
taskmanager.host: 127.0.0.1
taskmanager.bind-host: 127.0.0.1
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
rest.port: 18081
# Jobs in one JVM, of which there may be several, take the others.
rest.bind-port: 18081-18180
taskmanager.cpu.cores: 2
taskmanager.memory.task.heap.size: 768m
taskmanager.memory.task.off-heap.size: 0m
taskmanager.memory.framework.heap.size: 128m
taskmanager.memory.framework.off-heap.size: 128m
taskmanager.memory.network.min: 64m
taskmanager.memory.network.max: 64m
taskmanager.memory.managed.size: 128m
taskmanager.memory.jvm-metaspace.size: 256m
taskmanager.memory.jvm-overhead.min: 192m
taskmanager.memory.jvm-overhead.max: 192m
taskmanager.numberOfTaskSlots: 12
# A machine busy with other builds answers late.
heartbeat.timeout: 120000
classloader.parent-first-patterns.additional: org.postgresql.
E_CONF
log4j_properties >"$flink/conf/log4j.properties"

# What Flink's own scripts pass from 1.18 on, for JDK 17; SeaTunnel's client needs the one of java.net.
cat >"$flink/conf/jvm_options" <<'E_JVM'
--add-opens=java.base/java.lang=ALL-UNNAMED
--add-opens=java.base/java.lang.invoke=ALL-UNNAMED
--add-opens=java.base/java.lang.reflect=ALL-UNNAMED
--add-opens=java.base/java.io=ALL-UNNAMED
--add-opens=java.base/java.math=ALL-UNNAMED
--add-opens=java.base/java.net=ALL-UNNAMED
--add-opens=java.base/java.nio=ALL-UNNAMED
--add-opens=java.base/java.text=ALL-UNNAMED
--add-opens=java.base/java.time=ALL-UNNAMED
--add-opens=java.base/java.util=ALL-UNNAMED
--add-opens=java.base/java.util.concurrent=ALL-UNNAMED
--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED
--add-opens=java.base/java.util.concurrent.locks=ALL-UNNAMED
--add-opens=java.base/sun.net.util=ALL-UNNAMED
--add-opens=java.base/sun.nio.ch=ALL-UNNAMED
--add-opens=java.base/sun.security.action=ALL-UNNAMED
--add-opens=java.base/sun.util.calendar=ALL-UNNAMED
E_JVM

# flink_script NAME HEAP MAIN-CLASS [ARGUMENT...]: PyPI's Flink has no scripts.
flink_script() {
    local file=$flink/bin/$1 heap=$2 main=$3
    shift 3
    sed "s/@HEAP@/$heap/; s/@MAIN@/$main/; s/@ARGUMENTS@/$*/" >"$file" <<'E_SCRIPT'
#!/usr/bin/env bash
set -euo pipefail
flink=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export FLINK_CONF_DIR=$flink/conf FLINK_LIB_DIR=$flink/lib FLINK_PLUGINS_DIR=$flink/plugins
mapfile -t jvm_options <"$flink/conf/jvm_options"
# JAVA_OPTS holds several options, so it is split on purpose.
# shellcheck disable=SC2086
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" "${jvm_options[@]}" -Xmx@HEAP@ \
    -Dlog4j.configurationFile="$flink/conf/log4j.properties" ${JAVA_OPTS:-} -cp "$flink/lib/*" @MAIN@ @ARGUMENTS@ "$@"
E_SCRIPT
    chmod +x "$file"
}
# shellcheck disable=SC2016
configuration='--configDir "$FLINK_CONF_DIR"'
flink_script flink 1g org.apache.flink.client.cli.CliFrontend
flink_script jobmanager.sh 512m org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint \
    "$configuration" --executionMode cluster
flink_script taskmanager.sh 1500m org.apache.flink.runtime.taskexecutor.TaskManagerRunner "$configuration"

start_script flink FLINK_HOME seatunnel-flink-15-starter org.apache.seatunnel.core.starter.flink.FlinkStarter
