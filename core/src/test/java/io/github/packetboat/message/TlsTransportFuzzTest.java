package io.github.packetboat.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.packetboat.internal.io.EventLoop;
import io.github.packetboat.internal.io.EventLoops;
import io.github.packetboat.internal.io.TlsTransport;
import io.github.packetboat.testkit.Certificates;
import io.github.packetboat.testkit.Identity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/**
 * Whatever ciphertext comes and wherever it is cut, the TLS transport throws nothing but {@link IOException}, comes to an
 * end, and never delivers a byte that was not sent.
 *
 * <p>As a test, each runs on its corpus alone
 * ({@code core/src/test/resources/…/TlsTransportFuzzTestInputs/<method>/}). To fuzz one for as long as its annotation says,
 * guided by coverage, from the root of the repository:
 *
 * <pre>JAZZER_FUZZ=1 mvn -pl core test -Dtest=TlsTransportFuzzTest#records</pre>
 */
@Tag("fuzz")
class TlsTransportFuzzTest {
    private static final int MOST_STEPS = 5000;

    private static EventLoops loops;
    private static EventLoop loop;
    private static TlsOptions server;
    private static TlsOptions client;

    @BeforeAll
    static void prepare() throws IOException {
        loops = EventLoops.of(1);
        loop = loops.all().get(0);
        Identity identity = Certificates.server("localhost", Tls.HOST);
        server = Tls.server(identity).build();
        client = Tls.client().build();
    }

    @AfterAll
    static void release() {
        loops.release();
    }

    /** Bytes that nobody vouches for, alone or behind the beginning of a real handshake, do not make a connection. */
    @FuzzTest(maxDuration = "2m")
    void handshake(FuzzedDataProvider data) throws IOException {
        MemoryChannel channel = new MemoryChannel();
        boolean asClient = data.consumeBoolean();
        TlsTransport transport = new TlsTransport(
                channel, asClient ? client.clientEngine(Tls.HOST, 1) : server.serverEngine(), loop.tlsBuffers(), null);
        if (!asClient && data.consumeBoolean()) {
            MemoryChannel real = new MemoryChannel();
            new TlsTransport(real, client.clientEngine(Tls.HOST, 1), loop.tlsBuffers(), null).handshake();
            byte[] hello = real.takeWritten();
            if (data.consumeBoolean()) {
                hello[data.consumeInt(0, hello.length - 1)] ^= (byte) data.consumeInt(1, 255);
            }
            channel.arrives(hello);
        }
        while (data.remainingBytes() > 0) {
            channel.arrives(data.consumeBytes(data.consumeInt(1, 600)));
        }
        channel.ends();
        boolean done = false;
        try {
            for (int i = 0; !done && i < MOST_STEPS; i++) {
                switch (transport.handshake()) {
                    case TASKS -> transport.tasks();
                    case DONE -> done = true;
                    case READ, WRITE -> {}
                }
            }
            assertThat(done).as("the handshake is done, or goes on for ever").isFalse();
            throw new AssertionError("no end after " + MOST_STEPS + " steps");
        } catch (IOException refused) {
            transport.sendAlert();
        }
    }

    /** A good connection whose ciphertext is cut anywhere, and damaged or not. */
    @FuzzTest(maxDuration = "2m")
    void records(FuzzedDataProvider data) throws IOException {
        TlsOptions version = data.consumeBoolean()
                ? client
                : Tls.client().protocols("TLSv1.2").build();
        MemoryChannel near = new MemoryChannel();
        MemoryChannel far = new MemoryChannel();
        TlsTransport from = new TlsTransport(near, version.clientEngine(Tls.HOST, 1), loop.tlsBuffers(), null);
        TlsTransport to = new TlsTransport(far, server.serverEngine(), loop.tlsBuffers(), null);
        connect(from, near, to, far);

        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        int count = data.consumeInt(1, 6);
        near.writeBytes = data.consumeBoolean() ? data.consumeInt(1, 5000) : Integer.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            byte[] message = new byte[data.consumeInt(0, 40_000)];
            Arrays.fill(message, (byte) (i + 1));
            sent.writeBytes(message);
            ByteBuffer rest = ByteBuffer.wrap(message);
            for (int step = 0; rest.hasRemaining() || from.unflushedBytes() > 0; step++) {
                assertThat(step).isLessThan(200_000);
                from.write(rest);
            }
        }
        boolean ends = data.consumeBoolean();
        if (ends) {
            from.shutdownOutput();
            while (from.unflushedBytes() > 0) {
                from.flush();
            }
        }
        byte[] cipher = near.takeWritten();
        boolean damaged = cipher.length > 0 && data.consumeBoolean();
        if (damaged) {
            cipher[data.consumeInt(0, cipher.length - 1)] ^= (byte) data.consumeInt(1, 255);
        }
        int at = 0;
        while (at < cipher.length) {
            int n = Math.min(
                    cipher.length - at, data.remainingBytes() > 0 ? data.consumeInt(1, 20_000) : cipher.length);
            far.arrives(Arrays.copyOfRange(cipher, at, at + n));
            at += n;
        }
        if (data.remainingBytes() > 0) {
            damaged = true;
            far.arrives(data.consumeRemainingAsBytes());
        }
        far.ends();
        byte[] plain = sent.toByteArray();
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        boolean orderly = drain(to, received);
        byte[] got = received.toByteArray();
        assertThat(got.length).isLessThanOrEqualTo(plain.length);
        assertThat(Arrays.equals(got, Arrays.copyOf(plain, got.length))).isTrue();
        if (!damaged) {
            assertThat(got).hasSameSizeAs(plain);
            assertThat(orderly).isEqualTo(ends);
        }
        if (orderly) {
            assertThat(ends).isTrue();
        }
    }

    /** Reads to the end. Returns whether that was an orderly one. */
    private static boolean drain(TlsTransport transport, ByteArrayOutputStream into) {
        ByteBuffer room = ByteBuffer.allocate(64 * 1024);
        try {
            for (int i = 0; i < MOST_STEPS; i++) {
                int n = transport.read(room.clear());
                if (n < 0) {
                    return true;
                }
                into.write(room.array(), 0, n);
            }
        } catch (IOException damagedOrCut) {
            return false;
        }
        throw new AssertionError("no end after " + MOST_STEPS + " reads");
    }

    private static void connect(TlsTransport a, MemoryChannel aChannel, TlsTransport b, MemoryChannel bChannel)
            throws IOException {
        boolean done = false;
        for (int i = 0; !done; i++) {
            assertThat(i).isLessThan(100);
            done = step(a) & step(b);
            bChannel.arrives(aChannel.takeWritten());
            aChannel.arrives(bChannel.takeWritten());
        }
        // tickets of TLS 1.3
        drainNow(a, aChannel);
        drainNow(b, bChannel);
    }

    private static boolean step(TlsTransport transport) throws IOException {
        TlsTransport.Step step = transport.handshake();
        if (step == TlsTransport.Step.TASKS) {
            transport.tasks();
        }
        return step == TlsTransport.Step.DONE;
    }

    private static void drainNow(TlsTransport transport, MemoryChannel channel) throws IOException {
        ByteBuffer room = ByteBuffer.allocate(64 * 1024);
        while (!channel.isDry()) {
            assertThat(transport.read(room.clear())).isZero();
        }
    }
}
