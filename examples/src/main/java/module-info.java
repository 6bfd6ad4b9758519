/** Programs to run and to copy from. */
@SuppressWarnings("requires-automatic") // Spring, GreenMail
module io.github.packetboat.examples {
    requires com.fasterxml.jackson.databind;
    requires greenmail;
    requires io.github.packetboat;
    requires jakarta.mail;
    requires org.eclipse.angus.mail;
    requires spring.context.support;

    opens io.github.packetboat.examples to
            com.fasterxml.jackson.databind; // it makes and reads the records of typed-messages
}
