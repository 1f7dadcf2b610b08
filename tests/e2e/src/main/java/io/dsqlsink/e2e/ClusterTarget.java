package io.dsqlsink.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** A schema of the cluster that {@link ClusterJob} was ordered to write to. */
final class ClusterTarget {
    /** The table does not exist yet, or has just been created. */
    private static final Set<String> NOT_YET = Set.of("42P01", "40001");

    private final JsonNode orders;
    private final Map<String, String> parameters = new HashMap<>();

    ClusterTarget(JsonNode orders) {
        this.orders = orders;
        for (String parameter : of("parameters").split("&")) {
            String[] pair = parameter.split("=", 2);
            parameters.put(pair[0], pair[pair.length - 1]);
        }
    }

    private String of(String key) {
        return orders.required(key).asText();
    }

    /** A connection that looks on, as the cluster's users connect. */
    Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.put("user", of("role"));
        properties.put("password", of("token"));
        properties.put("socketTimeout", String.valueOf(Sql.PATIENCE.toSeconds()));
        properties.put("sslmode", "verify-full");
        if (parameters.containsKey("sslrootcert")) {
            properties.put("sslrootcert", parameters.get("sslrootcert"));
        } else {
            properties.put("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
        }
        if (parameters.containsKey("hostaddr")) {
            properties.put("socketFactory", FixedAddress.class.getName());
            properties.put("socketFactoryArg", parameters.get("hostaddr"));
        }
        return DriverManager.getConnection(of("url").replaceFirst("\\?.*", ""), properties);
    }

    /** The main job's config, with this cluster in it and keys of the AWS default chain. */
    String mainJob(String mysqlHost, String table) {
        return JobConfig.mysqlToDsql(mysqlHost, Shop.DATABASE, List.of(table))
                .replaceAll("(?m)^ *(access_key_id|secret_access_key) = .*\n", "")
                .replaceAll("url = \"jdbc:postgresql:.*", "url = \"" + of("url") + "\"")
                .replace("username = \"admin\"", "username = \"" + of("role") + "\"")
                .replaceAll(
                        "region = .*",
                        "region = \"" + of("region") + "\"\n    schema = \"" + of("schema") + "\"");
    }

    /** A table's name with its schema. */
    String name(String table) {
        return of("schema") + "." + table;
    }

    /** Rows that are there; none as long as there is no table. */
    long count(Connection reader, String table) throws SQLException {
        try {
            return Sql.number(reader, "SELECT count(*) FROM " + name(table));
        } catch (SQLException e) {
            if (NOT_YET.contains(e.getSQLState())) {
                return 0;
            }
            throw e;
        }
    }
}
