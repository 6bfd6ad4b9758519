package io.github.packetboat.mail;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Media types, and which one the ending of a file name stands for. Stateless, thread-safe. */
final class MediaTypes {
    private static final int MAX_LENGTH = 200;
    static final String BINARY = "application/octet-stream";

    /** {@code type/subtype} and parameters, each a token or a quoted string without escapes (RFC 2045 §5.1). */
    private static final Pattern SYNTAX = Pattern.compile("TOKEN/TOKEN(?: ?; ?TOKEN=(?:TOKEN|\"[ !#-\\[\\]-~]*\"))*"
            .replace("TOKEN", "[!#$%&'*+.^_`{|}~0-9A-Za-z-]+"));

    private static final Map<String, String> BY_ENDING = Map.ofEntries(
            Map.entry("avif", "image/avif"),
            Map.entry("bmp", "image/bmp"),
            Map.entry("css", "text/css"),
            Map.entry("csv", "text/csv"),
            Map.entry("doc", "application/msword"),
            Map.entry("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            Map.entry("gif", "image/gif"),
            Map.entry("gz", "application/gzip"),
            Map.entry("heic", "image/heic"),
            Map.entry("htm", "text/html"),
            Map.entry("html", "text/html"),
            Map.entry("ics", "text/calendar"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("json", "application/json"),
            Map.entry("md", "text/markdown"),
            Map.entry("mp3", "audio/mpeg"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("odp", "application/vnd.oasis.opendocument.presentation"),
            Map.entry("ods", "application/vnd.oasis.opendocument.spreadsheet"),
            Map.entry("odt", "application/vnd.oasis.opendocument.text"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("png", "image/png"),
            Map.entry("ppt", "application/vnd.ms-powerpoint"),
            Map.entry("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
            Map.entry("rtf", "application/rtf"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("tar", "application/x-tar"),
            Map.entry("tif", "image/tiff"),
            Map.entry("tiff", "image/tiff"),
            Map.entry("txt", "text/plain"),
            Map.entry("vcf", "text/vcard"),
            Map.entry("wav", "audio/wav"),
            Map.entry("webp", "image/webp"),
            Map.entry("xls", "application/vnd.ms-excel"),
            Map.entry("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            Map.entry("xml", "application/xml"),
            Map.entry("zip", "application/zip"));

    private MediaTypes() {}

    static String ofName(String fileName) {
        String ending = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return BY_ENDING.getOrDefault(ending, BINARY);
    }

    static String checked(String type) {
        FieldText.line("media type", type);
        if (type.length() > MAX_LENGTH || !SYNTAX.matcher(type).matches()) {
            throw new IllegalArgumentException(
                    "media type is not in the form type/subtype; name=value, or longer than " + MAX_LENGTH);
        }
        if (isComposite(type)) {
            throw new IllegalArgumentException(
                    "media type must not be multipart or message, which have no base64 (RFC 2045 §6.4); take "
                            + BINARY);
        }
        return type;
    }

    static boolean isValid(String type) {
        return type.length() <= MAX_LENGTH && SYNTAX.matcher(type).matches() && !isComposite(type);
    }

    private static boolean isComposite(String type) {
        return type.regionMatches(true, 0, "multipart/", 0, "multipart/".length())
                || type.regionMatches(true, 0, "message/", 0, "message/".length());
    }
}
