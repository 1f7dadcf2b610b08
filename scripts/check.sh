#!/usr/bin/env bash
# Runs all static checks: format, lints, and the project's own rules.
#
# Usage: scripts/check.sh
# Every check runs; the exit code is 0 if all of them passed.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -eq 0 ]] || die "takes no arguments"
need cargo mvn git python3
cd "$ROOT"
git rev-parse --is-inside-work-tree >/dev/null 2>&1 || die "runs only in a git checkout: it gets the list of files from git"

check "rust format" cargo fmt --all -- --check
check "rust lints" cargo clippy --workspace --all-targets --all-features --locked -- -D warnings
check "dependencies are used" unused_dependencies
check "licenses, sources and bans of crates" denied_crates
check "LICENSE and NOTICE of the jar are current" scripts/licenses.sh --check
check "java format" maven --quiet spotless:check
check "files of at most 400 lines" none long_files
check "lib.rs lists its modules" module_list
check "no registry host" none registry_hosts
check "actions and packages by their hash" none without_hash
check "nothing outside the tree" none outside_paths
check "scripts have --help" none scripts_without_help
check "nothing left to do in comments" none leftovers
check "version of the jar" none other_versions
check "commands of the documentation" none unknown_options
check "pages in both languages" none pages_of_one_language
check "links of the documentation" none dead_links
check "shell lints" shell_lints
check "compose file, workflows, issue forms" schemas
check "documentation site" scripts/site.sh

# shellcheck disable=SC2154
[[ $failures -eq 0 ]] || die "$failures failed"
say "all passed"
