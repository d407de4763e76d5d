"""What is wrong is said to a webhook once, and once more when it is well again; nothing is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from conftest import NOW
from pydantic import SecretStr
from site_server import Site, drip_headers, item, reset, rss
from sqlalchemy import Engine, text

from flows.ingest import Request, ingest, running
from flows.wiring import Environment
from pipeline.fetch import webhook
from pipeline.models.sources import Source, SourceKind

Environments = Callable[..., Environment]
RFC_822 = "%a, %d %b %Y %H:%M:%S GMT"
HOOK = "/services/T0SECRET/B1SECRET"


@pytest.fixture
def told(environment: Environments, site: Site) -> Environments:
    """Makes environments whose notices go to webhooks of the site: by default to one that answers "ok"."""

    def make(*sources: Source, hooks: tuple[str, ...] = (HOOK,), day: int = 0) -> Environment:
        env = environment(*sources, now=NOW + timedelta(days=day))
        addresses = tuple(SecretStr(site.url + hook) for hook in hooks)
        return Environment(env.settings.model_copy(update={"notices": addresses}), env.engine, env.sources, now=env.now)

    site.put(HOOK, "ok")
    return make


def _feed(site: Site, *days_ago: int, slug: str = "f", title: str = "x") -> Source:
    items = (item(f"{site.url}/{days}", title, f"{NOW - timedelta(days=days):{RFC_822}}") for days in days_ago)
    return Source(slug, slug, SourceKind.FEED, site.put(f"/{slug}.xml", rss(*items), media_type="application/rss+xml"))


def _said(site: Site, hook: str = HOOK) -> list[list[tuple[str, str, str]]]:
    """For each message that a hook got: kind, subject and state of its notices."""
    messages = [json.loads(body) for path, body in site.posts if path == hook]
    return [[(one["kind"], one["subject"], one["state"]) for one in message["notices"]] for message in messages]


def _notices(engine: Engine) -> list[dict[str, Any]]:
    with engine.connect() as conn:
        return [dict(row) for row in conn.execute(text("select * from news.notices order by notice_id")).mappings()]


def _fail(env: Environment, error: str = "bees") -> None:
    with pytest.raises(RuntimeError), running(env, "ingest"):
        raise RuntimeError(error)


def test_a_silent_source_is_said_once_and_said_again_when_it_is_well(
    site: Site, told: Environments, engine: Engine
) -> None:
    silent = _feed(site, 8, 10, 12, 14, 16)
    for _ in range(2):
        ingest(told(silent), Request())
    ingest(told(_feed(site, 0, 8, 10, 12, 14, 16)), Request())
    ingest(told(silent), Request())

    began, over, *more = _said(site)
    assert began == [("source_silent", "f", "open")]
    assert over == [("source_silent", "f", "ended")]
    assert more == []
    [kept] = _notices(engine)
    assert (kept["state"], kept["sent_at"], kept["end_sent_at"]) == ("ended", NOW, NOW)
    assert (kept["attempts"], kept["untold"], kept["last_error"]) == (2, 0, None)


def test_a_source_that_fails_for_two_days_is_said_and_many_are_one_message(site: Site, told: Environments) -> None:
    sources = [_feed(site, 1, slug=f"f{number}") for number in range(5)]
    ingest(told(*sources), Request())
    for source in sources:
        site.put(f"/{source.slug}.xml", status=500)
    for day in (1, 3, 4):
        ingest(told(*sources, day=day), Request())
    for number in range(5):
        _feed(site, 1, slug=f"f{number}")
    ingest(told(*sources, day=6), Request())

    assert _said(site) == [
        [("source_failing", f"f{number}", state) for number in range(5)] for state in ("open", "ended")
    ]


def test_a_failed_run_is_said_by_itself_once_and_a_completed_one_ends_it(site: Site, told: Environments) -> None:
    for error in ("bees", "wasps"):
        _fail(told(), error)
    ingest(told(), Request())

    assert _said(site) == [[("run_failed", "ingest", "open")], [("run_failed", "ingest", "ended")]]
    first = json.loads(site.posts[0][1])
    assert "`failed: RuntimeError: bees`" in first["text"]
    assert first["notices"][0]["run_id"] == 1


def test_a_run_that_was_killed_is_said_by_the_one_that_picks_it_up(
    site: Site, told: Environments, engine: Engine
) -> None:
    with engine.begin() as conn:
        conn.execute(text("insert into ingest.run (kind) values ('ingest')"))

    ingest(told(), Request())

    assert _said(site) == [[("run_failed", "ingest", "ended")]]
    assert "interrupted: the process ended before the run did" in json.loads(site.posts[0][1])["text"]


def test_a_run_that_its_user_stopped_is_no_news(site: Site, told: Environments, engine: Engine) -> None:
    with pytest.raises(KeyboardInterrupt), running(told(), "ingest"):
        raise KeyboardInterrupt
    ingest(told(), Request())

    assert site.posts == []
    assert _notices(engine) == []


def test_a_day_without_an_ingest_is_said(site: Site, told: Environments, engine: Engine) -> None:
    with engine.begin() as conn:
        for days_ago in (4, 3):
            conn.execute(_COMPLETED, {"moment": NOW - timedelta(days=days_ago)})

    ingest(told(), Request())

    assert [message[0][:2] for message in _said(site)] == [("day_hole", "2026-02-27")]


_COMPLETED = text(
    "insert into ingest.run (kind, state, started_at, finished_at) values ('ingest', 'completed', :moment, :moment)"
)


@pytest.mark.parametrize(
    "answer",
    [{"status": 500}, {"status": 302, "headers": {"Location": "/elsewhere"}}, {"speak": reset}],
    ids=["500", "redirect", "reset"],
)
def test_what_a_webhook_did_not_take_is_said_at_the_end_of_a_later_run(
    answer: dict[str, Any], site: Site, told: Environments, engine: Engine
) -> None:
    site.put(HOOK, **answer)
    _fail(told())
    failed = _notices(engine)
    ingest(told(), Request())
    site.put(HOOK, "ok")
    ingest(told(), Request())
    ingest(told(), Request())

    assert (failed[0]["sent_at"], failed[0]["attempts"]) == (None, 1)
    assert failed[0]["last_error"]
    assert "SECRET" not in failed[0]["last_error"]
    assert [path for path, _ in site.posts] == [HOOK] * 3
    assert _said(site)[-1] == [("run_failed", "ingest", "ended")]
    assert "bees" in json.loads(site.posts[-1][1])["text"]  # for the begin was never said
    assert [(one["untold"], one["last_error"]) for one in _notices(engine)] == [(0, None)]


def test_of_two_webhooks_each_is_told_once_though_one_is_down(site: Site, told: Environments) -> None:
    site.put("/down", status=503)
    _fail(told(hooks=(HOOK, "/down")))
    site.put("/down", "ok")
    _fail(told(hooks=(HOOK, "/down")))

    assert _said(site) == [[("run_failed", "ingest", "open")]]
    assert len(_said(site, "/down")) == 2


def test_a_webhook_that_was_named_later_is_told_what_is_open_and_not_what_is_over(
    site: Site, told: Environments
) -> None:
    _fail(told(hooks=()))
    ingest(told(hooks=()), Request())
    _fail(told(hooks=()))
    _fail(told())

    assert [message[0][2] for message in _said(site)] == ["open"]


def test_a_webhook_that_does_not_end_its_answer_keeps_no_run(
    site: Site, told: Environments, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "PATIENCE_SECONDS", 0.2)
    site.put(HOOK, speak=drip_headers)

    _fail(told())

    assert _notices(engine)[0]["last_error"] == "no answer within 0.2 seconds"


def test_a_webhook_that_is_not_there_fails_no_run(told: Environments, engine: Engine) -> None:
    env = told()
    settings = env.settings.model_copy(update={"notices": (SecretStr("http://127.0.0.1:9/SECRET"),)})
    with engine.begin() as conn:
        conn.execute(text("insert into ingest.run (kind) values ('ingest')"))

    ingest(Environment(settings, engine, (), now=env.now), Request())

    [kept] = _notices(engine)
    assert kept["last_error"].startswith("not reached: ")
    assert "SECRET" not in kept["last_error"]


def test_what_stands_in_an_error_of_a_source_obeys_nobody(site: Site, told: Environments) -> None:
    hostile = "\x1b[31m@everyone\u202e <!channel> `x` [win](http://evil.example)"

    _fail(told(), hostile)

    [(_, body)] = site.posts
    assert b"\\u001b" not in body
    assert "\x1b" not in body.decode()
    assert "<!channel>" not in json.loads(body)["text"]


def test_a_day_of_a_source_that_a_backfill_found_incomplete_is_said_until_it_is_whole(
    site: Site, told: Environments, engine: Engine
) -> None:
    ingest(told(_feed(site, 1)), Request())
    with engine.begin() as conn:
        conn.execute(
            text("""
                insert into ingest.window (source_id, day, state, expected, reason)
                select s.id, d.day, d.state, d.expected, d.reason from ingest.source s cross join (values
                    (date '2026-02-10', 'listed', 3, null), (date '2026-02-11', 'failed', null, 'http_500'),
                    (date '2025-01-01', 'listed', 3, null),
                    (date '2026-02-28', 'listed', 1, null) -- its one page is gone, which is no hole
                ) d (day, state, expected, reason) where s.slug = 'f'
            """)
        )
    for _ in range(2):
        ingest(told(_feed(site, 1)), Request())
    with engine.begin() as conn:
        conn.execute(text("delete from ingest.window"))
    ingest(told(_feed(site, 1)), Request())

    assert _said(site) == [[("day_hole", "f 2026-02-10", state)] for state in ("open", "ended")]
    message = json.loads(site.posts[0][1])
    assert message["notices"][0]["source"] == "f"
    assert "on 2026-02-10 to 2026-02-11 (http_500)" in message["text"]
