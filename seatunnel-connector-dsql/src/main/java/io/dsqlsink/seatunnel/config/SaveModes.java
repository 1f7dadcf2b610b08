package io.dsqlsink.seatunnel.config;

import io.dsqlsink.seatunnel.compat.Placeholders;
import java.io.Serializable;

/** What is done to the target table, once, before a job writes. */
public final class SaveModes implements Serializable {
    private static final long serialVersionUID = 1L;

    private final DsqlSinkOptions.SchemaSaveMode schema;
    private final DsqlSinkOptions.DataSaveMode data;
    private final String customSql;
    private final boolean createIndex;
    private final boolean identity;
    private final boolean schemaNamed;

    private SaveModes(
            DsqlSinkOptions.SchemaSaveMode schema,
            DsqlSinkOptions.DataSaveMode data,
            String customSql,
            boolean createIndex,
            boolean identity,
            boolean schemaNamed) {
        this.schema = schema;
        this.data = data;
        this.customSql = customSql;
        this.createIndex = createIndex;
        this.identity = identity;
        this.schemaNamed = schemaNamed;
    }

    static SaveModes of(OptionReader reader, Placeholders names) {
        DsqlSinkOptions.DataSaveMode data =
                reader.choice(DsqlSinkOptions.DATA_SAVE_MODE, DsqlSinkOptions.DataSaveMode.class);
        boolean custom = data == DsqlSinkOptions.DataSaveMode.CUSTOM_PROCESSING;
        String customSql = custom ? reader.name(DsqlSinkOptions.CUSTOM_SQL) : null;
        if (custom && customSql == null) {
            reader.problem(
                    DsqlSinkOptions.CUSTOM_SQL.key(),
                    "is missing beside 'data_save_mode' = CUSTOM_PROCESSING: set the statement"
                            + " that prepares the table");
        }
        return new SaveModes(
                reader.choice(
                        DsqlSinkOptions.SCHEMA_SAVE_MODE, DsqlSinkOptions.SchemaSaveMode.class),
                data,
                customSql == null ? null : CustomSql.of(reader, names, customSql),
                reader.flag(DsqlSinkOptions.CREATE_INDEX),
                reader.flag(SourceOptions.IDENTITY),
                isSchemaNamed(reader));
    }

    private static boolean isSchemaNamed(OptionReader reader) {
        String schema = reader.name(DsqlSinkOptions.SCHEMA);
        String table = reader.name(DsqlSinkOptions.TABLE);
        String from = schema == null && table != null ? table.replaceAll("[.]?[^.]*$", "") : schema;
        return from == null || !from.contains("${");
    }

    /** Whether the job sets the schema's name. Otherwise the name comes from the source. */
    public boolean isSchemaNamed() {
        return schemaNamed;
    }

    public DsqlSinkOptions.SchemaSaveMode schema() {
        return schema;
    }

    /** Whether a missing table is created. */
    public boolean creates() {
        return schema == DsqlSinkOptions.SchemaSaveMode.CREATE_SCHEMA_WHEN_NOT_EXIST
                || schema == DsqlSinkOptions.SchemaSaveMode.RECREATE_SCHEMA;
    }

    public DsqlSinkOptions.DataSaveMode data() {
        return data;
    }

    /** Null unless {@link #data()} is CUSTOM_PROCESSING. */
    public String customSql() {
        return customSql;
    }

    /** Whether a table is created with the source's other indexes. */
    public boolean createIndex() {
        return createIndex;
    }

    /** Whether the column that the source counts up is created as an identity column. */
    public boolean identity() {
        return identity;
    }
}
