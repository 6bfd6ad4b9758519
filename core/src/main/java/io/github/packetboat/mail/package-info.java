/**
 * Mail: composing, signing and sending it.
 *
 * <pre>{@code
 * try (var mailer = Mailer.of(MailServer.preset("126", "me@126.com", authorisationCode))) {
 *     SendResult result = mailer.send(Mail.builder()
 *             .from("me@126.com", "飞翔的代码").to("a@example.com").cc("me@126.com")
 *             .subject("测试邮件").text("你好").attach(Path.of("报告.pdf")).build());
 * }
 * }</pre>
 */
@NullMarked
package io.github.packetboat.mail;

import org.jspecify.annotations.NullMarked;
