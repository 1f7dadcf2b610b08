"""psycopg through AWS's own connector, which mints the token itself. Any surprise is an exception."""

import sys

import aurora_dsql_psycopg as dsql
import psycopg

endpoint, address, port, ca = sys.argv[1:]
connection = dsql.connect(
    host=endpoint, hostaddr=address, port=int(port), user="admin", dbname="postgres",
    sslmode="verify-full", sslrootcert=ca, region="us-east-1",
)  # fmt: skip
with connection, connection.cursor() as cursor:
    cursor.execute("CREATE TABLE py (id int PRIMARY KEY, v text)")
    connection.commit()
    upsert = "INSERT INTO py VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET v = excluded.v"
    cursor.executemany(upsert, [(i, f"v{i}") for i in range(500)])
    connection.commit()
    with cursor.copy("COPY py FROM STDIN") as copy:
        for i in range(1000, 1100):
            copy.write_row((i, "copied"))
    connection.commit()
    assert cursor.execute("SELECT count(*) FROM py").fetchone() == (600,)
    try:
        cursor.execute("TRUNCATE py")
        raise AssertionError("TRUNCATE was accepted")
    except psycopg.errors.FeatureNotSupported as error:
        assert error.diag.message_primary == "unsupported statement: Truncate", error
    connection.rollback()
    with connection.cursor(binary=True) as binary:
        assert binary.execute("SELECT %b::bigint * 2", (21,)).fetchone() == (42,)
