"""What all tables share: the schema, names of constraints, types by annotation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Double,
    LargeBinary,
    MetaData,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlalchemy.orm import DeclarativeBase


def one_of(column: str, values: tuple[str, ...] | list[str]) -> str:
    return f"{column} in ({', '.join(repr(str(value)) for value in values)})"


class Base(DeclarativeBase):
    """Types by annotation: `timestamptz`, `text`, `bigint`."""

    metadata = MetaData(
        schema="ingest",
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_ix",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "pk": "%(table_name)s_pkey",
        },
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it from the class
        int: BigInteger,
        str: Text,
        float: Double,
        bytes: LargeBinary,
        datetime: DateTime(timezone=True),
        date: Date,
        dict[str, Any]: JSONB,
        list[Any]: JSON,
        list[int]: ARRAY(BigInteger),
        list[str]: ARRAY(Text),
    }
