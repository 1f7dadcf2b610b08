#!/usr/bin/env bash
# Checks everything that needs no running: format, lints, and the project's own rules of tidiness.
#
# Usage: scripts/check.sh
# Every check runs; the exit code is 0 when all of them passed.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
[[ $# -eq 0 ]] || die "takes no arguments"
need cargo mvn git
cd "$ROOT"
git rev-parse --is-inside-work-tree >/dev/null 2>&1 || die "runs in a git checkout only: it asks git for the files"

failures=0
check() {
    local name=$1
    shift
    say "$name"
    "$@" || {
        say "FAILED: $name"
        failures=$((failures + 1))
    }
}

# Every check below prints what it objects to and nothing else.
none() {
    local found
    found=$("$@") || true
    [[ -z $found ]] || {
        printf '%s\n' "$found" >&2
        return 1
    }
}

tracked() { git ls-files --cached --others --exclude-standard -- "$@"; }

# A file that has a reason to be longer says so in its first lines: "tidy: long, because ...".
long_files() {
    local file lines
    tracked '*.rs' '*.java' '*.sh' | while read -r file; do
        lines=$(wc -l <"$file")
        [[ $lines -le 400 ]] || head -n 15 "$file" | grep -q 'tidy: long, because' || echo "$file: $lines lines"
    done
}

# lib.rs is the map of rust-core: it lists the modules that are there, no more and no less.
module_list() {
    diff <(sed -n 's/^\(pub \|pub(crate) \)\?mod \([a-z_]*\);.*/\2/p' rust-core/src/lib.rs | sort) \
        <(cd rust-core/src && find . -mindepth 1 -maxdepth 1 \( -name '*.rs' ! -name lib.rs -o -type d \) |
            sed 's|^\./||; s|\.rs$||' | sort -u)
}

# Downloads go through the ordinary clients as a machine has them set up.
registry_hosts() {
    tracked '*.sh' '*.xml' '*.toml' '*.yml' '.ci/*' ':!scripts/check.sh' | xargs -r grep -nE \
        '<(repository|pluginRepository|mirror)>|--(index-url|extra-index-url|registry)|^\[source\.|replace-with|^registry *='
}

# What a workplace has beside the project must not be needed by it.
outside_paths() {
    tracked ':!scripts/check.sh' | xargs -r grep -nIE '\.\./shared|/work/' --
}

scripts_without_help() {
    local script
    for script in scripts/*.sh; do
        [[ $script != scripts/lib.sh ]] || continue
        grep -q '^set -euo pipefail$' "$script" || echo "$script: no 'set -euo pipefail'"
        "$script" --help </dev/null | grep -q '^Usage: ' || echo "$script: --help shows no usage"
    done
}

# A note that something is to be done belongs into an issue.
leftovers() {
    tracked '*.rs' '*.java' '*.sh' '*.md' ':!scripts/check.sh' | xargs -r grep -nE '\b(TODO|FIXME|XXX)\b'
}

# Links of the pages to files and headings that are not there. Of a heading GitHub makes an anchor: small letters, no
# punctuation, hyphens for spaces.
dead_links() {
    local page link file anchor target
    tracked '*.md' | while read -r page; do
        links "$page" | while read -r link; do
            file=${link%%#*} anchor=''
            [[ $link != *'#'* ]] || anchor=${link#*#}
            target=$page
            [[ -z $file ]] || target=$(dirname "$page")/$file
            if [[ ! -e $target ]]; then
                echo "$page: no file $link"
            elif [[ -n $anchor ]] && ! anchors "$target" | grep -qxF -- "$anchor"; then
                echo "$page: no heading $link"
            fi
        done
    done
}

# Its text without blocks and pieces of code.
prose() { sed '/^ *```/,/^ *```/d; s/`[^`]*`//g' "$1"; }

links() { prose "$1" | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//' | grep -vE '^(https?|mailto):' || true; }

anchors() {
    sed '/^ *```/,/^ *```/d' "$1" | sed -nE 's/^#+ +//p' | LC_ALL=C tr 'A-Z' 'a-z' |
        LC_ALL=C sed 's/[]!"#$%&()*+,./:;<=>?@\\^`{|}~'"'"'[]//g; s/ /-/g'
}

# cargo-machete comes with its first run, 50 s, and stays in the cache.
unused_dependencies() {
    local machete=$CACHE/tools/bin/cargo-machete
    [[ -x $machete ]] || cargo install cargo-machete --version 0.9.2 --locked --quiet --root "$CACHE/tools"
    "$machete" . >/dev/null 2>&1 || "$machete" .
}

check "rust format" cargo fmt --all -- --check
check "rust lints" cargo clippy --workspace --all-targets --all-features --locked -- -D warnings
check "dependencies are used" unused_dependencies
check "java format" maven --quiet spotless:check
check "files of at most 400 lines" none long_files
check "lib.rs lists its modules" module_list
check "no registry host" none registry_hosts
check "nothing outside the tree" none outside_paths
check "scripts have --help" none scripts_without_help
check "nothing left to do in comments" none leftovers
check "links of the documentation" none dead_links
if command -v shellcheck >/dev/null; then
    check "shellcheck" shellcheck --external-sources --source-path=SCRIPTDIR scripts/*.sh .ci/run
fi

[[ $failures -eq 0 ]] || die "$failures failed"
say "all passed"
