"""Wiring: settings read, Postgres started and migrated, sources loaded. What every entry point begins with."""

from __future__ import annotations

import atexit
import logging
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import URL, Engine
from sqlalchemy.exc import OperationalError

from db import migrate, schema
from db.embedded import EmbeddedPostgres
from db.engine import connect, database_url
from flows.making import Made, Material, Matter, load_lexicon, make, mark, read_utf8
from flows.word_tables import kept_background
from pipeline.collecting import collect_seldom
from pipeline.discover.sources.file import SourceFile, merge_sources, parse_sources
from pipeline.discover.sources.schedules import Schedule, check_members
from pipeline.embedding import Embedder, load_embedder
from pipeline.errors import UserError
from pipeline.extract.sandbox.box import Sandbox
from pipeline.extract.sandbox.guard import Limits as SandboxLimits
from pipeline.fetch.manners import Manners
from pipeline.fetch.request import Limits
from pipeline.models.folding import Fingerprint
from pipeline.models.pages import NotAnArticle
from pipeline.models.sources import Source
from pipeline.settings import Settings
from pipeline.stop import Stop, run_until

Result = TypeVar("Result")

CONFIG_NAME = "newsfold.toml"
DEFAULT_TOPIC = "ai"


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def prepare_nothing() -> None:
    """What there is to prepare where articles are made in this process."""


def make_here(materials: Sequence[Material]) -> Iterator[Made | NotAnArticle]:
    """Make articles in this process."""
    return map(make, materials)


def mark_here(matters: Sequence[Matter]) -> Iterator[Fingerprint | NotAnArticle]:
    """Make fingerprints in this process."""
    return map(mark, matters)


@dataclass(frozen=True, slots=True)
class Environment:
    """What the steps of a run work with. Threads share it. `prepare` loads what `make` and `mark` need, while the run
    does something else. `flow_run` is the id of the Prefect flow run around it.
    """

    settings: Settings
    engine: Engine
    sources: tuple[Source, ...]
    now: Callable[[], datetime] = utc_now
    manners: Manners = field(default_factory=Manners)
    prepare: Callable[[], None] = prepare_nothing
    make: Callable[[Sequence[Material]], Iterable[Made | NotAnArticle]] = make_here
    mark: Callable[[Sequence[Matter]], Iterable[Fingerprint | NotAnArticle]] = mark_here
    schedules: tuple[Schedule, ...] = ()
    flow_run: str | None = None
    stop: Stop = field(default_factory=Stop)
    asking: threading.Lock = field(default_factory=threading.Lock)

    def ask_web(self, questions: Coroutine[Any, Any, Result]) -> Result:
        """Run one round of requests. Rounds of one process take turns: its limits are those of a round.

        Raises CancelledError where the run is stopped.
        """
        with self.asking:
            return run_until(self.stop, questions)

    @property
    def limits(self) -> Limits:
        """What a run may take of the web."""
        return web_limits(self.settings)

    @property
    def embedder(self) -> Embedder | None:
        """The embedding model of the settings, loaded once. Raises UserError where it cannot be."""
        return load_embedder(self.settings.embeddings) if self.settings.embeddings else None

    def lexicon_paths(self, topic: str | None) -> tuple[Path, ...]:
        """The files of a topic; every article is measured by the first topic, whether its source asks or not."""
        return lexicon_paths(self.settings, topic or DEFAULT_TOPIC)


def read_settings() -> Settings:
    """The settings of the environment. Raises UserError naming the variable."""
    try:
        return Settings()
    except ValidationError as exc:
        first = exc.errors()[0]
        name = "NEWSFOLD_" + "_".join(map(str, first["loc"])).upper()
        raise UserError(f"{name}: {first['msg'].removeprefix('Value error, ')}", "mend or unset it") from exc


def web_limits(settings: Settings) -> Limits:
    """What the settings let a run take of the web."""
    return Limits(
        settings.concurrency,
        settings.timeout_seconds,
        settings.max_body_bytes,
        settings.user_agent,
        settings.allow_networks,
        settings.host_interval_seconds,
        settings.proxy_address,
    )


def quieten_libraries() -> None:
    """What trafilatura and dateutil say of a page to whoever runs them is in the page's outcome already."""
    for library in ("trafilatura", "htmldate"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="tzname .* identified but not understood")


@contextmanager
def open_environment(settings: Settings) -> Iterator[Environment]:
    """A migrated database and the sources, for as long as the block lasts. Raises UserError where they cannot be
    had.
    """
    sources, schedules = load_sources(settings), load_schedules(settings)
    quieten_libraries()
    collect_seldom()
    with running_database(settings) as url:
        engine = connect(url)
        try:
            migrate.upgrade(engine)
            stop = Stop()
            preloaded = [make.__module__, kept_background.__module__]
            kept = partial(kept_background, word_tables(settings))
            with new_sandbox(settings, preloaded=preloaded, stop=stop) as sandbox, schema.missing_is_said(engine):
                made = partial(sandbox.make, make)
                marked = partial(sandbox.make, partial(mark, background=kept), step=1)
                yield Environment(
                    settings,
                    engine,
                    sources,
                    prepare=sandbox.prepare,
                    make=made,
                    mark=marked,
                    schedules=schedules,
                    stop=stop,
                )
        except OperationalError as exc:
            said = " ".join(str(exc.orig).split())
            raise UserError(
                f"the database failed: {said}", "when it is well again, run the same: nothing is lost"
            ) from exc
        finally:
            engine.dispose()


def new_sandbox(settings: Settings, *, preloaded: Sequence[str] = (), stop: Stop | None = None) -> Sandbox:
    """A sandbox with the limits of the settings."""
    memory = settings.extraction_memory_mb * 1_000_000
    limits = SandboxLimits(settings.extraction_timeout_seconds, memory)
    return Sandbox(settings.extraction_workers, limits, preloaded=preloaded, stop=stop)


@contextmanager
def running_database(settings: Settings) -> Iterator[URL]:
    """The user's own Postgres, or the embedded one, kept running for as long as the block lasts."""
    if settings.database_url is not None:
        yield database_url(settings.database_url.get_secret_value())
        return
    with embedded(settings).running() as url:
        yield url


def embedded(settings: Settings) -> EmbeddedPostgres:
    """The embedded Postgres of the home folder."""
    return EmbeddedPostgres(settings.home.expanduser().absolute())


def word_tables(settings: Settings) -> Path:
    """The folder where processes share word tables. Nothing is lost with it."""
    return settings.home.expanduser().absolute() / "cache" / "words"


def process_environment() -> Environment:
    """The environment of this process, for tasks that start with nothing but ids; closed when the process ends."""
    with _opening:
        return _open_once()


_opening = threading.Lock()


@cache
def _open_once() -> Environment:
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(open_environment(read_settings()))


def load_sources(settings: Settings) -> tuple[Source, ...]:
    """The sources to follow: those of the user's file, else the shipped ones. Raises UserError naming what is wrong."""
    path = config_path(settings)
    sources = merge_sources(shipped_sources(), read_source_file(path)) if path else shipped_sources()
    for topic in {DEFAULT_TOPIC, *(source.options.topic for source in sources if source.options.topic)}:
        load_lexicon(lexicon_paths(settings, topic))
    return tuple(_with_retention(source, settings.keep_captures_days) for source in sources)


def _with_retention(source: Source, days: int | None) -> Source:
    kept = source.options.keep_captures_days
    return replace(source, options=replace(source.options, keep_captures_days=days if kept is None else kept))


def load_schedules(settings: Settings) -> tuple[Schedule, ...]:
    """The schedules of the user's file. Raises UserError naming what is wrong."""
    path = config_path(settings)
    if path is None:
        return ()
    own = read_source_file(path)
    check_members(own.schedules, {source.slug for source in merge_sources(shipped_sources(), own)}, str(path))
    return own.schedules


def shipped_sources() -> tuple[Source, ...]:
    """The sources that come with newsfold."""
    return read_source_file(seeds_folder() / "sources.toml").sources


def lexicon_paths(settings: Settings, topic: str) -> tuple[Path, ...]:
    """The files of a topic: the shipped one, and that of the user's `topics` folder beside the sources file. Raises
    UserError where there is none.
    """
    own = config_path(settings)
    folders = (seeds_folder(), own.parent if own else settings.home.expanduser())
    paths = tuple(path for folder in folders if (path := folder / "topics" / f"{topic}.toml").is_file())
    if not paths:
        raise UserError(f"topic {topic!r}: no terms", f"write them into topics/{topic}.toml beside the sources file")
    return paths


def config_path(settings: Settings) -> Path | None:
    """The user's sources file: the one named, else `newsfold.toml` here, else in the home folder, else none."""
    if settings.config is not None:
        return settings.config.expanduser().absolute()
    places = (Path.cwd() / CONFIG_NAME, settings.home.expanduser() / CONFIG_NAME)
    return next((path for path in places if path.is_file()), None)


def read_source_file(path: Path) -> SourceFile:
    """One sources file. Raises UserError where it is missing, no UTF-8, or wrong."""
    try:
        written = read_utf8(path)
    except OSError as exc:
        raise UserError(f"{path}: {exc.strerror}", "name another file with --config or NEWSFOLD_CONFIG") from exc
    return parse_sources(written, path)


def seeds_folder() -> Path:
    """The folder with the shipped sources: inside the package where installed, at the top of a checkout."""
    packaged = Path(migrate.__file__).parent / "seeds"
    return packaged if packaged.is_dir() else Path(migrate.__file__).parents[1] / "seeds"
