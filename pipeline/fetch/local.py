"""Single files of this machine as sources (edge module: reads the disk)."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from pipeline.models.pages import Capture, Fetched, FetchFailure, FetchResult, Reason

JSON_LINES = "application/jsonl"


def read_local(path: Path, *, max_bytes: int) -> FetchResult:
    """The body of a JSONL file, also `.gz`; unpacked it may have `max_bytes`."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            body = file.read(max_bytes + 1)
    except FileNotFoundError:
        return FetchFailure(Reason.MISSING, f"no file {path}")
    except (OSError, EOFError, zlib.error) as exc:
        return FetchFailure(Reason.UNREADABLE, str(exc))
    if len(body) > max_bytes:
        return FetchFailure(Reason.TOO_LARGE, f"more than {max_bytes:,} bytes; newsfold import reads larger files")
    return Fetched(Capture(path.as_uri(), body, JSON_LINES))
