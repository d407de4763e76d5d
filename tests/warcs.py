"""WARC files for tests: records, whole or damaged, packed one by one as Common Crawl has them."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from site_server import article_html

FIRST = datetime(2026, 1, 1, 8, tzinfo=UTC)


def http(body: bytes, headers: str = "Content-Type: text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    """An HTTP answer."""
    return f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n".encode() + body


def record(
    url: str, block: bytes, *, at: datetime = FIRST, kind: str = "response", length: object = None, packed: bool = True
) -> bytes:
    """One record; `length` is what it says of its block, if not the truth."""
    fields = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: {url}",
        f"WARC-Date: {at:%Y-%m-%dT%H:%M:%SZ}",
        "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000000>",
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(block) if length is None else length}",
    ]
    whole = "\r\n".join(fields).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"
    return gzip.compress(whole, mtime=0) if packed else whole


def article(number: int, day: datetime) -> bytes:
    """A page with an article of its own, dated."""
    names = {"who": f"Ada Quill {number}", "what": f"survey {number}", "where": f"Town{number}", "number": 41 + number}
    meta = f'<meta property="article:published_time" content="{day.isoformat()}"></head>'
    return article_html(f"No. {number}", **names).replace("</head>", meta).encode()


def news(hosts: Iterable[str], days: int = 28) -> list[bytes]:
    """Records of articles, one for each of the hosts, dated one day after another and crawled a day later."""
    made = []
    for number, host in enumerate(hosts):
        day = FIRST + timedelta(days=number % days)
        url = f"https://www.{host}/2026/story-{number}"
        made.append(record(url, http(article(number, day)), at=day + timedelta(days=1)))
    return made


def write(folder: Path, records: Iterable[bytes], name: str = "CC-NEWS-20260105120000-00001.warc.gz") -> Path:
    """A file of these records."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(records))
    return path
