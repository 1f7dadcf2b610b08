# Tools from PyPI. Sourced by lib.sh.
# shellcheck shell=bash

# python_tools NAME PIP-ARGUMENT...: the folder of the programs that these arguments of pip install give. Others of that name in
# the cache are those of another version of the project, and go.
python_tools() {
    local name=$1 env
    shift
    env=$CACHE/tools/$name-$({
        printf '%s\n' "$@"
        [[ ! -f ${*: -1} ]] || cat "${*: -1}"
    } | sha256sum | cut -c1-12)
    [[ -x $env/bin/pip && -e $env/done ]] || {
        need python3
        rm -rf "$CACHE/tools/$name"-*
        python3 -m venv "$env"
        "$env/bin/pip" --quiet --disable-pip-version-check install "$@" >&2
        touch "$env/done"
    }
    echo "$env/bin"
}
