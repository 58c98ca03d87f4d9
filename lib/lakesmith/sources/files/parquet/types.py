"""Find the columns of a Parquet file that Spark does not read, or reads as other values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.sources.files.parquet.footers import Footer

# Spark's names for where a row comes from. It reads its own values in place of such a column.
OF_SPARK = frozenset(("_metadata", "_tmp_metadata_row_index"))
MOST_DIGITS = 38
LONG_DIGITS = 18
AS_TEXT = "write text"
# Logical types that Spark reads. All others are refused by name.
READ = frozenset((
    "NONE", "STRING", "ENUM", "JSON", "BSON", "DECIMAL", "DATE", "INT", "TIMESTAMP", "UNKNOWN",
))  # fmt: skip
INSTEAD = {"FLOAT16": "write FLOAT"}
# Spark 4.2 shifts the bytes of such values when the page is not compressed, without an error.
SHIFTED = frozenset(("DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"))
# Pages of this writer are read right, as the tests show.
UNSHIFTED_WRITER = "parquet-cpp-arrow"


_SPARK_SCHEMA = b"org.apache.spark.sql.parquet.row.metadata"
# The types whose values another type of Spark would read as others.
_ARROW_TYPES = {
    "double": "double",
    "float": "float",
    "byte": "int8",
    "short": "int16",
    "integer": "int32",
    "long": "int64",
}


def type_problem(footer: Footer) -> str:
    """Return which columns of a Parquet file Spark does not read right, or an empty text.

    The text names each column with its type in the file, and says what to write instead.
    """
    schema = footer.metadata.schema
    problems: dict[str, list[str]] = {}
    for index in range(len(schema)):
        column = schema.column(index)
        chunks = _chunks(footer, index)
        for problem in _problems(footer, column, chunks):
            names = problems.setdefault(problem, [])
            names.append(column.path)
    texts: list[str] = []
    for what, names in problems.items():
        listed = ", ".join(names)
        texts.append(f"column(s) {listed}: {what}")
    return "; ".join(texts)


def schema_problem(footer: Footer) -> str:
    """Return that Spark would read other columns than a file has, or an empty text.

    Spark takes its columns from a schema that it wrote into the footer, which other writers keep
    when they add or change a column.
    """
    written = (footer.metadata.metadata or {}).get(_SPARK_SCHEMA)
    if written is None:
        return ""
    of_spark = {field["name"]: field["type"] for field in json.loads(written)["fields"]}
    of_file = {
        field.name: str(field.type)
        for field in footer.metadata.schema.to_arrow_schema()
    }
    others = sorted(of_spark.keys() ^ of_file.keys())
    others += sorted(
        name
        for name in of_spark.keys() & of_file.keys()
        if _ARROW_TYPES.get(str(of_spark[name]), of_file[name]) != of_file[name]
    )
    if not others:
        return ""
    return (
        f"the schema of Spark in its footer has column(s) {', '.join(others)} otherwise than the"
        " file: write it without that schema (pyarrow: table.replace_schema_metadata())"
    )


def name_problem(names: Iterable[str]) -> str:
    """Return which columns of a Parquet file have a name that Spark takes, or an empty text.

    Examples
    --------
    >>> name_problem(["id", "_source_file"])
    ''
    >>> name_problem(["id", "_Metadata"])
    'column(s) _Metadata: Spark reads its own values under this name: rename the column'
    """
    taken = [name for name in names if name.lower() in OF_SPARK]
    if not taken:
        return ""
    what = "Spark reads its own values under this name: rename the column"
    return f"column(s) {', '.join(taken)}: {what}"


def byte_array_decimals(footer: Footer) -> set[str]:
    """Return the top-level columns with decimals of up to 18 digits as byte arrays.

    Spark reads these only as decimals of more digits.
    """
    schema = footer.metadata.schema
    columns = [schema.column(index) for index in range(len(schema))]
    paths = [column.path for column in columns if _is_short(column)]
    return {path.partition(".")[0] for path in paths}


def _is_short(column: Any) -> bool:
    is_decimal = column.logical_type.type == "DECIMAL"
    is_bytes = column.physical_type == "BYTE_ARRAY"
    is_short = column.precision <= LONG_DIGITS
    return bool(is_decimal and is_bytes and is_short)


def _chunks(footer: Footer, index: int) -> list[Any]:
    metadata = footer.metadata
    groups = range(metadata.num_row_groups)
    return [metadata.row_group(group).column(index) for group in groups]


def _problems(footer: Footer, column: Any, chunks: Sequence[Any]) -> Iterator[str]:
    """Yield what is wrong with a column, and what to write instead."""
    kind = _logical_type(column)
    logical_type = json.loads(column.logical_type.to_json())
    if "nanoseconds" in logical_type.values():
        yield _unread(f"{kind} in nanoseconds", "write microseconds")
    elif kind not in READ:
        yield _unread(kind, INSTEAD.get(kind, AS_TEXT))
    elif kind == "DECIMAL" and column.precision > MOST_DIGITS:
        instead = f"write at most {MOST_DIGITS} digits, or text"
        yield _unread(f"DECIMAL of {column.precision} digits", instead)
    encodings = {encoding for chunk in chunks for encoding in chunk.encodings}
    if "BYTE_STREAM_SPLIT" in encodings:
        yield _unread("encoded as BYTE_STREAM_SPLIT", "write another encoding")
    yield from _shifted(footer, chunks)


def _shifted(footer: Footer, chunks: Sequence[Any]) -> Iterator[str]:
    plain = [chunk for chunk in chunks if chunk.compression == "UNCOMPRESSED"]
    encodings = {encoding for chunk in plain for encoding in chunk.encodings}
    if footer.metadata.created_by.startswith(UNSHIFTED_WRITER):
        return
    for encoding in sorted(SHIFTED & encodings):
        yield (
            f"{encoding} without compression, which Spark reads as other values:"
            " compress the file, or write another encoding"
        )


def _unread(what: str, instead: str) -> str:
    return f"{what}, which Spark does not read: {instead}"


def _logical_type(column: Any) -> str:
    """Return the logical type. That of an INTERVAL is not known to pyarrow."""
    kind = str(column.logical_type.type)
    is_bytes = column.physical_type == "FIXED_LEN_BYTE_ARRAY"
    return "INTERVAL" if kind == "UNKNOWN" and is_bytes else kind
