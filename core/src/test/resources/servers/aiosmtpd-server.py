"""A mail server for tests. Usage: aiosmtpd-server.py PORT BOX CERTIFICATE KEY"""

import asyncio
import itertools
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP

PORT, BOX, CERTIFICATE, KEY = int(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
NUMBERS = itertools.count(1)


class Boxes:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address not in ("alice@test.local", "bob@test.local"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        number = next(NUMBERS)
        head = f"Return-Path: <{envelope.mail_from}>\r\nEnvelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        made = BOX / f".{number}"
        made.write_bytes(head.encode() + envelope.original_content)
        made.rename(BOX / str(number))
        return f"250 2.0.0 queued as {number}"


async def main():
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(CERTIFICATE, KEY)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Boxes(), hostname="mx.test.local", tls_context=tls, enable_SMTPUTF8=True), "127.0.0.1", PORT
    )
    await server.serve_forever()


asyncio.run(main())
