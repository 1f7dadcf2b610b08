# Shared code of the scripts. It is sourced, not run. Its parts are in lib/.
# shellcheck shell=bash disable=SC2034

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${DSQL_SINK_CACHE:-$HOME/.cache/dsql-sink}
PROJECT_VERSION=$(sed -n 's|.*<revision>\(.*\)</revision>.*|\1|p' "$ROOT/pom.xml")
# The class path of the programs in tests/e2e, after prepare_jobs has built them.
E2E_CLASS_PATH="$ROOT/tests/e2e/target/dsql-sink-e2e-$PROJECT_VERSION.jar:$ROOT/tests/e2e/target/lib/*"
ZETA_VERSION=2.3.4
# Also tested. Maven Central has no starter jar of this release, so fetch.sh assembles one.
ZETA_NEWER=2.3.8
# The newest Flink and Spark for which SeaTunnel 2.3.4 has a starter.
FLINK_VERSION=1.15.4
SPARK_VERSION=3.3.4
MYSQL_DRIVER=com.mysql:mysql-connector-j:8.0.33
KAFKA_VERSION=3.7.1
# Draws the diagrams of the site.
MERMAID_VERSION=11.6.0
POSTGRESQL_DRIVER=org.postgresql:postgresql:42.7.4
# PostgreSQL and the native library are fetched, built and tested for this platform.
PLATFORM=linux-$(uname -m)
CARGO_TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
NATIVE_LIBRARY=$ROOT/target/native/$PLATFORM/libdsql_sink.so
CONNECTOR_JAR=$ROOT/seatunnel-connector-dsql/target/seatunnel-connector-dsql-$PROJECT_VERSION.jar
# Read by the e2e classes.
export DSQL_LOCAL=$CARGO_TARGET/debug/dsql-local

say() { printf '[%s] %s\n' "$(date +%H:%M:%S)" "$*"; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# The comment block at the head of a script is its help.
help_and_exit() {
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
    exit 0
}

need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || die "needs '$tool', which is not on the PATH"
    done
}

# Runs a command with its output in a file; shows the output only if the command fails.
quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 || {
        tail -n 60 "$log" >&2
        die "failed: $* (whole output: $log)"
    }
}

# newer_than FILE PATH...: true if FILE exists and nothing under the paths was changed after it.
newer_than() {
    local file=$1
    shift
    [[ -e $file && -z $(find "$@" -type f -newer "$file" -print -quit 2>/dev/null) ]]
}

maven() { mvn --batch-mode --no-transfer-progress -Dstyle.color=never --file "$ROOT/pom.xml" "$@"; }

for part in "$ROOT"/scripts/lib/*.sh; do
    # shellcheck disable=SC1090
    source "$part"
done
