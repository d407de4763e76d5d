"""A sentence-embedding model of a few words, in the files of a real one: words of one meaning have one vector."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace

MEANINGS = (
    ("bank", "بنك", "बैंक", "banco"),
    ("money", "مال", "पैसा", "dinero"),
    ("model", "نموذج", "मॉडल", "modelo"),
    ("rain", "مطر", "बारिश", "lluvia"),
    ("river", "نهر", "नदी", "río"),
)
MARK = "query:"
"""The prompt of queries; it has no meaning of its own."""


def make_model(folder: Path, *, longest: int = 512) -> Path:
    """Write the model; a text has as many dimensions as there are meanings, and one for every other word."""
    words = {"[UNK]": 0} | {
        word: number for number, word in enumerate((word for same in MEANINGS for word in same), start=1)
    }
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()
    (folder / "onnx").mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    onnx.save(_network(_table(words)), str(folder / "onnx" / "model.onnx"))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": longest}))
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"query": MARK + " "}}))
    return folder


def _table(words: dict[str, int]) -> np.ndarray:
    table = np.zeros((len(words), len(MEANINGS) + 1), dtype=np.float32)
    table[0, -1] = 0.01
    for dimension, same in enumerate(MEANINGS):
        for word in same:
            table[words[word], dimension] = 1
    return table


def _network(table: np.ndarray) -> onnx.ModelProto:
    """Tokens in, one row of the table for each out: (texts, tokens, dimensions), as an encoder's last hidden state."""
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    hidden = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["texts", "tokens", table.shape[1]])
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("Cast", ["attention_mask"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["floats", "last"], ["mask"]),
        helper.make_node("Mul", ["rows", "mask"], ["last_hidden_state"]),
    ]
    constants = [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([2]), "last")]
    graph = helper.make_graph(nodes, "tiny", inputs, [hidden], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
