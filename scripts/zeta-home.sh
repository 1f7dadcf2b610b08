#!/usr/bin/env bash
# Assembles a SeaTunnel home that runs jobs on the Zeta engine: stock jars, JDBC drivers, our connector installed.
#
# Usage: scripts/zeta-home.sh VERSION DIR [--connector JAR [--mode MODE]]
#   VERSION          2.3.4 or 2.3.8; or the folder of a SeaTunnel home, whose jars are copied. It stays as it is
#   DIR              the home; replaced when it is there already
#   --connector JAR  the jar that installs itself (without it: a stock home)
#   --mode MODE      where to: lib (default) or connectors
# Then: DIR/bin/seatunnel.sh --config JOB.conf -m local
# or, but for 2.3.8: DIR/bin/seatunnel-cluster.sh twice, each a node, and DIR/bin/seatunnel.sh --config JOB.conf -m cluster
# The client's command line, lib/, connectors/ and config/ are those of an ordinary SeaTunnel installation.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -ge 2 ]] || die "needs VERSION and DIR; see --help"
version=$1
shift
home_options seatunnel.sh "$@"

rm -rf "$HOME_DIR"
mkdir -p "$HOME_DIR"/{bin,config,plugins,logs,checkpoint}
HOME_DIR=$(cd "$HOME_DIR" && pwd)
home=$HOME_DIR
if [[ -d $version ]]; then
    copy_home "$version" "$home"
else
    copy_jars "$version" "$home"
    cp -r "$CACHE/seatunnel-$version/starter" "$home"
fi
client=org.apache.seatunnel.core.starter.seatunnel.SeaTunnelClient
server=org.apache.seatunnel.core.starter.seatunnel.SeaTunnelServer
if [[ ! -e $home/starter/seatunnel-starter.jar ]]; then
    javac -d "$home/starter/client" -cp "$home/starter/*" "$ROOT"/tests/e2e/src/zeta/*.java
    client=SeaTunnelClient server=SeaTunnelServer
fi

cat >"$home/config/seatunnel.yaml" <<E_ENGINE
seatunnel:
  engine:
    backup-count: 1
    queue-type: blockingqueue
    print-execution-info-interval: 60
    print-job-metrics-info-interval: 60
    slot-service:
      dynamic-slot: true
    checkpoint:
      interval: 10000
      timeout: 60000
      storage:
        type: hdfs
        max-retained: 3
        plugin-config:
          namespace: $home/checkpoint/
          storage.type: hdfs
          fs.defaultFS: file:///
E_ENGINE

# The port is a system property that bin/seatunnel.sh sets: two local nodes on one port range fail, because the
# client dials the configured port even when its own node had to move to the next one.
cat >"$home/config/hazelcast.yaml" <<'E_NODE'
hazelcast:
  cluster-name: seatunnel
  network:
    rest-api:
      enabled: true
      endpoint-groups:
        CLUSTER_WRITE:
          enabled: true
        DATA:
          enabled: true
    join:
      tcp-ip:
        enabled: true
        member-list:
          - 127.0.0.1
    port:
      auto-increment: false
      port: ${zeta.port}
  properties:
    hazelcast.logging.type: log4j2
    hazelcast.phone.home.enabled: false
    hazelcast.operation.generic.thread.count: 10
E_NODE

cat >"$home/config/hazelcast-client.yaml" <<'E_CLIENT'
hazelcast-client:
  cluster-name: seatunnel
  properties:
    hazelcast.logging.type: log4j2
  connection-strategy:
    connection-retry:
      cluster-connect-timeout-millis: 3000
  network:
    cluster-members:
      - 127.0.0.1:${zeta.port}
E_CLIENT

# Two nodes of a cluster, on ports below those of local nodes.
# shellcheck disable=SC2016
sed 's/auto-increment: false/auto-increment: true/; s/port: ${zeta.port}/port: 5791\n      port-count: 2/
    s/- 127.0.0.1$/- 127.0.0.1:5791\n          - 127.0.0.1:5792/' "$home/config/hazelcast.yaml" >"$home/config/hazelcast-cluster.yaml"
sed 's/- 127.0.0.1:.*/- 127.0.0.1:5791\n      - 127.0.0.1:5792/' "$home/config/hazelcast-client.yaml" \
    >"$home/config/hazelcast-client-cluster.yaml"

log4j_properties >"$home/config/log4j2_client.properties"

cat >"$home/config/jvm_client_options" <<'E_JVM'
# One option a line, as in an ordinary installation.
-Xms512m
-Xmx1g
E_JVM

install_connector

# zeta_script SCRIPT MAIN-CLASS HAZELCAST-CONFIG, with the script's head on standard input
zeta_script() {
    {
        cat
        sed "s/@MAIN@/$2/; s/@HAZELCAST@/$3/" <<'E_RUN'
# The parts of a 2.3.8 starter hold two versions of some classes; the patched one has to come first.
class_path=$home/lib/*$(printf ':%s' "$home"/starter/seatunnel-config-shade-*.jar):$home/starter/*:$home/starter/client

mapfile -t jvm_options < <(grep -v '^#' "$home/config/jvm_client_options")
# JAVA_OPTS holds several options, so it is split on purpose.
# shellcheck disable=SC2086
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" "${jvm_options[@]}" -DSEATUNNEL_HOME="$home" -Dzeta.port="${ZETA_PORT:-$port}" \
    -Dseatunnel.config="${ZETA_CONFIG:-$home/config/seatunnel.yaml}" -Dhazelcast.config="$home/config/@HAZELCAST@.yaml" \
    -Dhazelcast.client.config="$home/config/$client.yaml" -Dhazelcast.logging.type=log4j2 \
    -Dlog4j2.configurationFile="$home/config/log4j2_client.properties" -Dlog4j2.isThreadContextMapInheritable=true \
    ${JAVA_OPTS:-} -cp "$class_path" @MAIN@ "$@"
E_RUN
    } >"$home/bin/$1"
    chmod +x "$home/bin/$1"
}

zeta_script seatunnel.sh "$client" hazelcast <<'E_HEAD'
#!/usr/bin/env bash
# Runs a job on the Zeta engine: bin/seatunnel.sh --config JOB.conf -m local
# Every argument goes to SeaTunnel's own client (--help shows them). Environment: JAVA_HOME, JAVA_OPTS.

set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export SEATUNNEL_HOME=$home
client=hazelcast-client
[[ " $* " == *" local "* ]] || client=hazelcast-client-cluster

# Hazelcast's default range starts at 5801. The first free port from a random place in it serves this run.
port=$((5801 + RANDOM % 1000))
while (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done

E_HEAD
zeta_script seatunnel-node.sh "$server" hazelcast <<'E_HEAD'
#!/usr/bin/env bash
# A node for itself, on the port that ZETA_PORT names, which jobs are sent to over REST. Environment: JAVA_HOME, JAVA_OPTS.

set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export SEATUNNEL_HOME=$home
client=hazelcast-client port=

E_HEAD
[[ ! -e $home/starter/seatunnel-starter.jar ]] ||
    zeta_script seatunnel-cluster.sh "$server" hazelcast-cluster <<'E_HEAD'
#!/usr/bin/env bash
# A node of a Zeta cluster: the first one is its master. Environment: JAVA_HOME, JAVA_OPTS.

set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export SEATUNNEL_HOME=$home
client=hazelcast-client-cluster port=

E_HEAD
