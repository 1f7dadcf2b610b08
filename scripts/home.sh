#!/usr/bin/env bash
# Assembles a SeaTunnel home that runs jobs on one engine: stock jars, JDBC drivers, our connector installed.
#
# Usage: scripts/home.sh zeta|flink|spark DIR [--seatunnel RELEASE] [--connector JAR [--mode MODE]]
#   DIR                  the home; replaced if it exists
#   --seatunnel RELEASE  for Zeta: 2.3.4 (default) or 2.3.8; or the folder of a SeaTunnel home, whose jars are copied
#   --connector JAR      the connector's jar, which is installed (without this option: a stock home)
#   --mode MODE          how to install it: lib (default) or connectors
# Then:  DIR/bin/seatunnel.sh --config JOB.conf -m local
#        DIR/bin/start-seatunnel-flink-15-connector-v2.sh --config JOB.conf --target local
#        DIR/bin/start-seatunnel-spark-3-connector-v2.sh --config JOB.conf --master 'local[2]'
# Clusters: DIR/bin/seatunnel-cluster.sh twice, each a node, then -m cluster; DIR/flink/bin/jobmanager.sh and
# taskmanager.sh, then --target remote; --master 'local-cluster[2,1,1024]' of Spark.
# Configs and scripts of the homes are in tests/e2e/homes. Environment: JAVA_HOME, JAVA_OPTS.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -ge 2 && $1 =~ ^(zeta|flink|spark)$ ]] || die "needs an engine and DIR; see --help"
engine=$1 home=$2 release=$ZETA_VERSION connector='' mode=lib
shift 2
while [[ $# -gt 0 ]]; do
    case $1 in
        --seatunnel) release=${2:?--seatunnel needs a release or a folder} ;;
        --connector) connector=${2:?--connector needs a jar} ;;
        --mode) mode=${2:?--mode needs lib or connectors} ;;
        *) die "unknown option '$1'; see --help" ;;
    esac
    shift 2
done
[[ -z $connector || -f $connector ]] || die "no such file: $connector (scripts/build.sh makes it)"
[[ ! -e $home || -e $home/connectors/plugin-mapping.properties ]] || die "$home exists and is not a home that this script created; it is not changed"

rm -rf "$home"
mkdir -p "$home"
home=$(cd "$home" && pwd)
cp -r "$ROOT/tests/e2e/homes/$engine"/. "$home"
"home_of_$engine" "$home" "$release"
[[ -z $connector ]] || java -jar "$connector" install --home "$home" --mode "$mode"
