package io.github.packetboat.mailbox;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.eclipse.angus.mail.iap.ProtocolException;
import org.eclipse.angus.mail.iap.Response;
import org.eclipse.angus.mail.imap.protocol.IMAPProtocol;
import org.jspecify.annotations.Nullable;

/**
 * Angus' parser and writer of IMAP, over our own connection. It takes failures for answers, or skips them; here they are
 * kept, so that they can be told. One thread only.
 */
final class ImapWire extends IMAPProtocol {
    private @Nullable Exception failure;
    private final Output output;
    private String bye = "";

    private ImapWire(Line line, Output output) throws IOException {
        super(line.stream(), new PrintStream(output, false, StandardCharsets.ISO_8859_1), new Properties(), false);
        this.output = output;
    }

    static ImapWire over(Line line) throws IOException {
        return new ImapWire(line, new Output(line.out()));
    }

    @Override
    public Response readResponse() throws IOException, ProtocolException {
        try {
            Response response = super.readResponse();
            if (response.isBYE()) {
                bye = Texts.clean(response.getRest(), 200);
            }
            return response;
        } catch (IOException | ProtocolException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /** What went wrong since {@link #forgetFailure}, or null. */
    @Nullable
    Exception failure() {
        return output.failure != null ? output.failure : failure;
    }

    /** With what the server has announced that it ends the connection; an empty text if it has not. */
    String bye() {
        return bye;
    }

    void forgetFailure() {
        failure = null;
    }

    /** A print stream keeps silent about what its stream throws; this one remembers. */
    private static final class Output extends OutputStream {
        private final OutputStream out;
        private @Nullable IOException failure;

        Output(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
