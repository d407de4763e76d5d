"""A small real web site on 127.0.0.1, for tests: pages, redirects, validators, faults, and a log of what was asked."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

LOCAL = "127.0.0.0/8"
"""The network of all test sites: the one that newsfold must be allowed to reach in tests."""

_RANGE = re.compile(r"bytes=(\d+)-(\d+)")

PARAGRAPHS = (
    "The committee met for three days and heard {who}, who had spent the winter measuring {what} in {where}.",
    "According to the report, {what} had grown by {number} per cent since the last count, more than expected.",
    "Residents of {where} said that they had noticed the change long before the experts of {who} came to look.",
    "A spokeswoman for {who} promised a second survey next year and asked for patience until {what} is understood.",
)


def article_html(title: str, **names: object) -> str:
    """A page with an article of its own: a title and four paragraphs about the given names."""
    paragraphs = "".join(f"<p>{paragraph.format(**names)}</p>" for paragraph in PARAGRAPHS)
    body = f"<body><article><h1>{title}</h1>{paragraphs}</article></body>"
    return f"<!doctype html><html lang=en><head><title>{title}</title></head>{body}</html>"


def rss(*items: str) -> str:
    """A feed of the given items."""
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Test</title>{"".join(items)}</channel></rss>'


def item(link: str, title: str, published: str | None = None) -> str:
    """One item of a feed; `published` as RFC 822."""
    date = f"<pubDate>{published}</pubDate>" if published else ""
    return f"<item><title>{title}</title><link>{link}</link>{date}</item>"


@dataclass
class Answer:
    """What the site says at one path; `speak` writes something else than a proper answer, or waits. Where it
    `sends_parts`, it answers a request for a range with that.
    """

    body: bytes = b""
    status: int = 200
    media_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    speak: Callable[[BaseHTTPRequestHandler], None] | None = None
    sends_parts: bool = False


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection off, so that the client gets a reset."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for end in (handler.rfile, handler.wfile, handler.connection):  # the socket is open for as long as one of them is
        end.close()
    handler.close_connection = True


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    """Begin an answer whose headers do not end, one line after another, until the client has gone."""
    _pour(handler, b"HTTP/1.1 200 OK\r\n", b"X-Bees: 1\r\n")


def drip_body(handler: BaseHTTPRequestHandler) -> None:
    """Begin a body that comes byte by byte, until the client has gone."""
    _pour(handler, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000000\r\n\r\n", b"x")


def _pour(handler: BaseHTTPRequestHandler, start: bytes, drop: bytes) -> None:
    handler.close_connection = True
    handler.wfile.write(start)
    for _ in range(1_000):  # at 10 ms each it ends by itself, whatever the client does
        handler.wfile.write(drop)
        time.sleep(0.01)


class Site:
    """A running site: give it answers by path, read what it was asked."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self.url = f"http://{server.server_address[0]!s}:{server.server_port}"
        self.answers: dict[str, Answer] = {}
        self.answers_below: dict[str, Answer] = {}
        self.log: list[tuple[str, int]] = []
        self.requests: list[dict[str, str]] = []
        self.posts: list[tuple[str, bytes]] = []
        self.most_at_once: Counter[str] = Counter()
        self._at_once: Counter[str] = Counter()
        self._counting = threading.Lock()

    def put(self, path: str, body: str | bytes = b"", **more: object) -> str:
        """Answer a path with a body; the path's address."""
        encoded = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(encoded, **more)  # type: ignore[arg-type]
        return self.url + path

    def put_below(self, path: str, body: str, **more: object) -> None:
        """Answer a path with a body whatever its query says."""
        self.answers_below[path] = Answer(body.encode(), **more)  # type: ignore[arg-type]

    def answer_to(self, target: str) -> Answer:
        """What the site says to a path with its query."""
        below = self.answers_below.get(target.partition("?")[0])
        return self.answers.get(target) or below or Answer(b"nothing here", 404)

    @contextmanager
    def counted(self, host: str) -> Iterator[None]:
        """Count a request under way: `most_at_once` says how many a host had at a time."""
        with self._counting:
            self._at_once[host] += 1
            self.most_at_once[host] = max(self.most_at_once[host], self._at_once[host])
        try:
            yield
        finally:
            with self._counting:
                self._at_once[host] -= 1

    @classmethod
    @contextmanager
    def running(cls, address: str = "127.0.0.1") -> Iterator[Self]:
        """A site for as long as the block lasts."""
        site = cls(_Server((address, 0), _Handler))
        site._listen()
        try:
            yield site
        finally:
            site._close()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Refuse connections for as long as the block lasts, then listen at the same address again."""
        self._close()
        try:
            yield
        finally:
            self._server = _Server(self._server.server_address, _Handler)
            self._listen()

    def _listen(self) -> None:
        self._server.site = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def _close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    server_address: tuple[str, int]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        answer = site.answer_to(self.path)
        etag = answer.headers.get("ETag")
        status = 304 if etag and self.headers.get("If-None-Match") == etag else answer.status
        site.log.append((self.path, status))
        site.requests.append(dict(self.headers))
        with site.counted(self.headers["Host"]):
            if answer.speak:
                answer.speak(self)
            else:
                self._answer(answer, status)

    def do_POST(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        site.posts.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.do_GET()

    def _answer(self, answer: Answer, status: int) -> None:
        body = b"" if status == 304 else answer.body
        part = _RANGE.fullmatch(self.headers.get("Range", "")) if answer.sends_parts and status == 200 else None
        about = {}
        if part:
            first, last = int(part[1]), min(int(part[2]), len(body) - 1)
            about = {"Content-Range": f"bytes {first}-{last}/{len(body)}"}
            body, status = body[first : last + 1], 206
        self.send_response(status)
        headers = {"Content-Type": answer.media_type, "Content-Length": str(len(body)), **about, **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""
