# What scripts/home.sh puts into a home in addition to the files of tests/e2e/homes. Sourced by lib.sh.
# shellcheck shell=bash

HOME_FILES=$ROOT/tests/e2e/homes

home_of_zeta() {
    local home=$1 release=$2
    mkdir -p "$home"/{plugins,logs,checkpoint}
    if [[ -d $release ]]; then
        copy_own_home "$release" "$home"
    else
        copy_jars "$release" "$home"
        cp -r "$CACHE/seatunnel-$release/starter" "$home"
    fi
    cp "$HOME_FILES/log4j2.properties" "$home/config/log4j2_client.properties"
    # Maven Central has no starter of 2.3.8, and its engine has no main class for a cluster's node.
    if [[ ! -e $home/starter/seatunnel-starter.jar ]]; then
        javac -d "$home/client" -cp "$home/starter/*" "$ROOT"/tests/e2e/src/zeta/*.java
        # The JVM archives classes of jars only.
        jar --create --file "$home/starter/client.jar" -C "$home/client" .
        rm -r "$home/client"
        rm "$home/bin/seatunnel-cluster.sh"
    fi
}

home_of_flink() {
    local home=$1
    beside_an_engine flink "$home"
    mkdir -p "$home/flink"/{lib,log,plugins}
    ln -s "$CACHE/flink-$FLINK_VERSION/lib"/*.jar "$home/flink/lib"
    # The stock sink gets its driver from DriverManager, which sees only drivers that Flink itself has loaded.
    ln -s "$home"/lib/postgresql-*.jar "$home/flink/lib"
    cp "$HOME_FILES/log4j2.properties" "$home/flink/conf/log4j.properties"
}

home_of_spark() {
    local home=$1
    beside_an_engine spark "$home"
    ln -s "$CACHE/spark-$SPARK_VERSION"/{bin,jars} "$home/spark"
    cp "$HOME_FILES/log4j2.properties" "$home/spark/conf/log4j2.properties"
}

# beside_an_engine ENGINE HOME: SeaTunnel for jobs on Flink or Spark.
beside_an_engine() {
    "$ROOT/scripts/fetch.sh" "$1"
    mkdir -p "$2"/{config,plugins}
    copy_jars "$ZETA_VERSION" "$2"
    # Flink ships lib/ with every job, and both engines contain the parts of Hadoop that they need.
    rm "$2"/lib/seatunnel-hadoop3-*.jar
    cp -r "$(echo "$CACHE/$1"-*)/starter" "$2"
    cp "$HOME_FILES/submit.sh" "$2/bin"
}

# copy_jars RELEASE HOME: copies the files that are the same on every engine.
copy_jars() {
    "$ROOT/scripts/fetch.sh" zeta "$1"
    cp -r "$CACHE/seatunnel-$1"/{connectors,lib} "$2"
    cp "$HOME_FILES/plugin-mapping.properties" "$2/connectors"
}

# copy_own_home FROM HOME: copies the files of a user's home that a job needs, without our jar and its changes.
copy_own_home() {
    [[ -d $1/connectors && -d $1/lib && -d $1/starter ]] || die "$1 is not a SeaTunnel home"
    [[ ! -e $1/dsql-sink.installed ]] ||
        die "the connector is installed in $1: copy that home and run the connector's uninstall on the copy"
    cp -r "$1"/{connectors,lib,starter} "$2"
    [[ ! -d $1/plugins ]] || cp -r "$1/plugins" "$2"
    [[ -n $(find "$2"/{lib,plugins} -name 'mysql-connector-*.jar') ]] || maven_copy "$2/lib" "$MYSQL_DRIVER"
    [[ -n $(find "$2"/{lib,plugins} -name 'postgresql-*.jar') ]] || maven_copy "$2/lib" "$POSTGRESQL_DRIVER"
}

# The release of a SeaTunnel home, from its jars.
version_of_home() {
    local jar
    for jar in "$1"/starter/seatunnel-starter.jar "$1"/starter/seatunnel-api-*.jar; do
        [[ ! -e $jar ]] || unzip -p "$jar" META-INF/maven/org.apache.seatunnel/seatunnel-api/pom.properties 2>/dev/null |
            sed -n 's/^version=//p'
    done | head -n 1 | grep . || die "$1 has no known release: no starter/seatunnel-starter.jar of SeaTunnel"
}

# at_least VERSION RELEASE: whether a version such as 2.3.11-SNAPSHOT is that release or a later one.
at_least() { [[ $(printf '%s\n' "$2" "${1%%-*}" | sort --version-sort | head -n 1) == "$2" ]]; }
