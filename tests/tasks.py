"""Functions that tests run in worker processes, most of them badly behaved."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import UserError
from pipeline.extract.extract import extract
from pipeline.models.articles import Document
from pipeline.models.pages import Capture, NotAnArticle

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


_kept: list[bytearray] = []


def misbehave(what: str) -> str:
    """What the word says, and then an answer."""
    match what:
        case "loop":
            while True:
                pass
        case "wait":
            time.sleep(3600)
        case "hold the interpreter":
            re.match("(a+)+$", "a" * 50 + "b")
        case "grow":
            while True:
                _kept.append(bytearray(1_000_000))
        case "ask for all":
            _kept.append(bytearray(10**15))
        case "keep some":
            _kept.append(bytearray(80_000_000))
        case "abort":
            os.abort()
        case "read address 0":
            ctypes.string_at(0)
        case "exit":
            os._exit(3)
        case "be killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "raise":
            raise ValueError("no such\0 page")
        case "lack":
            raise ImportError("no such lexicon")
        case "blame":
            raise UserError("no such lexicon", "mend it")
        case "print":
            sys.stdout.write("noise")
            sys.stdout.flush()
            sys.stderr.write("noise")
    return f"{what}: done"


def process_id(_: object) -> int:
    """Which process runs this."""
    return os.getpid()


def read(capture: Capture) -> Document | NotAnArticle:
    """What extraction makes of a capture."""
    return extract(capture, now=NOW)


def kind_of(value: object) -> str:
    """The type of a value."""
    return type(value).__name__


def write_down(place: tuple[Path, str]) -> None:
    """Add a word to a file. A word that names a pipe is written when that was closed at its other end."""
    file, word = place
    if Path(word).exists():
        Path(word).read_bytes()
    with file.open("a") as lines:
        lines.write(f"{word}\n")
