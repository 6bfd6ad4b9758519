package io.github.packetboat.mail;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a mail has to know of an iCalendar object (RFC 5545). Stateless, thread-safe. */
final class Calendar {
    private static final String BEGIN = "BEGIN:VCALENDAR";
    private static final Pattern METHOD =
            Pattern.compile("^METHOD:([A-Za-z-]{1,40})[ \t]*$", Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);

    private Calendar() {}

    /** @throws IllegalArgumentException if it is no iCalendar object, or has no METHOD */
    static String checked(String iCalendar) {
        String text = FieldText.body("calendar", iCalendar);
        if (!text.regionMatches(true, 0, BEGIN, 0, BEGIN.length())) {
            throw new IllegalArgumentException("calendar must begin with BEGIN:VCALENDAR (RFC 5545)");
        }
        method(text);
        return text;
    }

    static boolean isInvitation(String text) {
        return text.regionMatches(true, 0, BEGIN, 0, BEGIN.length())
                && METHOD.matcher(text).find();
    }

    /** What the receiver is asked to do with it, in upper case. */
    static String method(String iCalendar) {
        Matcher matcher = METHOD.matcher(iCalendar);
        if (!matcher.find()) {
            throw new IllegalArgumentException(
                    "calendar must have a line METHOD:REQUEST or the like (RFC 5546), without which nobody is invited");
        }
        return matcher.group(1).toUpperCase(Locale.ROOT);
    }
}
