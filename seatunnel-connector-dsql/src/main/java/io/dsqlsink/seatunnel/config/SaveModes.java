package io.dsqlsink.seatunnel.config;

import java.io.Serializable;

/** What is done to the target table, once, before a job writes. */
public final class SaveModes implements Serializable {
    private static final long serialVersionUID = 1L;

    private final DsqlSinkOptions.SchemaSaveMode schema;
    private final DsqlSinkOptions.DataSaveMode data;
    private final String customSql;
    private final boolean createIndex;

    private SaveModes(
            DsqlSinkOptions.SchemaSaveMode schema,
            DsqlSinkOptions.DataSaveMode data,
            String customSql,
            boolean createIndex) {
        this.schema = schema;
        this.data = data;
        this.customSql = customSql;
        this.createIndex = createIndex;
    }

    static SaveModes of(OptionReader reader, Placeholders names) {
        DsqlSinkOptions.DataSaveMode data =
                reader.choice(DsqlSinkOptions.DATA_SAVE_MODE, DsqlSinkOptions.DataSaveMode.class);
        String customSql = reader.name(DsqlSinkOptions.CUSTOM_SQL);
        if (data == DsqlSinkOptions.DataSaveMode.CUSTOM_PROCESSING && customSql == null) {
            reader.problem(
                    DsqlSinkOptions.CUSTOM_SQL.key(),
                    "is missing beside 'data_save_mode' = CUSTOM_PROCESSING: set the statement"
                            + " that prepares the table");
        }
        return new SaveModes(
                reader.choice(
                        DsqlSinkOptions.SCHEMA_SAVE_MODE, DsqlSinkOptions.SchemaSaveMode.class),
                data,
                customSql == null ? null : names.replace(customSql),
                reader.flag(DsqlSinkOptions.CREATE_INDEX));
    }

    public DsqlSinkOptions.SchemaSaveMode schema() {
        return schema;
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
}
