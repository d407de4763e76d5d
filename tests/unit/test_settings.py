"""Settings: what the environment may say."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from pydantic import ValidationError

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
