#!/usr/bin/env bash
# Random MySQL and PostgreSQL tables through SeaTunnel's sources into dsql-local, every row compared.
#
# Usage: scripts/random.sh [--tables N] [--seed S] [--zeta VERSION]
#   --tables N      number of tables of all sources together, 3000 by default; scripts/test.sh uses 500
#   --seed S        repeats the run that printed this seed, if the number of tables is the same; by default a new seed
#   --zeta VERSION  the release of SeaTunnel
# Exit code 0: each table is equal, or was refused by an error that names it. The lines that begin with
# "random tables:" show the numbers. Logs and configs of the jobs: target/e2e.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tables=3000 seed=$RANDOM version=$ZETA_VERSION
while [[ $# -gt 0 ]]; do
    case $1 in
        --help | -h) help_and_exit ;;
        --tables) tables=${2:?--tables needs a number} && shift 2 ;;
        --seed) seed=${2:?--seed needs a number} && shift 2 ;;
        --zeta) version=${2:?--zeta needs a release} && shift 2 ;;
        *) die "unknown option '$1'; see --help" ;;
    esac
done
need cargo mvn java
jobs_on "$version" lib RandomTablesIT "-Drandom.tables=$tables" "-Drandom.seed=$seed"
