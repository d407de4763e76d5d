"""Runs commands as people do, in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flows.cli.app import main

Run = Callable[..., tuple[int, str, str]]
"""Takes the words after `newsfold`; gives exit code, standard output, standard error."""


def runner(monkeypatch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[Any]) -> Run:
    """What runs commands, and takes what they print from the fixture of pytest."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["newsfold", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = (text.decode() if isinstance(text, bytes) else text for text in captured.readouterr())
        return int(ended.value.code or 0), out, err

    return run
