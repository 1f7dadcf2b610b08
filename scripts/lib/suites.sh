# Suites of tests, and what their runners counted. Sourced by lib.sh.
# shellcheck shell=bash

LOGS=$ROOT/target/logs
passed=0 failed=0 skipped=0 broken='' times=''

# counts_in LOG: how many tests passed, failed and were skipped. Both kinds of runner may print several totals.
counts_in() {
    awk '
        { gsub(/\033\[[0-9;]*m/, "") }
        /^test result: / { passed += $4; failed += $6; skipped += $8 }
        # The totals of a Maven module; the lines of single classes end with the time.
        /Tests run: .*Skipped: [0-9]+$/ {
            gsub(/[^0-9 ]/, "")
            passed += $1 - $2 - $3 - $4; failed += $2 + $3; skipped += $4
        }
        END { print passed + 0, failed + 0, skipped + 0 }' "$1"
}

# suite NAME COMMAND...: runs it, then adds the counts that its runner printed.
suite() {
    local name=$1 log=$LOGS/test-$1.log began=$SECONDS status counts p f s
    shift
    mkdir -p "$LOGS"
    say "== $name"
    # Not in a condition: there bash would continue after a failed command of the suite.
    set +e
    (
        set -e
        "$@"
    ) 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    set -e
    counts=$(counts_in "$log")
    times+=$(printf '%s %d:%02d, ' "$name" $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60)))
    read -r p f s <<<"$counts"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    if [[ $status -ne 0 && $f -eq 0 ]]; then
        broken+=" $name (exit code $status)"
    elif [[ $((p + f)) -eq 0 ]]; then
        broken+=" $name (ran no test)"
    fi
}

MATRIX=$LOGS/support-matrix.md

# matrix_row SUITE RELEASE ENGINE MODE [JDK]: the results of a suite of jobs, as a row of a Markdown table.
matrix_row() {
    local jdk=${5:-$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')} p f s
    [[ -f $LOGS/test-$1.log ]] || return 0
    if [[ ! -s $MATRIX ]]; then
        printf '| SeaTunnel | engine | mode of installation | JDK | main job (stream) | batch job | all tests |\n' >"$MATRIX"
        printf '|---|---|---|---|---|---|---|\n' >>"$MATRIX"
    fi
    read -r p f s < <(counts_in "$LOGS/test-$1.log")
    printf '| %s | %s | %s | %s | %s | %s | %d passed, %d failed, %d skipped |\n' "$2" "$3" "$4" "$jdk" \
        "$(result "$1" StreamingIT)" "$(result "$1" BatchIT)" "$p" "$f" "$s" >>"$MATRIX"
}

# Prints the last line of a run; false if a test failed or a suite did not run.
count_suites() {
    say "minutes of each suite: ${times%, *}"
    [[ -z $broken ]] || printf 'broken:%s\n' "$broken" >&2
    # Maven prints colour codes at the end, without a newline.
    printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [[ $failed -eq 0 && -z $broken ]]
}

# result SUITE TEST: the result of one class of tests in one suite.
result() {
    awk -v class="io.dsqlsink.e2e.$2" '
        { gsub(/\033\[[0-9;]*m/, "") }
        /Tests run: / && $NF == class {
            gsub(/[^0-9 ]/, "")
            print $2 + $3 == 0 ? "passed" : $2 + $3 " of " $1 " failed"
            found = 1
            exit
        }
        END { if (!found) print "-" }' "$LOGS/test-$1.log"
}
