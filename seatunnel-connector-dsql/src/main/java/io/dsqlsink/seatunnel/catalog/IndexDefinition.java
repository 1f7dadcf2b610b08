package io.dsqlsink.seatunnel.catalog;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** A secondary index of the target. */
final class IndexDefinition implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final String otherName;
    private final boolean unique;
    private final ArrayList<String> parts;
    private final ArrayList<String> included;
    private final boolean nullsDistinct;
    private final String predicate;

    /**
     * @param otherName used if an index or a table of the schema has the first name already
     * @param parts SQL of each of its columns
     */
    IndexDefinition(
            String name,
            String otherName,
            boolean unique,
            List<String> parts,
            List<String> included,
            boolean nullsDistinct,
            String predicate) {
        this.name = name;
        this.otherName = otherName;
        this.unique = unique;
        this.parts = new ArrayList<>(parts);
        this.included = new ArrayList<>(included);
        this.nullsDistinct = nullsDistinct;
        this.predicate = predicate;
    }

    String name() {
        return name;
    }

    String otherName() {
        return otherName;
    }

    boolean unique() {
        return unique;
    }

    List<String> parts() {
        return parts;
    }

    List<String> included() {
        return included;
    }

    boolean nullsDistinct() {
        return nullsDistinct;
    }

    /** SQL condition of the rows in the index; null for all rows. */
    String predicate() {
        return predicate;
    }

    /** Whether it can stand in for another one; a unique index also serves as a plain one. */
    boolean covers(IndexDefinition other) {
        return parts.equals(other.parts)
                && (predicate == null ? other.predicate == null : predicate.equals(other.predicate))
                && included.containsAll(other.included)
                && (!other.unique || unique && nullsDistinct == other.nullsDistinct);
    }
}
