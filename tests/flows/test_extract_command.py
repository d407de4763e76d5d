"""`newsfold extract`: what extraction sees in a file or at an address."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from commands import Run, runner
from site_server import Site, article_html

HTML = article_html("Rain", who="Flo Grant", what="rainfall", where="Mull", number=12).replace(
    "<head>", '<head><meta property="article:published_time" content="2026-02-03T23:30:00+02:00">'
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command: exit code, standard output, standard error."""
    return partial(runner(monkeypatch, capsys), "extract")


def test_a_file_is_shown_with_every_date_and_why_one_was_chosen(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rain.html").write_text(HTML, encoding="utf-8")

    code, out, _ = run(str(tmp_path / "rain.html"), "--json")

    seen = json.loads(out)
    assert code == 0
    assert "12 per cent" in seen["text"]
    assert (seen["published_at"], seen["published_at_source"]) == ("2026-02-03T23:30:00+02:00", "meta")
    assert seen["dates"] == [{"source": "meta", "value": "2026-02-03T23:30:00+02:00", "precision": "minute"}]
    assert seen["published_at_why"] == "the only date that is stated"


def test_an_address_is_fetched_and_its_robots_txt_obeyed(run: Run, site: Site) -> None:
    address = site.put("/rain", HTML)

    assert run(address)[0] == 0
    site.put("/robots.txt", "User-agent: *\nDisallow: /")
    code, _, err = run(address)

    assert code == 1
    assert "robots" in err


def test_the_text_is_shown_to_people_with_its_dates(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rain.html").write_text(HTML, encoding="utf-8")

    _, out, _ = run(str(tmp_path / "rain.html"))

    assert "2026-02-03 23:30+02:00" in out
    assert "12 per cent" in out


def test_what_is_no_article_is_told_with_its_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("x", encoding="utf-8")

    code, _, err = run(str(tmp_path / "empty.txt"))

    assert code == 1
    assert "no_text" in err


def test_the_first_line_of_a_jsonl_file_is_a_record(run: Run, tmp_path: Path) -> None:
    record = {"url": "https://a.example/b", "text": "Bees dance at noon in the old town. " * 3, "author": "Ada and Max"}
    (tmp_path / "bees.jsonl").write_text(json.dumps(record) + "\n{}\n", encoding="utf-8")

    _, out, _ = run(str(tmp_path / "bees.jsonl"), "--json")

    assert json.loads(out)["authors"] == ["Ada", "Max"]


@pytest.mark.parametrize("name", ["missing.html", "picture.png"])
def test_a_file_that_cannot_be_read_is_the_user_s_mistake(name: str, run: Run, tmp_path: Path) -> None:
    code, _, err = run(str(tmp_path / name))

    assert code == 2
    assert "→" in err


@pytest.mark.parametrize(
    ("limit", "line"),
    [
        (("NEWSFOLD_EXTRACTION_TIMEOUT_SECONDS", "0.01"), "extraction_timeout (more than 0.01 s)"),
        (("NEWSFOLD_EXTRACTION_MEMORY_MB", "200"), "extraction_memory (more than 200 MB)"),
    ],
    ids=["time", "memory"],
)
def test_a_page_beyond_the_limits_of_a_run_is_told_in_one_line(
    limit: tuple[str, str], line: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(*limit)
    (tmp_path / "long.html").write_text("<div><p>The harbour closes.</p></div>" * 250_000, encoding="utf-8")

    code, out, err = run(str(tmp_path / "long.html"))

    assert (code, out) == (1, "")
    assert " ".join(err.split()) == f"no article at {(tmp_path / 'long.html').as_uri()}: {line}"


def test_words_on_the_origin_of_a_text_are_shown(run: Run, tmp_path: Path) -> None:
    note = "This article was originally published by The Mull Post."
    (tmp_path / "rain.html").write_text(HTML.replace("</h1>", f"</h1><p>{note}</p>"), encoding="utf-8")

    code, out, _ = run(str(tmp_path / "rain.html"), "--json")

    seen = json.loads(out)
    assert (code, seen["lead_ins"]) == (0, [note])
    assert note in seen["text"]


def test_a_paragraph_goes_into_a_pipe_as_one_line(run: Run, tmp_path: Path) -> None:
    paragraph = "The bees of Mull came back in March, earlier than anybody remembers. " * 8
    (tmp_path / "bees.txt").write_text(f"Bees\n\n{paragraph}\n\n{paragraph}", encoding="utf-8")

    _, out, _ = run(str(tmp_path / "bees.txt"))

    assert paragraph.strip() in out.splitlines()
