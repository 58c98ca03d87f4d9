"""Clean text columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named, require
from lakesmith.types import Transform

BLANKS = " \t\n\r\f\v"


def is_blank(text: Column) -> Column:
    """Return whether text has nothing but blanks, tabs and line ends. NULL gives NULL.

    Examples
    --------
    >>> spark.range(1).select(is_blank(F.lit(" ")), is_blank(F.lit("a"))).first()[:]
    (True, False)
    """
    return F.trim(text.cast("string"), F.lit(BLANKS)) == ""


def trim(*, columns: Sequence[str]) -> Transform:
    r"""Remove blanks, tabs and line ends at both sides of text.

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
    *Columns*: needs the named ones (text) -> the same, trimmed; NULL stays NULL, only blanks
    become ``''``.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "code string", [(" 85123A\t",)])
    >>> df.transform(trim(columns=["code"])).first().code
    '85123A'
    """
    return _each("trim", columns, lambda value: F.trim(value, F.lit(BLANKS)))


def upper(*, columns: Sequence[str]) -> Transform:
    """Turn text to upper case.

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
    *Columns*: needs the named ones (text) -> the same in upper case; NULL stays NULL.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "code string", [("85123a",)])
    >>> df.transform(upper(columns=["code"])).first().code
    '85123A'
    """
    return _each("upper", columns, F.upper)


def lower(*, columns: Sequence[str]) -> Transform:
    """Turn text to lower case.

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
    *Columns*: needs the named ones (text) -> the same in lower case; NULL stays NULL.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "email string", [("Ann@X.org",)])
    >>> df.transform(lower(columns=["email"])).first().email
    'ann@x.org'
    """
    return _each("lower", columns, F.lower)


def normalize_text(*, columns: Sequence[str]) -> Transform:
    r"""Collapse every run of white space to one blank and remove it at both sides.

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
    White space is that of Unicode, so no-break and ideographic blanks count. Letters stay as they
    are: Spark has no native Unicode normalisation, so a composed and a decomposed letter remain
    different.

    *Columns*: needs the named ones (text) -> the same, normalised; NULL stays NULL, only white
    space becomes ``''``.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "name string", [("  hanging\u00a0 \t heart ",)])
    >>> df.transform(normalize_text(columns=["name"])).first().name
    'hanging heart'
    """
    return _each(
        "normalize_text",
        columns,
        lambda value: F.trim(F.regexp_replace(value, r"(?U)\s+", " ")),
    )


def _each(
    step: str, columns: Sequence[str], change: Callable[[Column], Column]
) -> Transform:
    def apply(df: DataFrame) -> DataFrame:
        require(df, columns, step)
        changed = {name: change(named(name)) for name in columns}

        return df.withColumns(changed)

    return apply
