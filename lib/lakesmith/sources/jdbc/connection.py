"""Connect to a database, and ask it for a few values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from lakesmith.errors import InputError
from lakesmith.session.secrets import resolve
from lakesmith.sources.jdbc.dialects import DIALECTS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from lakesmith.spec.model.jdbc import JdbcSource

_CAUSE = re.compile(r"\b(\w+(?:\.\w+)+(?:Exception|Error)): (.*)")


def url_of(source: JdbcSource) -> str:
    """Return the URL of a database, which has no user and no password.

    Examples
    --------
    >>> from lakesmith.spec.model import JdbcSource
    >>> at = {"dialect": "postgresql", "host": "db", "database": "shop", "user": "reader"}
    >>> source = JdbcSource(**at, table="orders", columns=("id",), options={"sslmode": "require"})
    >>> url_of(source)
    'jdbc:postgresql://db:5432/shop?sslmode=require'
    """
    port = source.port or DIALECTS[source.dialect].port
    url = f"jdbc:{source.dialect}://{source.host}:{port}/{source.database}"
    options = {str(name): _plain(value) for name, value in source.options.items()}
    return f"{url}?{urlencode(options)}" if options else url


def _plain(value: str | int | bool) -> str:
    is_flag = isinstance(value, bool)
    return str(value).lower() if is_flag else str(value)


def rows_of(
    session: SparkSession,
    source: JdbcSource,
    where: str,
    query: str,
    parts: Sequence[str] = (),
) -> DataFrame:
    """Return the rows of a query, read when an action needs them.

    Parameters
    ----------
    session : SparkSession
    source : JdbcSource
    where : str
        The place of the source in the specs.
    query : str
    parts : sequence of str
        Conditions that divide the rows, each read by a task.

    Raises
    ------
    InputError
        LS219 for a secret that is not there, LS220 when the database does not answer.

    Notes
    -----
    *Columns*: those of the query, of the types that Spark reads them as.
    """
    dialect = DIALECTS[source.dialect]
    properties = {
        "driver": dialect.driver,
        "user": resolve(source.user, f"{where}.user"),
        "fetchsize": str(source.fetch_rows),
        "sessionInitStatement": dialect.begin,
    }
    if source.password is not None:
        properties["password"] = resolve(source.password, f"{where}.password")
    relation = f"({query}) AS q"
    url = url_of(source)
    try:
        if parts:
            return session.read.jdbc(
                url, relation, predicates=list(parts), properties=properties
            )
        return session.read.jdbc(url, relation, properties=properties)
    except Exception as error:
        raise refused(source, where, error) from None


def first_row(
    session: SparkSession, source: JdbcSource, where: str, query: str
) -> dict[str, str]:
    """Return the only row of a query of texts.

    Raises
    ------
    InputError
        LS219 for a secret that is not there, LS220 when the database does not answer.

    Notes
    -----
    One job of one task.
    """
    rows = rows_of(session, source, where, query)
    try:
        (row,) = rows.collect()
    except Exception as error:
        raise refused(source, where, error) from None
    found: dict[str, str] = row.asDict()
    return found


def refused(source: JdbcSource, where: str, error: Exception) -> InputError:
    """Return what a database or its driver says as one error."""
    text = _reason(str(_innermost(error)))
    url = url_of(source)
    if "ClassNotFoundException" in text or "No suitable driver" in text:
        package = DIALECTS[source.dialect].package
        return InputError(
            f"the driver of {source.dialect} is not there",
            code="LS220",
            where=where,
            hint=f"add {package} to spark.jars.packages in conf/spark",
        )
    return InputError(
        f"the database {url} cannot be read: {text}",
        code="LS220",
        where=where,
        hint="correct the source, or run again when the database answers",
    )


def _innermost(error: Exception) -> Exception:
    """Return the cause that Spark keeps of an error; over Spark Connect the text has it."""
    cause = getattr(error, "_cause", None)
    return _innermost(cause) if isinstance(cause, Exception) else error


def _reason(text: str) -> str:
    """Return what the innermost exception says, without a stack.

    Examples
    --------
    >>> _reason("Job aborted: org.postgresql.util.PSQLException: ERROR: no such table")
    'ERROR: no such table'
    >>> _reason("java.lang.ClassNotFoundException: org.postgresql.Driver")
    'ClassNotFoundException: org.postgresql.Driver'
    """
    causes = _CAUSE.findall(text)
    if not causes:
        return text.strip().splitlines()[0]
    name, said = causes[-1]
    short = name.rpartition(".")[2]
    is_plain = short.endswith("SQLException")
    return said.strip() if is_plain else f"{short}: {said.strip()}"
