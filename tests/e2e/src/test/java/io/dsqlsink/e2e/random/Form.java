package io.dsqlsink.e2e.random;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;

/** A common form of texts that represent the same value. */
enum Form {
    NUMBER {
        @Override
        String of(String text) {
            if (text.equals("t") || text.equals("true")) {
                return "1";
            } else if (text.equals("f") || text.equals("false")) {
                return "0";
            }
            return new BigDecimal(text).stripTrailingZeros().toPlainString();
        }
    },
    FLOAT {
        @Override
        String of(String text) {
            return Float.toString(Float.parseFloat(text));
        }
    },
    /** The sign of zero matters. */
    DOUBLE {
        @Override
        String of(String text) {
            return Double.toString(Double.parseDouble(text));
        }
    },
    TEXT {
        @Override
        String of(String text) {
            return text;
        }
    },
    /** Hexadecimal; a uuid is sixteen bytes too. */
    BYTES {
        @Override
        String of(String text) {
            return text.replaceFirst("^\\\\x", "").replace("-", "").toLowerCase();
        }
    },
    /** A fraction of only zeros is ignored. */
    MOMENT {
        @Override
        String of(String text) {
            return text.replaceFirst("(\\.\\d*?)0+(?=$|[+-])", "$1").replaceFirst("\\.$", "");
        }
    },
    JSON {
        @Override
        String of(String text) {
            try {
                return MAPPER.readTree(text).toString();
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException("no JSON: " + text, e);
            }
        }
    };

    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    abstract String of(String text);
}
