"""The words of each format, and what strangers put between them: for making inputs, and as libFuzzer's dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_ODD = (
    *("\0", "\x1b[2J", "\x85", "\u2028", "\ufeff", "\u00ad", "\ufffe", "\u202e", "\u2067", "\u200b", "e\u0301", "Å"),
    *("\U0010ffff", "نبأ", "新聞", "समाचार", "'", '"', "\\", "%00", "%", "&", "&amp;", "&#0;", "&#xD800;", "&#55357;"),
    *("&#99999999999;", "&nbsp;", "&e;", "<", ">", "]]>", "<![CDATA[", "<!--", "-->", "--!>", "\r", "\n", "\t", " "),
)
_DATES = (
    *("2026-03-01", "T08:00:00Z", "+14:00", "-12:00", "+23:59", "+99:99", "0001-01-01", "9999-12-31", "T23:59:59"),
    *("Sun, 01 Mar 2026 08:00:00 GMT", "1 March 2026", "1/2/2026", "31.12.99", "1404/12/10", "۱۰ اسفند ۱۴۰۴", "14h05"),
    *(
        "民國115年3月1日",
        "令和8年3月1日",
        "2569",
        "2026년 3월 1일",
        "오후 8시",
        "1772352000",
        "1772352000000",
        "99999999999",
    ),
    *("12:00", "24:00", "p.m.", "noon", "EST", "GMT+25", "1447-09-12", "-2601", "26366", ".999999999", "١٢", "²", "①"),
)
_URLS = (
    *("https://", "http://", "HTTP://", "//", "www.", "m.", "amp.", "news.example", "[::1]", "[fe80::1%25eth0]", "@"),
    *(":80", ":443", ":8443", ":99999", ":", "127.1", "0x7f000001", "2130706433", "017700000001", "::ffff:127.0.0.1"),
    *("10.0.0.1", "169.254.169.254", "xn--mnchen-3ya", "münchen.example", "٣.example", "。", "℀", "/", "//", "/../"),
    *("/./", "/amp", "/print", "a-story.amp.html", "index.html", ";jsessionid=1", "?", "&", "=", "utm_source=rss", "+"),
    *("amp=1", "ref=rss", "%2F", "%2f", "%e9", "%C3%A9", "%25", "#", "#!/", "#/", ":~:text=", "\\", "%0a", "a", "7"),
    *("https://www.google.com/amp/s/", "https://a-com.cdn.ampproject.org/c/s/", "javascript:", "files://"),
)
_JSON = (
    *("{", "}", "[", "]", ",", ":", '"', "null", "true", "1e999", "-0", "123456789012345678901234567890", "NaN"),
    *('"\\ud800"', '"\\u0000"', '"\\ud83d\\ude00"', '""', '" "', '"url":', '"title":', '"text":'),
    *('"https://a.example/x"',),
)
_LD = (
    *('<script type="application/ld+json">', "</script>", '"@graph":[', '"@type":"NewsArticle"', '"@id":"#a"'),
    *('"@type":[]',),
    *('"headline":', '"author":', '"name":', '"datePublished":', '"image":', '"url":', '"publisher":', '"keywords":'),
    *('"mainEntityOfPage":', '"itemListElement":', '"@type":"ItemList"', '"isAccessibleForFree":', '"articleSection":'),
)
_HTML = (
    *("<html lang=en>", "<head>", "<title>", "</title>", "<body>", "<article>", "</article>", "<p>", "</p>", "<h1>"),
    *("<div>",),
    *("</div>", "<a href=", "<time datetime=", "<span class=byline>", "<meta property=", "content=", '"og:title"'),
    *("<base href=",),
    *('"og:image"', '"article:published_time"', "<link rel=canonical href="),
    *('<link rel="alternate" type="application/rss+xml"',),
    *("<table>", "<td colspan=9999999>", "<script>", "<style>", "<svg>", "<template>", "<select>", "<li>", "<br>"),
    *("<meta charset=",),
    *("The council decided on Tuesday evening, after a long debate, that the harbour will be closed to cars. ",),
)
_XML = (
    *('<?xml version="1.0" encoding="', "utf-8", "utf-16", "gb2312", '"?>', "<!DOCTYPE x [", '<!ENTITY e "', "<a:"),
    *(' xmlns="',),
)
_FEED = (
    *("<rss version='2.0'>", "<channel>", "<item>", "</item>", "<link>", "</link>", "<guid>", "<pubDate>"),
    *("</pubDate>",),
    *("<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "</entry>", "<title type='html'>", "</title>"),
    *("<updated>",),
    *("</updated>", "<link rel='next' href='", "<dc:date>", "<rdf:RDF>", "<media:player>", "<content:encoded>"),
    *("xml:base='",),
    *("<author>", "<name>", "</name>", "<source>", "<enclosure url='", "<geo:lat>", "<itunes:author>"),
    *("<georss:polygon>",),
    *("</georss:polygon>", "<gml:posList>", "<textInput>", "<image>", "<cc:License>", "<textarea>"),
    *("<media:content ", "1 2 3"),
    *('"version":"https://jsonfeed.org/version/1.1"', '"items":[', '"date_published":', '"authors":[', '"next_url":'),
)
_SITEMAP = (
    *("<urlset>", "</urlset>", "<sitemapindex>", "<sitemap>", "</sitemap>", "<url>", "</url>", "<loc>", "</loc>"),
    *("<lastmod>",),
    *("</lastmod>", "<news:news>", "<news:title>", "</news:title>", "<news:publication_date>", "<image:image>"),
    *("\x1f\x8b",),
)
_ROBOTS = (
    *("User-agent: *", "User-agent: newsfold", "\n", "Disallow: ", "Allow: ", "Crawl-delay: ", "Sitemap: ", "*", "$"),
    *("#",),
    *("nan", "inf", "1e400", "-1", "Request-rate: 1/5", "1/0", "Visit-time: 0600-0845", "9999-9999", "Host: "),
    *("user agent ",),
)
_WARC = (
    *("WARC/1.0\r\n", "WARC-Type: response\r\n", "WARC-Target-URI: ", "WARC-Date: ", "Content-Length: ", "\r\n\r\n"),
    *("HTTP/1.1 200 OK",),
    *("Content-Type: text/html", "Content-Encoding: gzip", "Content-Encoding: br", "Content-Encoding: deflate"),
    *("\r\n", "5\r\n"),
    *("Transfer-Encoding: chunked", "0\r\n\r\n", "WARC-Type: warcinfo\r\n", "99999999999999999999", "-1"),
    *("\x1f\x8b\x08",),
)
_SELECTORS = (
    *("a", "li > a", "*:has(a)", ":not(", ":nth-child(", "2n+1", ":contains('x')", "[href^=", "a, b", "::text", "~"),
    *("|",),
)
_OPML = (
    *("<opml version='2.0'>", "<body>", "<outline ", "xmlUrl='", "text='", "title='", "type='rss'", "language='"),
    *("'/>", "slug='"),
)
_SOURCES = (
    *("[[sources]]\n", "slug = ", "kind = ", '"feed"', '"listing"', '"files"', "url = ", "path = "),
    *('"https://a.example/feed"',),
    *("selectors = {", "entry = ", "turn = {", "scope = ", '"group"', "interval_seconds = ", "max_age_days = "),
    *("inf", "nan"),
    *("threshold = ", "paths = [", 'extends = "defaults"', "[schedules.night]\n", 'cron = "0 3 * * *"', "sources = "),
    *("timezone = ",),
    *('"~"', '"~nobody"', "topic = ", "1979-05-27", "0x7fffffffffffffffffff", '"\\u0000"', '"""', "'"),
    *("keep_captures_days = ",),
)
_WORDPRESS = (
    *('[{"link":', '"date_gmt":', '"modified_gmt":', '"title":{"rendered":', '"code":'),
    *('"rest_post_invalid_page_number"', "}]"),
    *("/wp-json/wp/v2/", "?rest_route=/", "/feed/", "page=", "paged=", "categories="),
)
_CDX = (
    *('[["timestamp","original"],', '["20260301080000",', '"https://a.example/x"]', ",[],", '["key"]]', ".warc.gz"),
    *("../", "CC-NEWS-20260301080000"),
)

# Digits of Unicode 15 and 16 among them, which the patterns know before Python does.
_TEXTS = (
    *(
        "1,500",
        "1.818,68",
        "3.4.2024",
        "٣٬٥٠٠",
        "१२ अरब",
        "三万五千",
        "二〇一八",
        "5 million",
        "\U0001ccf0",
        "\U00011f50",
    ),
    *(
        "OpenAI",
        "Иванов",
        "كوهير",
        "والشركة",
        "בינה",
        "人工知能",
        "コヒア",
        "코히어",
        "ภาษาไทย",
        "Zürich",
        "e\u0301",
        "’s ",
    ),
)
TOKENS: Mapping[str, Sequence[str]] = {
    "feed": (*_FEED, *_XML, *_JSON, *_DATES, *_URLS, *_ODD),
    "sitemap": (*_SITEMAP, *_XML, *_DATES, *_URLS, *_ODD),
    "robots": (*_ROBOTS, *_URLS, *_ODD),
    "url": (*_URLS, *_ODD),
    "guard": _URLS,
    "date": (*_DATES, *_ODD),
    "page": (*_HTML, *_LD, *_JSON, *_DATES, *_URLS, *_ODD),
    "claims": (*_HTML, *_LD, *_JSON, *_DATES, *_URLS, *_ODD),
    "plain": (*_DATES, *_ODD, "# ", "**", "[a](b)", "By Ada Lovelace", "Source: ", "Follow us", "\n\n", "- ", "| "),
    "text": (*_DATES, *_ODD, *_TEXTS),
    "warc": (*_WARC, *_ODD),
    "cdx": (*_CDX, *_JSON, *_ODD),
    "jsonl": (*_JSON, *_HTML, *_DATES, *_ODD, '"html":', '"published_at":', '"author":', '"language":', '"site":'),
    "wordpress": (*_WORDPRESS, *_JSON, *_DATES, *_URLS, *_ODD),
    "listing": (*_SELECTORS, *_HTML, *_LD, *_JSON, *_DATES, *_URLS),
    "opml": (*_OPML, *_XML, *_URLS, *_ODD),
    "sources": (*_SOURCES, *_URLS, *_ODD),
}


def dictionary(target: str) -> str:
    """The tokens of a target as libFuzzer reads them: a quoted string a line, bytes beyond ASCII as \\xAB."""
    lines = ("".join(map(r"\x{:02x}".format, token.encode())) for token in TOKENS[target])
    return "".join(f'"{line}"\n' for line in lines)
