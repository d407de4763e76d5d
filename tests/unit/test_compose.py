"""docker-compose.yml: only what the Compose Specification knows, nothing that runs as root, all that it needs said."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from compose import FILE, ROOT, VARIABLE, compose

GIVEN = {"NEWSFOLD_POSTGRES_PASSWORD": "secret"}
SERVICES: dict[str, Any] = compose(GIVEN)["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
DOCS = (ROOT / "docs" / "compose.md").read_text(encoding="utf-8")

# Of the Compose Specification those keys that are used here, each with the type that it has.
SERVICE_KEYS = {
    "build": str,
    "cap_drop": list,
    "command": list,
    "depends_on": dict,
    "entrypoint": list,
    "environment": dict,
    "healthcheck": dict,
    "image": str,
    "init": bool,
    "ports": list,
    "read_only": bool,
    "restart": str,
    "security_opt": list,
    "shm_size": str,
    "stop_grace_period": str,
    "stop_signal": str,
    "tmpfs": list,
    "user": str,
    "volumes": list,
}
HEALTHCHECK_KEYS = {"test": list, "interval": str, "timeout": str, "retries": int, "start_period": str}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
DURATION = re.compile(r"(\d+(h|m|s|ms|us))+")
ONE_SHOT = {"prefect-database", "migrate", "deploy"}

services = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


def test_the_file_has_only_top_level_keys_that_compose_knows() -> None:
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))

    assert {key for key in found if not key.startswith("x-")} == {"name", "services", "volumes"}
    assert set(SERVICES) == {"postgres", "prefect", "worker"} | ONE_SHOT


@services
def test_a_service_has_only_keys_that_compose_knows_with_values_of_their_types(service: dict[str, Any]) -> None:
    for key, value in service.items():
        assert isinstance(value, SERVICE_KEYS[key]), key
    for key, value in service.get("healthcheck", {}).items():
        assert isinstance(value, HEALTHCHECK_KEYS[key]), key
    for value in service.get("environment", {}).values():
        assert isinstance(value, str)
    for key in ("command", "entrypoint", "cap_drop", "tmpfs", "security_opt"):
        assert all(isinstance(one, str) for one in service.get(key, []))
    spans = [service.get("stop_grace_period", "1s"), *list(service.get("healthcheck", {}).values())[1:]]
    assert all(DURATION.fullmatch(span) for span in spans if isinstance(span, str))
    assert service["restart"] in ("no", "always", "on-failure", "unless-stopped")


@services
def test_what_a_service_waits_for_is_there_and_can_come_about(service: dict[str, Any]) -> None:
    for name, wait in service.get("depends_on", {}).items():
        assert set(wait) == {"condition"}
        assert wait["condition"] in CONDITIONS
        assert (wait["condition"] == "service_completed_successfully") == (name in ONE_SHOT)
        assert name in ONE_SHOT or "healthcheck" in SERVICES[name]


def test_what_goes_on_is_started_again_and_what_ends_is_not() -> None:
    assert {name for name, service in SERVICES.items() if service["restart"] == "no"} == ONE_SHOT
    assert {name for name, service in SERVICES.items() if "healthcheck" in service} == set(SERVICES) - ONE_SHOT


@services
def test_nothing_runs_as_root_or_writes_beside_its_volumes(service: dict[str, Any]) -> None:
    assert service["user"] in ("postgres", "10001:10001")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)


@services
def test_what_a_service_mounts_is_a_named_volume_or_read_only(service: dict[str, Any]) -> None:
    named = compose(GIVEN)["volumes"]
    for volume in service.get("volumes", []):
        source, _, *mode = volume.split(":")
        assert source in named or mode == ["ro"]


@services
def test_nothing_is_open_to_other_machines(service: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_images_are_pinned_to_a_full_version() -> None:
    images = {service["image"] for service in SERVICES.values()} | set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.M))

    assert all(re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?(-[a-z-]+)?", image) for image in images)
    assert not any(image.endswith(("latest", ":17", ":3.12")) for image in images)


def test_services_of_one_image_can_be_scaled() -> None:
    assert not any("container_name" in service for service in SERVICES.values())
    assert "ports" not in SERVICES["worker"]


def test_the_password_is_wanted_and_stands_in_no_url() -> None:
    with pytest.raises(KeyError, match="set NEWSFOLD_POSTGRES_PASSWORD"):
        compose({})

    hostile = compose({"NEWSFOLD_POSTGRES_PASSWORD": "p@ss:w/rd#1"})["services"]
    for service in hostile.values():
        for name, value in service.get("environment", {}).items():
            assert ("p@ss" not in value) or (name.endswith("PASSWORD") and value == "p@ss:w/rd#1")


def test_every_variable_is_documented() -> None:
    names = {found[2] for found in VARIABLE.finditer(FILE.read_text(encoding="utf-8")) if found[2]}

    assert len(names) > 5
    assert [name for name in sorted(names) if f"`{name}`" not in DOCS] == []


def test_the_image_has_what_the_file_needs() -> None:
    ignored = Path(ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE)

    for name in " ".join(copied).split():
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored
