#!/usr/bin/env bash
# submit.sh STARTER CLASS ARGUMENT...: as in an ordinary installation, the starter prints the command that submits a
# job, which names the engine's home by its variable.

set -euo pipefail
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
starter=$1
shift
command=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "$home/starter/logging/*:$home/starter/$starter.jar" "$@")
# Its last line; what it logs comes before.
echo "${command##*$'\n'}"
eval "exec ${command##*$'\n'}"
