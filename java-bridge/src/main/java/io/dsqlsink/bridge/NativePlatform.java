package io.dsqlsink.bridge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Locale;

/** Determines which build of the library this machine needs. */
public final class NativePlatform {
    private NativePlatform() {}

    /** The folder of this machine's library among the resources, such as {@code linux-x86_64}. */
    public static String current() {
        return name(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    /** The name of a platform's library among the resources. */
    public static String resource(String platform) {
        return "/native/" + platform + "/" + NativeCopy.FILE_NAME;
    }

    /**
     * The platforms that this jar has a library for, such as {@code linux-x86_64, linux-aarch64}.
     */
    static String inThisJar() {
        StringBuilder names = new StringBuilder();
        for (String platform : new String[] {"linux-x86_64", "linux-aarch64"}) {
            if (NativePlatform.class.getResource(resource(platform)) != null) {
                names.append(names.length() == 0 ? "" : ", ").append(platform);
            }
        }
        return names.length() == 0 ? "no platform" : names.toString();
    }

    /** JVMs have several names for one architecture. */
    static String name(String os, String arch) {
        String lowerOs = os.toLowerCase(Locale.ROOT);
        String lowerArch = arch.toLowerCase(Locale.ROOT);
        String osName =
                lowerOs.startsWith("linux")
                        ? "linux"
                        : lowerOs.startsWith("mac")
                                ? "macos"
                                : lowerOs.startsWith("windows") ? "windows" : lowerOs;
        String archName =
                lowerArch.equals("amd64") || lowerArch.equals("x86-64")
                        ? "x86_64"
                        : lowerArch.equals("arm64") ? "aarch64" : lowerArch;
        return osName.replace(' ', '_') + "-" + archName;
    }

    /** Whether this JVM runs on musl, where a library built for glibc cannot be loaded. */
    static boolean isMusl() {
        return isMusl(Paths.get("/proc/self/maps"));
    }

    static boolean isMusl(Path maps) {
        try {
            String mapped = new String(Files.readAllBytes(maps), StandardCharsets.ISO_8859_1);
            return mapped.contains("/ld-musl-");
        } catch (IOException e) {
            return false; // Not Linux, or no /proc: the loader then reports its own error.
        }
    }
}
