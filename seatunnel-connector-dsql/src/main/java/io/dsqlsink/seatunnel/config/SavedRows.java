package io.dsqlsink.seatunnel.config;

import io.dsqlsink.seatunnel.config.DsqlTable.RowColumn;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The row type of a table as a checkpoint keeps it. After a restore the source continues with rows
 * of this type, even if its table has changed since.
 */
public final class SavedRows implements Serializable {
    private static final long serialVersionUID = 1L;

    private final ArrayList<RowColumn> columns;
    private final ArrayList<String> primaryKey;
    private final boolean changed;

    SavedRows(List<RowColumn> columns, List<String> primaryKey, boolean changed) {
        this.columns = new ArrayList<>(columns);
        this.primaryKey = new ArrayList<>(primaryKey);
        this.changed = changed;
    }

    List<RowColumn> columns() {
        return columns;
    }

    List<String> primaryKey() {
        return primaryKey;
    }

    /**
     * Whether a change of the source's columns led to it. Only a source that keeps it too sends
     * them.
     */
    public boolean changed() {
        return changed;
    }
}
