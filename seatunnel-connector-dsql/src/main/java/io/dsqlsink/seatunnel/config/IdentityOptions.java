package io.dsqlsink.seatunnel.config;

import io.dsqlsink.bridge.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.seatunnel.api.configuration.Option;
import org.apache.seatunnel.api.configuration.Options;

/** Options that say who signs the tokens. */
public final class IdentityOptions {
    static final Option<String> ACCESS_KEY_ID =
            Options.key("access_key_id")
                    .stringType()
                    .noDefaultValue()
                    .withFallbackKeys("access_key")
                    .withDescription(
                            "AWS access key; without it the AWS default chain is used"
                                    + " (environment, profile, container, instance)");

    static final Option<String> SECRET_ACCESS_KEY =
            Options.key("secret_access_key")
                    .stringType()
                    .noDefaultValue()
                    .withFallbackKeys("secret_key")
                    .withDescription("Secret of access_key_id");

    static final Option<String> SESSION_TOKEN =
            Options.key("session_token")
                    .stringType()
                    .noDefaultValue()
                    .withFallbackKeys("token")
                    .withDescription("Session token of temporary AWS keys");

    static final Option<String> PROFILE =
            Options.key("profile")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Profile of the AWS configuration files, instead of keys");

    static final Option<String> ROLE_ARN =
            Options.key("role_arn")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Role to assume through STS, with the keys, the profile or the"
                                    + " default"
                                    + " chain");

    static final Option<String> EXTERNAL_ID =
            Options.key("external_id")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "The external ID that the trust policy of role_arn" + " requires");

    static final Option<String> ROLE_SESSION_NAME =
            Options.key("role_session_name")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Name of the role's session, as the audit log shows it");

    static final Option<Integer> TOKEN_DURATION_SECS =
            Options.key("token_duration_secs")
                    .intType()
                    .defaultValue(900)
                    .withDescription(
                            "How long a token is valid, 1 to 604800; it is checked when a"
                                    + " connection"
                                    + " is opened");

    private IdentityOptions() {}

    /** Keys that no other sink of SeaTunnel has, except connector-jdbc's own dialect dsql. */
    public static List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (Option<?> option :
                Arrays.asList(
                        ACCESS_KEY_ID,
                        SECRET_ACCESS_KEY,
                        SESSION_TOKEN,
                        ROLE_ARN,
                        EXTERNAL_ID,
                        ROLE_SESSION_NAME,
                        TOKEN_DURATION_SECS)) {
            keys.add(option.key());
            keys.addAll(option.getFallbackKeys());
        }
        return keys;
    }

    /** Checks them against one another; what is given goes to the native library. */
    static void read(OptionReader reader, Map<String, String> nativeOptions) {
        String id = reader.text(ACCESS_KEY_ID);
        String secret = reader.text(SECRET_ACCESS_KEY);
        String token = reader.text(SESSION_TOKEN);
        boolean hasId = reader.has(ACCESS_KEY_ID);
        boolean hasSecret = reader.has(SECRET_ACCESS_KEY);
        String both = "set both, or neither to use the AWS default chain";
        if (hasId && !hasSecret) {
            reader.problem(SECRET_ACCESS_KEY.key(), "is missing beside 'access_key_id': " + both);
        } else if (hasSecret && !hasId) {
            reader.problem(ACCESS_KEY_ID.key(), "is missing beside 'secret_access_key': " + both);
        } else if (token != null && !hasId) {
            reader.problem(
                    SESSION_TOKEN.key(), "needs 'access_key_id' and 'secret_access_key' beside it");
        }
        DsqlSinkConfig.put(nativeOptions, ACCESS_KEY_ID, id);
        DsqlSinkConfig.put(nativeOptions, SECRET_ACCESS_KEY, secret);
        DsqlSinkConfig.put(nativeOptions, SESSION_TOKEN, token);
        String profile = reader.text(PROFILE);
        if (profile != null && hasId) {
            reader.problem(PROFILE.key(), "and 'access_key_id' exclude each other: remove one");
        }
        String role = reader.text(ROLE_ARN);
        if (role != null && !role.startsWith("arn:")) {
            reader.wrong(ROLE_ARN, "is no ARN: write arn:aws:iam::<account>:role/<name>");
        }
        DsqlSinkConfig.put(nativeOptions, PROFILE, profile);
        DsqlSinkConfig.put(nativeOptions, ROLE_ARN, role);
        for (Option<String> beside : Arrays.asList(EXTERNAL_ID, ROLE_SESSION_NAME)) {
            String value = reader.text(beside);
            if (value != null && role == null) {
                reader.problem(beside.key(), "has no use without 'role_arn'");
            }
            DsqlSinkConfig.put(nativeOptions, beside, value);
        }
        DsqlSinkConfig.put(
                nativeOptions,
                TOKEN_DURATION_SECS,
                reader.number(
                        TOKEN_DURATION_SECS,
                        1,
                        Limits.MAX_TOKEN_SECS,
                        "it is the time in seconds that a token is valid"));
    }
}
