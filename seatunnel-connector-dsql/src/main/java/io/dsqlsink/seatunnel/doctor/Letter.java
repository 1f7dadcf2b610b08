package io.dsqlsink.seatunnel.doctor;

import io.dsqlsink.bridge.RowEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.seatunnel.shade.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.seatunnel.shade.com.fasterxml.jackson.databind.JsonNode;
import org.apache.seatunnel.shade.com.fasterxml.jackson.databind.ObjectMapper;

/** One line of a dead-letter file: what was to be done with a row. */
final class Letter {
    /** By the number that a row frame has for it. */
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
     * @param json one for all letters, as it is costly to create
     * @throws IllegalArgumentException that says what the line lacks
     */
    static Letter of(String line, ObjectMapper json) {
        JsonNode letter;
        try {
            letter = json.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is not JSON: " + e.getOriginalMessage());
        }
        if (letter == null || !letter.isObject()) {
            throw new IllegalArgumentException("is not an object of JSON");
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
            throw new IllegalArgumentException("is a delete without a key");
        }
        if (!read.deletes() && read.hasValues() && !read.columns().containsAll(read.keys())) {
            throw new IllegalArgumentException("has values without those of its key");
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

    /** Table and key in one. */
    String id() {
        return target() + " " + key;
    }

    /** False where dead_letter_values was false. */
    boolean hasValues() {
        return values.isObject();
    }

    List<String> keys() {
        return names(key);
    }

    /** The columns that are written: of a delete those of the key. */
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
