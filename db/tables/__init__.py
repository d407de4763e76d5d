"""The tables of schema `ingest`. They may change with any migration; users read the views of schema `news`.

Each promise is a constraint. The migrations say the same in SQL, and a test compares the two.
"""

from __future__ import annotations

from db.tables import archives, articles, folding, notices, pages, reprocess, sources
from db.tables.base import Base

__all__ = ["Base", "archives", "articles", "folding", "notices", "pages", "reprocess", "sources"]
