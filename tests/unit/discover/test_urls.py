"""Which addresses are one page, and which links are addresses at all."""

from __future__ import annotations

import pytest

from pipeline.discover.urls import absolute, canonicalize, host

MUST_MERGE = [
    ("https://a.example/x?utm_source=rss&utm_medium=feed", "https://a.example/x"),
    ("https://a.example/x?UTM_Source=rss", "https://a.example/x"),
    ("https://a.example/x?id=7&fbclid=abc", "https://a.example/x?id=7"),
    ("https://a.example/x?gclid=1&msclkid=2&mc_cid=3&mkt_tok=4&yclid=5", "https://a.example/x"),
    ("https://a.example/x?_hsenc=1&_hsmi=2&__twitter_impression=true", "https://a.example/x"),
    ("https://a.example/x?utm_source", "https://a.example/x"),
    ("https://a.example/x?id=7&utm_source=rss#comments", "https://a.example/x?id=7"),
    ("https://a.example/x?b=2&a=1", "https://a.example/x?a=1&b=2"),
    ("https://a.example/x?", "https://a.example/x"),
    ("https://a.example/x?&&a=1&", "https://a.example/x?a=1"),
    ("https://a.example/x#comments", "https://a.example/x"),
    ("https://a.example/x#", "https://a.example/x"),
    ("https://a.example:443/x", "https://a.example/x"),
    ("http://a.example:80/x", "https://a.example/x"),
    ("http://a.example/x", "https://a.example/x"),
    ("HTTPS://A.Example/x", "https://a.example/x"),
    ("https://a.example", "https://a.example/"),
    ("https://a.example/x/", "https://a.example/x"),
    ("https://a.example/x//", "https://a.example/x"),
    ("https://a.example/index.html", "https://a.example/"),
    ("https://a.example/news/index.php", "https://a.example/news/"),
    ("https://a.example/news/Index.HTM/", "https://a.example/news"),
    ("https://a.example/index.html?id=7", "https://a.example/?id=7"),
    ("https://münchen.example/x", "https://xn--mnchen-3ya.example/x"),
    ("https://MÜNCHEN.example/x", "https://münchen.example/x"),
    ("https://مثال.إختبار/x", "https://xn--mgbh0fb.xn--kgbechtv/x"),
    ("https://a.example/café", "https://a.example/caf%C3%A9"),
    ("https://a.example/caf%c3%a9", "https://a.example/caf%C3%A9"),
    ("https://a.example/أخبار", "https://a.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"),
    ("https://a.example/%7Eada", "https://a.example/~ada"),
    ("https://a.example/a b", "https://a.example/a%20b"),
    ("https://a.example/a/../b/./c", "https://a.example/b/c"),
    ("https://ada:secret@a.example/x", "https://a.example/x"),
    ("https://[::1]:443/x", "https://[::1]/x"),
    ("https://a.example/app?utm_source=rss#!/story/7", "https://a.example/app#!/story/7"),
]

MUST_NOT_MERGE = [
    ("https://a.example/?id=1", "https://a.example/?id=2"),
    ("https://a.example/?p=1", "https://a.example/?p=2"),
    ("https://a.example/x?page=2", "https://a.example/x"),
    ("https://a.example/x?ref=7", "https://a.example/x"),
    ("https://a.example/x?ref=7", "https://a.example/x?ref=8"),
    ("https://a.example/x?source=7", "https://a.example/x"),
    ("https://a.example/x?utm=7", "https://a.example/x"),
    ("https://a.example/x?a=1&a=2", "https://a.example/x?a=2"),
    ("https://a.example/x?q=A", "https://a.example/x?q=a"),
    ("https://a.example/x?q=a%26b", "https://a.example/x?q=a&b"),
    ("https://a.example/x?q=1+2", "https://a.example/x?q=1%2B2"),
    ("https://a.example/X", "https://a.example/x"),
    ("https://a.example/a%2Fb", "https://a.example/a/b"),
    ("https://a.example/a%3Fb", "https://a.example/a?b"),
    ("https://a.example/a%23b", "https://a.example/a#b"),
    ("https://a.example/a%25b", "https://a.example/a%b"),
    ("https://a.example/x;v=1", "https://a.example/x;v=2"),
    ("https://a.example//x", "https://a.example/x"),
    ("https://a.example/index", "https://a.example/"),
    ("https://a.example/index.html5", "https://a.example/"),
    ("https://a.example/myindex.html", "https://a.example/my"),
    ("https://news.example.com/x", "https://example.com/x"),
    ("https://blog.a.example/x", "https://news.a.example/x"),
    ("https://www.a.example/x", "https://a.example/x"),
    ("https://a.example:8443/x", "https://a.example/x"),
    ("http://a.example:443/x", "https://a.example/x"),
    ("https://a.example/#!/one", "https://a.example/#!/two"),
    ("https://a.example/#/one", "https://a.example/#/two"),
    ("https://a.example/app#/one", "https://a.example/app"),
    ("https://a.example/x", "https://b.example/x"),
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
