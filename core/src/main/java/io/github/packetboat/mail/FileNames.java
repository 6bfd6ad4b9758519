package io.github.packetboat.mail;

/** File names as they may travel: without folders. Stateless, thread-safe. */
final class FileNames {
    private static final String NAMELESS = "attachment";

    private FileNames() {}

    /** What stands behind the last slash or backslash; a name of its own if that is nothing, or means a folder. */
    static String plain(String name) {
        String text = FieldText.line("file name", name);
        String last = text.substring(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1)
                .replace('\t', ' ')
                .strip();
        return last.isEmpty() || last.equals(".") || last.equals("..") ? NAMELESS : last;
    }
}
