"""Webhooks (edge module): one POST of JSON to an address that is a secret, with an end to its patience."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import httpcore
import orjson

PATIENCE_SECONDS = 4.0
"""For all webhooks of a round together, looking up their hosts included."""
_MOST_OF_AN_ANSWER = 2_000


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a POST: the status of the answer and the beginning of its body, or no status and why there is none.
    The address stands nowhere in it.
    """

    status: int | None
    said: str

    @property
    def error(self) -> str | None:
        """Why the message did not arrive, as far as is known; None where it did."""
        if self.status is None:
            return self.said
        if 300 <= self.status < 400:
            return f"answered {self.status}: redirects are not followed"
        return None if self.status < 300 else f"answered {self.status}: {self.said}".removesuffix(": ")


def post_all(addresses: Sequence[str], bodies: Sequence[Mapping[str, Any]], proxy: str | None) -> list[Posted]:
    """Post to each address its body, all at once. Takes `PATIENCE_SECONDS` at most, whatever the servers do."""
    late = Posted(None, f"no answer within {PATIENCE_SECONDS:g} seconds")
    posted = [late] * len(addresses)

    def work(place: int) -> None:
        posted[place] = _post(addresses[place], orjson.dumps(bodies[place]), proxy)

    # Daemons: a look-up that hangs cannot be stopped, and must not keep the process.
    threads = [threading.Thread(target=work, args=(place,), daemon=True) for place in range(len(addresses))]
    for thread in threads:
        thread.start()
    done = threading.Event()
    threading.Thread(target=_set_when_joined, args=(threads, done), daemon=True).start()
    done.wait(PATIENCE_SECONDS)
    return list(posted)


def _set_when_joined(threads: Sequence[threading.Thread], done: threading.Event) -> None:
    for thread in threads:
        thread.join()
    done.set()


def _post(address: str, body: bytes, proxy: str | None) -> Posted:
    # httpcore and not httpx, which writes the addresses it asks into the log.
    pool = httpcore.HTTPProxy(proxy) if proxy else httpcore.ConnectionPool()
    timeouts = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), PATIENCE_SECONDS)}
    try:
        with pool, pool.stream("POST", address, headers=_headers(address), content=body, extensions=timeouts) as answer:
            return Posted(answer.status, _without_secrets(_beginning(answer), address))
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as exc:
        return Posted(None, _without_secrets(f"not reached: {exc}", address))
    except (httpcore.TimeoutException, UnicodeError) as exc:
        return Posted(None, "timed out" if isinstance(exc, httpcore.TimeoutException) else "its address is none")


def _headers(address: str) -> list[tuple[bytes | str, bytes | str]]:
    headers: list[tuple[bytes | str, bytes | str]]
    headers = [("Content-Type", "application/json"), ("User-Agent", "newsfold/0.1")]
    parts = urlsplit(address)
    if parts.username is None:
        return headers
    login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return [*headers, ("Authorization", f"Basic {b64encode(login.encode()).decode()}")]


def _beginning(answer: httpcore.Response) -> str:
    body = b""
    for chunk in answer.iter_stream():
        body += chunk
        if len(body) >= _MOST_OF_AN_ANSWER:
            break
    return body[:_MOST_OF_AN_ANSWER].decode("utf-8", "replace")


def _without_secrets(said: str, address: str) -> str:
    """An answer may name the address it was asked at."""
    parts = urlsplit(address)
    login = [word for word in (parts.username, parts.password) if word]
    pieces = [piece for piece in (*parts.path.split("/"), *parts.query.replace("=", "&").split("&")) if len(piece) > 3]
    for secret in sorted({address, parts.path.strip("/"), parts.query, *login, *pieces} - {""}, key=len, reverse=True):
        said = said.replace(secret, "…").replace(unquote(secret), "…")
    return said
