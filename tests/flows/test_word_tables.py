"""Word tables in files: the same fingerprints as without, whatever is in the folder."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from fcntl import LOCK_EX, flock
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr
from sqlalchemy import URL

from db.engine import libpq_url
from flows import word_tables as word_tables_module
from flows.making import Matter, mark
from flows.wiring import open_environment, word_tables
from flows.word_tables import kept_background, kept_list
from pipeline.fold.near.shingles import hash64
from pipeline.fold.translation.background import background
from pipeline.fold.translation.listed import pack
from pipeline.settings import Settings

# A short list, so that it is made in no time.
LIST = "vi"
HEAD = 24
KEYS = [b"l:president", b"l:kowalczyk", b"s:krnt", b"c:krnt", b"h:lianbang", b"n:1818.68"]
HASHES = [hash64(key.decode()) for key in KEYS]
TEXTS = {
    "vi": "Thủ tướng Kowalczyk gặp 1.818 công nhân ở Hà Nội và Washington trong tuần này.",
    "zh": "特朗普总统在华盛顿会见了伊万诺夫，双方讨论了3500万美元的协议。",
    "cmn": "特朗普总统在华盛顿会见了伊万诺夫，双方讨论了3500万美元的协议。",
    "en": "The president met Kowalczyk in Washington and spoke of 1,818.68 million euros.",
    "xx": "The president met Kowalczyk in Washington and spoke of 1,818.68 million euros.",
    "english": "The president met Kowalczyk in Washington and spoke of 1,818.68 million euros.",
}
LISTS = {"vi": "vi", "zh": "zh", "cmn": "zh"}
SAYS_RARITIES = f"""
import sys
from pathlib import Path
import numpy as np
from flows.word_tables import kept_background
print(kept_background(Path(sys.argv[1]), {LIST!r}).rarities(np.array({KEYS}), np.array({HASHES}), 300).tolist())
"""


@pytest.fixture(scope="module")
def table() -> bytes:
    return pack(LIST)


def expected() -> str:
    return str(background(LIST).rarities(np.array(KEYS), np.array(HASHES), 300).tolist())


def tables(folder: Path) -> dict[str, Path]:
    """What is in a folder besides the locks of those who make tables."""
    return {path.name: path for path in folder.iterdir() if path.suffix != ".lock"}


def rarities_here(folder: Path) -> str:
    return str(kept_background(folder, LIST).rarities(np.array(KEYS), np.array(HASHES), 300).tolist())


def in_processes(folder: Path, count: int) -> list[str]:
    """What each of some processes finds that start at once."""
    command = [sys.executable, "-c", SAYS_RARITIES, str(folder)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    return [process.communicate()[0].strip() for process in started]


@pytest.mark.parametrize("language", [*TEXTS, None])
def test_fingerprints_are_the_same_with_a_new_table_a_kept_one_and_none(tmp_path: Path, language: str | None) -> None:
    matter = Matter(TEXTS[language or "en"], (), "A title", language)
    marks = []
    for _ in range(2):
        kept_background.cache_clear()
        kept_list.cache_clear()
        marks.append(mark(matter, partial(kept_background, tmp_path)))
        assert set(tables(tmp_path)) == {LISTS.get(language or "", "en")}

    assert marks == [mark(matter)] * 2


def test_a_table_that_is_there_is_read_and_none_made(tmp_path: Path, table: bytes) -> None:
    # A sound table in which other words than the listed ones are rarer than they are.
    rest = struct.pack("=d", 0.01) + table[HEAD + 8 :]
    another = table[:16] + struct.pack("=I4x", zlib.crc32(rest)) + rest
    (tmp_path / LIST).write_bytes(another)

    [found] = in_processes(tmp_path, 1)

    assert found.startswith("[")
    assert found != expected()
    assert (tmp_path / LIST).read_bytes() == another


def damaged_tables(table: bytes) -> dict[str, bytes]:
    return {
        "empty": b"",
        "text": b"no table",
        "half": table[: len(table) // 2],
        "short": table[:-16],
        "long": table + bytes(16),
        "damaged": table[:-1] + bytes([table[-1] ^ 1]),
        "of another version": bytes([table[0] ^ 1]) + table[1:],
        "of another list": pack("ms"),
    }


def test_what_is_no_table_of_the_list_is_made_anew(tmp_path: Path, table: bytes) -> None:
    for name, content in damaged_tables(table).items():
        (tmp_path / name).mkdir()
        (tmp_path / name / LIST).write_bytes(content)

        assert rarities_here(tmp_path / name) == expected(), name
        assert (tmp_path / name / LIST).read_bytes() == table, name


def test_a_folder_that_cannot_be_written_to_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "words" / LIST).mkdir(parents=True)

    assert rarities_here(tmp_path / "file" / "words") == expected()
    assert rarities_here(tmp_path / "words") == expected()
    assert list(tables(tmp_path / "words")) == [LIST]


def test_several_processes_may_make_a_table_at_once(tmp_path: Path, table: bytes) -> None:
    (tmp_path / LIST).write_bytes(table[:-16])

    assert in_processes(tmp_path, 3) == [expected()] * 3
    assert {name: path.read_bytes() for name, path in tables(tmp_path).items()} == {LIST: table}


def test_of_processes_that_start_at_once_one_makes_the_table(tmp_path: Path) -> None:
    says_whether_it_makes = """
import sys
from pathlib import Path
from flows import word_tables
make, made = word_tables.pack, []
word_tables.pack = lambda name: made.append(name) or make(name)
word_tables.kept_list(Path(sys.argv[1]), sys.argv[2])
print(len(made))
"""
    command = [sys.executable, "-c", says_whether_it_makes, str(tmp_path), LIST]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]

    assert sum(int(process.communicate()[0]) for process in started) == 1


def test_a_table_that_another_process_does_not_get_done_with_is_made_without_waiting_for_ever(
    tmp_path: Path, table: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_tables_module, "LONGEST_TURN_SECONDS", 0.1)
    with (tmp_path / f"{LIST}.lock").open("w") as lock:
        flock(lock, LOCK_EX)

        assert rarities_here(tmp_path) == expected()
    assert (tmp_path / LIST).read_bytes() == table


def test_a_run_keeps_its_tables_in_the_home_folder(database: URL, tmp_path: Path) -> None:
    settings = Settings(database_url=SecretStr(libpq_url(database)), home=tmp_path / "home", extraction_workers=1)
    matter = Matter(TEXTS["vi"], (), None, "vi")
    with open_environment(settings) as env:
        [found] = env.mark([matter])

    assert found == mark(matter)
    assert list(tables(word_tables(settings))) == [LIST]
