package io.github.packetboat.mail;

import io.github.packetboat.internal.Check;
import io.github.packetboat.mail.MailProvider.Endpoint;
import io.github.packetboat.mail.MailServer.Tls;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table behind {@link MailProvider}. */
final class Providers {
    private static final String CODE =
            "Log in with an authorisation code from the settings of the web mail, not with the"
                    + " password; switch SMTP, IMAP and POP3 on there first.";
    private static final String NETEASE = CODE
            + " From must be the login address. A mail refused with 554 DT:SPM often passes if it goes to yourself in"
            + " copy. IMAP wants an ID command after the login.";
    private static final String APP_PASSWORD =
            "Log in with an app password, which needs two-step verification to be on, or with an OAuth 2 token.";
    private static final String OWN_DOMAIN = "From must be an address or domain that you have verified there.";

    static final List<MailProvider> ALL = List.of(
            person("126", "126.com")
                    .smtp("smtp.126.com")
                    .in("imap.126.com", "pop.126.com")
                    .notes(NETEASE),
            person("163", "163.com")
                    .smtp("smtp.163.com")
                    .in("imap.163.com", "pop.163.com")
                    .notes(NETEASE),
            person("yeah", "yeah.net")
                    .smtp("smtp.yeah.net")
                    .in("imap.yeah.net", "pop.yeah.net")
                    .notes(NETEASE),
            person("qq", "qq.com", "foxmail.com", "vip.qq.com")
                    .alias("foxmail")
                    .smtp("smtp.qq.com")
                    .in("imap.qq.com", "pop.qq.com")
                    .notes(CODE + " From must be the login address."),
            person("exmail")
                    .alias("tencent")
                    .smtp("smtp.exmail.qq.com")
                    .in("imap.exmail.qq.com", "pop.exmail.qq.com")
                    .notes("Where the administrator wants it, log in with a client password."),
            person("sina", "sina.com", "sina.cn")
                    .smtp("smtp.sina.com")
                    .in("imap.sina.com", "pop.sina.com")
                    .notes(CODE),
            person("139", "139.com")
                    .smtp("smtp.139.com")
                    .in("imap.139.com", "pop.139.com")
                    .notes(CODE),
            person("aliyun", "aliyun.com")
                    .smtp("smtp.aliyun.com")
                    .in("imap.aliyun.com", "pop3.aliyun.com")
                    .notes("From must be the login address."),
            person("aliyun-qiye")
                    .smtp("smtp.qiye.aliyun.com")
                    .in("imap.qiye.aliyun.com", "pop.qiye.aliyun.com")
                    .notes("Where the administrator wants it, log in with a client password."),
            person("gmail", "gmail.com", "googlemail.com")
                    .alias("google")
                    .smtp("smtp.gmail.com")
                    .in("imap.gmail.com", "pop.gmail.com")
                    .notes(APP_PASSWORD),
            person("outlook", "outlook.com", "hotmail.com", "live.com", "msn.com")
                    .alias("hotmail")
                    .startTls("smtp-mail.outlook.com")
                    .in("outlook.office365.com", "outlook.office365.com")
                    .notes("Only OAuth 2 tokens are accepted: Credentials.token."),
            person("office365")
                    .startTls("smtp.office365.com")
                    .in("outlook.office365.com", "outlook.office365.com")
                    .notes("Log in with an OAuth 2 token; the tenant must allow SMTP AUTH for the mailbox."),
            person("icloud", "icloud.com", "me.com", "mac.com")
                    .startTls("smtp.mail.me.com")
                    .in("imap.mail.me.com", null)
                    .notes("Log in with an app-specific password."),
            person("yahoo", "yahoo.com", "ymail.com", "rocketmail.com")
                    .smtp("smtp.mail.yahoo.com")
                    .in("imap.mail.yahoo.com", "pop.mail.yahoo.com")
                    .notes(APP_PASSWORD),
            person("zoho", "zoho.com", "zohomail.com")
                    .smtp("smtp.zoho.com")
                    .in("imap.zoho.com", "pop.zoho.com")
                    .notes("Accounts of other regions use other hosts, such as smtp.zoho.eu."),
            person("fastmail", "fastmail.com", "fastmail.fm")
                    .smtp("smtp.fastmail.com")
                    .in("imap.fastmail.com", "pop.fastmail.com")
                    .notes("Log in with an app password."),
            person("gmx", "gmx.com", "gmx.net", "gmx.de")
                    .smtp("mail.gmx.net")
                    .in("imap.gmx.net", "pop.gmx.net")
                    .notes("Switch POP3 and IMAP on in the settings of the web mail first."),
            person("yandex", "yandex.com", "yandex.ru", "ya.ru")
                    .smtp("smtp.yandex.com")
                    .in("imap.yandex.com", "pop.yandex.com")
                    .notes("Log in with an app password."),
            service("sendgrid")
                    .mailsPerConnection(5000)
                    .smtp("smtp.sendgrid.net")
                    .notes("The user is the word apikey, the password the API key. " + OWN_DOMAIN),
            service("mailgun").smtp("smtp.mailgun.org").notes(OWN_DOMAIN),
            service("mailgun-eu").smtp("smtp.eu.mailgun.org").notes(OWN_DOMAIN),
            service("ses")
                    .alias("ses-us-east-1")
                    .smtp("email-smtp.us-east-1.amazonaws.com")
                    .notes(
                            "Log in with SMTP credentials made for SES, not with an access key. The host differs by region:"
                                    + " email-smtp.REGION.amazonaws.com. " + OWN_DOMAIN),
            service("aliyun-dm")
                    .alias("directmail")
                    .smtp("smtpdm.aliyun.com")
                    .notes("Log in as the sender address, with its SMTP password. " + OWN_DOMAIN),
            service("postmark")
                    .startTls("smtp.postmarkapp.com")
                    .notes("User and password are both the server token. " + OWN_DOMAIN),
            service("brevo").smtp("smtp-relay.brevo.com").notes("The password is an SMTP key. " + OWN_DOMAIN),
            service("mailjet").smtp("in-v3.mailjet.com").notes("User and password are the API and secret key."));

    private Providers() {}

    private static Entry person(String name, String... domains) {
        return new Entry(name, List.of(domains));
    }

    private static Entry service(String name) {
        return new Entry(name, List.of());
    }

    /** One row on its way into the table; {@link #notes} ends it. */
    private static final class Entry {
        private final String name;
        private final List<String> domains;
        private final List<String> aliases = new ArrayList<>();
        private @Nullable Endpoint smtp;
        private @Nullable Endpoint imap;
        private @Nullable Endpoint pop3;
        private int mailsPerConnection;

        Entry(String name, List<String> domains) {
            this.name = name;
            this.domains = domains;
        }

        Entry alias(String alias) {
            aliases.add(alias);
            return this;
        }

        Entry mailsPerConnection(int mails) {
            mailsPerConnection = mails;
            return this;
        }

        Entry smtp(String host) {
            smtp = new Endpoint(host, 465, Tls.IMPLICIT);
            return this;
        }

        Entry startTls(String host) {
            smtp = new Endpoint(host, 587, Tls.STARTTLS_REQUIRED);
            return this;
        }

        Entry in(String imapHost, @Nullable String pop3Host) {
            imap = new Endpoint(imapHost, 993, Tls.IMPLICIT);
            pop3 = pop3Host == null ? null : new Endpoint(pop3Host, 995, Tls.IMPLICIT);
            return this;
        }

        MailProvider notes(String notes) {
            Endpoint out = Check.notNull("smtp of " + name, smtp);
            return new MailProvider(name, List.copyOf(aliases), domains, out, imap, pop3, mailsPerConnection, notes);
        }
    }
}
