# The suites of scripts/test.sh that are more than one command. Sourced by lib.sh.
# shellcheck shell=bash

java_units() {
    scripts/build-native.sh
    scripts/verify-native.sh --glibc "$GLIBC"
    scripts/build-native.sh --fault-injection
    maven -pl java-bridge,newer-api,seatunnel-connector-dsql package
}

# java_units_on_11 [all]: what depends on an engine's older JVM: the library, texts, names, loaders, threads. With all
# every test that can: the JDK that is fetched has no jdk.zipfs, by which the installer merges jars.
java_units_on_11() {
    local tests='io.dsqlsink.bridge.*Test,NamesTest,TypeMatrixTest,DsqlSinkEndTest,LinkageTest,SinkBeansTest,BeansLoaderTest'
    [[ -z ${1:-} ]] ||
        tests='!InstallerTest,!ConcurrentInstallersTest,!HomeFuzzTest,!DoctorTest,!ExamplesTest,!StockFactoryTest'
    scripts/fetch.sh jdk11
    maven -pl java-bridge,newer-api,seatunnel-connector-dsql test -Djvm="$CACHE/jdk-11/bin/java" -Dtest="$tests"
}

# What of the tests sends rows, where the database takes no arrays: elsewhere rows go as arrays (option statement_form).
# --workspace, as in the suite before: with -p the dependencies have other features and are all compiled once more.
rust_values() {
    local tests=(cargo test --workspace --locked --no-fail-fast)
    DSQL_TEST_FORM=values "${tests[@]}" --test write --test faults --test query --test connections
    DSQL_TEST_FORM=values "${tests[@]}" --test endure model
    DSQL_TEST_FORM=values "${tests[@]}" --test endure unique
}

# RowEncoderTest stands for java-bridge: a module in which the filter matches no test fails.
java_values() {
    DSQL_TEST_FORM=values maven -pl java-bridge,newer-api,seatunnel-connector-dsql test \
        -Dtest='RowEncoderTest,TypeMatrixTest,DsqlSinkWriterTest'
}
