"""The tables of docs/types.md against the casts that they describe."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StringType

from lakesmith.spec.values.times import read_date, read_instant, read_wall_clock
from lakesmith.testing import frame
from lakesmith.transforms.values.casting import cast_or_null

PAGE = Path(__file__).parents[1] / "docs" / "types.md"
LINE = re.compile(r"\| `([^`]+)` \| (?:`([^`]+)`)? ?\| `(\"[^`]*\")` \| (NULL|`[^`]*`) \|")
READERS = {"date": read_date, "timestamp": read_instant, "timestamp_ntz": read_wall_clock}
Line = tuple[str, str, str, str | None]


def lines() -> list[Line]:
    """Return type, format, text and value of each line of the long table."""
    found = [LINE.fullmatch(line) for line in PAGE.read_text(encoding="utf-8").splitlines() if '"' in line[:60]]
    return [_line(match) for match in found if match is not None]


def _line(match: re.Match[str]) -> Line:
    kind, pattern, text, said = match.groups()
    value = None if said == "NULL" else said.strip("`")
    is_quoted = value is not None and kind in ("string", "binary")
    return kind, pattern or "", json.loads(text), json.loads(value or "") if is_quoted else value


def test_every_line_of_the_page_is_what_the_cast_gives(spark: SparkSession) -> None:
    documented = lines()
    rows = [(at, kind, pattern, text) for at, (kind, pattern, text, _) in enumerate(documented)]
    df = frame(spark, "at int, kind string, pattern string, text string", rows)
    found = df.select("at", F.coalesce(*[_cast(*way) for way in sorted({row[1:3] for row in rows})]).alias("value"))
    values = {row["at"]: row["value"] for row in found.collect()}
    wrong = [(line, values[at]) for at, line in enumerate(documented) if values[at] != line[3]]
    assert wrong == []


def _cast(kind: str, pattern: str) -> Column:
    typed = cast_or_null(F.col("text"), StringType(), DataType.fromDDL(kind), pattern or None)
    return F.when((F.col("kind") == kind) & (F.col("pattern") == pattern), typed.cast("string"))


def test_the_page_has_every_type() -> None:
    kinds = {line[0].partition("(")[0] for line in lines()}
    assert kinds >= {
        "string", "boolean", "tinyint", "smallint", "int", "bigint", "decimal", "float", "double",
        "date", "timestamp", "timestamp_ntz", "binary",
    }  # fmt: skip
    assert len(lines()) > 200


def test_specs_read_dates_and_times_as_data_are_read() -> None:
    documented = [line for line in lines() if line[0] in READERS and not line[1]]
    wrong = [
        line for line in documented if _is_read(line[0], line[2]) != (line[3] is not None and _may_be_in_spec(line))
    ]
    assert wrong == []


def _is_read(kind: str, text: str) -> bool:
    try:
        READERS[kind](text)
    except ValueError:
        return False
    return True


def _may_be_in_spec(line: Line) -> bool:
    """Tell whether a date comes without a time of day."""
    return line[0] != "date" or ":" not in line[2]
