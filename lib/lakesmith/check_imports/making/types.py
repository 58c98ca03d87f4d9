"""Return the types of other tools as types of Spark."""

from __future__ import annotations

import re

from lakesmith.check_imports.drafts import NoCounterpartError
from lakesmith.spec.values.column_types import type_problem

# The names of PySpark's classes, and the common ones of SQL.
_NAMES = {
    "stringtype": "string", "booleantype": "boolean", "bytetype": "tinyint",
    "shorttype": "smallint", "integertype": "int", "longtype": "bigint",
    "floattype": "float", "doubletype": "double", "datetype": "date",
    "timestamptype": "timestamp", "timestampntztype": "timestamp_ntz",
    "binarytype": "binary", "text": "string", "varchar": "string", "char": "string",
    "character varying": "string", "integer": "int", "int4": "int", "int8": "bigint",
    "long": "bigint", "short": "smallint", "byte": "tinyint", "bool": "boolean",
    "real": "float", "float4": "float", "float8": "double",
    "double precision": "double", "timestamptz": "timestamp",
    "timestamp_tz": "timestamp", "timestamp_ltz": "timestamp",
    "timestamp with time zone": "timestamp", "timestamp without time zone": "timestamp_ntz",
}  # fmt: skip


def schema_type(text: str) -> str:
    """Return a type of another tool as a type of Spark.

    Parameters
    ----------
    text : str
        Of PySpark or SQL, in any case.

    Raises
    ------
    NoCounterpartError
        When Spark has no such type.

    Examples
    --------
    >>> schema_type("LongType"), schema_type("VARCHAR(20)"), schema_type("DECIMAL(8, 2)")
    ('bigint', 'string', 'decimal(8,2)')
    >>> schema_type("int64")
    Traceback (most recent call last):
    ...
    lakesmith.check_imports.drafts.NoCounterpartError: 'int64' is no type of Spark
    """
    lowered = " ".join(text.lower().split())
    decimals = re.fullmatch(
        r"(?:decimal(?:type)?|numeric) ?\( ?(\d+) ?, ?(\d+) ?\)", lowered
    )
    if decimals:
        return f"decimal({decimals.group(1)},{decimals.group(2)})"
    bare = re.sub(r"^((?:var)?char|character varying) ?\(\d+\)$|\(\)$", r"\1", lowered)
    kind = _NAMES.get(bare, bare)
    if type_problem(kind):
        raise NoCounterpartError(f"'{text}' is no type of Spark")
    return kind
