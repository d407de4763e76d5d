"""Real translated news through the whole product: import, fold, query, score."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, text

from flows.import_file import import_file
from flows.wiring import Environment


def test_translated_news_folds_with_precision_and_recall(
    eval_folder: Path, environment: Callable[..., Environment], engine: Engine, tmp_path: Path
) -> None:
    truth = eval_folder / "translations-dev.jsonl"
    import_file(environment(), truth)
    with engine.connect() as conn:
        rows = conn.execute(text("select url, story_id from news.articles")).all()
    (tmp_path / "stories.csv").write_text("url,story_id\n" + "".join(f"{url},{story}\n" for url, story in rows))

    scorer = [sys.executable, str(eval_folder / "score_stories.py"), str(truth), str(tmp_path / "stories.csv")]
    score = json.loads(subprocess.run(scorer, check=True, capture_output=True, text=True).stdout)

    assert score["missing"] == 0
    assert score["all"]["precision"] >= 0.97
    assert score["all"]["f1"] >= 0.80
