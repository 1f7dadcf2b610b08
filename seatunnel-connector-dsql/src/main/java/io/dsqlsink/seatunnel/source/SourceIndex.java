package io.dsqlsink.seatunnel.source;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An index as the source's own catalog describes it. SeaTunnel passes only a part of this to the
 * sink.
 */
public final class SourceIndex {
    private final String name;
    private final boolean unique;
    private final String kind;
    private final List<Part> parts = new ArrayList<>();
    private final List<String> included = new ArrayList<>();
    private String predicate;
    private String flaw;
    private boolean visible = true;
    private boolean nullsDistinct = true;

    /**
     * @param kind the source's name of its access method, in lower case
     */
    SourceIndex(String name, boolean unique, String kind) {
        this.name = name;
        this.unique = unique;
        this.kind = kind;
    }

    void add(Part part) {
        parts.add(part);
    }

    void include(String column) {
        included.add(column);
    }

    void where(String sql) {
        predicate = sql;
    }

    void flaw(String why) {
        flaw = why;
    }

    void invisible() {
        visible = false;
    }

    void nullsAreEqual() {
        nullsDistinct = false;
    }

    public String name() {
        return name;
    }

    public boolean unique() {
        return unique;
    }

    public String kind() {
        return kind;
    }

    public List<Part> parts() {
        return Collections.unmodifiableList(parts);
    }

    /** Columns that it includes in addition to its key. */
    public List<String> included() {
        return Collections.unmodifiableList(included);
    }

    /** The SQL condition of a partial index of PostgreSQL; null for an index of all rows. */
    public String predicate() {
        return predicate;
    }

    /**
     * Why it cannot be created at the target, such as that its build never finished; usually null.
     */
    public String flaw() {
        return flaw;
    }

    /** False if the source itself uses it for no query. */
    public boolean visible() {
        return visible;
    }

    public boolean nullsDistinct() {
        return nullsDistinct;
    }

    /**
     * Whether it makes whole columns of all rows unique: no prefixes, expressions or conditions.
     */
    public boolean isWholeKey() {
        return unique
                && flaw == null
                && predicate == null
                && parts.stream().allMatch(part -> part.column() != null && part.prefix() == 0);
    }

    public List<String> columns() {
        return parts.stream().map(Part::column).collect(Collectors.toList());
    }

    /** A column of the index, or an expression. */
    public static final class Part {
        private final String column;
        private final String expression;
        private final int prefix;
        private final boolean descending;
        private final String order;

        private Part(
                String column, String expression, int prefix, boolean descending, String order) {
            this.column = column;
            this.expression = expression;
            this.prefix = prefix;
            this.descending = descending;
            this.order = order;
        }

        static Part column(String column, int prefix, boolean descending, String order) {
            return new Part(column, null, prefix, descending, order);
        }

        static Part expression(String sql, boolean descending, String order) {
            return new Part(null, sql, 0, descending, order);
        }

        /** Null for an expression. */
        public String column() {
            return column;
        }

        /** In the source's SQL; null for a column. */
        public String expression() {
            return expression;
        }

        /** The length of the prefix in characters or bytes; 0 for the whole column. */
        public int prefix() {
            return prefix;
        }

        public boolean descending() {
            return descending;
        }

        /** The source's name of an order that is not the type's default; usually null. */
        public String order() {
            return order;
        }

        @Override
        public String toString() {
            return column == null
                    ? "(" + expression + ")"
                    : column + (prefix == 0 ? "" : "(" + prefix + ")");
        }
    }
}
