"""Hold hot keys as exact texts, so that they can be frozen, and give them as a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.errors import StepError
from lakesmith.spec.step_kinds.exact_values import exact_text
from lakesmith.transforms.joins.large.hot_keys import ROWS
from lakesmith.transforms.joins.large.keys import HOT, Key
from lakesmith.types import is_float

Declared = Sequence[Any]


@dataclass(frozen=True)
class HotKeys:
    """Hold the keys that many rows of a frame have.

    Parameters
    ----------
    on : tuple of str
        The columns of the key.
    values : tuple of tuple
        For each hot key the text of each column, None for NULL; most rows first.
    rows : tuple of int
        About how many rows have it.
    total : int
        Rows of the frame whose key may match.

    Examples
    --------
    >>> str(HotKeys(("customer",), (("17",),), (600,), 1000))
    "1 hot key of 'customer' with 60.0 % of 1,000 rows: 17"
    """

    on: tuple[str, ...]
    values: tuple[tuple[str | None, ...], ...] = ()
    rows: tuple[int, ...] = ()
    total: int = 0

    @property
    def share(self) -> float:
        """The share of the rows that have a hot key."""
        return sum(self.rows) / self.total if self.total else 0.0

    def __str__(self) -> str:
        """Return the keys in one line."""
        number = len(self.values)
        what = f"{number} hot key{'s' if number != 1 else ''}"
        names = ", ".join(self.on)
        shown = ", ".join("/".join(map(str, one)) for one in self.values[:5])
        rows = f"{self.share:.1%}".replace("%", " %")
        text = f"{what} of '{names}' with {rows} of {self.total:,} rows"
        return f"{text}: {shown}" if shown else text


def read_declared(declared: Declared, key: Key, step: str) -> HotKeys:
    """Read hot keys as a spec writes them.

    Parameters
    ----------
    declared : sequence
        Each a value, or a list with one value for each column of the key.
    key : Key
    step : str

    Raises
    ------
    StepError
        LS326, listing all keys that do not fit.

    Examples
    --------
    >>> key = Key({"customer": "int", "day": "date"})
    >>> read_declared([[17, "2024-1-2"]], key, "join_skewed").values
    (('17', '2024-01-02'),)
    """
    values = []
    problems = []
    for one in declared:
        try:
            values.append(_texts(one, key))
        except ValueError as error:
            problems.append(str(error))

    if problems:
        columns = [f"{name} {kind}" for name, kind in key.kinds.items()]
        hint = f"write one value for each of: {', '.join(columns)}"
        what = f"step '{step}' cannot take hot keys: {'; '.join(problems)}"
        raise StepError(what, code="LS326", hint=hint)
    unique = tuple(dict.fromkeys(values))
    number = len(unique)
    return HotKeys(tuple(key.kinds), unique, (1,) * number, number)


def _texts(declared: Any, key: Key) -> tuple[str | None, ...]:
    is_many = isinstance(declared, list | tuple)
    parts = list(declared) if is_many else [declared]
    if isinstance(declared, Mapping):
        parts = [declared.get(name) for name in key.kinds]
    number = len(key.kinds)
    if len(parts) != number:
        raise ValueError(f"{declared!r} has {len(parts)} values for {number} columns")
    kinds = key.kinds.values()
    return tuple(_text(part, kind) for part, kind in zip(parts, kinds, strict=True))


def _text(value: Any, kind: str) -> str | None:
    if value is None:
        return None
    if kind == "binary":
        if isinstance(value, bytes):
            return value.hex()
        raise ValueError(f"{value!r} is not a binary")
    if kind.startswith("string"):
        if isinstance(value, str):
            return value
        raise ValueError(f"{value!r} is not a {kind}, quote it")
    if isinstance(value, float) and is_float(kind) and not isfinite(value):
        return str(value)
    plain = value.isoformat() if isinstance(value, date) else value
    plain = str(plain) if isinstance(plain, Decimal) else plain
    return exact_text(plain, kind)


def as_frame(hot: HotKeys, session: SparkSession, key: Key) -> DataFrame:
    """Return hot keys as a frame.

    Returns
    -------
    DataFrame
        *Columns*: ``_hot_0`` and so on in the types of the key; ``_rows`` BIGINT.

    Examples
    --------
    >>> as_frame(HotKeys(("k",), (("7",),), (3,), 4), spark, Key({"k": "int"})).collect()
    [Row(_hot_0=7, _rows=3)]
    """
    typed = key.typed(HOT)
    rows = []
    for values, number in zip(hot.values, hot.rows, strict=True):
        pairs = zip(values, typed.items(), strict=True)
        columns = [_value(text, kind).alias(name) for text, (name, kind) in pairs]
        count = F.lit(number).cast("bigint")
        rows.append(F.struct(*columns, count.alias(ROWS)))

    # One partition, so that nothing of it is shuffled.
    one = session.range(0, 1, 1, 1)
    found = one.select(F.inline(F.array(*rows)))
    # Texts that differ may be equal in their type, and a key twice would double rows.
    total = F.sum(ROWS)
    return found.groupBy(*typed).agg(total.alias(ROWS))


def texts_of(key: Key) -> list[Column]:
    """Return the columns of hot keys as texts, as `HotKeys` holds them.

    Examples
    --------
    >>> spark.sql("SELECT DATE'2024-01-02' AS _hot_0").select(*texts_of(Key({"d": "date"}))).first()
    Row(_hot_0='2024-01-02')
    """
    return [_as_text(name, kind) for name, kind in key.typed(HOT).items()]


def _as_text(name: str, kind: str) -> Column:
    value = named(name)
    text = F.hex(value) if kind == "binary" else value.cast("string")
    return text.alias(name)


def _value(text: str | None, kind: str) -> Column:
    literal = F.lit(text).cast("string")
    return F.unhex(literal) if kind == "binary" else literal.cast(kind)
