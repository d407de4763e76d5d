"""Where archives are: addresses of files, folders and listings made into files that can be read (edge module)."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

import fsspec
from fsspec.spec import AbstractFileSystem

from pipeline.archives.names import LISTINGS, SUFFIXES, in_order, listed_paths
from pipeline.archives.records import is_archive
from pipeline.errors import RemoteFileError, UserError
from pipeline.fetch.files.ranges import MAX_WHOLE_BYTES, WAITS_SECONDS, GuardedHTTP
from pipeline.fetch.request import Limits
from pipeline.unpack import GZIP_MAGIC, gunzip

BLOCK_BYTES = 4 << 20
# The block that is read, the next one on its way, and the one before, for records that begin in it.
_BLOCKS = 3
_SCHEME = re.compile(r"([a-z][a-z0-9+.:-]+):", re.IGNORECASE)
_WEB = ("http", "https")


class Archives:
    """The files that addresses name: paths, `file:`, `http:`, `https:` and `s3:`. Use as a context manager."""

    def __init__(self, limits: Limits, *, waits: Sequence[float] = WAITS_SECONDS) -> None:
        self._web = GuardedHTTP(limits, waits=waits)
        self._others: dict[str, AbstractFileSystem] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._web.close()

    def find(self, addresses: Sequence[str]) -> list[str]:
        """All WARC files at some addresses (files, folders, patterns, listings), in the order of their times.

        Raises UserError for an address that leads to none.
        """
        return in_order(file for address in addresses for file in self._at(_normal(address)))

    def version(self, address: str) -> str:
        """What tells one version of a file from another. Raises RemoteFileError where it cannot be had."""
        with _said(address):
            about = self._system(address).info(address)
        marks = (about.get("size"), about.get("ETag") or about.get("mtime"))
        return " ".join(str(mark) for mark in marks if mark is not None)

    @contextmanager
    def open(self, address: str) -> Iterator[BinaryIO]:
        """A file to be read in blocks. Raises RemoteFileError where it cannot be, now or later."""
        options: dict[str, Any] = {}
        if _scheme(address):
            options = {"block_size": BLOCK_BYTES, "cache_type": "background", "cache_options": {"maxblocks": _BLOCKS}}
        with _said(address):
            opened = self._system(address).open(address, "rb", **options)
        with opened:
            yield cast(BinaryIO, _Stream(opened, address))

    def _at(self, address: str) -> Sequence[str]:
        path = urlsplit(address).path if _scheme(address) in _WEB else address
        if path.endswith(LISTINGS):
            return self._listed(address)
        if path.endswith(SUFFIXES) and not _has_pattern(address):
            return [self._checked(address)]
        if _scheme(address) in _WEB:
            raise UserError(f"{address}: no WARC file and no listing", "name .warc or .warc.gz files or warc.paths.gz")
        return self._below(address)

    def _checked(self, address: str) -> str:
        try:
            with self.open(address) as stream:
                if not is_archive(stream):
                    raise UserError(f"{address}: no WARC file: it does not begin with a record", "get the file again")
        except RemoteFileError as exc:
            raise UserError(str(exc), "name a WARC file that can be read") from exc
        return address

    def _below(self, address: str) -> Sequence[str]:
        system = self._system(address)
        try:
            with _said(address):
                names = system.glob(address) if _has_pattern(address) else system.find(address)
                if not names and not _has_pattern(address) and not system.exists(address):
                    raise UserError(f"{address}: no such file or folder", "name WARC files, a folder or a listing")
        except RemoteFileError as exc:
            raise UserError(str(exc), "name WARC files, a folder or a listing that can be read") from exc
        found = [str(name) for name in names if str(name).endswith(SUFFIXES)]
        if not found:
            raise UserError(f"{address}: no .warc or .warc.gz file there", "name WARC files, a folder or a listing")
        prefix = "s3://" if _scheme(address) == "s3" else ""
        return [prefix + name.removeprefix(prefix) for name in found]

    def _listed(self, address: str) -> Sequence[str]:
        try:
            with _said(address):
                body = self._system(address).cat_file(address, None, None)
        except RemoteFileError as exc:
            raise UserError(str(exc), "name a listing that can be read, as warc.paths.gz") from exc
        unpacked = gunzip(body, max_bytes=MAX_WHOLE_BYTES) if body.startswith(GZIP_MAGIC) else None
        if body.startswith(GZIP_MAGIC) and (unpacked is None or unpacked.is_cut):
            raise UserError(f"{address}: a broken gzip file, or a far too large one", "get the listing again")
        paths, _ = listed_paths((unpacked.body if unpacked else body).decode("utf-8", errors="replace"))
        if not paths:
            raise UserError(f"{address}: names no WARC file", "a listing has the path of one .warc.gz file a line")
        root = _root(address, paths[0])
        return [f"{root}{path}" for path in paths]

    def _system(self, address: str) -> AbstractFileSystem:
        scheme = _scheme(address)
        if scheme in _WEB:
            return self._web
        if scheme not in ("", "s3"):
            raise UserError(f"{address}: {scheme}: is not read", "use a path, or file:, https:, http: or s3:")
        if scheme not in self._others:
            try:
                self._others[scheme] = fsspec.filesystem(scheme or "file")
            except ImportError as exc:
                raise UserError(f"{address}: s3: needs s3fs, which is not installed", "install newsfold[s3]") from exc
        return self._others[scheme]


class _Stream(io.RawIOBase):
    """A file whose faults are RemoteFileErrors."""

    def __init__(self, file: Any, address: str) -> None:
        self._file = file
        self._address = address

    def read(self, size: int = -1) -> bytes:
        with _said(self._address):
            return bytes(self._file.read(size))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())


@contextmanager
def _said(address: str) -> Iterator[None]:
    try:
        yield
    except (RemoteFileError, UserError):
        raise
    except OSError as exc:
        raise RemoteFileError(f"{address}: {(exc.strerror or str(exc)).lower()}") from exc
    except Exception as exc:
        raise RemoteFileError(f"{address}: {type(exc).__name__}: {exc}") from exc


def _normal(address: str) -> str:
    """An address as it is remembered: a file of this machine by its whole path."""
    scheme = _scheme(address)
    if scheme not in ("", "file"):
        return address
    path = url2pathname(urlsplit(address).path) if scheme else address
    return str(Path(path).expanduser().resolve())


def _scheme(address: str) -> str:
    found = _SCHEME.match(address)
    return found[1].lower() if found else ""


def _has_pattern(address: str) -> bool:
    return any(mark in address for mark in "*?[") and not Path(address).exists()


def _root(address: str, path: str) -> str:
    """What the paths of a listing are relative to: the root of its server or bucket; of a file here, the nearest folder
    above it that has the first of them.
    """
    scheme = _scheme(address)
    if scheme in _WEB:
        return urljoin(address, "/")
    if scheme == "s3":
        return f"s3://{urlsplit(address).netloc}/"
    for folder in Path(address).parents:
        if (folder / path).exists():
            return f"{str(folder).rstrip('/')}/"
    raise UserError(
        f"{address}: no folder above it has {path}", "name the listing by the address that it is published at"
    )
