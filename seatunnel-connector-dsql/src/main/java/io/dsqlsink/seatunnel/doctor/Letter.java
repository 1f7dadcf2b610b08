package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.bridge.RowEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.seatunnel.shade.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.seatunnel.shade.com.fasterxml.jackson.databind.JsonNode;
import org.apache.seatunnel.shade.com.fasterxml.jackson.databind.ObjectMapper;

/** One line of a dead-letter file: a row and the operation that was refused. */
final class Letter {
    /** The index is the operation's number in a row frame. */
    private static final List<String> OPERATIONS =
            Arrays.asList("INSERT", "UPDATE_BEFORE", "UPDATE_AFTER", "DELETE");

    private final int operation;
    private final String schema;
    private final String table;
    private final JsonNode key;
    private final JsonNode values;

    private Letter(int operation, String schema, String table, JsonNode key, JsonNode values) {
        this.operation = operation;
        this.schema = schema;
        this.table = table;
        this.key = key;
        this.values = values;
    }

    /**
     * @param json shared by all letters, because it is expensive to create
     * @throws IllegalArgumentException that says what is wrong with the line
     */
    static Letter of(String line, ObjectMapper json) {
        JsonNode letter;
        try {
            letter = json.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is not JSON: " + e.getOriginalMessage());
        }
        if (letter == null || !letter.isObject()) {
            throw new IllegalArgumentException("is not a JSON object");
        }
        int operation = OPERATIONS.indexOf(letter.path("operation").asText());
        if (operation < 0) {
            throw new IllegalArgumentException("has no operation, which is one of " + OPERATIONS);
        }
        String name = letter.path("table").asText();
        int point = name.indexOf('.');
        if (point < 1 || point == name.length() - 1) {
            throw new IllegalArgumentException("has no table of the form schema.table");
        }
        JsonNode key = letter.path("key");
        JsonNode values = letter.path("values");
        if (!key.isObject() || !values.isObject() && !values.isNull()) {
            throw new IllegalArgumentException("has no key or no values: each is an object");
        }
        Letter read =
                new Letter(
                        operation,
                        name.substring(0, point),
                        name.substring(point + 1),
                        key,
                        values);
        if (read.deletes() && read.keys().isEmpty()) {
            throw new IllegalArgumentException("has the operation delete but no key");
        }
        if (!read.deletes() && read.hasValues() && !read.columns().containsAll(read.keys())) {
            throw new IllegalArgumentException("has values, but not those of its key columns");
        }
        return read;
    }

    boolean deletes() {
        return operation == RowEncoder.ROW_DELETE || operation == RowEncoder.ROW_UPDATE_BEFORE;
    }

    /** One of the numbers of {@link RowEncoder}. */
    int operation() {
        return operation;
    }

    String schema() {
        return schema;
    }

    String table() {
        return table;
    }

    /** The table as schema.name. */
    String target() {
        return schema + "." + table;
    }

    /** Table and key as one string. */
    String id() {
        return target() + " " + key;
    }

    /** False if the job had dead_letter_values = false. */
    boolean hasValues() {
        return values.isObject();
    }

    List<String> keys() {
        return names(key);
    }

    /** The columns that are written; for a delete only those of the key. */
    List<String> columns() {
        return names(deletes() ? key : values);
    }

    JsonNode value(String column) {
        return (deletes() ? key : values).path(column);
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        for (Iterator<String> name = object.fieldNames(); name.hasNext(); ) {
            names.add(name.next());
        }
        return names;
    }
}
