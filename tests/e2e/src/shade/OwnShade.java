package io.dsqlsink.e2e.shade;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.seatunnel.api.configuration.ConfigShade;

/**
 * A decryption of a user's own, which says for itself what is encrypted: how the options of the sink
 * are covered on releases whose config has no {@code shade.options}. EncryptedConfigIT puts it into
 * lib/.
 */
public final class OwnShade implements ConfigShade {
    // A real one has its key from the machine, and another start for each value.
    private static final byte[] KEY = "0123456789abcdef".getBytes();

    @Override
    public String getIdentifier() {
        return "own";
    }

    /** Besides username, password and auth, which are always taken for encrypted. */
    @Override
    public String[] sensitiveOptions() {
        return new String[] {"access_key_id", "secret_access_key", "session_token"};
    }

    @Override
    public String encrypt(String content) {
        return Base64.getEncoder().encodeToString(run(Cipher.ENCRYPT_MODE, content.getBytes()));
    }

    @Override
    public String decrypt(String content) {
        return new String(run(Cipher.DECRYPT_MODE, Base64.getDecoder().decode(content)));
    }

    private static byte[] run(int mode, byte[] content) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(mode, new SecretKeySpec(KEY, "AES"), new IvParameterSpec(KEY));
            return cipher.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
