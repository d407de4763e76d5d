"""Sentence embeddings (edge module: reads a model's files, and fetches them where a hub name is given).

Optional: `newsfold[embeddings]` installs what this needs, `NEWSFOLD_EMBEDDINGS` names a model. A model is a folder as
sentence-transformers writes it, with the network as ONNX:

    tokenizer.json                          required
    onnx/model.onnx or model.onnx           required
    1_Pooling/config.json                   how tokens become a vector: the first one, or the mean (default)
    sentence_bert_config.json               max_seq_length, in tokens (default 512)
    config_sentence_transformers.json       prompts: what to write before a query and before a document
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UserError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

SETTING = "NEWSFOLD_EMBEDDINGS"
# A news article has some 500 to 1,500 tokens; what comes after four windows of 512 adds little to what it is about.
MOST_WINDOWS = 4
_WINDOWS_AT_ONCE = 16
_DEFAULT_LENGTH = 512
_NETWORKS = ("onnx/model.onnx", "model.onnx")
_FILES = (*_NETWORKS, "*.onnx_data", "onnx/*.onnx_data", "*.json", "1_Pooling/config.json")

Vector = NDArray[np.float32]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embedder:
    """A loaded model. `name` is what the user called it: vectors of two names are never compared."""

    name: str
    tokenizer: Tokenizer
    network: InferenceSession
    takes_first: bool
    query_prompt: str
    document_prompt: str

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """A vector of length 1 for each of one or more texts: (len(texts), dimensions). A long text is the mean of its
        windows.
        """
        return self._embed([self.document_prompt + text for text in texts])

    def embed_query(self, text: str) -> Vector:
        """The vector of a question, of length 1."""
        query: Vector = self._embed([self.query_prompt + text])[0]
        return query

    def _embed(self, texts: Sequence[str]) -> Vectors:
        owners, encodings = zip(*self._windows(texts), strict=True)
        runs = range(0, len(encodings), _WINDOWS_AT_ONCE)
        windows = unit(np.concatenate([self._run(encodings[at : at + _WINDOWS_AT_ONCE]) for at in runs]))
        vectors = np.zeros((len(texts), windows.shape[1]), dtype=np.float32)
        np.add.at(vectors, list(owners), windows)
        return unit(vectors)

    def _windows(self, texts: Sequence[str]) -> Iterator[tuple[int, Encoding]]:
        for owner, text in enumerate(texts):
            first = self.tokenizer.encode(text)
            for window in [first, *first.overflowing][:MOST_WINDOWS]:
                yield owner, window

    def _run(self, encodings: Sequence[Encoding]) -> Vectors:
        longest = max(1, *(len(encoding.ids) for encoding in encodings))
        mask = _padded([encoding.attention_mask for encoding in encodings], longest)
        columns = {
            "input_ids": _padded([encoding.ids for encoding in encodings], longest),
            "attention_mask": mask,
            "token_type_ids": _padded([encoding.type_ids for encoding in encodings], longest),
        }
        asked = {one.name: columns[one.name] for one in self.network.get_inputs()}
        answer = np.asarray(self.network.run(None, asked)[0], dtype=np.float32)
        return answer if answer.ndim == 2 else self._pooled(answer, mask)

    def _pooled(self, tokens: NDArray[np.float32], mask: NDArray[np.int64]) -> Vectors:
        """One vector for each window of (windows, tokens, dimensions)."""
        if self.takes_first:
            first: Vectors = tokens[:, 0]
            return first
        weights = mask[:, :, None].astype(np.float32)
        mean: Vectors = (tokens * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
        return mean


@cache
def load_embedder(model: str) -> Embedder:
    """Load a model from a folder, or by its name on a hub, whose files are then fetched once and kept.

    Raises UserError where what it needs is not installed, the files are not to be had, or they are no such model.
    """
    try:
        from onnxruntime import InferenceSession
        from tokenizers import Tokenizer
    except ImportError as exc:
        raise UserError(
            f"{SETTING} is set, and {exc.name} is not installed", "pip install 'newsfold[embeddings]'"
        ) from exc
    folder = _folder_of(model)
    network = _first_of(folder, _NETWORKS, model)
    try:
        tokenizer = Tokenizer.from_file(str(_first_of(folder, ("tokenizer.json",), model)))
        tokenizer.no_padding()
        tokenizer.enable_truncation(_setting(folder, "sentence_bert_config.json", "max_seq_length", _DEFAULT_LENGTH))
        session = InferenceSession(str(network), providers=["CPUExecutionProvider"])
        prompts = _setting(folder, "config_sentence_transformers.json", "prompts", {})
        embedder = Embedder(
            name=model,
            tokenizer=tokenizer,
            network=session,
            takes_first=_setting(folder, "1_Pooling/config.json", "pooling_mode_cls_token", False),
            query_prompt=prompts.get("query", ""),
            document_prompt=prompts.get("document", prompts.get("passage", "")),
        )
        embedder.embed_query("newsfold")
    except UserError:
        raise
    except Exception as exc:  # the two libraries raise Exception itself and classes of their own
        said = " ".join(str(exc).split())[:200]
        raise UserError(f"{SETTING}={model}: no such model: {said}", "name a folder with an ONNX export") from exc
    return embedder


def unit(vectors: Vectors) -> Vectors:
    """The vectors, each at length 1; a vector of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return scaled


def _folder_of(model: str) -> Path:
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_absolute() or model.count("/") != 1 or model.startswith("."):
        raise UserError(f"{SETTING}={model}: no such folder", "name a folder, or a model of the hub as OWNER/NAME")
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model, allow_patterns=list(_FILES)))
    except Exception as exc:  # of several libraries
        said = (str(exc).splitlines() or [type(exc).__name__])[0]
        raise UserError(
            f"{SETTING}={model}: cannot be fetched: {said}", "mend the name or the network, or name a folder"
        ) from exc


def _first_of(folder: Path, names: Sequence[str], model: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise UserError(f"{SETTING}={model}: no {' or '.join(names)} in it", "export the model as ONNX")


def _setting(folder: Path, name: str, key: str, default: Any) -> Any:
    path = folder / name
    return json.loads(path.read_text(encoding="utf-8")).get(key, default) if path.is_file() else default


def _padded(rows: Sequence[Sequence[int]], length: int) -> NDArray[np.int64]:
    padded = np.zeros((len(rows), length), dtype=np.int64)
    for row, values in zip(padded, rows, strict=True):
        row[: len(values)] = values
    return padded
