"""Settings from the environment (edge module): read once where a program starts, handed down as plain values."""

from __future__ import annotations

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pipeline.discover.sources.times import check_cron, check_time_zone
from pipeline.fetch.addresses import Network
from pipeline.models.sources import MOST_DAYS

LOCAL_DASK = "local"

Pause = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]
"""Seconds between two requests."""
Patience = Annotated[float, Field(ge=0.01, le=3600, allow_inf_nan=False)]
"""Seconds after which something is given up."""
Probability = Annotated[float, Field(ge=0.05, le=0.99, allow_inf_nan=False)]
Parallel = Annotated[int, Field(ge=1, le=256)]
KeptDays = Annotated[int, Field(ge=1, le=MOST_DAYS)]


def _default_home() -> Path:
    return platformdirs.user_data_path("newsfold", appauthor=False)


def _default_workers() -> int:
    return min(8, os.cpu_count() or 1)


def _networks(value: object) -> object:
    """The networks of a list such as `10.0.0.0/8, fd00::/8`; an address alone is a network of one."""
    return tuple(map(ip_network, value.replace(",", " ").split())) if isinstance(value, str) else value


def _webhooks(value: object) -> object:
    """The addresses of a list, split at spaces and at commas before a scheme. They are secrets: raises ValueError
    that shows none of them.
    """
    if not isinstance(value, str):
        return value
    addresses = re.split(r"[\s,]+(?=https?:)|\s+", value.strip(" \t\r\n,"))
    for place, address in enumerate(addresses, start=1):
        if not _is_web_address(address):
            raise ValueError(f"address {place} of {len(addresses)} is no webhook: https://HOST/… is one")
    return tuple(map(SecretStr, dict.fromkeys(addresses)))


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _proxy(value: SecretStr | None) -> SecretStr | None:
    """An address such as `http://user:word@proxy.example:3128`. Raises ValueError, without it, for what is none."""
    if value is not None and not _is_proxy(value.get_secret_value()):
        raise ValueError("no proxy: http://HOST:PORT or http://USER:PASSWORD@HOST:PORT is one; write an @ as %40")
    return value


def _is_proxy(address: str) -> bool:
    try:
        parts = urlsplit(address)
        is_port = parts.port != 0
    except ValueError:
        return False
    is_clear = parts.netloc.count("@") <= 1 and not (parts.path.strip("/") or parts.query or parts.fragment)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and is_port and is_clear


def _scheduler(value: str | None) -> str | None:
    """An address such as `tcp://10.0.0.5:8786`, or `local`. Raises ValueError for what is none."""
    if value is None or value == LOCAL_DASK:
        return value
    parts = urlsplit(value if "://" in value else f"tcp://{value}")
    if parts.scheme not in ("tcp", "tls", "ws", "wss") or not parts.hostname or not parts.port:
        raise ValueError("no Dask scheduler: tcp://HOST:8786 is one")
    return value


def _web_address(value: str) -> str:
    """An address such as `https://web.archive.org`. Raises ValueError for what is none."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0 or parts.query:
        raise ValueError("no address of a server: https://HOST is one")
    return value.rstrip("/")


class Settings(BaseSettings):
    """All settings, each an environment variable with the prefix `NEWSFOLD_`."""

    model_config = SettingsConfigDict(
        env_prefix="NEWSFOLD_", frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: SecretStr | None = Field(None, description="a Postgres 14 or newer; unset: an embedded one")
    home: Path = Field(
        default_factory=_default_home,
        description="folder of the embedded Postgres, of Prefect's data, and of a cache that may be removed",
    )
    config: Path | None = Field(None, description="sources file; unset: newsfold.toml here, then in the home folder")
    contact: str = Field("", description="address or URL for site owners, sent in the user agent")
    concurrency: Parallel = Field(16, description="requests under way at once, at most one for each host")
    host_interval_seconds: Pause = Field(0, description="between two requests of a host; Crawl-delay counts too")
    timeout_seconds: Patience = Field(30, description="for one request, redirects and body included")
    max_body_bytes: int = Field(
        10_000_000, gt=0, le=1_000_000_000, description="a larger decoded body is refused; at most a gigabyte"
    )
    allow_networks: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = Field(
        (), description="networks that sources may be in besides the public internet, such as 10.0.0.0/8,fd00::/8"
    )
    proxy: Annotated[SecretStr | None, AfterValidator(_proxy)] = Field(
        None, description="an HTTP proxy for all requests, such as http://proxy.example:3128; it resolves names itself"
    )
    extraction_timeout_seconds: Patience = Field(20, description="for making an article of one page")
    extraction_memory_mb: int = Field(
        1000, ge=200, le=1_000_000, description="for a process that makes articles of pages"
    )
    extraction_workers: Parallel = Field(
        default_factory=_default_workers, description="processes that make articles; unset: one a CPU, at most 8"
    )
    dask: Annotated[str | None, AfterValidator(_scheduler)] = Field(
        None, description="a Dask scheduler's address, or `local` for worker processes here: where runs do their work"
    )
    window_days: int = Field(14, ge=1, le=365, description="how far apart in time two versions of one story may be")
    merge_probability: Probability = Field(
        0.5,
        description="articles are one story where each is, on average, at least so probably a copy of each other",
    )
    notices: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_webhooks)] = Field(
        (), description="webhooks told of silent sources, failed runs and missing days: one or more addresses, secrets"
    )
    embeddings: str | None = Field(
        None, description="a sentence-embedding model, a folder or OWNER/NAME of a hub; needs newsfold[embeddings]"
    )
    wayback: Annotated[str, AfterValidator(_web_address)] = Field(
        "https://web.archive.org", description="the Wayback Machine that `newsfold backfill --wayback` asks"
    )
    wayback_interval_seconds: Pause = Field(1, description="between two requests of the Wayback Machine")
    schedule: Annotated[str, AfterValidator(check_cron)] = Field(
        "0 6 * * *", description="cron of the daily run of `newsfold serve`"
    )
    timezone: Annotated[str, AfterValidator(check_time_zone)] = Field("UTC", description="time zone of the schedule")
    keep_captures_days: KeptDays | None = Field(
        None, description="how long bodies are kept at least; unset: for ever; a source may differ"
    )
    keep_runs_days: KeptDays = Field(400, description="how long what became of each page in each run is kept at least")
    keep_prefect_days: KeptDays = Field(30, description="how long Prefect's flow runs are kept")
    statement_timeout_seconds: int = Field(60, ge=1, le=86_400, description="for a query of `newsfold sql`")

    @property
    def proxy_address(self) -> str | None:
        """The address of the proxy, with its password."""
        return self.proxy.get_secret_value() if self.proxy else None

    @property
    def user_agent(self) -> str:
        """Who we are, for servers: product, and how to reach the one who runs it."""
        return f"newsfold/0.1 (+{self.contact})" if self.contact else "newsfold/0.1"
