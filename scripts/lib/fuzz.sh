# The targets of scripts/fuzz.sh; the folders corpus and found and the number seconds are its. Sourced by lib.sh.
# shellcheck shell=bash disable=SC2154

fuzz_frame() {
    local golden
    for golden in "$ROOT"/tests/golden/*.hex; do
        grep -v '^#' "$golden" | xxd -revert -plain >"$corpus/$(basename "$golden" .hex)"
    done
    # Frames of a few rows are enough to reach every branch, and more short frames can be tried per second.
    fuzz_rust frame 1024
}

fuzz_options() {
    cp "$ROOT"/rust-core/fuzz/seeds/options/* "$corpus"
    fuzz_rust options 2048
}

fuzz_server() {
    local line n=0
    while read -r line; do
        n=$((n + 1))
        xxd -revert -plain <<<"$line" >"$corpus/seed-$n"
    done < <(grep -v '^#' "$ROOT/rust-core/fuzz/seeds/server.hex")
    fuzz_rust server 4096
}

# fuzz_rust TARGET LONGEST. The code has no unsafe, so a sanitizer would find nothing more than panics.
fuzz_rust() {
    python_env fuzz
    (
        cd "$ROOT/rust-core" || exit
        PATH=$PYTHON_ENV/bin:$PATH rustup run nightly cargo fuzz run --sanitizer none --target-dir "$ROOT/target/fuzz/build" \
            "$1" "$corpus" -- -max_total_time="$seconds" -max_len="$2" -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$found" \
            -print_final_stats=1
    )
}

# By Jazzer, on the classes of the connector's tests. The first input is slow, because it loads and instruments every class.
fuzz_home() {
    local connector=$ROOT/seatunnel-connector-dsql class_path jdbc seed=$ROOT/target/fuzz/home/seed
    jdbc=$connector/target/engines/$ZETA_VERSION/connectors/connector-jdbc-$ZETA_VERSION.jar
    fill jazzer-0.24.0 unpack_jazzer
    quietly "$ROOT/target/logs/fuzz-home-build.log" maven -pl java-bridge,newer-api,seatunnel-connector-dsql test-compile dependency:build-classpath \
        -Dmdep.outputFile=target/class-path
    # A connector with only the class that is merged, and its release.
    rm -rf "$seed"
    mkdir -p "$seed"
    (
        cd "$seed" || exit
        jar xf "$jdbc" org/apache/seatunnel/connectors/seatunnel/jdbc/sink/JdbcSinkFactory.class
        jar cfM connector.jar org
        { printf j && cat connector.jar; } >"$corpus/jar"
        { printf m && printf '# stock\nseatunnel.sink.Jdbc = connector-jdbc\n'; } >"$corpus/mapping"
        { printf r && printf '# Written\nversion 0.1.0\nmode lib\nstate installed\njar 00\nfile - 00 lib/a.jar\n'; } >"$corpus/receipt"
    )
    class_path=$(<"$connector/target/class-path")
    java -Xmx2g -Djava.io.tmpdir="$seed" -cp "$CACHE/jazzer-0.24.0/*:$connector/target/test-classes:$connector/target/classes:$class_path" \
        com.code_intelligence.jazzer.Jazzer --target_class=io.dsqlsink.seatunnel.install.HomeFuzz \
        --instrumentation_includes='io.dsqlsink.**:org.objectweb.asm.**' --reproducer_path="$found" \
        -artifact_prefix="$found" -max_total_time="$seconds" -max_len=16384 -timeout=60 -print_final_stats=1 "$corpus"
}

unpack_jazzer() {
    maven_copy "$1" com.code-intelligence:jazzer:0.24.0 com.code-intelligence:jazzer-api:0.24.0
}
