#!/usr/bin/env bash
# Writes LICENSE and NOTICE for everything in the connector's jar, which contains them in META-INF.
#
# Usage: scripts/licenses.sh [--check]
#   --check  writes nothing; fails if a dependency has changed since they were written
# -> seatunnel-connector-dsql/src/main/legal/META-INF/{LICENSE,NOTICE}

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -eq 0 || ($# -eq 1 && $1 == --check) ]] || die "takes --check or nothing; see --help"
need cargo python3
legal=$ROOT/seatunnel-connector-dsql/src/main/legal/META-INF
if [[ $# -eq 0 ]]; then
    python3 "$ROOT/scripts/lib/licenses.py" "$legal"
    exit
fi
now=$(mktemp -d)
trap 'rm -rf "$now"' EXIT
python3 "$ROOT/scripts/lib/licenses.py" "$now"
diff --recursive --unified=0 "$legal" "$now" || die "not current: run scripts/licenses.sh"
