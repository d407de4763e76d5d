"""Processes that a test starts, talks to line by line, and may kill."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Child:
    """A running Python program: tell it lines, read its lines, kill it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def says(self) -> str:
        """Its next line, empty when it has ended."""
        assert self.process.stdout
        return self.process.stdout.readline().rstrip("\n")

    def tell(self, line: str = "") -> None:
        """A line for its standard input."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """End it as `kill -9` does, and wait until it is gone."""
        self.process.kill()
        self.process.wait()


@contextmanager
def python(*arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Child]:
    """A Python process with these arguments, killed when the block ends."""
    process = subprocess.Popen(
        [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    )
    with process:
        try:
            yield Child(process)
        finally:
            process.kill()
