"""Make near copies and look-alikes of texts, fold them among the texts, and say what folded that should, by kind.

    python benchmarks/fold_quality.py [--texts ARTICLES.jsonl[.gz]]... [--seed N] [--json] [--wrong FILE]

Each line of a file has text and language. Forms in nine languages come with it, and invented texts in the scripts that
the files have none of. Beside newsfold, on the same texts cut into the same shingles: MinHash LSH of datasketch, where
it is installed, and SimHash.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from benchmarks.fold_stories import Archive, fold, read
from benchmarks.near_cases import Case, copy_cases, invented, lookalike_cases, template_cases
from pipeline.fold.near import shingles

# Language, letters and what stands between words, of texts to invent.
ALPHABETS = {
    "en": ("abcdefghiklmnoprstuvwy", " "),
    "ru": ("абвгдеклмнопрстуя", " "),
    "el": ("αβγδεζηικλμνοπρστυω", " "),
    "ar": ("ابتجدرسعفقلمنهوي", " "),
    "hi": ("कखगचजतदनपबमरलवसह", " "),
    "ko": ("가나다라마바사아자하고도로모보소오조호구", " "),
    "he": ("אבגדהוחטילמנסעפקרשת", " "),
    "zh": ("".join(map(chr, range(0x4E00, 0x5200))), ""),
    "ja": ("".join(map(chr, [*range(0x3042, 0x3094), *range(0x6700, 0x6780)])), ""),
    "th": ("กขคงจชดตถทนบปพมยรลวสหอะาิีุเแโ", ""),
}
INVENTED, FILLINGS = 150, 3
HELD_OUT, COPIES = 0.1, 0.6
# Texts that share more than this with another one are background only: nobody has said what they are to each other.
MOST_SHARED = 0.1

Pair = tuple[str, str]


@dataclass(frozen=True)
class World:
    """Articles to fold, the cases made of some of them, and which articles are background."""

    articles: list[dict[str, str]]
    cases: dict[Pair, Case]
    background: set[str]


def isolated(texts: Sequence[str]) -> list[bool]:
    """Which texts share hardly a shingle with any other."""
    found = [shingles.shingles(text) for text in texts]
    carriers: dict[int, list[int]] = defaultdict(list)
    for i, hashes in enumerate(found):
        for code in hashes.tolist():
            carriers[code].append(i)
    answers = []
    for i, hashes in enumerate(found):
        shared = Counter(j for code in hashes.tolist() for j in carriers[code] if j != i)
        answers.append(max(shared.values(), default=0) <= MOST_SHARED * len(hashes))
    return answers


def make_world(real: Mapping[str, Sequence[str]], rng: random.Random) -> World:
    """Cases of all languages among their texts, in a random order."""
    articles: list[dict[str, str]] = []
    cases: dict[Pair, Case] = {}
    background: set[str] = set()

    def add(text: str, language: str) -> str:
        articles.append({"url": str(len(articles)), "text": text, "language": language})
        return articles[-1]["url"]

    made = list(template_cases(FILLINGS, rng))
    for language in [*real, *(language for language in ALPHABETS if language not in real)]:
        texts = list(real.get(language) or invented(*ALPHABETS[language], INVENTED, rng))
        alone = isolated(texts)
        usable = [text for text, is_alone in zip(texts, alone, strict=True) if is_alone]
        rng.shuffle(usable)
        held_out = max(15, round(HELD_OUT * len(usable)))
        copied = held_out + round(COPIES * (len(usable) - held_out))
        pool = usable[:held_out]
        made += copy_cases(usable[held_out:copied], language, pool, rng)
        made += lookalike_cases(usable[copied:], language, pool, rng)
        rest = [text for text, is_alone in zip(texts, alone, strict=True) if not is_alone]
        background.update(add(text, language) for text in [*pool, *rest])
    for case in made:
        cases[add(case.first, case.language), add(case.second, case.language)] = case
    rng.shuffle(articles)
    return World(articles, cases, background)


def score(world: World, merged: Iterable[Pair]) -> dict[str, float]:
    """Precision and recall of merged pairs."""
    known = _known(world, merged)
    right = sum(case.is_copy for pair, case in world.cases.items() if _has(known, pair))
    copies = sum(case.is_copy for case in world.cases.values())
    return {"precision": round(right / len(known), 4) if known else 1.0, "recall": round(right / copies, 4)}


def by_newsfold(world: World) -> set[Pair]:
    """The pairs in one story after all articles have arrived one by one."""
    stories: dict[int, list[str]] = defaultdict(list)
    for article in fold(world.articles, Archive()):
        stories[article.story_id].append(article.url)
    return {pair for members in stories.values() for pair in combinations(members, 2)}


def by_datasketch(world: World) -> set[Pair]:
    """The pairs that MinHash LSH of datasketch finds at a Jaccard of 0.5, with 128 permutations."""
    from datasketch import MinHash, MinHashLSH  # type: ignore[import-not-found, unused-ignore]

    index = MinHashLSH(threshold=0.5, num_perm=128)
    merged: set[Pair] = set()
    for article in world.articles:
        signature = MinHash(num_perm=128)
        signature.update_batch([code.tobytes() for code in shingles.shingles(article["text"])])
        merged.update((str(known), article["url"]) for known in index.query(signature))
        index.insert(article["url"], signature)
    return merged


def by_simhash(world: World) -> set[Pair]:
    """The pairs whose SimHash (Charikar 2002) differs in at most three of 64 bits (Manku et al. 2007)."""
    bits = np.arange(64, dtype=np.uint64)
    hashes = []
    for article in world.articles:
        votes = ((shingles.shingles(article["text"])[:, None] >> bits) & np.uint64(1)).mean(axis=0) > 0.5
        hashes.append(int((votes.astype(np.uint64) << bits).sum()))
    all_hashes = np.array(hashes, dtype=np.uint64)
    urls = [article["url"] for article in world.articles]
    return {
        (urls[i], urls[j])
        for i, one in enumerate(all_hashes)
        for j in np.flatnonzero(np.bitwise_count(all_hashes[:i] ^ one) <= 3)
    }


def recalls(world: World, merged: set[Pair]) -> dict[str, dict[str, tuple[int, int]]]:
    """For each kind of case and language: how many were merged, of how many."""
    found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for pair, case in world.cases.items():
        kind = case.kind if case.is_copy else f"no copy: {case.kind}"
        hits, all_of_them = found[kind].get(case.language, (0, 0))
        found[kind][case.language] = (hits + _has(merged, pair), all_of_them + 1)
    return found


def wrong(world: World, merged: set[Pair]) -> Iterator[dict[str, object]]:
    """The pairs that folded and should not, or did not and should, with their texts."""
    known = _known(world, merged)
    texts = {article["url"]: article["text"] for article in world.articles}
    for pair, case in world.cases.items():
        if case.is_copy != _has(known, pair):
            yield {
                "kind": case.kind,
                "language": case.language,
                "folded": not case.is_copy,
                "texts": [texts[u] for u in pair],
            }
    for a, b in sorted(known):
        if (a, b) not in world.cases and (b, a) not in world.cases:
            yield {"kind": "strangers", "folded": True, "texts": [texts[a], texts[b]]}


def table(found: Mapping[str, Mapping[str, tuple[int, int]]]) -> Iterator[str]:
    """Per cent merged for each kind and language."""
    languages = sorted({language for cells in found.values() for language in cells})
    yield f"{'merged, per cent':<28}" + "".join(f"{language:>5}" for language in languages) + f"{'all':>7}{'of':>6}"
    for kind, cells in found.items():
        shown = [f"{100 * cells[c][0] / cells[c][1]:.0f}" if c in cells else "" for c in languages]
        hits, count = (sum(cell[i] for cell in cells.values()) for i in (0, 1))
        yield f"{kind:<28}" + "".join(f"{cell:>5}" for cell in shown) + f"{100 * hits / count:>7.1f}{count:>6}"


def main() -> None:
    """Read the arguments, make, fold, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=Path, action="append", default=[], help="real texts to make the cases of")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--wrong", type=Path, help="write the pairs that came out wrong, as JSONL")
    options = parser.parse_args()

    real: dict[str, list[str]] = defaultdict(list)
    for path in options.texts:
        for record in read(path):
            real[record["language"]].append(record["text"])
    world = make_world({k: texts for k, texts in real.items() if len(texts) >= 50}, random.Random(options.seed))
    started = time.process_time()
    merged = by_newsfold(world)
    milliseconds = 1000 * (time.process_time() - started) / len(world.articles)
    scores: dict[str, object] = dict(score(world, merged))
    scores |= {"articles": len(world.articles), "cases": len(world.cases), "cpu_ms_per_article": round(milliseconds, 1)}
    rivals: dict[str, object] = {"simhash": score(world, by_simhash(world)), "datasketch": "not installed"}
    if importlib.util.find_spec("datasketch"):
        rivals["datasketch"] = score(world, by_datasketch(world))
    found = recalls(world, merged)
    if options.wrong:
        options.wrong.write_text(
            "".join(json.dumps(w, ensure_ascii=False) + "\n" for w in wrong(world, merged)), "utf-8"
        )
    if options.json:
        print(json.dumps(scores | rivals | {"kinds": found}, ensure_ascii=False))
        return
    print("\n".join(table(found)), "", *(f"{name:<24}{value}" for name, value in (scores | rivals).items()), sep="\n")


def _known(world: World, merged: Iterable[Pair]) -> set[Pair]:
    """The merged pairs of one language; what background articles are to each other nobody knows."""
    language = {article["url"]: article["language"] for article in world.articles}
    return {(a, b) for a, b in merged if language[a] == language[b] and not {a, b} <= world.background}


def _has(pairs: set[Pair], pair: Pair) -> bool:
    return pair in pairs or pair[::-1] in pairs


if __name__ == "__main__":
    main()
