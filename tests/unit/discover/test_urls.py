"""Which addresses are one page, and which links are addresses at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.discover.urls import absolute, canonicalize, host

MUST_MERGE = [
    # How the reader came
    ("https://a.example/x?utm_source=rss&utm_medium=feed", "https://a.example/x"),
    ("https://a.example/x?UTM_Source=rss", "https://a.example/x"),
    ("https://a.example/x?utm-source=rss", "https://a.example/x"),
    ("https://a.example/x?utm%5Fsource=rss", "https://a.example/x"),
    ("https://a.example/x?utm_source", "https://a.example/x"),
    ("https://a.example/x?id=7&fbclid=abc", "https://a.example/x?id=7"),
    ("https://a.example/x?gclid=1&msclkid=2&mc_cid=3&mkt_tok=4&yclid=5", "https://a.example/x"),
    ("https://a.example/x?gad_source=1&gbraid=2&_gl=3&_ga=4&srsltid=5", "https://a.example/x"),
    ("https://a.example/x?_hsenc=1&_hsmi=2&__hstc=3&hsa_acc=4&__twitter_impression=true", "https://a.example/x"),
    ("https://a.example/x?mtm_campaign=1&pk_source=2&matomo_cid=3&piwik_kwd=4", "https://a.example/x"),
    ("https://a.example/x?at_medium=RSS&at_campaign=KARANGA&ns_source=twitter&xtor=RSS-1", "https://a.example/x"),
    ("https://a.example/x?igsh=1&twclid=2&ttclid=3&li_fat_id=4&guccounter=1", "https://a.example/x"),
    ("https://a.example/x?ref=rss", "https://a.example/x"),
    ("https://a.example/x?source=rss_feed&via=newsletter", "https://a.example/x"),
    ("https://a.example/x?ref=twitter", "https://a.example/x?ref=hackernews"),
    ("https://a.example/x?replytocom=12#respond", "https://a.example/x"),
    ("https://a.example/x?id=7&amp;utm_source=rss", "https://a.example/x?id=7"),
    ("https://a.example/x?id=7&#038;page=2", "https://a.example/x?id=7&page=2"),
    ("https://a.example/x&amp;amp;y", "https://a.example/x&y"),
    ("https://a.example/x?id=7&utm_source=rss#comments", "https://a.example/x?id=7"),
    ("https://a.example/app?utm_source=rss#!/story/7", "https://a.example/app#!/story/7"),
    # The query
    ("https://a.example/x?b=2&a=1", "https://a.example/x?a=1&b=2"),
    ("https://a.example/x?", "https://a.example/x"),
    ("https://a.example/x?&&a=1&", "https://a.example/x?a=1"),
    ("https://a.example/x?a", "https://a.example/x?a="),
    ("https://a.example/x?q=a+b", "https://a.example/x?q=a%20b"),
    # The fragment
    ("https://a.example/x#comments", "https://a.example/x"),
    ("https://a.example/x#", "https://a.example/x"),
    ("https://a.example/x#:~:text=the%20words", "https://a.example/x"),
    ("https://a.example/x#part:~:text=words", "https://a.example/x"),
    ("https://a.example/app#/story/7:~:text=words", "https://a.example/app#/story/7"),
    ("https://a.example/x#/", "https://a.example/x"),
    ("https://a.example/x#!", "https://a.example/x"),
    # Scheme, port, host
    ("https://a.example:443/x", "https://a.example/x"),
    ("http://a.example:80/x", "https://a.example/x"),
    ("http://a.example/x", "https://a.example/x"),
    ("//a.example/x", "https://a.example/x"),
    ("HTTPS://A.Example/x", "https://a.example/x"),
    ("https://a.example./x", "https://a.example/x"),
    ("https://ada:secret@a.example/x", "https://a.example/x"),
    ("https://[::1]:443/x", "https://[::1]/x"),
    ("https://münchen.example/x", "https://xn--mnchen-3ya.example/x"),
    ("https://MÜNCHEN.example/x", "https://münchen.example/x"),
    ("https://مثال.إختبار/x", "https://xn--mgbh0fb.xn--kgbechtv/x"),
    ("https://www.a.example/x", "https://a.example/x"),
    ("https://m.a.example/x", "https://a.example/x"),
    ("https://mobile.a.example/x", "https://www.a.example/x"),
    ("https://www.m.a.example/x", "https://a.example/x"),
    ("https://en.m.a.example/x", "https://en.a.example/x"),
    ("https://en.m.news.m.a.example/x", "https://en.news.a.example/x"),
    ("https://m.bbc.co.uk/x", "https://www.bbc.co.uk/x"),
    ("https://m.facebook.com/x?v=1", "https://www.facebook.com/x?v=1"),
    # The path
    ("https://a.example", "https://a.example/"),
    ("https://a.example/x/", "https://a.example/x"),
    ("https://a.example/x//", "https://a.example/x"),
    ("https://a.example//x", "https://a.example/x"),
    ("https://a.example/2026//05/x", "https://a.example/2026/05/x"),
    ("https://a.example/x/?id=7", "https://a.example/x?id=7"),
    ("https://a.example/index.html", "https://a.example/"),
    ("https://a.example/news/index.php", "https://a.example/news/"),
    ("https://a.example/news/Index.HTM/", "https://a.example/news"),
    ("https://a.example/index.html?id=7", "https://a.example/?id=7"),
    ("https://a.example/café", "https://a.example/caf%C3%A9"),
    ("https://a.example/caf%c3%a9", "https://a.example/caf%C3%A9"),
    ("https://a.example/أخبار", "https://a.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"),
    ("https://a.example/%7Eada", "https://a.example/~ada"),
    ("https://a.example/a%2dstory", "https://a.example/a-story"),
    ("https://a.example/a b", "https://a.example/a%20b"),
    ("https://a.example/a/../b/./c", "https://a.example/b/c"),
    ("https://a.example/x;v=%41]/", "https://a.example/x;v=A]"),
    ("https://a.example/x;jsessionid=0A1B2C", "https://a.example/x"),
    ("https://a.example/x;jsessionid=0A1B2C?id=7", "https://a.example/x;JSESSIONID=3D4E?id=7"),
    ("https://a.example/x?id=7&PHPSESSID=0a1b&jsessionid=2c3d", "https://a.example/x?id=7"),
    # AMP: as a folder or file it goes where it stands beside the name of an article (a hyphen, a dot, a number)
    ("https://a.example/a-story/amp", "https://a.example/a-story"),
    ("https://a.example/a-story/amp/", "https://a.example/a-story/"),
    ("https://a.example/story-7.html/amp", "https://a.example/story-7.html"),
    ("https://a.example/news/123456/amp", "https://a.example/news/123456"),
    ("https://a.example/a-story/amp/index.html", "https://a.example/a-story"),
    ("https://a.example/amp/a-story", "https://a.example/a-story"),
    ("https://a.example/amp/news/a-story.html", "https://a.example/news/a-story.html"),
    ("https://a.example/story.amp", "https://a.example/story"),
    ("https://a.example/story.amp.html", "https://a.example/story.html"),
    ("https://a.example/x?amp", "https://a.example/x"),
    ("https://a.example/x?amp=1", "https://a.example/x"),
    ("https://a.example/x?id=7&amp=true", "https://a.example/x?id=7"),
    ("https://a.example/x?outputType=amp", "https://a.example/x"),
    ("https://a.example/x?mode=amp&output=amp", "https://a.example/x"),
    ("https://amp.a.example/x", "https://www.a.example/x"),
    ("https://a-example.cdn.ampproject.org/c/s/a.example/x", "https://a.example/x"),
    ("https://a-example.cdn.ampproject.org/c/a.example/x", "http://a.example/x"),
    ("https://www-a-example.cdn.ampproject.org/v/s/www.a.example/x?amp_js_v=0.1&usqp=m", "https://a.example/x"),
    ("https://cdn.ampproject.org/c/s/a.example/a-story/amp/?id=7", "https://a.example/a-story?id=7"),
    ("https://www.google.com/amp/s/a.example/a-story.amp.html", "https://a.example/a-story.html"),
    ("https://www.google.co.in/amp/s/amp.a.example/x", "https://a.example/x"),
    ("https://google.com/amp/s/b-example.cdn.ampproject.org/c/s/b.example/x", "https://b.example/x"),
    ("https://b-example.cdn\u200b.ampproject.org/c/s/b.example/x", "https://b.example/x"),
    # Print: the same rule, but not as the first folder, which may hold the printed paper
    ("https://a.example/a-story/print/", "https://a.example/a-story"),
    ("https://a.example/a-story?print=1", "https://a.example/a-story"),
    ("https://a.example/a-story?print=print", "https://a.example/a-story"),
]

MUST_NOT_MERGE = [
    # Arguments that say which article it is, or may
    ("https://a.example/?id=1", "https://a.example/?id=2"),
    ("https://a.example/?p=1", "https://a.example/?p=2"),
    ("https://a.example/?story=1", "https://a.example/?story=2"),
    ("https://a.example/watch?v=AbC", "https://a.example/watch?v=abc"),
    ("https://a.example/x?page=2", "https://a.example/x"),
    ("https://a.example/x?sid=7", "https://a.example/x?sid=8"),
    ("https://a.example/x?pk_id=7", "https://a.example/x?pk_id=8"),
    ("https://a.example/x?ref=7", "https://a.example/x"),
    ("https://a.example/x?ref=7", "https://a.example/x?ref=8"),
    ("https://a.example/x?ref=rss2026", "https://a.example/x"),
    ("https://a.example/x?source=7", "https://a.example/x"),
    ("https://a.example/x?source=twitter", "https://a.example/x?source=reddit"),
    ("https://a.example/x?from=2026-01-01", "https://a.example/x"),
    ("https://a.example/x?utm=7", "https://a.example/x"),
    ("https://a.example/x?unknown=1", "https://a.example/x?unknown=2"),
    ("https://a.example/x?amp=marshall", "https://a.example/x"),
    ("https://a.example/x?amp_power=50", "https://a.example/x?amp_power=100"),
    ("https://a.example/x?print=7", "https://a.example/x?print=8"),
    ("https://a.example/x?output=json", "https://a.example/x"),
    ("https://a.example/x?a=1&a=2", "https://a.example/x?a=2"),
    ("https://a.example/x?q=A", "https://a.example/x?q=a"),
    ("https://a.example/x?q=a%26b", "https://a.example/x?q=a&b"),
    ("https://a.example/x?q=1+2", "https://a.example/x?q=1%2B2"),
    ("https://a.example/x?p=1&#038;id=2", "https://a.example/x?p=1&#038;id=3"),
    # Paths
    ("https://a.example/X", "https://a.example/x"),
    ("https://youtu.example/AbC", "https://youtu.example/abc"),
    ("https://a.example/a%2Fb", "https://a.example/a/b"),
    ("https://a.example/a%3Fb", "https://a.example/a?b"),
    ("https://a.example/a%23b", "https://a.example/a#b"),
    ("https://a.example/a%25b", "https://a.example/a%b"),
    ("https://a.example/a%252Fb", "https://a.example/a%2Fb"),
    ("https://a.example/x;v=1", "https://a.example/x;v=2"),
    ("https://a.example/index", "https://a.example/"),
    ("https://a.example/index.html5", "https://a.example/"),
    ("https://a.example/myindex.html", "https://a.example/my"),
    ("https://a.example/2026/05/x", "https://a.example/2026/06/x"),
    ("https://a.example/tags/amp", "https://a.example/tags"),
    ("https://a.example/amp", "https://a.example/"),
    ("https://a.example/amp/guitars", "https://a.example/guitars"),
    ("https://a.example/2026/amp", "https://a.example/2026"),
    ("https://a.example/أخبار/amp", "https://a.example/أخبار"),
    ("https://a.example/amps/a-story", "https://a.example/a-story"),
    ("https://a.example/a-story-amp", "https://a.example/a-story"),
    ("https://a.example/print/a-story", "https://a.example/a-story"),
    ("https://a.example/2026-05-01/print", "https://a.example/2026-05-01"),
    ("https://a.example/print", "https://a.example/"),
    # Hosts and ports
    ("https://news.example.com/x", "https://example.com/x"),
    ("https://blog.a.example/x", "https://news.a.example/x"),
    ("https://ar.a.example/x", "https://en.a.example/x"),
    ("https://www2.a.example/x", "https://a.example/x"),
    ("https://m.com/x", "https://com/x"),
    ("https://m.co.uk/x", "https://www.co.uk/x"),
    ("https://amp.dev/x", "https://www.dev/x"),
    ("https://forum.example/x", "https://foru.example/x"),
    ("https://forum.example.com/x", "https://foruexample.com/x"),
    ("https://gowww.example.com/x", "https://goexample.com/x"),
    ("https://program.a.example/x", "https://progra.a.example/x"),
    ("https://a.example:8443/x", "https://a.example/x"),
    ("https://a.example:8443/x", "https://a.example:8444/x"),
    ("http://a.example:443/x", "https://a.example/x"),
    ("https://a.example/x", "https://b.example/x"),
    ("https://cdn.ampproject.org/v0.js", "https://v0.js/"),
    ("https://a-example.cdn.ampproject.org/v/s/", "https://a-example.cdn.ampproject.org/"),
    ("https://www.google.com/amp/help", "https://help/"),
    # Routes
    ("https://a.example/#!/one", "https://a.example/#!/two"),
    ("https://a.example/#!one", "https://a.example/#!two"),
    ("https://a.example/#/one", "https://a.example/#/two"),
    ("https://a.example/app#/one", "https://a.example/app"),
    # What is not of the web
    ("files://one/x.txt", "files://two/x.txt"),
    ("files://one/X.txt", "files://one/x.txt"),
    ("files://one/a%3Fb.txt", "files://one/a"),
]

ALL_ADDRESSES = sorted({address for pair in MUST_MERGE + MUST_NOT_MERGE for address in pair})

LINKS = [
    ("https://b.example/x", "https://b.example/x"),
    ("x", "https://a.example/dir/x"),
    ("/x", "https://a.example/x"),
    ("../x", "https://a.example/x"),
    ("?p=7", "https://a.example/dir/page?p=7"),
    ("//b.example/x", "https://b.example/x"),
    ("HTTP://b.example/x", "HTTP://b.example/x"),
    ("  https://b.example/x\n", "https://b.example/x"),
    ("https://b.example/a\n  b", "https://b.example/a  b"),
    ("https://b.ex\tample/x", "https://b.example/x"),
    ("https://b.example/خبر", "https://b.example/خبر"),
    ("javascript:alert(1)", None),
    ("mailto:ada@b.example", None),
    ("data:text/html,x", None),
    ("ftp://b.example/x", None),
    ("files://seeds/x.txt", None),
    ("http:///x", None),
    ("http://", None),
    ("https://b.example:99999/x", None),
    ("https://b.example:port/x", None),
    ("https://b.example:-1/x", None),
    ("http://[::1", None),
    ("https://./x", None),
    ("https://a..example/x", None),
    ("https://www..example/x", None),
    ("https://a.example../x", None),
    ("https://a。。example/x", None),
    ("https://.a.example/x", None),
    ("https://a.example./x", "https://a.example./x"),
    ("https://\\/x", None),
    ("https://b.example\\x", None),
    ("https://b example/x", None),
    ("https://b%2Eexample/x", None),
    ("https://b\uff05example/x", None),
    ("https://[::1]/x", "https://[::1]/x"),
    ("http://b℀c/x", None),
    ("https://b.example/\x00", None),
    ("https://b.example/\x1b[2J", None),
    ("https://b.example/\x7f", None),
    ("https://b.example/\ud800", None),
    ("https://b.example/\udfff", None),
]


@pytest.mark.parametrize(("one", "other"), MUST_MERGE)
def test_two_addresses_of_one_page_have_one_canonical_form(one: str, other: str) -> None:
    assert canonicalize(one) == canonicalize(other)


@pytest.mark.parametrize(("one", "other"), MUST_NOT_MERGE)
def test_addresses_that_may_show_other_content_keep_their_own_form(one: str, other: str) -> None:
    assert canonicalize(one) != canonicalize(other)


@pytest.mark.parametrize("address", ALL_ADDRESSES)
def test_the_canonical_form_of_a_canonical_form_is_itself(address: str) -> None:
    once = canonicalize(address)

    assert canonicalize(once) == once


def test_an_address_that_is_not_of_the_web_stays_as_it_is() -> None:
    assert canonicalize("files://seeds/a%20b.txt?utm_source=x#y") == "files://seeds/a%20b.txt?utm_source=x#y"


@pytest.mark.parametrize(
    "address", ["https://a.example]/x", "https://[a.example/x", "https://a.example:port/x", "http://"]
)
def test_what_only_looks_like_a_web_address_stays_as_it_is(address: str) -> None:
    assert canonicalize(address) == address


def test_an_address_of_any_length_is_kept_whole() -> None:
    path = "/" + "a" * 50_000

    assert absolute(path, "https://a.example/") == f"https://a.example{path}"
    assert canonicalize(f"https://a.example{path}?utm_source=rss") == f"https://a.example{path}"


@pytest.mark.parametrize(("link", "address"), LINKS)
def test_a_link_is_a_web_address_or_nothing(link: str, address: str | None) -> None:
    assert absolute(link, "https://a.example/dir/page") == address


def test_a_link_without_a_base_must_be_absolute() -> None:
    assert absolute("/x", "") is None
    assert absolute("https://a.example/x", "") == "https://a.example/x"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://User@A.Example:8443/x", "a.example"),
        ("https://[::1]/x", "::1"),
        ("files://seeds/x", "seeds"),
        ("x", ""),
    ],
)
def test_the_host_of_an_address_is_in_lower_case(address: str, name: str) -> None:
    assert host(address) == name


# The opinions of other libraries on our question: which spellings are one page. Not taken: what they say of validity
# (`is_url`), of parts (`get_hostname`), of redirects, and cases with options that we do not have.
NORMALISERS = {
    "canonicalize_url",
    "normalize_url",
    "url_normalize",
    "NormalizeURLString",
    "clean_url",
    "urlnorm_safe_dotseg",
}
# Where they merge and we do not.
REFUSED = {
    "arguments that another site may need": r"[?&](aftr_source|xtcr|platform|fref|refid|_rdc|cbrd|clickid|feature)=",
    "arguments of an unknown purpose": r"_unique_id=|\?a=1&b=2$",
    "hosts that are numbered or compound": r"//(www\d+|amp-\w+)\.",
    "hosts written as one number, or with empty names": r"//(USER:pass@)?(0x|\d{4,}|\.|www\.\.)",
    "routes as arguments": r"#!\d",
    "repair of what is no address": r"""["\\]|http://http""",
    "bytes that are no UTF-8": r"%C7",
}


@pytest.fixture(scope="module")
def opinions(eval_folder: Path) -> list[dict[str, Any]]:
    lines = (eval_folder / "urls" / "vectors.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_no_string_of_other_libraries_tests_breaks_the_canonical_form(opinions: list[dict[str, Any]]) -> None:
    found = {text for case in opinions for text in (*texts_in(case["args"]), *texts_in(case["expect"]))}
    once = {canonicalize(address) for text in found for address in (text, f"https://{text}")}

    assert len(once) > 800
    assert [address for address in once if canonicalize(address) != address] == []


def test_what_other_libraries_merge_by_our_rules_is_merged(opinions: list[dict[str, Any]]) -> None:
    pairs = [pair for case in opinions if (pair := one_page(case))]
    taken = [pair for pair in pairs if not any(re.search(pattern, pair[0]) for pattern in REFUSED.values())]

    assert len(taken) > 120
    assert [pair for pair in taken if canonicalize(pair[0]) != canonicalize(pair[1])] == []


@pytest.mark.parametrize("pattern", REFUSED.values(), ids=REFUSED.keys())
def test_what_other_libraries_merge_against_our_rules_stays_apart(opinions: list[dict[str, Any]], pattern: str) -> None:
    pairs = [pair for case in opinions if (pair := one_page(case)) and re.search(pattern, pair[0])]

    assert any(canonicalize(one) != canonicalize(other) for one, other in pairs)


def one_page(case: dict[str, Any]) -> tuple[str, str] | None:
    """Two web addresses that the case's library calls one, where that is what the case says."""
    if case["fn"] not in NORMALISERS or case.get("kwargs") or len(case["args"]) != 1:
        return None
    one, other = case["args"][0], case["expect"]
    if not (isinstance(one, str) and isinstance(other, str)):
        return None
    if case["source"] == "ural":  # it leaves the scheme out
        one, other = (text if re.match(r"\w*:?//", text) else f"https://{text}" for text in (one, other))
    is_web = re.match(r"(https?:)?//[^/]", one, re.IGNORECASE) and re.match(r"https?://[^/]", other, re.IGNORECASE)
    return (one, other) if is_web else None


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        yield from texts_in(list(value.values()))
