"""The other end of PythonWebSocketsTest: python3-websockets, as a client of ours or as a server for ours.

peer.py                        an echo
peer.py PORT                   a client of an echo, with text, fragments, a ping and a close
peer.py PORT windows [BITS [BITS]]    a client that echoes messages of many sizes and kinds, with at most so many bits of
                               window at the server and at the client
peer.py server BITS            an echo with at most so many bits of window
"""
import asyncio
import random
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, ServerPerMessageDeflateFactory

TEXTS = ["", "hello", "grüße 😀", "again and again " * 20, "x" * 5000, "again and again " * 12000]
SIZES = [16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072]


def messages():
    """Of each size: what shrinks to nothing, what shrinks as text does, and what does not shrink at all."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnop", k=chance.randint(2, 9))) for _ in range(500)]
    for size in SIZES:
        yield "a" * size
        yield " ".join(chance.choices(words, k=size // 2))[:size]
        yield "ß" * (size // 2)
        yield bytes(chance.getrandbits(8) for _ in range(size))
        yield bytes(size)


async def client(port):
    async with websockets.connect(f"ws://127.0.0.1:{port}/chat", compression="deflate", max_size=None) as socket:
        print("extensions", [extension.name for extension in socket.extensions])
        for text in TEXTS:
            await socket.send(text)
            print("same" if await socket.recv() == text else "DIFFERENT", len(text))
        await socket.send(["in ", "three ", "fragments"])
        print(await socket.recv())
        await (await socket.ping())
        print("pong")
        await socket.close(4001, "thank you")
        print("closed", socket.close_code)


async def windows(port, server_bits=None, client_bits=True):
    deflate = ClientPerMessageDeflateFactory(server_max_window_bits=server_bits, client_max_window_bits=client_bits)
    async with websockets.connect(
        f"ws://127.0.0.1:{port}/chat", compression=None, extensions=[deflate], max_size=None
    ) as socket:
        print("extensions", [extension.name for extension in socket.extensions])
        count = 0
        for message in messages():
            await socket.send(message)
            if await socket.recv() != message:
                print("DIFFERENT", type(message), len(message))
            count += 1
        print("echoed", count)


async def echo(socket):
    try:
        async for message in socket:
            await socket.send(message)
    finally:
        print("closed", socket.close_code, socket.close_reason, flush=True)


async def server(bits=None):
    deflate = ServerPerMessageDeflateFactory(server_max_window_bits=bits)
    async with websockets.serve(
        echo, "127.0.0.1", 0, compression=None, extensions=[deflate], max_size=None
    ) as listening:
        print("port", listening.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
if "windows" in sys.argv:
    asyncio.run(windows(*numbers))
elif len(sys.argv) == 2:
    asyncio.run(client(numbers[0]))
else:
    asyncio.run(server(*numbers))
