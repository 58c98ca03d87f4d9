"""Judge and read text files whose lines are taken apart by a pattern."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.column_refs import null
from lakesmith.sources.files.csv_records import is_no_text, read_line_records
from lakesmith.sources.files.encodings import UTF16_BOMS
from lakesmith.sources.files.formats.base import FileFormat, file_format
from lakesmith.sources.files.heads import read_head
from lakesmith.sources.files.text_lines import rescue_line
from lakesmith.spec.values.line_patterns import (
    fixed_pattern,
    group_numbers,
    pattern_of,
    without_names,
)

if TYPE_CHECKING:
    from lakesmith.spec.model.source import FilesSource

# No line that is read has this character.
_MARK = "\x00"


class Lines(FileFormat):
    """Files whose lines have the fields of a pattern. A line that does not fit it is rescued."""

    @abstractmethod
    def pattern(self, source: FilesSource) -> str:
        """Return the pattern of a line, whose groups have numbers."""

    @abstractmethod
    def numbers(self, source: FilesSource) -> Mapping[str, int]:
        """Return the group of each declared column."""

    def value(self, text: Column) -> Column:
        """Return the value that the text of a group stands for. An empty text is NULL."""
        return F.nullif(text, F.lit(""))

    def reason_to_park(
        self, spark: SparkSession, source: FilesSource, path: str
    ) -> str:
        """Return why a file has no lines of single bytes, or an empty text."""
        is_wide = read_head(spark, path).startswith(UTF16_BOMS)
        return "the file is UTF-16: land it as UTF-8" if is_wide else ""

    def read(
        self, spark: SparkSession, source: FilesSource, paths: Sequence[str]
    ) -> DataFrame:
        """Return the fields of the lines.

        *Columns*: the declared columns STRING (an empty group is NULL), ``_rescued`` STRING (the
        whole line under ``_corrupt_record`` where it does not fit, else NULL), ``_source_file``
        STRING.
        """
        numbers = self.numbers(source)
        line = F.col("value")
        groups = _groups(line, self.pattern(source), list(numbers.values()))
        fields = F.when(~is_no_text(line, source), groups)
        lines = read_line_records(spark, source, paths)
        parsed = lines.withColumn("fields", fields)
        columns: list[Column] = []
        for position, name in enumerate(numbers, 1):
            text = F.get("fields", F.lit(position))
            columns.append(self.value(text).alias(name))
        fits = F.coalesce(F.size("fields"), F.lit(0)) == len(numbers) + 1
        rescued = F.when(fits, null("string")).otherwise(rescue_line(line))
        return parsed.select(*columns, rescued.alias("_rescued"), "_source_file")


@file_format
class Log(Lines):
    """Lines of a log, whose pattern names its groups."""

    name = "log"

    def pattern(self, source: FilesSource) -> str:
        """Return the pattern of the source."""
        return without_names(_line_pattern(source))

    def numbers(self, source: FilesSource) -> Mapping[str, int]:
        """Return the groups that have the names of columns."""
        numbers = group_numbers(_line_pattern(source))
        by_name = {name.lower(): number for name, number in numbers.items()}
        return {name: by_name[name.lower()] for name in source.columns}

    def shortest_row(self, source: FilesSource) -> int:
        """Return the bytes of a character and a line end."""
        return len("x\n")


@file_format
class FixedWidth(Lines):
    """Lines whose fields have so many characters each, filled up with blanks."""

    name = "fixed_width"

    def pattern(self, source: FilesSource) -> str:
        """Return a group of so many characters for each column."""
        return fixed_pattern(source.widths)

    def numbers(self, source: FilesSource) -> Mapping[str, int]:
        """Return the columns in their order."""
        return {name: number for number, name in enumerate(source.columns, 1)}

    def value(self, text: Column) -> Column:
        """Return the text without the blanks that fill it up. Blanks only are NULL."""
        return super().value(F.trim(text))

    def shortest_row(self, source: FilesSource) -> int:
        """Return the characters of all fields but the last, and a line end."""
        return sum(source.widths[:-1]) + 1


def _line_pattern(source: FilesSource) -> str:
    return pattern_of(source.line_pattern or "")


def _groups(line: Column, pattern: str, numbers: Sequence[int]) -> Column:
    """Return the groups behind an empty text, or one text where a line does not fit.

    The whole line is matched once, and its groups are put between marks that no text has.
    """
    whole = rf"\A(?:{pattern})\z"
    marked = "".join(f"{_MARK}${number}" for number in numbers)
    text = F.regexp_replace(line, F.lit(whole), F.lit(marked))
    return F.split(text, _MARK)
