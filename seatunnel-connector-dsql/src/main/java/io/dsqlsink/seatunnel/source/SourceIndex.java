package io.dsqlsink.seatunnel.source;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** An index as the source's own catalog has it, which SeaTunnel passes on in part only. */
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
     * @param kind what the source calls its access method, in lower case
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

    /** PostgreSQL's SQL condition of the rows it holds; null when it holds all. */
    public String predicate() {
        return predicate;
    }

    /** Why it means nothing elsewhere, such as that it was never built; null in general. */
    public String flaw() {
        return flaw;
    }

    /** False when the source itself uses it for no query. */
    public boolean visible() {
        return visible;
    }

    public boolean nullsDistinct() {
        return nullsDistinct;
    }

    /** Whether all rows differ in its columns as they are: no prefixes, expressions, conditions. */
    public boolean isWholeKey() {
        return unique
                && flaw == null
                && predicate == null
                && parts.stream().allMatch(part -> part.column() != null && part.prefix() == 0);
    }

    public List<String> columns() {
        return parts.stream().map(Part::column).collect(Collectors.toList());
    }

    /** A column of it, or an expression. */
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

        /** How many characters, or bytes, it begins with; 0 for all. */
        public int prefix() {
            return prefix;
        }

        public boolean descending() {
            return descending;
        }

        /** An order that is not the type's own, as the source calls it; null in general. */
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
