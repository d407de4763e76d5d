"""When a source has moved: a redirect for good is believed once it has stood for days.

Sites redirect "for good" by mistake, to a login, a consent page or a front page, and take it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

PROBATION = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Move:
    """Where a source's address redirects for good, and since when it does."""

    to: str
    since: datetime


def current_address(written: str, move: Move | None, *, now: datetime) -> str:
    """The address to ask: the written one, or where that has led for a week."""
    return move.to if move and now - move.since >= PROBATION else written


def next_move(written: str, asked: str, moved_to: str | None, move: Move | None, *, now: datetime) -> Move | None:
    """What is known of a move after an answer to `asked` that came by way of permanent redirects from `moved_to`."""
    if asked != written:
        return move
    if moved_to is None:
        return None
    return move if move and move.to == moved_to else Move(moved_to, now)
