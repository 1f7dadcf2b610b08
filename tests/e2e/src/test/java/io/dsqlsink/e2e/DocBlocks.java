package io.dsqlsink.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commands that the pages show. */
final class DocBlocks {
    /** A line before a block can say why no test runs it. */
    private static final Pattern FENCE =
            Pattern.compile("(?ms)^( *)(?:<!-- not run: ([^\n]+) -->\n *)?```(\\w+)\n(.*?)^ *```$");

    /** A command of the jar within a sentence. */
    private static final Pattern INLINE = Pattern.compile("`(java -jar seatunnel-[^`]+)`");

    /** Finds commands that are not in a block of their own: the test would skip them. */
    private static final Pattern UNFENCED =
            Pattern.compile(
                    "(?m)^(?: {4,}|\t)(?:java |\\$|bin/|scripts/|grep |curl |docker |cargo ).*$");

    private DocBlocks() {}

    /**
     * @param where page and line
     * @param notRun why it is not run; null if it is run
     */
    record Block(String where, String language, String text, String notRun) {
        boolean isCommand() {
            return language.matches("bash|sh|shell|console");
        }
    }

    static List<Path> pages() {
        List<Path> pages = new ArrayList<>();
        for (String folder : List.of(".", "docs", "docs/zh-CN", "examples")) {
            try (Stream<Path> files = Files.list(Places.ROOT.resolve(folder).normalize())) {
                files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        // It is a list of scripts, and scripts/check.sh checks their options.
        pages.remove(Places.ROOT.resolve("CONTRIBUTING.md"));
        return pages;
    }

    static List<Block> of(Path page) {
        String text = read(page);
        List<Block> blocks = new ArrayList<>();
        Matcher fence = FENCE.matcher(text);
        while (fence.find()) {
            blocks.add(
                    new Block(
                            where(page, text, fence.start()),
                            fence.group(3),
                            fence.group(4).replaceAll("(?m)^" + fence.group(1), ""),
                            fence.group(2)));
        }
        Matcher inline = INLINE.matcher(text);
        while (inline.find()) {
            blocks.add(new Block(where(page, text, inline.start()), "sh", inline.group(1), null));
        }
        return blocks;
    }

    /** Each command once, even if several pages show it. */
    static Map<String, Block> commands() {
        Map<String, Block> commands = new LinkedHashMap<>();
        for (Path page : pages()) {
            for (Block block : of(page)) {
                if (block.isCommand() && block.notRun() == null) {
                    commands.putIfAbsent(block.text().trim(), block);
                }
            }
        }
        return commands;
    }

    /** Commands outside of a block, with page and line. */
    static List<String> unfenced() {
        List<String> found = new ArrayList<>();
        for (Path page : pages()) {
            String text = read(page);
            // Keeps line breaks, so that lines can be counted.
            String bare =
                    FENCE.matcher(text).replaceAll(fence -> fence.group().replaceAll("[^\n]", ""));
            Matcher command = UNFENCED.matcher(bare);
            while (command.find()) {
                found.add(where(page, bare, command.start()) + command.group());
            }
        }
        return found;
    }

    private static String where(Path page, String text, int at) {
        long line = text.substring(0, at).lines().count() + 1;
        return Places.ROOT.relativize(page) + ":" + line;
    }

    private static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
