"""`newsfold notices`, and that a webhook's address, which is a secret, is nowhere to be read."""

from __future__ import annotations

import json

import pytest
from commands import Run, runner
from site_server import Site
from sqlalchemy import URL, Engine, text

from db.engine import libpq_url

SECRETS = ("T0SECRET", "B1SECRET", "hunter2")
HOOK = "/services/T0SECRET/B1SECRET?key=hunter2"


@pytest.fixture
def run(database: URL, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on a database with a notice: exit code, standard output, standard error."""
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database))
    with engine.begin() as conn:
        conn.execute(
            text("""
                insert into ingest.notice (kind, subject, since, detail, first_seen)
                values ('source_silent', 'bees', '2026-01-02', E'no\\x1b[31m entry', '2026-01-20')
            """)
        )

    command = runner(monkeypatch, capsys)

    def call(*arguments: str) -> tuple[int, str, str]:
        code, out, err = command(*arguments)
        assert not any(secret in out + err for secret in SECRETS)
        return code, out, err

    return call


def test_what_is_open_is_listed(run: Run) -> None:
    code, out, err = run("notices")
    [listed] = json.loads(run("notices", "--json")[1])

    assert code == 0
    assert "source silent" in out
    assert "\x1b" not in out
    assert "set NEWSFOLD_NOTICES" in err
    assert (listed["subject"], listed["state"], listed["webhooks"]) == ("bees", "open", 0)


def test_a_trial_message_says_in_one_line_what_the_server_answered(
    run: Run, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSFOLD_NOTICES", site.put(HOOK, "ok"))

    code, out, _ = run("notices", "--test")

    assert (code, out) == (0, "webhook 1 of 1 took the message (200: ok)\n")
    [(path, body)] = site.posts
    assert path == HOOK
    assert set(json.loads(body)) >= {"text", "content", "newsfold"}


def test_a_trial_message_that_is_not_taken_ends_with_exit_code_1(
    run: Run, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = site.put(HOOK, f"no\n\x1b[2Jhook {site.url}{HOOK} here", status=404)
    monkeypatch.setenv("NEWSFOLD_NOTICES", f"{refused}, {site.put('/moved', status=307, headers={'Location': '/'})}")

    code, out, _ = run("notices", "--test")
    _, rows, _ = run("notices", "--test", "--json")

    assert code == 1
    assert out.splitlines() == [
        "webhook 1 of 2 did not take it: answered 404: no [2Jhook … here",
        "webhook 2 of 2 did not take it: answered 307: redirects are not followed",
    ]
    assert [row["status"] for row in json.loads(rows)] == [404, 307]
    assert sorted(path for path, _ in site.posts) == ["/moved"] * 2 + [HOOK] * 2


def test_a_name_and_a_password_in_the_address_are_sent_as_such(
    run: Run, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("/hook", "ok")
    monkeypatch.setenv("NEWSFOLD_NOTICES", f"{site.url.replace('//', '//me:hunter2@')}/hook")

    assert run("notices", "--test")[0] == 0
    assert site.requests[-1]["Authorization"] == "Basic bWU6aHVudGVyMg=="


@pytest.mark.parametrize(
    "value", [f"ftp://x{HOOK}", f"https://x/1 T0SECRET{HOOK}", f"http://[{HOOK}"], ids=["ftp", "word", "bracket"]
)
@pytest.mark.parametrize("command", [("notices", "--test"), ("doctor",)], ids=" ".join)
def test_an_address_that_is_none_is_a_mistake_that_shows_no_secret(
    command: tuple[str, ...], value: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSFOLD_NOTICES", value)

    code, out, err = run(*command)

    assert code != 0
    assert "is no webhook: https://HOST/… is one" in " ".join((out + err).split())


def test_without_a_webhook_there_is_nothing_to_try(run: Run) -> None:
    code, _, err = run("notices", "--test")

    assert code == 2
    assert err.startswith("newsfold: no webhook\n")


def test_doctor_says_when_a_webhook_was_not_told(
    run: Run, engine: Engine, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSFOLD_NOTICES", site.url + HOOK)
    well = {one["what"]: one["found"] for one in json.loads(run("doctor", "--json")[1])}
    with engine.begin() as conn:
        conn.execute(
            text("insert into ingest.delivery (notice_id, webhook, last_error) select id, 'x', 'no' from ingest.notice")
        )
    wrong = {one["what"]: one["found"] for one in json.loads(run("doctor", "--json")[1])}

    assert (well["notices"], wrong["notices"]) == ("1 webhook told", "no")
