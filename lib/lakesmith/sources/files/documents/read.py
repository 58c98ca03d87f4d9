"""Read files whose records a parser finds on the executors."""

from __future__ import annotations

import bz2
import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO, Any, TypeAlias

import pyarrow as pa  # type: ignore[import-untyped]
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.paths import literal_path

Parser: TypeAlias = Callable[[Iterable[bytes]], Iterator[str]]
PIECE = 1 << 16
# Records of one batch on the way to the JVM.
RECORDS = 1024
_SCHEMA = "value STRING, _source_file STRING"
_UNPACKERS: Mapping[str, Callable[[IO[bytes]], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
}


class UnreadableError(ValueError):
    """Tell why a file cannot be read whole."""


def read_documents(
    spark: SparkSession, paths: Sequence[str], parser: Parser
) -> DataFrame:
    """Read the records of files as JSON text.

    Parameters
    ----------
    spark : SparkSession
    paths : sequence of str
    parser : callable
        Returns the records of a file, whose unpacked bytes it gets in pieces.

    Returns
    -------
    DataFrame
        *Columns*: exactly ``value`` and ``_source_file`` STRING.

    Notes
    -----
    A task holds the bytes of a file, and its records in parts. The parser runs in Python, since no
    expression of Spark finds all that is in such a file.
    """
    names = [literal_path(path) for path in paths]
    files = (
        spark.read.format("binaryFile")
        .load(names)
        .select("content", F.col("_metadata.file_path").alias("_source_file"))
    )

    def parsed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for file in batch.to_pylist():
                yield from _batches(file["content"], file["_source_file"], parser)

    return files.mapInArrow(parsed, _SCHEMA)


def _batches(content: bytes, path: str, parser: Parser) -> Iterator[pa.RecordBatch]:
    records = parser(pieces_of(io.BytesIO(content), path))
    while values := _some(records):
        columns = [values, [path] * len(values)]
        yield pa.RecordBatch.from_arrays(
            [pa.array(column, pa.string()) for column in columns],
            names=["value", "_source_file"],
        )


def _some(records: Iterator[str]) -> list[str]:
    return [*islice(records, RECORDS)]


def pieces_of(stream: IO[bytes], path: str) -> Iterator[bytes]:
    """Return the bytes of a file in pieces, unpacked by its ending.

    Examples
    --------
    >>> list(pieces_of(io.BytesIO(gzip.compress(b"<a/>")), "in/a.xml.gz"))
    [b'<a/>']
    """
    unpack = next((of for end, of in _UNPACKERS.items() if path.endswith(end)), None)
    unpacked: IO[bytes] = unpack(stream) if unpack else stream
    try:
        yield from iter(lambda: unpacked.read(PIECE), b"")
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableError(f"the file is damaged or cut off: {error}") from error
