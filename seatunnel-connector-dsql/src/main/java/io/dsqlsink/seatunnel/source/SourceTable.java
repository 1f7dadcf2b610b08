package io.dsqlsink.seatunnel.source;

import io.dsqlsink.seatunnel.source.SourceIndex.Part;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.seatunnel.api.table.catalog.CatalogTable;
import org.apache.seatunnel.api.table.catalog.ConstraintKey;
import org.apache.seatunnel.api.table.catalog.TableSchema;

/**
 * A source table as SeaTunnel passes it to the sink, completed from the source's own catalog. Up to
 * 2.3.5 the table's options contain the source's account; later the job must name one.
 */
public final class SourceTable {
    private static final String USERNAME = "username";
    private static final String PASSWORD = "password";
    private static final String TABLE_NAME = "table-name";

    private final CatalogTable table;
    private final SourceCatalog.Kind kind;
    private final List<SourceIndex> indexes;
    private final Extras extras;
    private final String unknown;

    private SourceTable(
            CatalogTable table,
            SourceCatalog.Kind kind,
            List<SourceIndex> indexes,
            Extras extras,
            String unknown) {
        this.table = table;
        this.kind = kind;
        this.indexes = indexes;
        this.extras = extras;
        this.unknown = unknown;
    }

    /** The table as SeaTunnel passes it to the sink, without a look into the catalog. */
    public static SourceTable withoutCatalog(CatalogTable table) {
        return withoutCatalog(table, "its catalog was not read");
    }

    private static SourceTable withoutCatalog(CatalogTable table, String why) {
        SourceCatalog.Kind kind = SourceCatalog.Kind.of(table);
        List<SourceIndex> indexes = new ArrayList<>();
        for (ConstraintKey constraint : constraints(table)) {
            boolean unique =
                    constraint.getConstraintType() == ConstraintKey.ConstraintType.UNIQUE_KEY;
            if (unique
                    || constraint.getConstraintType() == ConstraintKey.ConstraintType.INDEX_KEY) {
                SourceIndex index =
                        new SourceIndex(constraint.getConstraintName(), unique, "btree");
                for (ConstraintKey.ConstraintKeyColumn column : constraint.getColumnNames()) {
                    boolean descending = column.getSortType() == ConstraintKey.ColumnSortType.DESC;
                    index.add(Part.column(column.getColumnName(), 0, descending, null));
                }
                indexes.add(index);
            }
        }
        // A unique index of PostgreSQL may be partial, and then is not a key of all rows.
        CatalogTable trusted =
                kind == SourceCatalog.Kind.POSTGRESQL
                        ? withKeys(table, Collections.emptyList())
                        : table;
        return new SourceTable(trusted, kind, indexes, null, kind == null ? null : why);
    }

    /**
     * The table with the indexes of the source's catalog, if that catalog can be read.
     *
     * @param user the account that the job names for the catalog; null for none
     */
    public static SourceTable withCatalog(
            CatalogTable table, String user, String password, ClassLoader loader) {
        SourceCatalog.Kind kind = SourceCatalog.Kind.of(table);
        if (kind == null) {
            return withoutCatalog(table);
        }
        Map<String, String> options = table.getOptions();
        String account = user == null ? options.get(USERNAME) : user;
        String secret = user == null ? options.get(PASSWORD) : password;
        if (account == null) {
            return withoutCatalog(
                    table, "this SeaTunnel does not pass on the account for reading its catalog");
        } else if (!isSame(table, options.get(TABLE_NAME))) {
            return withoutCatalog(table, "a transform has renamed the table");
        }
        try (SourceCatalog catalog =
                SourceCatalog.open(SourceCatalog.url(table), account, secret, loader)) {
            return of(table, catalog);
        } catch (SQLException e) {
            return withoutCatalog(table, "its catalog cannot be read: " + e.getMessage());
        }
    }

    /** The table with the indexes of an open catalog. */
    public static SourceTable of(CatalogTable table, SourceCatalog catalog) throws SQLException {
        List<SourceIndex> indexes = catalog.indexes(table.getTablePath());
        List<ConstraintKey> keys = new ArrayList<>();
        for (SourceIndex index : indexes) {
            if (index.isWholeKey()) {
                List<ConstraintKey.ConstraintKeyColumn> columns =
                        index.columns().stream()
                                .map(
                                        column ->
                                                ConstraintKey.ConstraintKeyColumn.of(
                                                        column, ConstraintKey.ColumnSortType.ASC))
                                .collect(Collectors.toList());
                keys.add(
                        ConstraintKey.of(
                                ConstraintKey.ConstraintType.UNIQUE_KEY, index.name(), columns));
            }
        }
        Extras extras = catalog.extras(table.getTablePath());
        return new SourceTable(withKeys(table, keys), catalog.kind(), indexes, extras, null);
    }

    private static boolean isSame(CatalogTable table, String name) {
        return name == null
                || name.equals(table.getTablePath().getFullName())
                || name.equals(table.getTablePath().getTableName())
                || name.endsWith("." + table.getTablePath().getTableName());
    }

    private static List<ConstraintKey> constraints(CatalogTable table) {
        List<ConstraintKey> constraints = table.getTableSchema().getConstraintKeys();
        return constraints == null ? Collections.emptyList() : constraints;
    }

    private static CatalogTable withKeys(CatalogTable table, List<ConstraintKey> keys) {
        return CatalogTable.of(
                table.getTableId(),
                TableSchema.builder()
                        .columns(table.getTableSchema().getColumns())
                        .primaryKey(table.getTableSchema().getPrimaryKey())
                        .constraintKey(keys)
                        .build(),
                table.getOptions(),
                table.getPartitionKeys(),
                table.getComment());
    }

    /** The table, with only those unique keys that are known to cover all rows. */
    public CatalogTable table() {
        return table;
    }

    /** Null for a database whose catalog this sink cannot read. */
    public SourceCatalog.Kind kind() {
        return kind;
    }

    public List<SourceIndex> indexes() {
        return Collections.unmodifiableList(indexes);
    }

    /** Null if the catalog was not read. */
    public Extras extras() {
        return extras;
    }

    /** Why the sink uses only SeaTunnel's incomplete information about the indexes; or null. */
    public String unknown() {
        return unknown;
    }
}
