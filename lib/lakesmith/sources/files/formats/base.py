"""Define what a format of files is, and look formats up by name."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from pyspark.sql import DataFrame, SparkSession

from lakesmith.sources.files.heads import read_head

if TYPE_CHECKING:
    from lakesmith.sources.files.listing import FileEntry
    from lakesmith.spec.model.source import FilesSource

COMPRESSED = (".gz", ".bz2", ".deflate", ".zst", ".snappy", ".lz4", ".xz")


class FileFormat(Protocol):
    """A format of files, whose rows become text.

    A new format subclasses it in a module of its own, and is registered under its `name`.

    Notes
    -----
    `name` is the `format` of a source. `may_lack_fields` says that a row may lack a declared
    column without a word of it in the file, so that `read` adds ``_arrived``.
    `packs_itself` says that the ending of a file is not how it is packed.
    """

    name: ClassVar[str]
    may_lack_fields: ClassVar[bool] = False
    packs_itself: ClassVar[bool] = False

    @abstractmethod
    def reason_to_park(
        self, spark: SparkSession, source: FilesSource, path: str
    ) -> str:
        """Return why a file cannot be read as declared, or an empty text when it can."""

    @abstractmethod
    def read(
        self, spark: SparkSession, source: FilesSource, paths: Sequence[str]
    ) -> DataFrame:
        """Return the rows of files.

        Returns
        -------
        DataFrame
            *Columns*: the declared columns STRING, ``_rescued`` STRING (NULL when nothing was
            rescued) and ``_source_file`` STRING.
        """

    def estimated_rows(
        self, spark: SparkSession, source: FilesSource, file: FileEntry
    ) -> int:
        """Return about how many rows a file has, by the lines it begins with."""
        head = read_head(spark, file.path)
        return file.size * head.count(b"\n") // max(len(head), 1)

    def max_rows(
        self, source: FilesSource, paths: Sequence[str], size: int
    ) -> int | None:
        """Return how many rows files have at most, or None when that is not known."""
        if any(path.endswith(COMPRESSED) for path in paths):
            return None
        return size // self.shortest_row(source)

    def shortest_row(self, source: FilesSource) -> int:
        """Return the bytes that any complete row has, which are its delimiters and its line end."""
        return len(source.columns)

    def row_count(self, paths: Sequence[str]) -> int | None:
        """Return how many rows files must give, or None when only reading them can tell."""
        return None


_formats: dict[str, FileFormat] = {}


def file_format(kind: type[FileFormat]) -> type[FileFormat]:
    """Register a format under its name."""
    _formats[kind.name] = kind()
    return kind


def format_of(source: FilesSource) -> FileFormat:
    """Return the format of a source.

    Examples
    --------
    >>> from lakesmith.sources.files.formats import format_of
    >>> from lakesmith.spec.model import FilesSource
    >>> format_of(FilesSource(format="csv", path="in", columns=("id",))).name
    'csv'
    """
    return _formats[source.format]
