"""Refer to columns by name, and write their values as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType

from lakesmith.columns import quoted
from lakesmith.errors import StepError

# Spark's own format of a timestamp within JSON ends at milliseconds.
SIX_DIGITS = {
    "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "timestampNTZFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
}


def named(name: str) -> Column:
    """Return the column of exactly this name.

    Examples
    --------
    >>> spark.sql("SELECT 5 AS `unit.price`").select(named("unit.price")).first()[0]
    5
    """
    return F.col(quoted(name))


def column_in(owner: str, name: str) -> Column:
    """Return the column of exactly this name in an aliased frame or a struct.

    Examples
    --------
    >>> prices = spark.sql("SELECT 5 AS `unit.price`").alias("s")
    >>> prices.select(column_in("s", "unit.price")).first()[0]
    5
    """
    return F.col(f"{owner}.{quoted(name)}")


def null(kind: str | DataType) -> Column:
    """Return NULL in a type.

    Examples
    --------
    >>> spark.range(1).select(null("date").alias("day"))
    DataFrame[day: date]
    """
    return F.lit(None).cast(kind)


def is_true(condition: Column) -> Column:
    """Return whether a condition is true; NULL is not.

    Examples
    --------
    >>> spark.range(1).select(is_true(null("boolean"))).first()[0]
    False
    """
    return F.coalesce(condition, F.lit(False))


def aliased(columns: Mapping[str, Column]) -> list[Column]:
    """Return columns under the names that they are given.

    Examples
    --------
    >>> spark.range(1).select(*aliased({"number": named("id")}))
    DataFrame[number: bigint]
    """
    return [column.alias(name) for name, column in columns.items()]


def types_of(df: DataFrame) -> dict[str, DataType]:
    """Return the types of the columns of a frame, by name in lower case.

    Examples
    --------
    >>> types_of(spark.sql("SELECT 1 AS Id"))
    {'id': IntegerType()}
    """
    return {field.name.lower(): field.dataType for field in df.schema.fields}


def kind_of(df: DataFrame, name: str) -> str:
    """Return the type of a column as Spark writes it.

    Examples
    --------
    >>> kind_of(spark.sql("SELECT 1 AS Id"), "ID")
    'int'
    """
    types = types_of(df)
    kind = types[name.lower()]
    return kind.simpleString()


def refuse_helpers(names: Sequence[str], step: str) -> None:
    """Refuse columns with the names of those that a step adds and drops again.

    Parameters
    ----------
    names : sequence of str
        The columns that have such names.
    step : str

    Raises
    ------
    StepError
        LS307, naming the columns.

    Examples
    --------
    >>> refuse_helpers([], "ema")
    """
    if names:
        raise StepError(
            f"step '{step}' works with columns of its own of these names: {', '.join(names)}",
            code="LS307",
            hint="rename or drop the column here first",
        )


def require(
    df: DataFrame, names: Iterable[str], step: str, helpers: Iterable[str] = ()
) -> None:
    """Check that a frame has all columns that a step names, whatever their case.

    Parameters
    ----------
    df : DataFrame
    names : iterable of str
    step : str
        The step that needs them, for the message.
    helpers : iterable of str
        Columns that the step adds and drops again, which must not be there.

    Raises
    ------
    StepError
        LS305, naming the missing and the present columns; LS307 for a column with the name of a
        helper.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> require(frame(spark, "id int", [(1,)]), ["ID"], "trim")
    >>> require(frame(spark, "id int", [(1,)]), ["name"], "trim")
    Traceback (most recent call last):
    ...
    lakesmith.errors.StepError: LS305 step 'trim' names columns that are not there: name
      where: columns at this step: id
      next:  correct the name, or add the column in an earlier step
    """
    present = {name.lower() for name in df.columns}
    missing = [name for name in names if name.lower() not in present]
    taken = [name for name in helpers if name.lower() in present]
    refuse_helpers(taken, step)
    if missing:
        raise StepError(
            f"step '{step}' names columns that are not there: {', '.join(missing)}",
            code="LS305",
            where=f"columns at this step: {', '.join(df.columns)}",
            hint="correct the name, or add the column in an earlier step",
        )


def same_key(left: str, right: str, keys: Iterable[str]) -> Column:
    """Return the condition that two aliased frames have the same key, where NULL equals NULL.

    Examples
    --------
    >>> spark.sql("select cast(null as int) k").alias("a").join(
    ...     spark.sql("select cast(null as int) k").alias("b"), same_key("a", "b", ["k"])
    ... ).count()
    1
    """
    conditions = []
    for key in keys:
        of_left = column_in(left, key)
        of_right = column_in(right, key)
        conditions.append(of_left.eqNullSafe(of_right))
    return reduce(Column.__and__, conditions)


# Options of `to_json` that tell a field of NULL from one that is not there.
WITH_NULLS = {"ignoreNullFields": "false"}


def json_text(value: Column, options: Mapping[str, str] | None = None) -> Column:
    """Return a struct, list or map as JSON text, with six digits of a second in timestamps.

    Parameters
    ----------
    value : Column
    options : mapping of str to str, optional
        Further options of Spark's ``to_json``.

    Returns
    -------
    Column
        STRING

    Examples
    --------
    >>> at = F.lit("2024-03-01 10:00:00.1239").cast("timestamp").alias("at")
    >>> spark.range(1).select(json_text(F.struct(at)).alias("text")).first().text
    '{"at":"2024-03-01T10:00:00.123900Z"}'
    """
    all_options = {**SIX_DIGITS, **(options or {})}
    return F.to_json(value, all_options)
