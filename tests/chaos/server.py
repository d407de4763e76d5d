"""A Postgres that trials may stop, cut off and fill to the brim: on a small tmpfs, where one can be mounted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import URL

from db import embedded
from db.engine import libpq_url
from pipeline.errors import UserError

_DISK = "300m"
# Small files of the log and none kept for later: a disk that fills is felt soon.
_SETTINGS = {
    "min_wal_size": "2MB",
    "max_wal_size": "32MB",
    "wal_recycle": "off",
    "max_connections": "60",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
}


@dataclass(frozen=True)
class Server:
    """A server with its data below `home`; `is_small` where its disk is a tmpfs of its own."""

    home: Path
    is_small: bool

    @property
    def url(self) -> URL:
        """Its database `postgres`, by a socket."""
        return URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(self.home)})

    @property
    def log(self) -> Path:
        """What the server says, on a disk that does not fill."""
        return self.home / "log"

    @property
    def _data(self) -> Path:
        return self.home / "disk" / "data"

    def start(self) -> None:
        """Start it, or wait until it has recovered."""
        with suppress(UserError):  # it runs, or is through with recovering in a moment
            options = f"-k {self.home} " + " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
            embedded._run("pg_ctl", self._data, "start", "-w", "-s", "-l", str(self.log), "-o", options)
        end = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > end:
                raise TimeoutError(f"Postgres does not come up: {self.log.read_text()[-1000:]}")
            time.sleep(0.05)

    def stop(self, mode: str) -> None:
        """Stop it: `fast` rolls back and closes its files, `immediate` is a crash."""
        with suppress(UserError):  # it has crashed already
            embedded._run("pg_ctl", self._data, "stop", "-w", "-s", "-m", mode)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement as the superuser, outside of a transaction; its rows."""
        with self.connect(database) as conn:
            found = conn.execute(statement.encode())
            return found.fetchall() if found.description else []

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """A connection that commits each statement."""
        return psycopg.connect(libpq_url(self.url.set(database=database)), autocommit=True)

    @contextmanager
    def cloned(self, template: str, name: str) -> Iterator[URL]:
        """A database with the contents of another, for as long as the block lasts."""
        self.execute(f"create database {name} template {template} strategy file_copy")
        try:
            yield self.url.set(database=name)
        finally:
            self.start()
            self.execute(f"drop database {name} with (force)")

    @contextmanager
    def filled(self, room: int) -> Iterator[None]:
        """Leave only so many bytes on its disk for as long as the block lasts."""
        balloon = self.home / "disk" / "balloon"
        with balloon.open("wb") as file:
            with suppress(OSError):  # it has taken the room in the meantime
                os.posix_fallocate(file.fileno(), 0, max(_free_bytes(self.home / "disk") - room, 1))
            try:
                yield
            finally:
                balloon.unlink()

    def full_disks(self) -> int:
        """How often it has said that its disk is full."""
        return len(re.findall("No space left on device", self.log.read_text(errors="replace")))

    def _answers(self) -> bool:
        try:
            self.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True


def _free_bytes(folder: Path) -> int:
    free = os.statvfs(folder)
    return free.f_bavail * free.f_frsize


@contextmanager
def running_server() -> Iterator[Server]:
    """A server of our own, removed with all its data when the block ends."""
    home = Path(tempfile.mkdtemp(prefix="newsfold-chaos-"))
    (home / "disk").mkdir()
    server = Server(home, _mount(home / "disk"))
    try:
        (home / "disk" / "data").mkdir(mode=0o700)
        (home / "log").touch(mode=0o666)
        for folder in (home, home / "log", home / "disk" / "data"):
            embedded._hand_over(folder)
        locale = ["--encoding=utf8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        embedded._run("initdb", server._data, "-U", "postgres", "--auth=trust", "--wal-segsize=1", *locale)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        if server.is_small:
            subprocess.run(["umount", str(home / "disk")], check=True)
        shutil.rmtree(home)


def _mount(folder: Path) -> bool:
    """Mount a small tmpfs; False where that is not permitted."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=0755", "tmpfs", str(folder)]
    try:
        return subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False
