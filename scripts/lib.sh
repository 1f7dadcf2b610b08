# What the scripts share. Sourced, not run.
# shellcheck shell=bash disable=SC2034

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${DSQL_SINK_CACHE:-$HOME/.cache/dsql-sink}
PROJECT_VERSION=0.1.0
ZETA_VERSION=2.3.4
# Also run: its engine has no starter jar on Maven Central, so fetch.sh puts the parts of one together.
ZETA_NEWER=2.3.8
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
