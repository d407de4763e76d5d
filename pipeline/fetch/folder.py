"""Folders of files as sources (edge module: reads the disk).

A file's URL is `files://<source>/<path in the folder>`: it stays the same when the folder moves.
"""

from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from pipeline.models.pages import Capture, Entry, Fetched, FetchFailure, FetchResult, Reason
from pipeline.models.sources import Source

SCHEME = "files"
MEDIA_TYPES = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html", ".md": "text/markdown"}
_BYTES = "surrogateescape"  # how Python spells a file name that is not UTF-8


def list_folder(source: Source) -> list[Entry]:
    """One entry for each `.txt`, `.html` and `.md` file below the source's folder, in the order of their names.

    A link that leads out of the folder is left out. Raises OSError where the folder cannot be read.
    """
    folder = Path(source.address)
    if not folder.is_dir():
        raise NotADirectoryError(f"no folder {folder}")
    root = folder.resolve()
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in MEDIA_TYPES and path.is_file() and path.resolve().is_relative_to(root)
    )
    return [_entry(source, path.relative_to(folder), path) for path in files]


def read_file(source: Source, url: str, *, max_bytes: int) -> FetchResult:
    """The body of one file of the source. A path that leads out of the folder is refused."""
    root = Path(source.address).resolve()
    named = root / unquote(urlsplit(url).path, errors=_BYTES).lstrip("/")
    try:
        path = named.resolve()
    except (ValueError, RuntimeError, OSError) as exc:  # a NUL; a circle of links; a name too long
        return FetchFailure(Reason.BAD_URL, str(exc), for_good=True)
    if not path.is_relative_to(root):
        return FetchFailure(Reason.BAD_URL, "leads out of the source's folder", for_good=True)
    media_type = MEDIA_TYPES.get(named.suffix.lower())
    if media_type is None:
        return FetchFailure(Reason.UNSUPPORTED_TYPE, "no text, HTML or Markdown file", for_good=True)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            return FetchFailure(Reason.UNREADABLE, "not a file")
        if found.st_size > max_bytes:
            return FetchFailure(Reason.TOO_LARGE, f"more than {max_bytes:,} bytes", for_good=True)
        body = path.read_bytes()
    except FileNotFoundError:
        return FetchFailure(Reason.MISSING, "the file is gone", for_good=True)
    except OSError as exc:
        return FetchFailure(Reason.UNREADABLE, exc.strerror or str(exc))
    return Fetched(Capture(url, body, media_type))


def _entry(source: Source, relative: Path, path: Path) -> Entry:
    found = path.stat()
    url = f"{SCHEME}://{source.slug}/{quote(relative.as_posix(), errors=_BYTES)}"
    return Entry(url=url, version=f"{found.st_size}-{found.st_mtime_ns}")
