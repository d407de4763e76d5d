"""A Prefect server that answers 503 for a while, as one on SQLite does while another writes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from flows.scheduling import retention


class Busy(BaseHTTPRequestHandler):
    """Has one run, and deletes it when it has been asked for so often."""

    refusals = 0
    is_there = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say(200, json.dumps([{"id": "7"}] if type(self).is_there else []).encode())

    def do_DELETE(self) -> None:
        if type(self).refusals:
            type(self).refusals -= 1
            self._say(503)
        else:
            type(self).is_there = False
            self._say(204)

    def _say(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
        """Nothing."""


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[type[Busy], str]]:
    """A server's handler, and its API's address. Nobody waits between two questions."""
    monkeypatch.setattr(retention, "_WAITS", (0.0, 0.0))
    handler = type("Busy", (Busy,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield handler, f"http://127.0.0.1:{server.server_port}/api"
        server.shutdown()


def test_a_busy_server_is_asked_again(busy: tuple[type[Busy], str]) -> None:
    handler, url = busy
    handler.refusals = 2

    assert retention.delete_old_runs(url, datetime(2026, 3, 1, tzinfo=UTC)) == 1


def test_a_server_that_stays_busy_is_said(busy: tuple[type[Busy], str]) -> None:
    handler, url = busy
    handler.refusals = 3

    with pytest.raises(httpx.HTTPStatusError, match="503"):
        retention.delete_old_runs(url, datetime(2026, 3, 1, tzinfo=UTC))
