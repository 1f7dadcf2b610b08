#!/usr/bin/env bash
# AWS's own dsql-lint (PyPI) on the statements that the connector creates tables with.
#
# Usage: tests/golden/lint.sh [FILE]
#   FILE  statements to check, such as those that random tables led to; tests/golden/ddl.sql by default
# Needs python3. The last line counts in the form of `cargo test`.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
need python3
DDL=${1:-$ROOT/tests/golden/ddl.sql}
[[ -s $DDL ]] || die "no such file: $DDL"
python_env lint
LINT=$PYTHON_ENV

passed=0 failed=0
count() {
    local name=$1
    shift
    if "$@"; then
        printf 'test %s ... ok\n' "$name"
        passed=$((passed + 1))
    else
        printf 'test %s ... FAILED\n' "$name"
        failed=$((failed + 1))
    fi
}

accepts_ours() { "$LINT/bin/dsql-lint" "$DDL"; }

# A linter that accepts everything says nothing.
refuses_others() {
    ! sed 's/ INDEX ASYNC / INDEX /' "$DDL" | "$LINT/bin/dsql-lint" - &>/dev/null &&
        ! sed 's/text/text[]/' "$DDL" | "$LINT/bin/dsql-lint" - &>/dev/null
}

count "dsql-lint accepts the connector's statements" accepts_ours
count "dsql-lint refuses them without ASYNC, and with arrays" refuses_others
echo "test result: $([[ $failed -eq 0 ]] && echo ok || echo FAILED). $passed passed; $failed failed; 0 ignored"
[[ $failed -eq 0 ]]
