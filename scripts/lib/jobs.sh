# Jobs on real engines, by the tests in tests/e2e. Sourced by lib.sh.
# shellcheck shell=bash

# Prepares what a job needs in addition to a target and prepare_home's home: MySQL, the connector, the e2e classes. Files
# that are newer than their sources are not rebuilt.
prepare_source() {
    local e2e=$ROOT/tests/e2e
    "$ROOT/scripts/fetch.sh" mysql
    "$ROOT/scripts/build.sh"
    if ! newer_than "$e2e/target/dsql-sink-e2e-$PROJECT_VERSION.jar" "$e2e/src/main" "$e2e/pom.xml" "$ROOT/pom.xml"; then
        say "building the e2e classes"
        quietly "$ROOT/target/logs/e2e-build.log" maven -pl tests/e2e package -DskipTests
        # Maven does not write a jar whose content would be the same.
        touch "$e2e/target/dsql-sink-e2e-$PROJECT_VERSION.jar"
    fi
}

# The same with the stand-in as the target.
prepare_jobs() {
    "$ROOT/scripts/fetch.sh" postgres
    say "building dsql-local"
    build_tool dsql-local
    prepare_source
}

# build_tool NAME [CARGO-OPTION...]: builds a program of the workspace. --workspace: with the same features as the build of
# the tests, so that both share their dependencies.
build_tool() { cargo build --quiet --locked --manifest-path "$ROOT/Cargo.toml" --workspace --bin "$@"; }

# prepare_home VERSION MODE: a SeaTunnel home with the connector installed in that mode. Sets ZETA_HOME to its folder.
prepare_home() {
    ZETA_HOME=$ROOT/target/zeta-home-$1-$2
    if ! newer_than "$ZETA_HOME/bin/seatunnel.sh" "$CONNECTOR_JAR" "$ROOT"/scripts/{home,fetch}.sh "$ROOT/scripts/lib" "$ROOT/tests/e2e/src/zeta" "$HOME_FILES"; then
        say "assembling $ZETA_HOME"
        "$ROOT/scripts/home.sh" zeta "$ZETA_HOME" --seatunnel "$1" --connector "$CONNECTOR_JAR" --mode "$2"
        archive_classes "$ZETA_HOME"
    fi
}

# archive_classes HOME: keeps the engine's loaded classes in HOME/classes.jsa. Jobs of the tests start with it: most of
# the processor's time that a short job takes goes into loading classes.
archive_classes() {
    say "archiving the classes of $1"
    JAVA_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xlog:disable -XX:ArchiveClassesAtExit=$1/classes.jsa" \
        quietly "$LOGS/archive-classes.log" "$1/bin/seatunnel.sh" --config "$HOME_FILES/first-job.conf" -m local
}

# jobs_on VERSION MODE [TEST,... [MAVEN-OPTION]]: all jobs, or these, on one release with the connector installed in one
# mode.
jobs_on() {
    prepare_jobs
    prepare_home "$1" "$2"
    maven -pl tests/e2e -Dzeta.version="$1" -Dzeta.mode="$2" ${3:+-Dit.test="$3"} "${@:4}" verify
}

# jobs_on_java DIR VERSION MODE TEST,...: the same on the Java runtime in DIR instead of the one that runs the tests.
jobs_on_java() {
    [[ -x $1/bin/java ]] || die "$1/bin/java is no program: name the folder of a Java runtime"
    jobs_on "${@:2}" "-Dleft.out=flink | spark" -Djob.java.home="$(cd "$1" && pwd)"
}

jobs_on_11() {
    "$ROOT/scripts/fetch.sh" jdk11
    jobs_on_java "$CACHE/jdk-11" "$@"
}

# jobs_in ENGINE MASTER TEST,... [MODE]: these jobs on Flink or Spark, with the connector installed in that mode, or in lib/.
jobs_in() {
    local engine=$1 mode=${4:-lib} home=$ROOT/target/$1-home-${4:-lib} other=flink
    [[ $engine == spark ]] || other=spark
    prepare_jobs
    if ! newer_than "$home/dsql-sink.installed" "$CONNECTOR_JAR" "$ROOT"/scripts/{home,fetch}.sh "$ROOT/scripts/lib" "$HOME_FILES"; then
        say "assembling $home"
        "$ROOT/scripts/home.sh" "$engine" "$home" --connector "$CONNECTOR_JAR" --mode "$mode"
    fi
    maven -pl tests/e2e -Dseatunnel.home="$home" -Dmaster="$2" -Dleft.out="$other" -Dit.test="$3" verify
}

# jobs_at_home DIR VERSION MODE TEST,... [MAVEN-OPTION...]: the jobs in a copy of a user's home.
jobs_at_home() {
    local home=$ROOT/target/zeta-home-own-$2-$3
    prepare_jobs
    "$ROOT/scripts/home.sh" zeta "$home" --seatunnel "$1" --connector "$CONNECTOR_JAR" --mode "$3"
    archive_classes "$home"
    maven -pl tests/e2e -Dzeta.version="$2" -Dzeta.mode="$3" -Dzeta.home="$home" -Dseatunnel.home="$home" -Dit.test="$4" \
        "${@:5}" verify
}

# The commands of the pages, the examples that need their own source, and the job that scripts/cluster.sh runs.
docs_and_examples() {
    "$ROOT/scripts/fetch.sh" kafka cdc-postgres prometheus
    build_tool cluster-probes
    jobs_on "$ZETA_VERSION" lib DocsIT,KafkaIT,PrometheusIT,ClusterScriptIT "-Dleft.out=flink | spark"
    # With servers of their own: the pages and the examples have the same names for databases and roles.
    jobs_on "$ZETA_VERSION" lib ExamplesIT,PostgresExamplesIT "-Dleft.out=flink | spark"
}
