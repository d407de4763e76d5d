"""What is said of sources that fail, fall silent or have nothing; and that nobody is blamed for an outage of ours."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from conftest import NOW
from site_server import Site, item, rss
from sqlalchemy import Engine, text

from flows.ingest import Request, ingest
from flows.wiring import Environment
from pipeline.models.sources import Source, SourceKind

Environments = Callable[..., Environment]
RFC_822 = "%a, %d %b %Y %H:%M:%S GMT"


def _feed(site: Site, *days_ago: int, slug: str = "f") -> Source:
    items = (item(f"{site.url}/{days}", f"{days}", f"{NOW - timedelta(days=days):{RFC_822}}") for days in days_ago)
    return Source(slug, slug, SourceKind.FEED, site.put(f"/{slug}.xml", rss(*items), media_type="application/rss+xml"))


def _health(engine: Engine) -> dict[str, str]:
    with engine.connect() as conn:
        return {row.source: row.health for row in conn.execute(text("select source, health from news.sources"))}


@pytest.mark.parametrize(
    ("days_ago", "health"),
    [
        ((), "empty"),
        ((1, 3, 5, 7, 9), "ok"),
        ((5, 7, 9, 11, 13), "ok"),
        ((8, 10, 12, 14, 16), "silent"),
        # Two a week, and a pause of three weeks.
        ((20, 24, 27, 31, 34), "silent"),
        # One a month.
        ((31, 61, 91, 121, 151), "ok"),
        ((10, 11), "ok"),  # too few to know a gap
        ((61, 62), "stale"),
        ((400, 430, 460, 490, 520), "silent"),
    ],
)
def test_a_source_is_silent_after_three_times_its_usual_gap(
    days_ago: tuple[int, ...], health: str, site: Site, environment: Environments, engine: Engine
) -> None:
    ingest(environment(_feed(site, *days_ago)), Request())

    assert _health(engine) == {"f": health}


def test_a_machine_that_was_off_for_a_month_calls_no_source_silent(
    site: Site, environment: Environments, engine: Engine
) -> None:
    source = _feed(site, 1, 2, 3, 4, 5)
    ingest(environment(source), Request())

    # Nothing ran since; whoever looks now sees what the last answer said.
    assert _health(engine) == {"f": "ok"}


def test_a_source_that_answers_again_after_failures_is_well(
    site: Site, environment: Environments, engine: Engine
) -> None:
    source = _feed(site, 1, 2)
    site.put("/f.xml", b"", status=500)
    ingest(environment(source), Request())
    failing = _health(engine)
    _feed(site, 1, 2)

    ingest(environment(source, now=NOW + timedelta(days=1)), Request())

    assert (failing, _health(engine)) == ({"f": "failing"}, {"f": "ok"})


@pytest.fixture
def dead_ends() -> Iterator[list[str]]:
    """Addresses on hosts of their own where nobody listens."""
    sockets = [socket.socket() for _ in range(6)]
    for number, one in enumerate(sockets):
        one.bind((f"127.0.1.{number + 1}", 0))
    yield [f"http://127.0.1.{number + 1}:{one.getsockname()[1]}/feed" for number, one in enumerate(sockets)]
    for one in sockets:
        one.close()


def _states(engine: Engine) -> list[tuple[str, int, datetime | None]]:
    with engine.connect() as conn:
        rows = conn.execute(text("select source, failures, next_poll_at from news.sources order by source"))
        return [tuple(row) for row in rows]


def test_no_source_is_blamed_when_no_host_can_be_reached(
    dead_ends: list[str], environment: Environments, engine: Engine
) -> None:
    sources = [Source(f"s{number}", "S", SourceKind.FEED, url) for number, url in enumerate(dead_ends)]

    run_id = ingest(environment(*sources), Request())

    assert _states(engine) == [(source.slug, 0, None) for source in sources]
    with engine.connect() as conn:
        polls = conn.execute(text("select state, reason from news.polls where run_id = :r"), {"r": run_id}).all()
    assert {poll.state for poll in polls} == {"failed"}
    assert all(poll.reason.startswith("offline: connection: ") for poll in polls)
    assert set(_health(engine).values()) == {"unreached"}


def test_what_is_unreached_for_the_fourth_time_in_a_row_is_failing(
    dead_ends: list[str], environment: Environments, engine: Engine
) -> None:
    sources = [Source(f"s{number}", "S", SourceKind.FEED, url) for number, url in enumerate(dead_ends)]
    for day in range(4):
        ingest(environment(*sources, now=NOW + timedelta(days=day)), Request())

    assert set(_health(engine).values()) == {"failing"}


def test_one_dead_host_among_others_is_its_own_fault(
    dead_ends: list[str], site: Site, environment: Environments, engine: Engine
) -> None:
    dead = Source("dead", "D", SourceKind.FEED, dead_ends[0])

    ingest(environment(dead, _feed(site, 1)), Request())

    [(_, failures, next_poll_at), _] = _states(engine)
    assert failures == 1
    assert next_poll_at is not None


def test_pages_that_an_outage_kept_from_us_have_made_no_attempt(
    dead_ends: list[str], site: Site, environment: Environments, engine: Engine
) -> None:
    links = "".join(item(url.replace("/feed", "/page"), "x") for url in dead_ends)
    source = Source("f", "F", SourceKind.FEED, site.put("/f.xml", rss(links)))

    ingest(environment(source), Request())

    with engine.connect() as conn:
        pages = conn.execute(text("select outcome, attempts, next_attempt_at > now() as _ from news.pages")).all()
        outcomes = conn.execute(text("select count(*) from news.outcomes")).scalar_one()
    assert {(page.outcome, page.attempts) for page in pages} == {("pending", 0)}
    assert (len(pages), outcomes) == (len(dead_ends), 0)


def test_a_redirect_for_good_is_followed_after_a_week_and_shown(
    site: Site, environment: Environments, engine: Engine
) -> None:
    source = _feed(site, 1)
    site.put("/f.xml", status=301, headers={"Location": "/new.xml"})
    site.put("/new.xml", rss(item(f"{site.url}/1", "1")))
    for day in (0, 1, 8):
        site.log.clear()
        ingest(environment(source, now=NOW + timedelta(days=day)), Request())

    with engine.connect() as conn:
        moved = conn.execute(text("select moved_to, moved_since from news.sources")).one()
    assert tuple(moved) == (f"{site.url}/new.xml", NOW)
    assert [path for path, _ in site.log if path.endswith(".xml")] == ["/new.xml"]


def test_a_new_address_that_fails_sends_us_back_to_the_written_one(
    site: Site, environment: Environments, engine: Engine
) -> None:
    source = _feed(site, 1)
    site.put("/f.xml", status=301, headers={"Location": "/new.xml"})
    site.put("/new.xml", rss(item(f"{site.url}/1", "1")))
    for day in (0, 8):
        ingest(environment(source, now=NOW + timedelta(days=day)), Request())
    site.put("/new.xml", b"", status=404)
    ingest(environment(source, now=NOW + timedelta(days=9)), Request())
    _feed(site, 1)
    site.log.clear()

    ingest(environment(source, now=NOW + timedelta(days=11)), Request())

    assert [path for path, _ in site.log if path.endswith(".xml")] == ["/f.xml"]
    assert _health(engine) == {"f": "ok"}


def test_a_source_whose_articles_another_one_names_first_is_not_silent(
    site: Site, environment: Environments, engine: Engine
) -> None:
    old = _feed(site, 20, 22, 24, 26, 28, slug="b")
    ingest(environment(old), Request())
    ingest(environment(_feed(site, 1, 2, slug="a"), old), Request())
    shadowed = _feed(site, 1, 2, 20, 22, 24, 26, 28, slug="b")

    ingest(environment(_feed(site, 1, 2, slug="a"), shadowed), Request())

    assert _health(engine)["b"] == "ok"


def test_two_hundred_undated_pages_of_one_day_tell_no_usual_gap(
    site: Site, environment: Environments, engine: Engine
) -> None:
    links = "".join(f"<url><loc>{site.url}/{number}</loc></url>" for number in range(250))
    source = Source("m", "M", SourceKind.SITEMAP, site.put("/map.xml", f"<urlset>{links}</urlset>"))
    for day in (0, 10):
        ingest(environment(source, now=NOW + timedelta(days=day)), Request())

    assert _health(engine) == {"m": "ok"}


def test_a_wordpress_site_that_never_had_a_post_is_empty(site: Site, environment: Environments, engine: Engine) -> None:
    site.put_below("/wp-json/wp/v2/posts", "[]", media_type="application/json")

    ingest(environment(Source("w", "W", SourceKind.WORDPRESS, site.url)), Request())

    assert _health(engine) == {"w": "empty"}


def test_a_page_of_a_host_that_wants_a_long_rest_is_given_back(
    site: Site, environment: Environments, engine: Engine
) -> None:
    pages = [site.put(f"/{n}", status=429, headers={"Retry-After": "7200"}) for n in range(3)]
    source = Source("f", "F", SourceKind.FEED, site.put("/f.xml", rss(*(item(page, "x") for page in pages))))

    run_id = ingest(environment(source), Request())

    with engine.connect() as conn:
        run = conn.execute(text("select pages, failed, pending from news.runs where run_id = :r"), {"r": run_id}).one()
        known = conn.execute(text("select outcome, next_attempt_at from news.pages order by outcome")).all()
    assert tuple(run) == (1, 1, 0)
    assert [page.outcome for page in known] == ["failed", "pending", "pending"]
    assert all(page.next_attempt_at >= NOW + timedelta(hours=1.9) for page in known)
