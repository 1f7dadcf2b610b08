# The suites of scripts/test.sh that are more than one command. Sourced by lib.sh.
# shellcheck shell=bash

# rust_units [all]: with all, as many random histories and as much of the long write as the tests have by themselves.
rust_units() {
    [[ -n ${1:-} ]] || export DSQL_MODEL_CASES=500 DSQL_SOAK_MIB=128
    cargo test --workspace --locked --no-fail-fast
}

java_units() {
    scripts/build-native.sh
    scripts/verify-native.sh --glibc "$GLIBC"
    scripts/build-native.sh --fault-injection
    maven -pl java-bridge,newer-api,seatunnel-connector-dsql package
}

# java_units_on_11 [all]: the tests that depend on an engine's older JVM: the library, texts, names, loaders, threads.
# With all, every test that can run: the fetched JDK has no jdk.zipfs, which the installer needs to merge jars.
java_units_on_11() {
    local tests='io.dsqlsink.bridge.*Test,NamesTest,TypeMatrixTest,DsqlSinkEndTest,LinkageTest,SinkBeansTest,BeansLoaderTest'
    [[ -z ${1:-} ]] ||
        tests='!InstallerTest,!ConcurrentInstallersTest,!HomeFuzzTest,!DoctorTest,!ExamplesTest,!StockFactoryTest'
    scripts/fetch.sh jdk11
    maven -pl java-bridge,newer-api,seatunnel-connector-dsql test -Djvm="$CACHE/jdk-11/bin/java" -Dtest="$tests"
}

# The tests that send rows, with a database that accepts no arrays: otherwise rows are sent as arrays (statement_form).
# --workspace, as in the suite before: with -p the dependencies have other features and are all compiled again.
rust_values() {
    local tests=(cargo test --workspace --locked --no-fail-fast)
    DSQL_TEST_FORM=values "${tests[@]}" --test write --test faults --test query --test connections
    DSQL_TEST_FORM=values "${tests[@]}" --test endure model
    DSQL_TEST_FORM=values "${tests[@]}" --test endure unique
}

# RowEncoderTest is for java-bridge: a module fails if the filter matches none of its tests.
java_values() {
    DSQL_TEST_FORM=values maven -pl java-bridge,newer-api,seatunnel-connector-dsql test \
        -Dtest='RowEncoderTest,TypeMatrixTest,DsqlSinkWriterTest'
}
