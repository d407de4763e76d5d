"""Settings: what the environment may say."""

from __future__ import annotations

import json
from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from flows.wiring import read_settings
from pipeline.errors import UserError
from pipeline.settings import Settings


@pytest.mark.parametrize(
    ("value", "networks"),
    [
        ("", []),
        ("10.0.0.0/8", ["10.0.0.0/8"]),
        ("10.0.0.0/8,fd00::/8", ["10.0.0.0/8", "fd00::/8"]),
        (" 10.1.2.3 , ::1\n", ["10.1.2.3/32", "::1/128"]),
    ],
)
def test_allowed_networks_are_a_list(value: str, networks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_ALLOW_NETWORKS", value)

    assert Settings().allow_networks == tuple(map(ip_network, networks))


def test_no_network_is_allowed_unless_the_user_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEWSFOLD_ALLOW_NETWORKS")

    assert Settings().allow_networks == ()


@pytest.mark.parametrize("value", ["bees", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0-10.0.0.9", "[]"])
def test_networks_that_are_none_are_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_ALLOW_NETWORKS", value)

    with pytest.raises(ValidationError, match=value.replace("[", r"\[").replace(".", r"\.")):
        Settings()


def test_there_is_a_worker_for_each_processor_but_at_most_eight(monkeypatch: pytest.MonkeyPatch) -> None:
    for processors, workers in ((1, 1), (2, 2), (64, 8), (None, 1)):
        monkeypatch.setattr("os.cpu_count", lambda count=processors: count)
        assert Settings().extraction_workers == workers


@pytest.mark.parametrize("value", ["local", "tcp://10.0.0.5:8786", "10.0.0.5:8786", "tls://[fd00::5]:8786"])
def test_a_dask_scheduler_has_a_host_and_a_port(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_DASK", value)

    assert Settings().dask == value


@pytest.mark.parametrize("value", ["bees", "http://10.0.0.5:8786", "tcp://:8786", "10.0.0.5"])
def test_a_dask_scheduler_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_DASK", value)

    with pytest.raises(ValidationError, match=r"no Dask scheduler: tcp://HOST:8786 is one"):
        Settings()


PAUSES = {"host_interval_seconds", "wayback_interval_seconds"}
NUMBERS = {
    "concurrency",
    "extraction_memory_mb",
    "extraction_timeout_seconds",
    "extraction_workers",
    "keep_captures_days",
    "keep_prefect_days",
    "keep_runs_days",
    "max_body_bytes",
    "merge_probability",
    "statement_timeout_seconds",
    "timeout_seconds",
    "window_days",
} | PAUSES


def test_every_setting_that_is_a_number_is_one_of_these() -> None:
    shown = Settings.model_json_schema()["properties"]
    numeric = {
        name
        for name, kind in shown.items()
        if any(f'"type": "{one}"' in json.dumps(kind) for one in ("integer", "number"))
    }

    assert numeric == NUMBERS


@pytest.mark.parametrize("value", ["-1", "inf", "nan", "1e12", str(10**14), "9" * 5000])
@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_a_number_out_of_bounds_is_refused_by_its_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"NEWSFOLD_{name.upper()}", value)

    with pytest.raises(UserError, match=rf"^NEWSFOLD_{name.upper()}: .*; mend or unset it$"):
        read_settings()


@pytest.mark.parametrize("name", sorted(NUMBERS - PAUSES))
def test_only_a_pause_may_be_zero(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"NEWSFOLD_{name.upper()}", "0")

    with pytest.raises(UserError, match=rf"^NEWSFOLD_{name.upper()}: Input should be greater than "):
        read_settings()
