"""A fast local web server in a process of its own, for benchmarks: fixed answers, 304 for the ETag it gave.

`PORT` in a body stands for the server's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import resource
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing.connection import Connection

ETAG = '"as-ever"'


def hosts(count: int) -> list[str]:
    """So many loopback addresses, each a host of its own."""
    return [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(count)]


@contextlib.contextmanager
def serving(names: Sequence[str], bodies: Mapping[str, tuple[str, bytes]]) -> Iterator[int]:
    """Serve the bodies (by path: media type and bytes) on all the addresses; yields the port they share."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(names, dict(bodies), theirs), daemon=True
    )
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(names: Sequence[str], bodies: dict[str, tuple[str, bytes]], connection: Connection) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_listen(names, bodies, connection))


async def _listen(names: Sequence[str], bodies: dict[str, tuple[str, bytes]], connection: Connection) -> None:
    served: dict[str, tuple[str, bytes]] = {}
    first = await asyncio.start_server(lambda r, w: _answer(r, w, served), names[0], 0)
    port = first.sockets[0].getsockname()[1]
    served |= {path: (kind, body.replace(b"PORT", str(port).encode())) for path, (kind, body) in bodies.items()}
    if names[1:]:
        await asyncio.start_server(lambda r, w: _answer(r, w, served), names[1:], port)
    connection.send(port)
    await first.serve_forever()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, bodies: Mapping[str, tuple[str, bytes]]
) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode("ascii")
            if ETAG.encode() in head:
                writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\n\r\n".encode())
            elif path in bodies:
                media_type, body = bodies[path]
                fields = f"Content-Type: {media_type}\r\nETag: {ETAG}\r\nContent-Length: {len(body)}"
                writer.write(f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + body)
            else:
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
    writer.close()
