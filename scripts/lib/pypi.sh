# Packages from PyPI, each taken only with the bytes that pypi/NAME.txt knows by their hashes. Sourced by lib.sh.
# To create a list again: pip-compile --generate-hashes --no-header --no-annotate --no-emit-find-links --output-file NAME.txt -
# with the packages, such as ziglang==0.17.1, on the standard input.
# shellcheck shell=bash

# The file of a list: a path, or a name in pypi/.
pip_list() { if [[ $1 == */* ]]; then echo "$1"; else echo "$ROOT/scripts/lib/pypi/$1.txt"; fi; }

# pip_hashed PYTHON ACTION LIST OPTION...: pip's install or download of a list.
pip_hashed() {
    local python=$1 action=$2 list=$3
    shift 3
    "$python" -m pip --quiet --disable-pip-version-check "$action" --require-hashes --requirement "$(pip_list "$list")" "$@"
}

# python_env LIST: creates a Python environment from a list, once for each version of the list. Sets PYTHON_ENV to it.
python_env() {
    local list hash
    list=$(pip_list "$1")
    hash=$(sha256sum "$list")
    PYTHON_ENV=$CACHE/python/$(basename "$(dirname "$list")")-$(basename "$list" .txt)-${hash:0:12}
    [[ ! -e $PYTHON_ENV/done ]] || return 0
    need python3 flock
    mkdir -p "$CACHE/python"
    (
        # Another run may create the same one.
        flock 9
        if [[ ! -e $PYTHON_ENV/done ]]; then
            say "fetching $(grep -oE '^[^ ]+==[^ ]+' "$list" | tr '\n' ' ')from PyPI" >&2
            rm -rf "$PYTHON_ENV"
            python3 -m venv "$PYTHON_ENV"
            pip_hashed "$PYTHON_ENV/bin/python3" install "$list"
            touch "$PYTHON_ENV/done"
        fi
    ) 9>"$PYTHON_ENV.lock"
}
