# What the scripts share. Sourced, not run.
# shellcheck shell=bash disable=SC2034

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${DSQL_SINK_CACHE:-$HOME/.cache/dsql-sink}
PROJECT_VERSION=0.1.0
# Of the programs in tests/e2e, once prepare_jobs has built them.
E2E_CLASS_PATH="$ROOT/tests/e2e/target/dsql-sink-e2e-$PROJECT_VERSION.jar:$ROOT/tests/e2e/target/lib/*"
ZETA_VERSION=2.3.4
# Also run: its engine has no starter jar on Maven Central, so fetch.sh puts the parts of one together.
ZETA_NEWER=2.3.8
# The newest of either that SeaTunnel 2.3.4 has a starter for.
FLINK_VERSION=1.15.4
SPARK_VERSION=3.3.4
# Only this platform's servers and native library are fetched, built and tested.
PLATFORM=linux-x86_64
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

# Runs a command with its output in a file; the output is shown only when it fails.
quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    "$@" >"$log" 2>&1 || {
        tail -n 60 "$log" >&2
        die "failed: $* (whole output: $log)"
    }
}

# newer_than FILE PATH...: true when FILE exists and nothing under the paths was changed after it.
newer_than() {
    local file=$1
    shift
    [[ -e $file && -z $(find "$@" -type f -newer "$file" -print -quit 2>/dev/null) ]]
}

# Runs a goal of Maven's dependency plugin on a pom that is written to its standard input.
maven_dependency() {
    local dir=$1 goal=$2 pom=$1/fetch.pom
    need mvn
    mkdir -p "$dir"
    {
        cat <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>io.dsqlsink</groupId><artifactId>fetch</artifactId><version>1</version><packaging>pom</packaging>
POM
        cat
        echo '</project>'
    } >"$pom"
    mvn --quiet --batch-mode --no-transfer-progress -Dstyle.color=never --file "$pom" \
        "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:$goal" -DoutputDirectory="$dir"
    rm "$pom"
}

# xml_of ELEMENT GROUP:ARTIFACT:VERSION[:CLASSIFIER]...
xml_of() {
    local element=$1 coordinate group artifact version classifier
    shift
    for coordinate in "$@"; do
        IFS=: read -r group artifact version classifier <<<"$coordinate"
        printf '<%s><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>' \
            "$element" "$group" "$artifact" "$version"
        [[ -z $classifier ]] || printf '<classifier>%s</classifier>' "$classifier"
        printf '</%s>\n' "$element"
    done
}

# Puts Maven artifacts into a folder by one Maven run: maven_copy DIR GROUP:ARTIFACT:VERSION[:CLASSIFIER]...
maven_copy() {
    local dir=$1
    shift
    maven_dependency "$dir" copy <<POM
<build><plugins><plugin>
  <groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId><version>3.6.1</version>
  <configuration><artifactItems>
$(xml_of artifactItem "$@")
  </artifactItems></configuration></plugin></plugins></build>
POM
}

# The same with everything that the artifacts need to run.
maven_closure() {
    local dir=$1
    shift
    maven_dependency "$dir" copy-dependencies <<<"<dependencies>$(xml_of dependency "$@")</dependencies>"
}

maven() { mvn --batch-mode --no-transfer-progress -Dstyle.color=never --file "$ROOT/pom.xml" "$@"; }

# What a job needs besides a source: servers, the stand-in, the e2e classes, and prepare_home's home.
# Whatever is there and newer than its sources is left as it is.
prepare_jobs() {
    local e2e=$ROOT/tests/e2e
    "$ROOT/scripts/fetch.sh" postgres mysql
    say "building dsql-local"
    # --workspace: with the features that the tests' build has, so that both share their dependencies.
    cargo build --quiet --locked --manifest-path "$ROOT/Cargo.toml" --workspace --bin dsql-local
    "$ROOT/scripts/build.sh"
    if ! newer_than "$e2e/target/dsql-sink-e2e-$PROJECT_VERSION.jar" "$e2e/src/main" "$e2e/pom.xml" "$ROOT/pom.xml"; then
        say "building the e2e classes"
        quietly "$ROOT/target/logs/e2e-build.log" maven -pl tests/e2e package -DskipTests
        # Maven leaves a jar alone whose content would be the same.
        touch "$e2e/target/dsql-sink-e2e-$PROJECT_VERSION.jar"
    fi
}

# prepare_home VERSION MODE: a SeaTunnel home with the connector installed in that mode. Its folder is in ZETA_HOME then.
prepare_home() {
    ZETA_HOME=$ROOT/target/zeta-home-$1-$2
    if ! newer_than "$ZETA_HOME/bin/seatunnel.sh" "$CONNECTOR_JAR" "$ROOT/scripts/zeta-home.sh" "$ROOT/tests/e2e/src/zeta"; then
        say "assembling $ZETA_HOME"
        "$ROOT/scripts/zeta-home.sh" "$1" "$ZETA_HOME" --connector "$CONNECTOR_JAR" --mode "$2"
    fi
}

# What zeta-home.sh, flink-home.sh and spark-home.sh have in common.

# The parts of a home that are the same on every engine, from SeaTunnel VERSION's jars.
copy_jars() {
    local version=$1 dir=$2
    "$ROOT/scripts/fetch.sh" zeta "$version"
    cp -r "$CACHE/seatunnel-$version"/{connectors,lib} "$dir"
    cat >"$dir/connectors/plugin-mapping.properties" <<'MAPPING'
seatunnel.source.FakeSource = connector-fake
seatunnel.sink.Console = connector-console
seatunnel.source.Jdbc = connector-jdbc
seatunnel.sink.Jdbc = connector-jdbc
seatunnel.source.MySQL-CDC = connector-cdc-mysql
MAPPING
}

# What of a user's home a job needs; our own jar, and what it did to others, is not taken over.
copy_home() {
    local from=$1 dir=$2
    [[ -d $from/connectors && -d $from/lib && -d $from/starter ]] || die "$from is no SeaTunnel home"
    [[ ! -e $from/dsql-sink.installed ]] ||
        die "the connector is installed in $from: copy that home and run the connector's uninstall on the copy"
    cp -r "$from"/{connectors,lib,starter} "$dir"
    [[ ! -d $from/plugins ]] || cp -r "$from/plugins" "$dir"
    [[ -n $(find "$dir"/{lib,plugins} -name 'mysql-connector-*.jar') ]] ||
        maven_copy "$dir/lib" com.mysql:mysql-connector-j:8.0.33
    [[ -n $(find "$dir"/{lib,plugins} -name 'postgresql-*.jar') ]] ||
        maven_copy "$dir/lib" org.postgresql:postgresql:42.7.4
}

# The release of a SeaTunnel home, as its jars tell it.
version_of_home() {
    local jar
    for jar in "$1"/starter/seatunnel-starter.jar "$1"/starter/seatunnel-api-*.jar; do
        [[ ! -e $jar ]] || unzip -p "$jar" META-INF/maven/org.apache.seatunnel/seatunnel-api/pom.properties 2>/dev/null |
            sed -n 's/^version=//p'
    done | head -n 1 | grep . || die "$1 does not tell its release: no starter/seatunnel-starter.jar of SeaTunnel"
}

# at_least VERSION RELEASE: whether a version such as 2.3.11-SNAPSHOT is of that release or a later one.
at_least() { [[ $(printf '%s\n' "$2" "${1%%-*}" | sort --version-sort | head -n 1) == "$2" ]]; }

# ConfigBuilder prints the whole config at INFO, with every password and secret key in it.
# io.dsqlsink is the connector's own logger; its level alone can be raised by a system property.
log4j_properties() {
    cat <<'LOG'
rootLogger.level = INFO
rootLogger.appenderRef.console.ref = console
logger.debezium.name = io.debezium.connector
logger.debezium.level = WARN
logger.config.name = org.apache.seatunnel.core.starter.utils.ConfigBuilder
logger.config.level = WARN
logger.dsqlsink.name = io.dsqlsink
logger.dsqlsink.level = ${sys:dsqlsink.log.level:-INFO}
appender.console.name = console
appender.console.type = CONSOLE
appender.console.target = SYSTEM_OUT
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p [%-30.30c{1.}] [%t] - %m%n
LOG
}

# home_options SCRIPT DIR [--connector JAR [--mode MODE]]: sets HOME_DIR, connector and mode. DIR is new or has bin/SCRIPT.
home_options() {
    local script=$1
    HOME_DIR=${2:?needs DIR, see --help} connector='' mode=lib
    shift 2
    while [[ $# -gt 0 ]]; do
        case $1 in
            --connector) connector=${2:?--connector needs a jar} && shift 2 ;;
            --mode) mode=${2:?--mode needs lib or connectors} && shift 2 ;;
            *) die "unknown option '$1'; see --help" ;;
        esac
    done
    [[ -z $connector || -f $connector ]] || die "no such file: $connector (scripts/build.sh makes it)"
    [[ ! -e $HOME_DIR || -e $HOME_DIR/bin/$script ]] || die "$HOME_DIR exists and is no such home; it is left alone"
}

# install_connector: as home_options were given.
install_connector() { [[ -z $connector ]] || java -jar "$connector" install --home "$HOME_DIR" --mode "$mode"; }

# lay_out_home ENGINE SCRIPT DIR [--connector JAR [--mode MODE]]: a home for Flink or Spark, without its bin/SCRIPT.
# The absolute path of DIR is in HOME_DIR then.
lay_out_home() {
    local engine=$1 script=$2
    shift
    home_options "$@"
    "$ROOT/scripts/fetch.sh" "$engine"
    rm -rf "$HOME_DIR"
    mkdir -p "$HOME_DIR"/{bin,config,plugins}
    HOME_DIR=$(cd "$HOME_DIR" && pwd)
    copy_jars "$ZETA_VERSION" "$HOME_DIR"
    # Flink ships lib/ with every job, and both engines have what they need of Hadoop.
    rm "$HOME_DIR"/lib/seatunnel-hadoop3-*.jar
    cp -r "$(echo "$CACHE/$engine"-*)/starter" "$HOME_DIR"
    install_connector
    START_SCRIPT=$HOME_DIR/bin/$script
}

# start_script ENGINE VARIABLE STARTER MAIN-CLASS: as in an ordinary installation, the starter prints the command that
# submits a job, which names the engine's home by the variable.
start_script() {
    sed "s/@ENGINE@/$1/; s/@VARIABLE@/$2/; s/@STARTER@/$3/; s/@MAIN@/$4/" >"$START_SCRIPT" <<'SCRIPT'
#!/usr/bin/env bash
# Every argument goes to SeaTunnel's starter (--help shows them). Environment: JAVA_HOME, JAVA_OPTS.

set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export @VARIABLE@=$home/@ENGINE@
command=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$home/starter/logging/*:$home/starter/@STARTER@.jar" @MAIN@ "$@")
# Its last line; what it logs comes before.
echo "${command##*$'\n'}"
eval "exec ${command##*$'\n'}"
SCRIPT
    chmod +x "$START_SCRIPT"
}

# Suites of tests, and what their runners counted.
LOGS=$ROOT/target/logs
passed=0 failed=0 skipped=0 broken=''

# suite NAME COMMAND...: runs it, then adds the counts that its runner printed. Both kinds of runner may print several.
suite() {
    local name=$1 log=$LOGS/test-$1.log status counts p f s
    shift
    mkdir -p "$LOGS"
    say "== $name"
    # Not in a condition: there bash would go on after a failed command of the suite.
    set +e
    (
        set -e
        "$@"
    ) 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    set -e
    counts=$(awk '
        { gsub(/\033\[[0-9;]*m/, "") }
        /^test result: / { passed += $4; failed += $6; skipped += $8 }
        # The sum of a Maven module; the lines of its classes end with the time.
        /Tests run: .*Skipped: [0-9]+$/ {
            gsub(/[^0-9 ]/, "")
            passed += $1 - $2 - $3 - $4; failed += $2 + $3; skipped += $4
        }
        END { print passed + 0, failed + 0, skipped + 0 }' "$log")
    read -r p f s <<<"$counts"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [[ $status -ne 0 && $f -eq 0 ]]; then
        broken+=" $name (exit code $status)"
    elif [[ $((p + f)) -eq 0 ]]; then
        broken+=" $name (ran no test)"
    fi
}

# The last line of a run; false when a test failed or a suite did not run.
count_suites() {
    [[ -z $broken ]] || printf 'broken:%s\n' "$broken" >&2
    # Maven leaves codes of colour at the end, without a new line.
    printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [[ $failed -eq 0 && -z $broken ]]
}

# jobs_on VERSION MODE [TEST,... [MAVEN-OPTION]]: all jobs, or these, on one release with the connector installed in one
# mode.
jobs_on() {
    prepare_jobs
    prepare_home "$1" "$2"
    maven -pl tests/e2e -Dzeta.version="$1" -Dzeta.mode="$2" ${3:+-Dit.test="$3"} "${@:4}" verify
}

# jobs_on_11 VERSION MODE TEST,...: the same with JDK 11 in place of the one that runs the tests.
jobs_on_11() {
    "$ROOT/scripts/fetch.sh" jdk11
    jobs_on "$@" "-Dleft.out=flink | spark" -Djob.java.home="$CACHE/jdk-11"
}

# jobs_in ENGINE MASTER TEST,... [MODE]: these jobs on Flink or Spark, with the connector installed in that mode, or in lib/.
jobs_in() {
    local engine=$1 mode=${4:-lib} home=$ROOT/target/$1-home-${4:-lib} other=flink
    [[ $engine == spark ]] || other=spark
    prepare_jobs
    if ! newer_than "$home/dsql-sink.installed" "$CONNECTOR_JAR" "$ROOT/scripts"/{fetch,lib,"$engine-home"}.sh; then
        say "assembling $home"
        "$ROOT/scripts/$engine-home.sh" "$home" --connector "$CONNECTOR_JAR" --mode "$mode"
    fi
    maven -pl tests/e2e -Dseatunnel.home="$home" -Dmaster="$2" -Dleft.out="$other" -Dit.test="$3" verify
}
