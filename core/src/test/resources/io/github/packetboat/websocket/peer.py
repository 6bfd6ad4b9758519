"""The other end of PythonWebSocketsTest: python3-websockets, as a client of ours or as a server for ours."""
import asyncio
import sys

import websockets

TEXTS = ["", "hello", "grüße 😀", "again and again " * 20, "x" * 5000, "again and again " * 12000]


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


async def echo(socket):
    try:
        async for message in socket:
            await socket.send(message)
    finally:
        print("closed", socket.close_code, socket.close_reason, flush=True)


async def server():
    async with websockets.serve(echo, "127.0.0.1", 0, compression="deflate", max_size=None) as listening:
        print("port", listening.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(client(sys.argv[1]) if len(sys.argv) > 1 else server())
