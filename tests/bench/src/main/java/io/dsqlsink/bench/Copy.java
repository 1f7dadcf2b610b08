package io.dsqlsink.bench;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.seatunnel.api.table.type.SeaTunnelRow;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;

/**
 * COPY BINARY, the fastest way to write into PostgreSQL. PostgreSQL itself encodes a batch once.
 * Each time the batch only gets other keys, so the client has almost no work. It inserts and does
 * not upsert.
 */
final class Copy implements Writer {
    /** As many rows as our sink puts into a transaction. */
    private static final int BATCH = 3_000;

    /** Bytes of the signature, the flags and the length of the extension. */
    private static final int HEADER = 19;

    private final Connection connection;
    private final byte[] batch;
    private final int[] keys = new int[BATCH];
    private int rows;

    Copy(Map<String, String> options) throws Exception {
        connection =
                DriverManager.getConnection(
                        options.get("url"), options.get("user"), options.get("password"));
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMPORARY TABLE sample (LIKE " + Rows.Kind.SHORT.table + ")");
        }
        Rows sample = new Rows(Rows.Kind.SHORT, new AtomicLong(1));
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO sample VALUES (?,?,?,?,?,?,?,?,?,?)")) {
            for (int i = 0; i < BATCH; i++) {
                Object[] fields = sample.next().getFields();
                for (int at = 0; at < fields.length; at++) {
                    insert.setObject(at + 1, fields[at]);
                }
                insert.addBatch();
            }
            insert.executeBatch();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        manager().copyOut("COPY sample TO STDOUT (FORMAT BINARY)", out);
        batch = out.toByteArray();
        // A row has the number of columns as u16, then for each column its length as u32 and its
        // bytes.
        ByteBuffer reader = ByteBuffer.wrap(batch).position(HEADER);
        for (int row = 0; row < BATCH; row++) {
            int columns = reader.getShort();
            keys[row] = reader.position() + Integer.BYTES;
            for (int column = 0; column < columns; column++) {
                int length = reader.getInt();
                reader.position(reader.position() + Math.max(length, 0));
            }
        }
    }

    private CopyManager manager() throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI();
    }

    @Override
    public void write(SeaTunnelRow row) throws SQLException {
        ByteBuffer.wrap(batch).putLong(keys[rows], (Long) row.getField(0));
        if (++rows == BATCH) {
            rows = 0;
            CopyIn copy =
                    manager()
                            .copyIn(
                                    "COPY "
                                            + Rows.Kind.SHORT.table
                                            + " FROM STDIN (FORMAT BINARY)");
            copy.writeToCopy(batch, 0, batch.length);
            copy.endCopy();
        }
    }

    /** Does not write the rest of a batch, which is negligible in a run of seconds. */
    @Override
    public void commit() {}

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
