#!/usr/bin/env bash
# Runs all tests; builds and fetches what they need first.
#
# Usage: scripts/test.sh [--quick | --all]
#   --quick  without the jobs on real engines
#   --all    with the jobs on every release in both modes of installation, not only on some
# The last line counts them: N passed, N failed, N skipped. Exit code 0: none failed, and every suite ran a test.
# Logs: target/logs, target/e2e.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

quick='' all=''
for argument in "$@"; do
    case $argument in
        --help | -h) help_and_exit ;;
        --quick) quick=yes ;;
        --all) all=yes ;;
        *) die "unknown option '$argument'; see --help" ;;
    esac
done
need cargo mvn java
cd "$ROOT"
LOGS=$ROOT/target/logs
mkdir -p "$LOGS"

passed=0 failed=0 skipped=0 broken=''

# suite NAME COMMAND...: runs it, then adds the counts that its runner printed. Both kinds of runner may print several.
suite() {
    local name=$1 log=$LOGS/test-$1.log status counts p f s
    shift
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

java_units() {
    scripts/build-native.sh
    scripts/build-native.sh --fault-injection
    maven -pl java-bridge,newer-api,seatunnel-connector-dsql package
}

# jobs_on VERSION MODE [TEST,...]: all jobs, or these, on one release with the connector installed in one mode.
jobs_on() {
    prepare_jobs
    prepare_home "$1" "$2"
    maven -pl tests/e2e -Dzeta.version="$1" -Dzeta.mode="$2" ${3:+-Dit.test="$3"} verify
}

"$ROOT/scripts/fetch.sh" postgres
suite rust cargo test --workspace --locked --no-fail-fast
suite clients tests/dsql-local/clients/run.sh
suite lint tests/golden/lint.sh
suite java java_units
if [[ -z $quick ]]; then
    # What a mistake in the config leads to is the same everywhere; who gets which sink is not.
    everywhere=StreamingIT,BatchIT,StockSinkIT
    suite jobs jobs_on "$ZETA_VERSION" lib
    suite jobs-newer jobs_on "$ZETA_NEWER" connectors "$everywhere"
    if [[ -n $all ]]; then
        suite jobs-merged jobs_on "$ZETA_VERSION" connectors "$everywhere"
        suite jobs-newer-lib jobs_on "$ZETA_NEWER" lib "$everywhere"
    fi
fi

[[ -z $broken ]] || printf 'broken:%s\n' "$broken" >&2
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[[ $failed -eq 0 && -z $broken ]]
