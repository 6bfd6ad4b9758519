/**
 * An ESMTP client: takes an envelope and bytes, gives back what the server said of each recipient. Knows no MIME.
 *
 * <pre>
 *   SmtpPool ──▶ Session (one connection) ──▶ Dialogue (sentences and their replies) ──▶ MessageClient
 *                  ├─ Approach: TCP, proxy, then Greeting: EHLO, STARTTLS, AUTH
 *                  ├─ Intake: fetches mails from the pool
 *                  └─ Transaction (one mail): MAIL, RCPT…, DATA │ body .
 * </pre>
 *
 * With PIPELINING the body of one mail and the commands of the next go in one flight, so that a mail costs one round trip
 * (RFC 2920 §3.1). What the server answers is matched to the sentences in their order.
 */
@NullMarked
package io.github.packetboat.internal.smtp;

import org.jspecify.annotations.NullMarked;
