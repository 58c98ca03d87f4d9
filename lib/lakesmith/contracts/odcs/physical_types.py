"""Read the physical type of a property, which is a type of Spark or of a database."""

from __future__ import annotations

import re

from lakesmith.contracts.type_tree import read_type

# Names that mean one type of Spark, whatever the database is.
_NAMES = {
    "varchar": "string", "char": "string", "character varying": "string",
    "character": "string", "bpchar": "string", "nvarchar": "string", "nchar": "string",
    "text": "string", "str": "string", "clob": "string",
    "bool": "boolean",
    "serial": "int", "bigserial": "bigint", "smallserial": "smallint",
    "byte": "tinyint", "short": "smallint", "int2": "smallint",
    "integer": "int", "int4": "int", "long": "bigint", "int8": "bigint", "int64": "bigint",
    "float4": "float", "float8": "double", "float64": "double",
    "double precision": "double",
    "timestamptz": "timestamp", "timestamp with time zone": "timestamp",
    "timestamp_ltz": "timestamp", "timestamp without time zone": "timestamp_ntz",
    "bytea": "binary", "bytes": "binary", "varbinary": "binary", "blob": "binary",
}  # fmt: skip
_POSTGRES = {"timestamp": "timestamp_ntz", "float": "double", "real": "float"}
# All whole numbers of these databases are one type.
_WHOLE = ("int", "integer", "bigint", "smallint", "tinyint", "byteint")
_WHOLE_64 = dict.fromkeys(_WHOLE, "bigint")
_WHOLE_38 = dict.fromkeys(_WHOLE, "decimal(38,0)")
# Names that mean another type in a database than in Spark.
_DIALECTS = {
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    "redshift": _POSTGRES,
    "bigquery": _WHOLE_64 | {"datetime": "timestamp_ntz", "float": "double"},
    "oracle": _WHOLE_38
    | {
        "date": "timestamp_ntz",
        "timestamp": "timestamp_ntz",
        "float": "double",
        "real": "double",
    },
    "snowflake": _WHOLE_38 | {"float": "double", "timestamp": "", "real": "double"},
    "sqlserver": {"float": "double", "tinyint": "smallint", "timestamp": ""},
    "mysql": {"datetime": "timestamp_ntz"},
    "teradata": {"float": "double", "real": "double"},
    "db2": {"float": "double", "real": "float"},
}
_EXACT = re.compile(r"(numeric|decimal|number)\(([0-9]+)(?:,([0-9]+))?\)")
_WORD = re.compile(r"\b[a-z_]\w*\b(?!\s*:)", re.IGNORECASE)


def spark_type(physical: str, server: str = "") -> str:
    """Return the Spark type that a physical type is, or nothing where it is not known.

    Parameters
    ----------
    physical : str
    server : str
        Type of the server in the document, by which a name can mean another type.

    Examples
    --------
    >>> spark_type("VARCHAR(18)"), spark_type("numeric(8, 2)"), spark_type("geometry")
    ('string', 'decimal(8,2)', '')
    >>> spark_type("timestamp"), spark_type("timestamp", "postgres")
    ('timestamp', 'timestamp_ntz')
    """
    text = " ".join(physical.split())
    name = _WORD.sub(lambda match: match.group().lower(), text)
    dialect = _DIALECTS.get(server.lower(), {})
    if name in dialect:
        return dialect[name]
    if read_type(name):
        return name
    exact = _EXACT.fullmatch(name.replace(" ", ""))
    if exact:
        precision = exact.group(2)
        scale = exact.group(3) or 0
        found = f"decimal({precision},{scale})"
        return found if read_type(found) else ""
    return _NAMES.get(_without_length(name), "")


def length_of(physical: str) -> int | None:
    """Return the length that a type of text has in a database.

    Examples
    --------
    >>> length_of("varchar(18)"), length_of("decimal(8,2)"), length_of("text")
    (18, None, None)
    """
    match = re.fullmatch(
        r"n?(?:var)?char\s*[(\[]([0-9]+)[)\]]", physical.strip().lower()
    )
    return int(match.group(1)) if match else None


def _without_length(name: str) -> str:
    return re.sub(r"\s*[(\[][0-9]+[)\]]$", "", name)
