"""Give the keys of both sides of a join one type and names of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.errors import StepError
from lakesmith.transforms.joins.sides import key_kinds, refuse_twice

# How each side names its key, and hot keys theirs.
LEFT = "_key_"
RIGHT = "_on_"
HOT = "_hot_"


@dataclass(frozen=True)
class Key:
    """Name the key of a join, with the types in which both sides compare it.

    Parameters
    ----------
    kinds : mapping of str to str
        Its columns, each with a type as `simpleString`.
    null_safe : bool
        Whether NULL equals NULL.

    Examples
    --------
    >>> Key({"id": "int", "day": "date"}).names("_on_")
    ['_on_0', '_on_1']
    """

    kinds: Mapping[str, str]
    null_safe: bool = False

    def names(self, prefix: str) -> list[str]:
        """Return the names that the key has under a prefix."""
        places = range(len(self.kinds))
        return [f"{prefix}{place}" for place in places]

    def typed(self, prefix: str) -> dict[str, str]:
        """Return the names that the key has under a prefix, each with its type."""
        names = self.names(prefix)
        kinds = self.kinds.values()
        return dict(zip(names, kinds, strict=True))

    def renamed_in(self, df: DataFrame, prefix: str) -> DataFrame:
        """Rename the key of a frame, and cast it to the types that both sides share.

        Returns
        -------
        DataFrame
            *Columns*: the key under the prefix, and all others as they are.

        Examples
        --------
        >>> df = spark.sql("SELECT 1 AS id, 'a' AS name")
        >>> Key({"ID": "bigint"}).renamed_in(df, "_key_").dtypes
        [('_key_0', 'bigint'), ('name', 'string')]
        """
        keys = []
        names = self.names(prefix)
        for name, column in zip(names, self.kinds, strict=True):
            value = named(column)
            cast = value.cast(self.kinds[column])
            keys.append(cast.alias(name))

        of_key = {name.lower() for name in self.kinds}
        others = [name for name in df.columns if name.lower() not in of_key]
        return df.select(*keys, *map(named, others))

    def other_side(self, other: DataFrame, taken: Iterable[str]) -> DataFrame:
        """Return the key of the other side, and the columns that are taken from it.

        *Columns*: the key under ``_on_``, and those taken.
        """
        keyed = self.renamed_in(other, RIGHT)
        keys = self.names(RIGHT)
        columns = map(named, taken)
        return keyed.select(*keys, *columns)

    def given_back(self, df: DataFrame, prefixes: Sequence[str]) -> list[Column]:
        """Return the columns that a frame had before its key was renamed.

        Parameters
        ----------
        df : DataFrame
            As it was.
        prefixes : sequence of str
            The key is taken from the first one that has it. Of one it gets its type back, of
            several it has the type that both sides share.
        """
        kinds = dict(df.dtypes)
        places = {name.lower(): place for place, name in enumerate(self.kinds)}
        columns = []
        for name in df.columns:
            column = named(name)
            place = places.get(name.lower())
            if place is not None:
                values = [named(f"{prefix}{place}") for prefix in prefixes]
                value = _one_of(values, kinds[name])
                column = value.alias(name)
            columns.append(column)

        return columns

    def matches(self, prefix: str, other: str) -> Column:
        """Return the condition that the keys under two prefixes are equal."""
        conditions = []
        pairs = zip(self.names(prefix), self.names(other), strict=True)
        for one, two in pairs:
            value = named(one)
            same = named(two)
            equals = value.eqNullSafe(same) if self.null_safe else value == same
            conditions.append(equals)

        return reduce(and_, conditions)

    def matches_nothing(self, prefix: str) -> Column:
        """Return the condition that a key has a part that is NULL, and NULL equals nothing."""
        if self.null_safe:
            return F.lit(False)
        columns = map(named, self.names(prefix))
        missing = [column.isNull() for column in columns]
        return reduce(or_, missing)

    def of(self, df: DataFrame, prefix: str) -> DataFrame:
        """Return the keys of a frame that may match.

        *Columns*: the key under the prefix.
        """
        keys = df.select(*self.names(prefix))
        may_match = ~self.matches_nothing(prefix)
        return keys.filter(may_match)


def _one_of(values: Sequence[Column], kind: str) -> Column:
    """Return the first value that is there, in the type that it had if it is the only one."""
    if len(values) == 1:
        return values[0].cast(kind)
    return F.coalesce(*values)


def common_key(
    df: DataFrame,
    other: DataFrame,
    on: Sequence[str],
    step: str,
    null_safe: bool = False,
) -> Key:
    """Return the key of a join, with the types in which both sides compare it.

    Parameters
    ----------
    df, other : DataFrame
    on : sequence of str
    step : str
        The step that joins them, for messages.
    null_safe : bool

    Returns
    -------
    Key
        Whole numbers may differ in width; the wider type is taken.

    Raises
    ------
    StepError
        LS305 when a name is not there, LS307 when a side has two columns of one name, LS325 when
        the types or collations of a key differ.

    Examples
    --------
    >>> lines = spark.sql("SELECT 1 AS id")
    >>> common_key(lines, spark.sql("SELECT 1L AS id"), ["id"], "join_skewed").kinds
    {'id': 'bigint'}
    """
    if not on:
        hint = "name the columns of the key in `on`"
        raise StepError(f"step '{step}' has no key", code="LS306", hint=hint)
    refuse_twice(df.columns, step, "this side")
    refuse_twice(other.columns, step, "the other side")
    kinds = key_kinds(df, other, on, step)
    return Key(kinds, null_safe)
