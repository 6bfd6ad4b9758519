package io.github.packetboat.mailbox;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.function.Consumer;
import org.eclipse.angus.mail.iap.ByteArray;
import org.eclipse.angus.mail.iap.ConnectionException;
import org.eclipse.angus.mail.iap.ProtocolException;
import org.eclipse.angus.mail.iap.Response;
import org.eclipse.angus.mail.iap.ResponseInputStream;
import org.eclipse.angus.mail.imap.protocol.IMAPProtocol;
import org.jspecify.annotations.Nullable;

/**
 * Angus' parser and writer of IMAP, over our own connection. It takes failures for answers, or skips them; here they are
 * kept, so that they can be told. One thread only.
 */
final class ImapWire extends IMAPProtocol {
    private @Nullable Exception failure;
    private final Output output;
    private final Responses responses;
    private String bye = "";

    private ImapWire(Line line, Output output) throws IOException {
        super(line.stream(), new PrintStream(output, false, StandardCharsets.ISO_8859_1), new Properties(), false);
        this.output = output;
        this.responses = new Responses(line.in());
    }

    static ImapWire over(Line line) throws IOException {
        return new ImapWire(line, new Output(line.out()));
    }

    @Override
    protected ResponseInputStream getInputStream() {
        return responses;
    }

    /**
     * Reads the answer to the command of that tag; all but its last response go to {@code each} as they come.
     *
     * @return the tagged response
     */
    Response answer(String tag, Consumer<Response> each) throws ProtocolException, IOException {
        while (true) {
            Response response = readResponse();
            if (response.isBYE()) {
                throw new ConnectionException(this, response);
            }
            if (response.isTagged() && tag.equals(response.getTag())) {
                return response;
            }
            each.accept(response);
        }
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

    /** Angus looks for the end of a response byte by byte, through two buffers; what guards the input knows it already. */
    private static final class Responses extends ResponseInputStream {
        private final GuardedInput in;

        Responses(GuardedInput in) {
            super(in);
            this.in = in;
        }

        @Override
        public ByteArray readResponse(@Nullable ByteArray unused) throws IOException {
            ByteBuffer response = in.response();
            return new ByteArray(response.array(), 0, response.limit());
        }
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
