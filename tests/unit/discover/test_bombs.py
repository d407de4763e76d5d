"""Small documents that would be large ones: each reader refuses or bears them within bounds of memory and time.

lxml and expat take memory that Python does not see, so each bomb goes off in a process of its own, which says its peak.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
MOST_MB = 150
MOST_SECONDS = 5

PROGRAM = """
import os, resource, time
from pathlib import Path
from pipeline.discover.feeds.parse import parse_feed
from pipeline.discover.lists.sitemap import read_sitemap
from pipeline.discover.sources.opml import parse_opml
from pipeline.errors import NewsfoldError
from pipeline.models.pages import Capture

def capture(body):
    return Capture("https://a.example/x", body, "application/xml")

READERS = {
    "feed": lambda body: parse_feed(capture(body)),
    "sitemap": lambda body: read_sitemap(capture(body), max_bytes=10_000_000),
    "opml": lambda body: parse_opml(body, Path("x.opml")),
}
BEGIN = {"feed": "<rss><channel><item><title>", "opml": "<opml><body><outline>"}
laughs = "".join('<!ENTITY e%d "%s">' % (n, "&e%d;" % (n - 1) * 10) for n in range(1, 10))
BOMBS = {
    "laughs": '<!DOCTYPE x [<!ENTITY e0 "' + "ha" * 10 + '">' + laughs + "]>%s&e9;",
    "quadratic": '<!DOCTYPE x [<!ENTITY e "' + "a" * 100_000 + '">]>%s' + "&e;" * 50_000,
    "parameter": '<!DOCTYPE x [<!ENTITY % a "' + "b" * 50_000 + '"><!ENTITY % c "' + "%a;" * 20_000 + '">%c;]>%s',
    "nested": "%s" + "<a>" * 1_000_000,
    "attributes": "%s<a " + " ".join('a%d="1"' % n for n in range(100_000)) + "/>",
    "zeros": "%s" + chr(0) * 2_000_000,
}

def light(kind, bomb):
    body = BOMBS[bomb].replace("%s", BEGIN.get(kind, "<urlset><url><loc>")).encode()
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        READERS[kind](body)
    except NewsfoldError:
        pass
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(kind, bomb, grown, time.process_time() - began, sep=";", flush=True)

for kind in READERS:
    for bomb in BOMBS:
        if not (child := os.fork()):
            light(kind, bomb)
            os._exit(0)
        os.waitpid(child, 0)
"""


def test_a_bomb_costs_little_memory_and_time() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=False, capture_output=True, text=True, cwd=ROOT)

    measured = [line.split(";") for line in done.stdout.splitlines()]
    assert len(measured) == 3 * 6, done.stderr[-500:]
    assert [one for one in measured if float(one[2]) > MOST_MB or float(one[3]) > MOST_SECONDS] == []
