"""A Postgres of the user's own, for tests: TCP, scram passwords, an older version than the embedded one."""

from __future__ import annotations

import shlex
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL

from db import embedded
from db.engine import libpq_url

OLDER = Path("pginstall", "bin")


@dataclass(frozen=True)
class OwnServer:
    """A running server, how its superuser reaches it, and where its programs are."""

    admin: URL
    programs: Path

    def execute(self, *statements: str) -> None:
        """Run statements as the superuser, each by itself."""
        with psycopg.connect(libpq_url(self.admin), autocommit=True) as conn:
            for statement in statements:
                conn.execute(statement.encode())


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def programs_with(extension: str) -> Path | None:
    """The programs of an installed Postgres that has an extension; the embedded ones have next to none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda programs: int(programs.parent.name))
    share = Path("/usr/share/postgresql")
    having = [one for one in found if (share / one.parent.name / "extension" / f"{extension}.control").exists()]
    return having[-1] if having else None


@contextmanager
def own_postgres(home: Path, superuser: str, password: str, programs: Path = OLDER) -> Iterator[OwnServer]:
    """Postgres on a TCP port of 127.0.0.1, its data in a folder that other users may pass through. The programs are
    those of Postgres 16, or of another folder.
    """
    data, secret = home / "data", home / "secret"
    data.mkdir(mode=0o700)
    secret.write_text(password)
    for path in (data, secret):
        embedded._hand_over(path)
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "_PROGRAMS", programs)
        embedded._run("initdb", data, "-U", superuser, "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=utf8")
        options = f"-h 127.0.0.1 -p {port} -k {shlex.quote(str(data))}"
        embedded._run("pg_ctl", data, "start", "-w", "-s", "-l", str(data / "log"), "-o", options)
        try:
            admin = URL.create("postgresql", superuser, password, "127.0.0.1", port, "postgres")
            yield OwnServer(admin, embedded._program("psql").parent)
        finally:
            embedded._run("pg_ctl", data, "stop", "-w", "-s", "-m", "fast")
