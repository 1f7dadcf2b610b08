#!/usr/bin/env bash
# Official clients against dsql-local: psql, pgjdbc with aurora-dsql-jdbc-connector, psycopg with
# aurora-dsql-python-connector. Each mints its own token, except psql, which gets one from `dsql-local token`.
#
# Usage: tests/dsql-local/clients/run.sh
# Needs java, mvn and python3; psql is installed if it is missing and this runs as root. The last line counts the clients in the form of `cargo test`.

set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../../scripts/lib.sh"
[[ ${1:-} != --help && ${1:-} != -h ]] || help_and_exit
if ! command -v psql >/dev/null && [[ $EUID -eq 0 ]]; then
    say "installing psql"
    apt-get -qq update && apt-get -qq install --yes postgresql-client >/dev/null
fi
need psql java mvn python3 keytool
HERE=$ROOT/tests/dsql-local/clients
WORK=$(mktemp -d)
ENDPOINT=abcdefghijklmnopqrst123456.dsql.us-east-1.on.aws

[[ -x $DSQL_LOCAL ]] || cargo build --quiet --locked --manifest-path "$ROOT/Cargo.toml" -p dsql-local
"$DSQL_LOCAL" >"$WORK/ready" &
server=$!
stop() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    rm -rf "$WORK"
}
trap stop EXIT
deadline=$((SECONDS + 60))
until grep -q '^ready ' "$WORK/ready"; do
    kill -0 "$server" 2>/dev/null || die "dsql-local ended at start"
    ((SECONDS < deadline)) || die "dsql-local is not ready within 60 s"
    sleep 0.1
done
field() { sed -n "s/.* $1=\([^ ]*\).*/\1/p" "$WORK/ready"; }
listen=$(field listen) ca=$(field ca)
address=${listen%:*} port=${listen#*:}

# The credentials that dsql-local takes by default: AWS's documentation examples.
export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
export AWS_REGION=us-east-1

with_psql() {
    local rows
    rows=$(PGPASSWORD=$("$DSQL_LOCAL" token) psql -X -q -At -v ON_ERROR_STOP=1 \
        "host=$ENDPOINT hostaddr=$address port=$port user=admin dbname=postgres sslmode=verify-full sslrootcert=$ca" \
        -c 'CREATE TABLE ps (id int PRIMARY KEY)' -c 'INSERT INTO ps SELECT generate_series(1, 10)' \
        -c '\d ps' -c 'SELECT count(*) FROM ps' | tail -n 1)
    [[ $rows == 10 ]]
}

with_jdbc() {
    local classpath=$CACHE/clients/classpath
    if [[ ! -s $classpath || $HERE/pom.xml -nt $classpath ]]; then
        mkdir -p "$CACHE/clients"
        mvn --quiet --batch-mode --no-transfer-progress --file "$HERE/pom.xml" \
            dependency:build-classpath -Dmdep.outputFile="$classpath"
    fi
    echo "$address $ENDPOINT" >"$WORK/hosts"
    keytool -importcert -noprompt -alias ca -file "$ca" -keystore "$WORK/trust.p12" -storetype PKCS12 \
        -storepass changeit 2>/dev/null
    java -Djdk.net.hosts.file="$WORK/hosts" -Djavax.net.ssl.trustStore="$WORK/trust.p12" \
        -Djavax.net.ssl.trustStorePassword=changeit -cp "$(<"$classpath")" "$HERE/Client.java" "$ENDPOINT" "$port"
}

with_python() {
    python_env "$HERE/requirements.txt"
    "$PYTHON_ENV/bin/python" "$HERE/client.py" "$ENDPOINT" "$address" "$port" "$ca"
}

passed=0 failed=0
for client in psql jdbc python; do
    # Not in a condition: there bash would continue after a failed command of the client.
    set +e
    (
        set -e
        "with_$client"
    )
    status=$?
    set -e
    if [[ $status -eq 0 ]]; then
        passed=$((passed + 1))
        echo "client $client ... ok"
    else
        failed=$((failed + 1))
        echo "client $client ... FAILED"
    fi
done
echo "test result: $([[ $failed -eq 0 ]] && echo ok || echo FAILED). $passed passed; $failed failed; 0 ignored"
[[ $failed -eq 0 ]]
