"""The comparable keys of words: the one place that says how a word of a script becomes keys.

Used for articles and for the word lists that say how common a key is, so that both always agree.

    l:chatgpt   the word in the letters a-z, for words in Latin script
    s:trmb      its fine skeleton
    c:trnb      its coarse skeleton
    h:lianbang  a window of Han characters by its readings, which makes old, new and Japanese forms equal
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, islice

from pipeline.fold.words.skeleton import coarse, romanised, skeletons
from pipeline.fold.words.tokens import Script

SHORTEST, LONGEST = 3, 12
_LONGEST_NAME = 40

# Words that Arabic and Hebrew write joined to the next one: and, the, in, for, as...
_PROCLITICS = frozenset(
    ["ال", "و", "ب", "ل", "ف", "ك", "وال", "بال", "لل", "فال", "كال", "ה", "ו", "ב", "ל", "מ", "ש", "כ", "וה", "שה"]
)
# Korean joins particles of one or two syllables to the end of a name.
_PARTICLE_SYLLABLES = (1, 2)
_JOINING = (Script.CLITIC, Script.HANGUL)


def stems(word: str, script: Script) -> list[str]:
    """The word, and the word without what its script may have joined to it."""
    if script is Script.CLITIC:
        return [word] + [word[n:] for n in (1, 2, 3) if len(word) - n >= 3 and word[:n] in _PROCLITICS]
    if script is Script.HANGUL:
        return [word] + [word[:-n] for n in _PARTICLE_SYLLABLES if len(word) - n >= 2]
    return [word]


def word_keys(words: Sequence[str], script: Script) -> list[list[str]]:
    """The keys of each word of one script, finest first, without repeats. Not for Han and other unspaced scripts."""
    if script not in _JOINING:
        return _stem_keys(words, script)
    stem_lists = [stems(word, script) for word in words]
    keys = iter(_stem_keys([stem for stem_list in stem_lists for stem in stem_list], script))
    return [list(dict.fromkeys(chain.from_iterable(islice(keys, len(stem_list))))) for stem_list in stem_lists]


@lru_cache(maxsize=50_000)
def coarse_key(skeleton: str) -> str | None:
    """The key of a fine skeleton that Chinese or an unspaced script wrote, whose readings are coarse by nature."""
    mark = coarse([skeleton])[0]
    return "c:" + mark if SHORTEST <= len(mark) <= LONGEST else None


def _stem_keys(stems: Sequence[str], script: Script) -> list[list[str]]:
    """The keys of each stem, finest first. Japanese readings are coarse by nature: they get no fine key."""
    fine = skeletons(stems)
    levels = [("c:", coarse(fine), LONGEST)]
    if script is not Script.KATAKANA:
        levels.insert(0, ("s:", fine, LONGEST))
    if script is Script.LATIN:
        levels.insert(0, ("l:", romanised(stems), _LONGEST_NAME))
    columns = [
        [level + mark if SHORTEST <= len(mark) <= longest else None for mark in marks]
        for level, marks, longest in levels
    ]
    return [[key for key in keys if key] for keys in zip(*columns, strict=True)]
