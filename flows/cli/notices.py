"""`newsfold notices`: what is wrong, what of it was said, and whether the webhooks answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db import notices
from flows.cli.console import note, out, plain, print_json, table
from flows.notices import try_out
from flows.wiring import open_environment, read_settings
from pipeline.errors import UserError
from pipeline.notices.message import harmless

NOT_DELIVERED = 1


def list_(limit: int, *, json: bool) -> int:
    """Print what is open, and the last notices that ended."""
    settings = read_settings()
    with open_environment(settings) as env, env.engine.connect() as conn:
        rows = notices.latest(conn, limit)
    if json:
        print_json(rows)
        return 0
    if rows:
        columns = {"subject": "about", "what": "notice", "since": "since (UTC)", "ended": "well again", "said": "said"}
        spare = ("ended", "said")
        out.print(table([_shown(row) for row in rows], columns | {"detail": "detail"}, spare=spare))
    else:
        note("nothing is wrong, and nothing was")
    if not settings.notices:
        note("nobody is told: set NEWSFOLD_NOTICES to one or more webhook addresses (docs/notices.md)")
    return 0


def test(*, json: bool) -> int:
    """Send each webhook a trial message and say what it answered; 1 where one did not take it."""
    settings = read_settings()
    if not settings.notices:
        raise UserError("no webhook", "set NEWSFOLD_NOTICES to one or more addresses (docs/notices.md)")
    posted = try_out(settings)
    rows = [
        {"webhook": place, "ok": not answer.error, "status": answer.status, "answer": answer.error or answer.said}
        for place, answer in enumerate(posted, start=1)
    ]
    if json:
        print_json(rows)
    else:
        for row in rows:
            said = harmless(str(row["answer"])) or "an empty answer"
            verdict = f"took the message ({row['status']}: {said})" if row["ok"] else f"did not take it: {said}"
            out.print(f"webhook {row['webhook']} of {len(rows)} {verdict}", markup=False, soft_wrap=True)
    return 0 if all(row["ok"] for row in rows) else NOT_DELIVERED


def _shown(row: Mapping[str, Any]) -> dict[str, object]:
    said = row["end_sent_at"] if row["ended_at"] else row["sent_at"]
    if row["untold"] and row["attempts"]:
        said = f"not yet ({row['attempts']} tried: {row['last_error'] or 'another webhook was told'})"
    return {
        "subject": row["subject"],
        "what": row["kind"].replace("_", " "),
        "since": row["since"],
        "ended": row["ended_at"] or "",
        "said": said or ("not yet" if row["webhooks"] else ""),
        "detail": plain(row["detail"]),
    }
