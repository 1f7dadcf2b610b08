# A demo that was left running. Sourced by lib.sh.
# shellcheck shell=bash

PIDS=$ROOT/target/demo/pids

# The processes of a kept demo that are still alive, the youngest first. Another program may have reused a process id.
kept() {
    local pid
    [[ ! -f $PIDS ]] || while read -r pid; do
        ! grep -qsE 'mysqld|dsql-local|SeaTunnelClient' "/proc/$pid/cmdline" || echo "$pid"
    done <"$PIDS"
}

stop_kept() {
    local pid
    for pid in $(kept); do
        say "stopping $(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c1-60)"
        kill "$pid"
        while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    done
    rm -f "$PIDS"
}
