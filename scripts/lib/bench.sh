# What scripts/bench.sh builds and writes. Sourced by lib.sh.
# shellcheck shell=bash disable=SC2154

build_bench() {
    "$ROOT/scripts/fetch.sh" postgres
    say "building dsql-local and the report"
    cargo build --quiet --locked --release -p dsql-local -p bench-report
    "$ROOT/scripts/build.sh"
    if ! newer_than "$BENCH/target/stock/connector-jdbc.jar" "$BENCH/src" "$BENCH/pom.xml" pom.xml; then
        say "building the harness"
        quietly target/logs/bench-build.log maven -pl tests/bench package -DskipTests
        touch "$BENCH/target/stock/connector-jdbc.jar"
    fi
}

# bench CLASS-PATH CLASS ARGUMENT...: a program of the harness, which runs nothing itself that is measured.
bench() { java -Xmx256m -Duser.timezone=UTC -Droot.dir="$ROOT" -Dconnector.jar="$CONNECTOR_JAR" \
    -Ddsql.local="$DSQL_LOCAL" -Dzeta.home="${ZETA_HOME-}" \
    -Dshare.agent="$BENCH/target/dsql-sink-bench-$PROJECT_VERSION.jar" -cp "$1" "${@:2}"; }

machine() {
    printf '%s, %s CPUs (%s), %s kB of memory\n\n' "$(date -u '+%Y-%m-%d %H:%M UTC')" "$(nproc)" \
        "$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" "$(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo)"
}

publish() {
    mkdir -p "$BENCH/plots"
    rm -f "$BENCH"/plots/*.svg
    cp "$OUT"/*.svg "$BENCH/plots/"
    {
        printf '# Results\n\nA run of scripts/bench.sh; [README](README.md) tells what was measured, and how.\n\n'
        cat "$OUT/report.md"
        (cd "$BENCH" && printf '\n![](%s)\n' plots/*.svg)
    } >"$BENCH/RESULTS.md"
}
