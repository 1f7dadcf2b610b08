package io.dsqlsink.seatunnel.catalog;

import io.dsqlsink.bridge.Limits;
import io.dsqlsink.seatunnel.catalog.TableDefinition.ColumnDefinition;
import io.dsqlsink.seatunnel.config.DsqlTable;
import io.dsqlsink.seatunnel.config.Names;
import io.dsqlsink.seatunnel.source.SourceCatalog;
import io.dsqlsink.seatunnel.source.SourceIndex;
import io.dsqlsink.seatunnel.source.SourceIndex.Part;
import io.dsqlsink.seatunnel.source.SourceTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which of the source's indexes the target gets. Those that Aurora DSQL cannot hold as the source
 * means them are left out, each with its reason: an index of another meaning may refuse rows that
 * the source has. Pure.
 */
final class IndexPlan {
    private static final String HOW =
            ": name an account that may read it by options 'source_username' and"
                    + " 'source_password', or create the index by hand";

    private final DsqlTable table;
    private final SourceTable source;

    /** The target's columns by their names at the source. */
    private final Map<String, ColumnDefinition> columns = new LinkedHashMap<>();

    private final ArrayList<IndexDefinition> indexes = new ArrayList<>();
    private final ArrayList<String> leftOut = new ArrayList<>();
    private final ArrayList<String> notes = new ArrayList<>();

    IndexPlan(
            DsqlTable table,
            SourceTable source,
            List<String> sourceNames,
            List<ColumnDefinition> targets) {
        this.table = table;
        this.source = source;
        for (int i = 0; i < targets.size(); i++) {
            columns.put(sourceNames.get(i), targets.get(i));
        }
        // Unique ones first: of two indexes on the same columns the first is made.
        plan(true);
        plan(false);
    }

    private void plan(boolean unique) {
        for (SourceIndex index : source.indexes()) {
            if (index.unique() == unique && !isKey(index)) {
                String obstacle = obstacle(index);
                if (obstacle == null) {
                    add(index);
                } else {
                    leaveOut(index, obstacle);
                }
            }
        }
    }

    private boolean isKey(SourceIndex index) {
        return index.isWholeKey() && targets(index).equals(table.primaryKey())
                || !index.unique()
                        && index.predicate() == null
                        && index.parts().stream().allMatch(part -> part.prefix() == 0)
                        && targets(index).equals(table.primaryKey());
    }

    private List<String> targets(SourceIndex index) {
        List<String> targets = new ArrayList<>();
        for (Part part : index.parts()) {
            ColumnDefinition column = columns.get(part.column());
            targets.add(column == null ? null : column.name());
        }
        return targets;
    }

    private void leaveOut(SourceIndex index, String why) {
        leftOut.add(
                named(index)
                        + " is left out: "
                        + why
                        + (index.unique()
                                ? "; the target does not enforce that its values are unique"
                                : ""));
    }

    private static String named(SourceIndex index) {
        return (index.unique() ? "Unique index " : "Index ")
                + index.name()
                + " "
                + index.parts().toString().replaceFirst("^\\[(.*)]$", "($1)");
    }

    /** Null if Aurora DSQL can keep the index, or its unique rule, with the source's meaning. */
    private String obstacle(SourceIndex index) {
        if (index.flaw() != null) {
            return index.flaw();
        } else if (!index.kind().equals("btree") && !index.kind().equals("hash")) {
            String kind = index.kind();
            kind = kind.equals("rtree") ? "spatial" : kind;
            return "Aurora DSQL has no " + kind.toUpperCase(Locale.ROOT) + " indexes";
        } else if (!index.visible() && !index.unique()) {
            return "it is invisible to queries at the source";
        }
        String obstacle = source.unknown() == null ? null : unknown(index);
        obstacle = obstacle == null ? columnObstacle(index) : obstacle;
        obstacle = obstacle == null ? orderObstacle(index) : obstacle;
        return obstacle == null ? sizeObstacle(index) : obstacle;
    }

    /** The information from SeaTunnel alone is not enough to know the index's meaning. */
    private String unknown(SourceIndex index) {
        boolean mysql = source.kind() == SourceCatalog.Kind.MYSQL;
        String why = " is not known, as " + source.unknown() + HOW;
        if (index.name() == null || index.name().isEmpty()) {
            return "SeaTunnel removes characters other than letters and digits from its name"
                    + " and merges such indexes; which columns it has"
                    + why;
        } else if (!mysql && index.unique()) {
            return "whether it holds all rows" + why;
        } else if (mysql
                && !index.unique()
                && index.parts().stream().allMatch(Part::descending)
                && index.parts().stream().anyMatch(this::isText)) {
            return "whether it is FULLTEXT" + why;
        }
        for (Part part : index.parts()) {
            ColumnDefinition column = columns.get(part.column());
            if (column != null && isText(part)) {
                boolean longText = KeySize.most(column) < 0;
                boolean whole =
                        KeySize.most(column) >= 0 && KeySize.most(column) <= KeySize.budget(1);
                if (mysql && longText || !index.unique() && !whole) {
                    String what = mysql ? "how much of column '" : "which values of column '";
                    return what + part.column() + "' it holds" + why;
                }
            }
        }
        return null;
    }

    private boolean isText(Part part) {
        ColumnDefinition column = columns.get(part.column());
        return column != null && column.type() != null && column.type().matches("text|varchar.*");
    }

    private String columnObstacle(SourceIndex index) {
        if (index.parts().size() > Limits.KEY_COLUMNS) {
            return "it has "
                    + index.parts().size()
                    + " columns, and Aurora DSQL takes "
                    + Limits.KEY_COLUMNS;
        }
        boolean carried = source.kind() == SourceCatalog.Kind.POSTGRESQL && namesAreTheSources();
        if (index.predicate() != null && !carried) {
            return "its condition (" + index.predicate() + ") names columns as the source does";
        }
        for (Part part : index.parts()) {
            if (part.expression() != null) {
                if (!carried) {
                    return "the expression "
                            + part.expression()
                            + (source.kind() == SourceCatalog.Kind.POSTGRESQL
                                    ? " names columns as the source does"
                                    : " is SQL of the source");
                }
                continue;
            }
            ColumnDefinition column = columns.get(part.column());
            if (column == null) {
                return "the rows have no column '" + part.column() + "'";
            } else if (column.type() != null && !ColumnTypes.isIndexable(column.type())) {
                return "column '"
                        + column.name()
                        + "' is of type "
                        + column.type()
                        + ", which Aurora DSQL allows in no index";
            } else if (part.prefix() > 0 && !index.unique()) {
                return "it holds the first "
                        + part.prefix()
                        + " characters of column '"
                        + part.column()
                        + "' only, and an index on whole values would refuse long ones";
            } else if (isForeign(column)) {
                return "column '"
                        + column.name()
                        + "' is of the source's type "
                        + column.sourceType()
                        + ", whose order and equality "
                        + column.type()
                        + " does not have";
            }
        }
        return null;
    }

    /** PostgreSQL only: a target column is text if SeaTunnel has no type for the source's. */
    private static boolean isForeign(ColumnDefinition column) {
        return column.type() != null
                && column.type().equals("text")
                && column.sourceType()
                        .matches(
                                "(?i).*, (geometry|geography|interval|point|box|circle|xml|ts.*)\\b.*");
    }

    private boolean namesAreTheSources() {
        return columns.entrySet().stream()
                .allMatch(column -> column.getKey().equals(column.getValue().name()));
    }

    /** Aurora DSQL's indexes ascend; a wholly descending index can be read backwards. */
    private String orderObstacle(SourceIndex index) {
        if (index.unique()) {
            return null;
        }
        boolean first = index.parts().get(0).descending();
        for (Part part : index.parts()) {
            if (part.order() != null) {
                return "it has " + part.order() + ", and Aurora DSQL orders by bytes";
            } else if (part.descending() != first) {
                return "some of its columns ascend and some descend, which Aurora DSQL does not"
                        + " have";
            }
        }
        return null;
    }

    private String sizeObstacle(SourceIndex index) {
        int declared = 0;
        for (Part part : index.parts()) {
            ColumnDefinition column = columns.get(part.column());
            if (column != null && column.type() != null && part.prefix() == 0) {
                declared += KeySize.declared(column);
                if (index.kind().equals("hash") && KeySize.most(column) < 0) {
                    return "a HASH index allows values of any length, and indexes of Aurora DSQL "
                            + Limits.KEY_BYTES
                            + " bytes";
                }
            }
        }
        if (declared > Limits.DECLARED_KEY_BYTES) {
            return "its columns are declared with "
                    + declared
                    + " bytes, and Aurora DSQL takes "
                    + Limits.DECLARED_KEY_BYTES;
        } else if (indexes.size() + (table.primaryKey().isEmpty() ? 0 : 1) >= Limits.INDEXES) {
            return "the table has "
                    + Limits.INDEXES
                    + " indexes without it, including that of the key, and Aurora DSQL allows no"
                    + " more";
        }
        return null;
    }

    private void add(SourceIndex index) {
        List<String> parts = new ArrayList<>();
        List<ColumnDefinition> held = new ArrayList<>();
        for (Part part : index.parts()) {
            ColumnDefinition column = columns.get(part.column());
            if (column == null) {
                parts.add("(" + part.expression() + ")");
            } else if (part.prefix() > 0) {
                parts.add("(left(" + Ddl.quoted(column.name()) + ", " + part.prefix() + "))");
            } else {
                parts.add(Ddl.quoted(column.name()));
                held.add(column);
            }
        }
        List<String> included = new ArrayList<>();
        for (String name : index.included()) {
            if (columns.containsKey(name)) {
                included.add(Ddl.quoted(columns.get(name).name()));
            }
        }
        // Index names are unique per table in MySQL, but per schema in Aurora DSQL.
        String name = table.name() + "_" + index.name();
        String other = Names.ofIndex(table.schema(), table.name(), index.name());
        String first = Names.shortened(name);
        if (indexes.stream().anyMatch(i -> i.name().equals(first) || i.otherName().equals(first))) {
            name = other;
        }
        IndexDefinition definition =
                new IndexDefinition(
                        Names.shortened(name),
                        other,
                        index.unique(),
                        parts,
                        included,
                        index.nullsDistinct(),
                        index.predicate());
        if (indexes.stream().noneMatch(i -> i.covers(definition))) {
            indexes.add(definition);
            note(index, held);
        }
    }

    private void note(SourceIndex index, Collection<ColumnDefinition> held) {
        String what = named(index);
        for (Part part : index.parts()) {
            if (part.prefix() > 0) {
                notes.add(
                        what
                                + " is created on left("
                                + part.column()
                                + ", "
                                + part.prefix()
                                + "): no two rows may have the same prefix, as at the source");
            }
        }
        if (!index.visible()) {
            notes.add(what + " is invisible to queries at the source, but not in Aurora DSQL");
        }
        if (index.unique() && index.parts().stream().anyMatch(part -> part.order() != null)) {
            notes.add(
                    what
                            + " compares bytes in Aurora DSQL, but uses another collation at the"
                            + " source");
        }
        List<ColumnDefinition> all = new ArrayList<>(held);
        for (ColumnDefinition column : columns.values()) {
            if (table.primaryKey().contains(column.name()) && !held.contains(column)) {
                all.add(column);
            }
        }
        if (!all.isEmpty() && !KeySize.fits(all)) {
            notes.add(
                    what
                            + ": a row is refused if its values in the index and in the key"
                            + " have more than "
                            + KeySize.budget(all.size())
                            + " bytes together; create_index = false creates no indexes");
        }
    }

    ArrayList<IndexDefinition> indexes() {
        return indexes;
    }

    /** A line for each index that is left out, with the reason. */
    ArrayList<String> leftOut() {
        return leftOut;
    }

    /** A line for each that is created, but means something else or may refuse rows. */
    ArrayList<String> notes() {
        return notes;
    }
}
