"""A fast local web server in a process of its own, for benchmarks: 304 for the ETag it gave, else what it is told.

`PORT` in a body stands for the server's own. `/-/tally` says what was asked: a JSON object of `requests`,
`most_a_second` (of one host) and `most_at_once` (of one host).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

ETAG = '"as-ever"'
TALLY = "/-/tally"

Body = tuple[str, bytes]
"""Media type and bytes."""


def hosts(count: int) -> list[str]:
    """So many loopback addresses, each a host of its own."""
    return [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(count)]


@dataclass(slots=True)
class Tally:
    """What was asked of the hosts, by their addresses."""

    requests: int = 0
    most_a_second: int = 0
    most_at_once: int = 0
    _second: int = 0
    _in_second: Counter[str] = field(default_factory=Counter)
    _at_once: Counter[str] = field(default_factory=Counter)

    @contextlib.contextmanager
    def asked(self, host: str) -> Iterator[None]:
        """A request, for as long as the block lasts."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._in_second = second, Counter()
        self.requests += 1
        self._in_second[host] += 1
        self._at_once[host] += 1
        self.most_a_second = max(self.most_a_second, self._in_second[host])
        self.most_at_once = max(self.most_at_once, self._at_once[host])
        yield
        self._at_once[host] -= 1

    def as_json(self) -> Body:
        """The figures."""
        names = ("requests", "most_a_second", "most_at_once")
        return "application/json", json.dumps({name: getattr(self, name) for name in names}).encode()


@contextlib.contextmanager
def serving(names: Sequence[str], body_of: Callable[[str], Body | None]) -> Iterator[int]:
    """Serve the bodies of paths on all the addresses; yields the port they share. `body_of` must be picklable."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(names, body_of, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


@contextlib.contextmanager
def followed(names: Sequence[str], body_of: Callable[[str], Body | None]) -> Iterator[int]:
    """Serve them, each with a feed at `/feedN` (N counts the names), and have newsfold's settings follow those feeds
    into an archive of its own that is gone when the block ends. Yields the port.
    """
    for name in [name for name in os.environ if name.startswith("NEWSFOLD_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="newsfold-") as home, serving(names, body_of) as port:
        Path(home).chmod(0o755)
        config = Path(home) / "newsfold.toml"
        feeds = (f'slug = "s{site}"\nurl = "http://{name}:{port}/feed{site}"' for site, name in enumerate(names))
        config.write_text("".join(f'[[sources]]\nkind = "feed"\nlanguage = "en"\n{feed}\n' for feed in feeds))
        own = {"HOME": home, "CONFIG": str(config), "ALLOW_NETWORKS": "127.0.0.0/8"}
        os.environ.update({f"NEWSFOLD_{name}": value for name, value in own.items()})
        yield port


def rss(site: int, links: Iterable[str]) -> Body:
    """A feed of pages."""
    items = "".join(f"<item><title>{number}</title><link>{link}</link></item>" for number, link in enumerate(links))
    feed = f'<rss version="2.0"><channel><title>{site}</title>{items}</channel></rss>'
    return "application/rss+xml", feed.encode()


def _serve(names: Sequence[str], body_of: Callable[[str], Body | None], connection: Connection) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_listen(names, body_of, connection))


async def _listen(names: Sequence[str], body_of: Callable[[str], Body | None], connection: Connection) -> None:
    tally = Tally()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _answer(reader, writer, body_of, tally)

    first = await asyncio.start_server(answer, names[0], 0)
    port = first.sockets[0].getsockname()[1]
    if names[1:]:
        await asyncio.start_server(answer, names[1:], port)
    connection.send(port)
    await first.serve_forever()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body_of: Callable[[str], Body | None], tally: Tally
) -> None:
    host, port = writer.get_extra_info("sockname")
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode("ascii")
            if path == TALLY:
                _say(writer, tally.as_json())
                continue
            with tally.asked(host):
                if ETAG.encode() in head:
                    writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\n\r\n".encode())
                elif found := body_of(path):
                    media_type, body = found
                    _say(writer, (media_type, body.replace(b"PORT", str(port).encode())))
                else:
                    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
    writer.close()


def _say(writer: asyncio.StreamWriter, said: Body) -> None:
    media_type, body = said
    fields = f"Content-Type: {media_type}\r\nETag: {ETAG}\r\nContent-Length: {len(body)}"
    writer.write(f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + body)
