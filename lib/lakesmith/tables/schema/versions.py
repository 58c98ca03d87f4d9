"""Keep the earlier columns of a table in its properties, so that old readers can use views.

The log forgets its old schemas after a month; properties stay, go back with a RESTORE, and are read
without a scan.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, TimestampNTZType

from lakesmith.column_refs import null
from lakesmith.columns import HIDDEN, SEQ, quoted
from lakesmith.tables.schema.diff import new_names
from lakesmith.transforms.values.casting import cast_or_null

if TYPE_CHECKING:
    from lakesmith.tables.schema.diff import Change, Fields

PREFIX = "lakesmith.schema.v"


@dataclass(frozen=True)
class Shape:
    """Describe columns that a table had, and what they became.

    `became` is a digest of the columns after it.
    """

    columns: Mapping[str, str]
    renamed: Mapping[str, str]
    became: str


def digest_of(fields: Fields) -> str:
    """Return a digest of columns and types, in any order.

    Examples
    --------
    >>> digest_of({"a": "int", "b": "date"}) == digest_of({"b": "date", "a": "int"})
    True
    """
    text = json.dumps(fields, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def shapes_of(properties: Mapping[str, str]) -> tuple[Shape, ...]:
    """Read the shapes from the properties of a table, oldest first.

    Examples
    --------
    >>> kept = shape_property({}, {"a": "int"}, {"a": "bigint"}, [])
    >>> [shape.columns for shape in shapes_of({**kept, "delta.appendOnly": "true"})]
    [{'a': 'int'}]
    """
    numbers = [
        int(name.removeprefix(PREFIX)) for name in properties if name.startswith(PREFIX)
    ]
    texts = [properties[f"{PREFIX}{number}"] for number in sorted(numbers)]
    return tuple(Shape(**json.loads(bytes.fromhex(text))) for text in texts)


def shape_property(
    properties: Mapping[str, str], have: Fields, want: Fields, moved: Iterable[Change]
) -> dict[str, str]:
    """Return the property that keeps the shape which ends now.

    Parameters
    ----------
    properties : mapping of str to str
        Of the table, before the change.
    have, want : mapping of str to str
        Its columns before and after.
    moved : iterable of Change
        Those that are renames count.

    Notes
    -----
    A change that was begun and not ended left its property behind. It is found by what it was to
    become, and the table between the two is not a shape.

    Examples
    --------
    >>> shape_property({}, {"a": "int"}, {"a": "bigint"}, []).keys()
    dict_keys(['lakesmith.schema.v1'])
    """
    shapes = shapes_of(properties)
    renamed = new_names(moved)
    became = digest_of(want)
    number = len(shapes)
    if shapes and shapes[-1].became != digest_of(have):
        begun = shapes[-1]
        ended = Shape(
            begun.columns,
            renamed={**begun.renamed, **renamed},
            became=became,
        )
    else:
        number += 1
        ended = Shape(dict(have), renamed, became)
    return {f"{PREFIX}{number}": _text(ended)}


def _text(shape: Shape) -> str:
    """Write a schema in digits, since Spark hides properties that contain ``token`` or ``url``."""
    return json.dumps(shape.__dict__).encode().hex()


def in_shape(rows: DataFrame, shapes: Sequence[Shape], number: int) -> DataFrame:
    """Return rows in an earlier shape of their table.

    Parameters
    ----------
    rows : DataFrame
        The table's rows as they are now.
    shapes : sequence of Shape
        All that it had, oldest first.
    number : int
        Which one, from 1.

    Returns
    -------
    DataFrame
        *Columns*: those of the shape without hidden ones: under their old names, in their old types
        (NULL where a value does not fit), NULL where the table has lost one.

    Examples
    --------
    >>> shapes = [Shape({"id": "int", "note": "string"}, {}, "")]
    >>> in_shape(spark.range(2), shapes, 1).collect()
    [Row(id=0, note=None), Row(id=1, note=None)]
    """
    later = shapes[number - 1 :]
    columns = _shown(later[0])
    return rows.select(
        *[_in_shape(rows, later, name, kind) for name, kind in columns.items()]
    )


def _shown(shape: Shape) -> dict[str, str]:
    """Return the columns of a shape that readers see."""
    return {name: kind for name, kind in shape.columns.items() if not _is_hidden(name)}


def _is_hidden(name: str) -> bool:
    return name in HIDDEN or name.startswith(f"{SEQ}.")


def _in_shape(rows: DataFrame, shapes: Sequence[Shape], name: str, kind: str) -> Column:
    names = [name]
    for shape in shapes:
        last = names[-1]
        names.append(shape.renamed.get(last, last))

    wanted = DataType.fromDDL(kind)
    now = next((later for later in reversed(names) if later in rows.columns), None)
    if now is None:
        return null(wanted).alias(name)
    value = F.col(quoted(now))
    held = rows.schema[now].dataType
    if held != wanted:
        value = _as_before(value, held, wanted)
    return value.alias(name)


def _as_before(value: Column, held: DataType, wanted: DataType) -> Column:
    """Return a value as the type that it had, NULL where that type does not hold it."""
    before = cast_or_null(value, held, wanted)
    if isinstance(held, TimestampNTZType) and isinstance(wanted, DateType):
        return F.when(before.cast(held) == value, before)
    return before


def shape_views(rows: DataFrame, properties: Mapping[str, str]) -> dict[str, DataFrame]:
    """Return a frame for each shape of a table up to the one that its rows have, by its suffix.

    Parameters
    ----------
    rows : DataFrame
        Visible rows, in the shape that is published.
    properties : mapping of str to str
        Of the newest version of the table, which may be further.

    Returns
    -------
    dict of str to DataFrame
        ``v1``, ``v2`` and so on; the last one are the rows as they are.
    """
    shapes = shapes_of(properties)
    kinds = {field.name: field.dataType.simpleString() for field in rows.schema.fields}
    shown = [_shown(shape) for shape in shapes]
    now = len(shapes) + 1
    # The published rows may still have an earlier shape.
    if kinds in shown:
        now = shown.index(kinds) + 1
    views: dict[str, DataFrame] = {}
    for number in range(1, now):
        views[f"v{number}"] = in_shape(rows, shapes, number)

    views[f"v{now}"] = rows
    return views
