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
        if not self.total:
            return 0.0
        return sum(self.rows) / self.total

    def __str__(self) -> str:
        """Return the keys in one line."""
        number = len(self.values)
        what = "1 hot key" if number == 1 else f"{number} hot keys"
        names = ", ".join(self.on)
        percent = 100 * self.share
        text = f"{what} of '{names}' with {percent:.1f} % of {self.total:,} rows"
        first = ["/".join(map(str, one)) for one in self.values[:5]]
        shown = ", ".join(first)
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
    parts = _parts(declared, key)
    kinds = list(key.kinds.values())
    if len(parts) != len(kinds):
        what = f"{declared!r} has {len(parts)} values for {len(kinds)} columns"
        raise ValueError(what)

    pairs = zip(parts, kinds, strict=True)
    return tuple(_text(part, kind) for part, kind in pairs)


def _parts(declared: Any, key: Key) -> list[Any]:
    """Return the values of a key that is declared, one for each of its columns."""
    if isinstance(declared, Mapping):
        return [declared.get(name) for name in key.kinds]
    if isinstance(declared, list | tuple):
        return list(declared)
    return [declared]


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
    texts = [f"{name} STRING" for name in typed]
    ddl = ", ".join([*texts, f"{ROWS} BIGINT"])
    pairs = zip(hot.values, hot.rows, strict=True)
    rows = [(*values, number) for values, number in pairs]

    found = session.createDataFrame(rows, ddl)
    keys = [_value(name, kind) for name, kind in typed.items()]
    # Texts that differ may be equal in their type, and a key twice would double rows.

    in_types = found.select(*keys, ROWS)
    by_key = in_types.groupBy(*typed)
    total = F.sum(ROWS)
    return by_key.agg(total.alias(ROWS))


def texts_of(key: Key) -> list[Column]:
    """Return the columns of hot keys as texts, as `HotKeys` holds them.

    Examples
    --------
    >>> spark.sql("SELECT DATE'2024-01-02' AS _hot_0").select(*texts_of(Key({"d": "date"}))).first()
    Row(_hot_0='2024-01-02')
    """
    typed = key.typed(HOT)
    return [_as_text(name, kind) for name, kind in typed.items()]


def _as_text(name: str, kind: str) -> Column:
    value = named(name)
    text = F.hex(value) if kind == "binary" else value.cast("string")
    return text.alias(name)


def _value(name: str, kind: str) -> Column:
    text = named(name)
    value = F.unhex(text) if kind == "binary" else text.cast(kind)
    return value.alias(name)
