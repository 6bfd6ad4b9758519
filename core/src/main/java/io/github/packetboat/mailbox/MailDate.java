package io.github.packetboat.mailbox;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the date of a mail: RFC 5322 §3.3, its obsolete forms, and missing seconds and zones. Stateless, thread-safe. */
final class MailDate {
    private static final Pattern FORM =
            Pattern.compile("(?:[A-Za-z]{2,9}[,.]?\\s*)?(\\d{1,2})[\\s-]+([A-Za-z]{3})[A-Za-z]{0,6}[\\s-]+"
                    + "(\\d{2,4})\\s+(\\d{1,2})[:.](\\d{2})(?:[:.](\\d{2}))?\\s*([+-]\\d{4}|[A-Za-z]{1,5})?.*");
    private static final Pattern COMMENT = Pattern.compile("\\([^)]*\\)");
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final Map<String, Integer> ZONE_HOURS =
            Map.of("edt", -4, "est", -5, "cdt", -5, "cst", -6, "mdt", -6, "mst", -7, "pdt", -7, "pst", -8);

    private MailDate() {}

    /** The instant, or null if the text is no date. */
    static @Nullable Instant parse(String text) {
        String field = text.length() > 200 ? text.substring(0, 200) : text;
        if (field.indexOf('(') >= 0) {
            field = COMMENT.matcher(field).replaceAll(" ");
        }
        Matcher form = FORM.matcher(field.strip());
        int month = form.matches() ? MONTHS.indexOf(form.group(2).toLowerCase(Locale.ROOT)) : -1;
        if (month < 0) {
            return null;
        }
        try {
            int second = form.group(6) == null ? 0 : Math.min(59, Integer.parseInt(form.group(6)));
            return LocalDateTime.of(
                            year(form.group(3)),
                            month + 1,
                            Integer.parseInt(form.group(1)),
                            Integer.parseInt(form.group(4)),
                            Integer.parseInt(form.group(5)),
                            second)
                    .toInstant(zone(form.group(7)));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static int year(String digits) {
        int year = Integer.parseInt(digits);
        if (digits.length() > 3) {
            return year;
        }
        return digits.length() == 2 && year < 50 ? 2000 + year : 1900 + year; // RFC 5322 §4.3
    }

    private static ZoneOffset zone(@Nullable String text) {
        if (text == null) {
            return ZoneOffset.UTC;
        }
        if (!text.startsWith("+") && !text.startsWith("-")) {
            return ZoneOffset.ofHours(ZONE_HOURS.getOrDefault(text.toLowerCase(Locale.ROOT), 0));
        }
        int number = Integer.parseInt(text.substring(1));
        int minutes = number / 100 * 60 + number % 100;
        return ZoneOffset.ofTotalSeconds((text.startsWith("-") ? -minutes : minutes) * 60);
    }
}
