"""Rename, select, drop, compute and cast columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType

from lakesmith.column_refs import named, require, types_of
from lakesmith.errors import StepError
from lakesmith.transforms.values.casting import cast_or_null
from lakesmith.types import Transform


def rename(*, columns: Mapping[str, str]) -> Transform:
    """Rename columns in their places.

    Parameters
    ----------
    columns : mapping of str to str
        Old name to new name.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when an old name is not there; LS307 when two columns would have one name.

    Notes
    -----
    *Columns*: needs the old names -> the same values and types under the new names.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> frame(spark, "Qty int", [(6,)]).transform(rename(columns={"Qty": "quantity"}))
    DataFrame[quantity: int]
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, columns, "rename")
        new_names = {old.lower(): new for old, new in columns.items()}
        renamed = [new_names.get(name.lower(), name) for name in df.columns]
        _refuse_twins(renamed)

        # All at once: renaming one after the other cannot swap two names.
        return df.select(
            *(
                named(old).alias(new)
                for old, new in zip(df.columns, renamed, strict=True)
            )
        )

    return apply


def select(*, columns: Sequence[str]) -> Transform:
    """Keep the named columns in the given order, then the technical ones.

    Technical columns are those whose name begins with `_`.

    Parameters
    ----------
    columns : sequence of str

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when a name is not there.

    Notes
    -----
    *Columns*: needs the named ones -> these, then the `_` columns, which the gate needs.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "a int, b int, c int, _raw string", [(1, 2, 3, "")])
    >>> df.transform(select(columns=["b", "a"]))
    DataFrame[b: int, a: int, _raw: string]
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, columns, "select")
        technical = [
            name for name in df.columns if name.startswith("_") and name not in columns
        ]

        return df.select(*map(named, columns), *map(named, technical))

    return apply


def drop(*, columns: Sequence[str]) -> Transform:
    """Remove the named columns.

    Parameters
    ----------
    columns : sequence of str

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when a name is not there.

    Notes
    -----
    *Columns*: needs the named ones -> all but these.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> frame(spark, "a int, b int", [(1, 2)]).transform(drop(columns=["b"]))
    DataFrame[a: int]
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, columns, "drop")
        return df.drop(*columns)

    return apply


def with_columns(*, columns: Mapping[str, str]) -> Transform:
    """Add or replace columns by SQL expressions over the columns as they were before this step.

    Parameters
    ----------
    columns : mapping of str to str
        Name to SQL expression.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs what the expressions name -> adds one column each, of the type and null rule
    of its expression.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "quantity int", [(6,)])
    >>> df.transform(with_columns(columns={"double": "quantity * 2"})).show()
    +--------+------+
    |quantity|double|
    +--------+------+
    |       6|    12|
    +--------+------+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        return df.withColumns(
            {name: F.expr(expression) for name, expression in columns.items()}
        )

    return apply


def cast(*, columns: Mapping[str, str]) -> Transform:
    """Cast columns to other types, with NULL for a value that does not fit exactly.

    Parameters
    ----------
    columns : mapping of str to str
        Name to type, as DDL such as ``decimal(12,4)``.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS305 when a name is not there; LS303 when text is to become an array, a map or a struct.

    Notes
    -----
    *Columns*: needs the named ones -> the same names in the new types; NULL stays NULL (see
    `cast_or_null`).

    A value that becomes NULL leaves no reason, and its row is kept. A column of the contract, by
    its `type` and `source`, takes the same text and quarantines such a row.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "n string", [("6",), ("six",)])
    >>> df.transform(cast(columns={"n": "int"})).show()
    +----+
    |   n|
    +----+
    |   6|
    |NULL|
    +----+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        require(df, columns, "cast")
        present = types_of(df)
        typed = {
            name: cast_or_null(
                named(name), present[name.lower()], DataType.fromDDL(ddl)
            )
            for name, ddl in columns.items()
        }

        return df.withColumns(typed)

    return apply


def _refuse_twins(names: Sequence[str]) -> None:
    lowered = [name.lower() for name in names]
    twins = sorted({name for name in lowered if lowered.count(name) > 1})
    if twins:
        raise StepError(
            f"step 'rename' would give two columns of one name: {', '.join(twins)}",
            code="LS307",
            hint="drop or rename the other column first",
        )
