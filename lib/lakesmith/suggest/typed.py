"""Type the columns of a sample, and describe their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lakesmith.spec.values.times import (
    read_date,
    read_instant,
    read_wall_clock,
)
from lakesmith.suggest.text_types import type_of_text
from lakesmith.types import FLOATS, WHOLE, family

if TYPE_CHECKING:
    from lakesmith.suggest.sample import Sample

# Suggestions on fewer values are written as comments.
FEW = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = _EPOCH.resolution


@dataclass(frozen=True)
class TypedColumn:
    """A column with its suggested type.

    Parameters
    ----------
    name : str
    stored : str
        The type that it has.
    kind : str
        The type that is suggested.
    read_as : str
        The type that its text has, also where too few values show it.
    values : tuple
        Those that are there: numbers as Decimal or float, dates as days and timestamps as
        microseconds since 1970.
    rows : int
    is_secret : bool
    """

    name: str
    stored: str
    kind: str
    read_as: str
    values: tuple[Any, ...]
    rows: int
    is_secret: bool = False

    @property
    def nulls(self) -> int:
        """Rows without a value."""
        return self.rows - len(self.values)

    @property
    def has_many(self) -> bool:
        """True where enough rows have a value."""
        return len(self.values) >= FEW

    @cached_property
    def distinct(self) -> int:
        """How many different values there are."""
        return len(set(self.values))

    @property
    def is_unique(self) -> bool:
        """True where no two rows have the same value."""
        all_differ = self.distinct == self.rows
        return self.rows > 1 and all_differ


def typed_columns(sample: Sample) -> list[TypedColumn]:
    """Return the columns of a sample, without those that Lakesmith or a source adds.

    Examples
    --------
    >>> from lakesmith.suggest.sample import Sample
    >>> rows = [{"id": str(number), "_batch_id": 1} for number in range(100)]
    >>> (column,) = typed_columns(Sample("a", {"id": "string", "_batch_id": "bigint"}, rows))
    >>> column.kind, column.distinct, column.nulls
    ('int', 100, 0)
    """
    return [
        _typed(sample, name, kind)
        for name, kind in sample.kinds.items()
        if not name.startswith("_")
    ]


def _typed(sample: Sample, name: str, stored: str) -> TypedColumn:
    found = (row[name] for row in sample.rows)
    given = [value for value in found if value is not None]
    read_as = kind = stored
    if stored == "string":
        read_as, kind, given = _read_text(given)
    values = [_normal(value, kind) for value in given]
    return TypedColumn(
        name=name,
        stored=stored,
        kind=kind,
        read_as=read_as,
        values=tuple(values),
        rows=len(sample.rows),
        is_secret=name in sample.secret,
    )


def _read_text(texts: Sequence[str]) -> tuple[str, str, list[str]]:
    """Return what text is read as, its type, and the texts that are values of it."""
    filled = [text for text in texts if text.strip()]
    read_as = type_of_text(filled)
    if read_as == "string" or len(filled) < FEW:
        return read_as, "string", [*texts]
    return read_as, read_as, filled


def _normal(value: Any, kind: str) -> Any:
    if isinstance(value, str):
        return _from_text(value, kind)
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=timezone.utc)
        return (moment - _EPOCH) // _MICROSECOND
    if isinstance(value, date):
        return value.toordinal() - _EPOCH.toordinal()
    if kind in WHOLE:
        return Decimal(value)
    return value if _is_hashable(value) else str(value)


def _from_text(text: str, kind: str) -> Any:
    if kind in WHOLE or family(kind) == "decimal":
        return Decimal(text)
    if kind in FLOATS:
        return float(text)
    if kind == "boolean":
        return text.lower() in ("true", "yes")
    if kind not in _TIMES:
        return text
    return _TIMES[kind](text)


def _is_hashable(value: Any) -> bool:
    return not isinstance(value, list | dict)


_TIMES: dict[str, Callable[[str], int]] = {
    "date": read_date,
    "timestamp": read_instant,
    "timestamp_ntz": read_wall_clock,
}
