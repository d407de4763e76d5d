"""What a lexicon file may say, and what is said of a mistake in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.topic.shipped import ai

from flows.making import load_lexicon
from pipeline.errors import UserError
from pipeline.topic.lexicon import Lexicon, Term, parse_lexicon
from pipeline.topic.relevance import relevance

ORIGIN = Path("own.toml")
BASE = """
threshold = 0.5
[weights]
strong = 1.0
medium = 0.5
weak = 0.2
[terms."*"]
strong = ["OpenAI*"]
weak = ["Nvidia"]
[terms.de]
strong = ["KI", "Sprachmodell*"]
ambiguous = ["KI"]
"""

MISTAKES = [
    ("threshold = ", "own.toml: not TOML: "),
    ("treshold = 0.4", "own.toml: key 'treshold' is not known; did you mean 'threshold'?"),
    ("threshold = 2", "own.toml: key 'threshold' is 2, not a number from 0 to 1; write threshold = 0.5"),
    ("threshold = true", "own.toml: key 'threshold' is True, not a number from 0 to 1"),
    ("threshold = nan", "own.toml: key 'threshold' is nan, not a number from 0 to 1"),
    ("weights = 1", "own.toml: key 'weights' is not a table"),
    ("[weights]\nhuge = 1", "own.toml: weights: key 'huge' is not known"),
    ("[weights]\nweak = '1'", "own.toml: weights: key 'weak' is '1', not a number from 0 to 1"),
    ("terms = ['x']", "own.toml: key 'terms' is not a table"),
    ("[terms.german]\nstrong = ['x']", "own.toml: terms: key 'german' is not a language's table"),
    ("[terms]\nen = ['x']", "own.toml: terms: key 'en' is not a language's table"),
    ("[terms.en]\nstong = ['x']", "own.toml: terms.en: key 'stong' is not known; did you mean 'strong'?"),
    ("[terms.en]\nstrong = 'x'", "own.toml: terms.en: key 'strong' is not a list of texts"),
    ("[terms.en]\nstrong = [7]", "own.toml: terms.en: key 'strong' is not a list of texts"),
    ("[terms.en]\nstrong = ['…']", "own.toml: terms.en: '…' has no word to look for"),
    ("[terms.en]\nstrong = ['*']", "own.toml: terms.en: '*' has no word to look for"),
    ("[terms.en]\nstrong = ['r*']", "own.toml: terms.en: 'r*' would fit too many words; write two letters or more"),
    ("[terms.en]\nstrong = ['robot', '*bot']", "own.toml: terms.en: '*bot' would fit too many words"),
    ("[terms.en]\nstrong = ['robot']\nweak = ['Robot']", "own.toml: terms.en: 'Robot' is both 'strong' and 'weak'"),
    ("[terms.en]\nambiguous = ['x']", "own.toml: terms.en: key 'ambiguous': 'x' is not a term of this table"),
    ("[terms.'*']\nweak = ['Claude']\nambiguous = ['Claude']", "key 'ambiguous': 'Claude' has no language"),
    ("[terms.en]\ndrop = ['Nvidea']", "own.toml: terms.en: key 'drop': 'Nvidea' is not a term; did you mean 'Nvidia'?"),
]


@pytest.fixture
def base() -> Lexicon:
    return parse_lexicon(BASE, Path("base.toml"), base=None)


@pytest.mark.parametrize(("text", "message"), MISTAKES)
def test_a_mistake_is_said_with_file_and_key(base: Lexicon, text: str, message: str) -> None:
    with pytest.raises(UserError) as raised:
        parse_lexicon(text, ORIGIN, base=base)

    assert message in str(raised.value)


def test_a_lexicon_of_its_own_must_say_its_threshold() -> None:
    with pytest.raises(UserError, match="key 'threshold' is missing"):
        parse_lexicon("[terms.en]\nstrong = ['x']", ORIGIN, base=None)


def test_a_lexicon_of_its_own_must_say_its_weights() -> None:
    with pytest.raises(UserError, match="weights: key 'strong' is missing"):
        parse_lexicon("threshold = 0.5", ORIGIN, base=None)


def test_terms_that_are_not_utf_8_are_refused_in_one_line(tmp_path: Path) -> None:
    own = tmp_path / "ai.toml"
    own.write_bytes(BASE.encode() + "# Müller\n".encode("latin-1"))

    with pytest.raises(UserError, match=r"ai\.toml: not UTF-8 \(byte \d+\)"):
        load_lexicon((own,))


def test_a_mark_of_utf_8_before_the_terms_is_read_over(tmp_path: Path) -> None:
    own = tmp_path / "kelp.toml"
    own.write_text(BASE.lstrip(), encoding="utf-8-sig")

    assert load_lexicon((own,)).threshold == 0.5


def test_an_empty_extension_changes_nothing(base: Lexicon) -> None:
    assert parse_lexicon("", ORIGIN, base=base) == base


def test_an_extension_adds_terms(base: Lexicon) -> None:
    own = parse_lexicon("[terms.fi]\nstrong = ['tekoäly*']", ORIGIN, base=base)

    assert own.terms == {**base.terms, "tekoäly*": Term("tekoäly*", "strong")}


def test_an_extension_changes_how_much_a_term_says(base: Lexicon) -> None:
    own = parse_lexicon("[terms.'*']\nstrong = ['NVidia']", ORIGIN, base=base)

    assert relevance(None, "Nvidia", None, own).terms[0].weight == 1.0


def test_an_extension_drops_terms_in_any_spelling_and_language(base: Lexicon) -> None:
    own = parse_lexicon("[terms.en]\ndrop = ['nvidia', 'openai*']", ORIGIN, base=base)

    assert set(own.terms) == {"KI", "sprachmodell*"}


def test_an_extension_changes_threshold_and_weights(base: Lexicon) -> None:
    own = parse_lexicon("threshold = 0.3\n[weights]\nweak = 0.1", ORIGIN, base=base)

    assert (own.threshold, own.weights) == (0.3, {"strong": 1.0, "medium": 0.5, "weak": 0.1})


def test_an_extension_leaves_its_base_as_it_was(base: Lexicon) -> None:
    parse_lexicon("threshold = 0.3\n[terms.en]\ndrop = ['Nvidia']\nstrong = ['robot']", ORIGIN, base=base)

    assert base == parse_lexicon(BASE, ORIGIN, base=None)


def test_a_term_may_be_ambiguous_in_several_languages(base: Lexicon) -> None:
    own = parse_lexicon("[terms.nb]\nstrong = ['KI']\nambiguous = ['KI']", ORIGIN, base=base)

    assert own.terms["KI"] == Term("KI", "strong", frozenset({"de", "nb"}))


def test_a_term_in_capitals_is_another_than_the_word(base: Lexicon) -> None:
    own = parse_lexicon("[terms.de]\nweak = ['Ki']", ORIGIN, base=base)

    assert {"KI", "ki"} < set(own.terms)


def test_the_documented_extension_says_what_the_document_says() -> None:
    document = (Path(__file__).parents[3] / "docs" / "topics.md").read_text("utf-8")
    block = "\n".join(line[4:] for line in document.splitlines() if line.startswith("    "))
    own = parse_lexicon(block, ORIGIN, base=ai())

    assert (own.threshold, own.weights) == (0.4, {"strong": 1.0, "medium": 0.5, "weak": 0.1})
    assert (own.terms["nvidia*"].level, "siri" in own.terms) == ("strong", False)
    assert "da" in (own.terms["KI"].languages or ())
