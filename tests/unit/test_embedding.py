"""Embedding models: loaded from the files of a real one, and what is said where they are wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_model import make_model

from pipeline.embedding import MOST_WINDOWS, load_embedder
from pipeline.errors import UserError


def test_texts_of_one_meaning_have_one_vector_of_length_1(tmp_path: Path) -> None:
    embedder = load_embedder(str(make_model(tmp_path / "model")))

    english, arabic, other = embedder.embed_documents(["Money in the bank", "مال في بنك", "rain"])

    assert np.linalg.norm(english) == pytest.approx(1, abs=1e-5)
    assert float(english @ arabic) == pytest.approx(1, abs=1e-3)
    assert abs(float(english @ other)) < 0.05


def test_a_text_has_the_same_vector_beside_longer_ones(tmp_path: Path) -> None:
    embedder = load_embedder(str(make_model(tmp_path / "model")))

    alone = embedder.embed_documents(["bank money"])[0]
    beside = embedder.embed_documents(["rain river " * 90, "bank money", ""])[1]

    assert alone == pytest.approx(beside, abs=1e-6)


def test_a_long_text_is_the_mean_of_its_first_windows(tmp_path: Path) -> None:
    embedder = load_embedder(str(make_model(tmp_path / "model", longest=8)))
    beginning = "bank " * 8 + "rain " * 8 * (MOST_WINDOWS - 1)

    bank, _, _, rain, river, _ = embedder.embed_documents([beginning + "river " * 500])[0]

    assert rain == pytest.approx(bank * (MOST_WINDOWS - 1), rel=1e-3)
    assert river == 0


def test_a_query_has_its_prompt(tmp_path: Path) -> None:
    embedder = load_embedder(str(make_model(tmp_path / "model")))

    assert embedder.query_prompt == "query: "
    assert embedder.document_prompt == ""
    assert float(embedder.embed_query("banco") @ embedder.embed_documents(["bank"])[0]) > 0.99


def test_an_empty_text_has_a_vector_of_zeros(tmp_path: Path) -> None:
    embedder = load_embedder(str(make_model(tmp_path / "model")))

    assert not embedder.embed_documents([""]).any()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"NEWSFOLD_EMBEDDINGS=.*nowhere: no such folder"):
        load_embedder(str(tmp_path / "nowhere"))


def test_a_folder_without_a_network_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no onnx/model.onnx or model.onnx in it"):
        load_embedder(str(tmp_path))


@pytest.mark.parametrize("name", ["tokenizer.json", "onnx/model.onnx", "sentence_bert_config.json"])
def test_a_damaged_file_is_one_clear_line(name: str, tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model")
    (folder / name).write_bytes(b"\x00 damaged")

    with pytest.raises(UserError, match="no such model: ") as raised:
        load_embedder(str(folder))

    assert "\n" not in str(raised.value)


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    with pytest.raises(UserError, match=r"onnxruntime is not installed; pip install 'newsfold\[embeddings\]'"):
        load_embedder(str(make_model(tmp_path / "model")))
