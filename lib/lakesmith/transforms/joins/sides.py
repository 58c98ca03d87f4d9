"""Check the two sides of a join, and name what it takes from the other one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import aliased, json_text, named, require
from lakesmith.errors import StepError


def columns_taken(
    other: DataFrame, on: Iterable[str], columns: Sequence[str] = ()
) -> list[str]:
    """Return the columns to take from the other side, by default all but the key.

    Columns that begin with `_` are taken only when they are named.

    Examples
    --------
    >>> other = spark.sql("SELECT 1 AS id, 'UK' AS country, 0 AS _seq")
    >>> columns_taken(other, ["ID"])
    ['country']
    """
    if columns:
        return list(columns)

    keys = {name.lower() for name in on}

    return [
        name
        for name in other.columns
        if name.lower() not in keys and not name.startswith("_")
    ]


def require_taken(
    df: DataFrame,
    other: DataFrame,
    on: Iterable[str],
    columns: Sequence[str],
    step: str,
) -> list[str]:
    """Return the columns to take from the other side, which are there and are new on this side.

    Parameters
    ----------
    df, other : DataFrame
    on, columns : sequence of str
        As `columns_taken` takes them.
    step : str
        The step that takes them, for messages.

    Raises
    ------
    StepError
        LS305 for a missing column, LS307 for a name that this side has already.

    Examples
    --------
    >>> other = spark.sql("SELECT 1 AS id, 'UK' AS country")
    >>> require_taken(spark.sql("SELECT 1 AS id"), other, ["id"], [], "join")
    ['country']
    """
    taken = columns_taken(other, on, columns)
    require(other, taken, step)
    refuse_clash(df, taken, step)
    return taken


def fails_for_key(text: str, key: Mapping[str, str]) -> Column:
    """Return a condition that fails with a text and the key of the row.

    Parameters
    ----------
    text : str
    key : mapping of str to str
        Its columns, each with the name that is shown.

    Examples
    --------
    >>> failure = fails_for_key("LS353 a key is there twice: ", {"id": "customer"})
    >>> spark.range(1).select(failure.alias("is_sound"))
    DataFrame[is_sound: boolean]
    """
    parts = {name: named(column) for column, name in key.items()}
    row = F.struct(*aliased(parts))
    shown = json_text(row)
    message = F.concat(F.lit(text), shown)
    failure = F.raise_error(message)
    return failure.cast("boolean")


def refuse_clash(df: DataFrame, taken: Sequence[str], step: str) -> None:
    """Refuse to take a column whose name this side has already.

    Parameters
    ----------
    df : DataFrame
    taken : sequence of str
    step : str
        The step that takes them, for the message.

    Raises
    ------
    StepError
        LS307, naming the columns.

    Examples
    --------
    >>> refuse_clash(spark.sql("SELECT 1 AS id"), ["country"], "join")
    """
    present = {name.lower() for name in df.columns}
    clash = [name for name in taken if name.lower() in present]
    if clash:
        raise StepError(
            f"step '{step}' would give two columns of one name: {', '.join(clash)}",
            code="LS307",
            hint="name other `columns`, or rename or drop the column here first",
        )
