"""Cast raw input to the contract of a table, and select exactly the contract after the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BinaryType,
    BooleanType,
    DataType,
    DateType,
    NullType,
    NumericType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from lakesmith.column_refs import column_in, named, types_of
from lakesmith.columns import IMAGE_FIELD, RAW, SHADOWED
from lakesmith.errors import StepError
from lakesmith.transforms.values.casting import cast_or_null
from lakesmith.transforms.values.computed import computed
from lakesmith.types import Transform

if TYPE_CHECKING:
    from lakesmith.spec.model import Column as ContractColumn

_FAMILIES: tuple[tuple[type[DataType], ...], ...] = (
    (NumericType,),
    (StringType,),
    (DateType, TimestampType, TimestampNTZType),
    (BooleanType,),
    (BinaryType,),
)


def to_contract(columns: Mapping[str, ContractColumn]) -> Transform:
    """Cast the incoming columns to the contract and keep the raw input in `_raw`.

    Parameters
    ----------
    columns : mapping of str to Column
        The contract: column name to type, source and format.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS303 when text is declared as an array, a map or a struct.

    Notes
    -----
    *Columns*: needs nothing -> adds each contract column whose `source` (or own name, whatever the
    case) arrived, in its declared type, NULL where the value does not fit exactly (see
    `cast_or_null`); adds `_raw`, a struct of all incoming columns under their names, unless it is
    there. Consumed columns go, all others stay.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "Qty string, note string", [("6", "a"), ("six", "b")])
    >>> quantity = ContractColumn(type="int", source="Qty")
    >>> df.transform(to_contract({"quantity": quantity})).show()
    +--------+----+--------+
    |quantity|note|    _raw|
    +--------+----+--------+
    |       6|   a|  {6, a}|
    |    NULL|   b|{six, b}|
    +--------+----+--------+
    <BLANKLINE>
    """

    def apply(df: DataFrame) -> DataFrame:
        sources = _sources(columns, df.columns)
        typed: list[Column] = []
        consumed = {SHADOWED}
        for name, source in sources.items():
            typed.append(_typed(df, name, source, columns[name]))
            consumed |= {name.lower(), source.lower()}
        kept = [named(name) for name in df.columns if name.lower() not in consumed]

        if RAW in df.columns:
            return df.select(*typed, *kept)

        return df.select(*typed, *kept, _raw(df).alias(RAW))

    return apply


def _raw(df: DataFrame) -> Column:
    """Return the raw input of each row, in which a change event has the fields of its envelope.

    A field of an image that has such a name comes beside them, with `_image_` before its name.
    """
    if SHADOWED not in df.columns:
        return F.struct(*map(named, df.columns))
    shadowed = df.schema[SHADOWED].dataType
    fields = shadowed.names if isinstance(shadowed, StructType) else []
    taken = {SHADOWED, *(name.lower() for name in fields)}
    others = [named(name) for name in df.columns if name.lower() not in taken]
    envelope = [column_in(SHADOWED, name) for name in fields]
    image = [named(name).alias(f"{IMAGE_FIELD}{name}") for name in fields]
    return F.struct(*others, *envelope, *image)


def select_contract(
    columns: Mapping[str, ContractColumn], extra: Sequence[str] = ()
) -> Transform:
    """Select exactly the columns of the contract, in its order and types.

    Their descriptions become comments.

    Parameters
    ----------
    columns : mapping of str to Column
        The contract; an empty one selects everything.
    extra : sequence of str
        Hidden columns to keep behind the contract columns.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS302 when a column is missing; LS303 when a step changed it to a type of another family, or
        to one with a fraction where the contract has a whole number.

    Notes
    -----
    *Columns*: needs all contract columns and `extra` -> exactly these. A type of the same family
    (numbers, text, times) is cast (see `computed`): a number is rounded to the scale of a decimal;
    one too big for its type fails the batch. NULL stays NULL.

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "id int, name string, _x int", [(1, "a", 0)])
    >>> contract = {"name": ContractColumn(type="string"), "id": ContractColumn(type="bigint")}
    >>> df.transform(select_contract(contract))
    DataFrame[name: string, id: bigint]
    """

    def apply(df: DataFrame) -> DataFrame:
        if not columns:
            return df

        present = {field.name.lower(): field for field in df.schema.fields}
        _require_all([*columns, *extra], present, df.columns)
        declared = [
            _declared(name, column, present[name.lower()].dataType)
            for name, column in columns.items()
        ]

        return df.select(*declared, *map(named, extra))

    return apply


def as_declared(
    columns: Mapping[str, ContractColumn], names: Sequence[str]
) -> Transform:
    """Cast some columns to the types of the contract.

    All others stay, and so do those that the contract does not name.

    Parameters
    ----------
    columns : mapping of str to Column
        The contract.
    names : sequence of str

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Raises
    ------
    StepError
        LS303 when a column has a type of another family, or a fraction that would be cut off.

    Notes
    -----
    *Columns*: as they are; of `names` those that are there in the contract's type (see
    `select_contract`).

    Examples
    --------
    >>> from lakesmith.spec.model import Column as ContractColumn
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "day timestamp, n int", [])
    >>> df.transform(as_declared({"day": ContractColumn(type="date")}, ["day"]))
    DataFrame[day: date, n: int]
    """
    target_type = {name.lower() for name in names}
    declared = {
        name: column for name, column in columns.items() if name.lower() in target_type
    }

    def apply(df: DataFrame) -> DataFrame:
        types = types_of(df)
        typed: dict[str, Column] = {}

        for name, column in declared.items():
            kind = types.get(name.lower())
            if kind not in (None, DataType.fromDDL(column.type)):
                typed[name] = _declared(name, column, kind)

        # Spark Connect refuses an empty mapping.
        return df.withColumns(typed) if typed else df

    return apply


def _sources(
    columns: Mapping[str, ContractColumn], incoming: Sequence[str]
) -> dict[str, str]:
    """Return each contract column with its incoming column, where that one arrived."""
    arrived = {name.lower(): name for name in incoming}
    sources: dict[str, str] = {}

    for name, column in columns.items():
        source = (column.source or name).lower()
        if source in arrived:
            sources[name] = arrived[source]

    return sources


def _typed(df: DataFrame, name: str, source: str, column: ContractColumn) -> Column:
    target_type = DataType.fromDDL(column.type)
    source_type = df.schema[source].dataType
    value = cast_or_null(named(source), source_type, target_type, column.format)

    return value.alias(name)


def _require_all(
    names: Sequence[str], present: Mapping[str, object], shown: Sequence[str]
) -> None:
    missing = [name for name in names if name.lower() not in present]
    if missing:
        raise StepError(
            f"the steps do not give these columns of the contract: {', '.join(missing)}",
            code="LS302",
            where=f"columns after the last step: {', '.join(shown)}",
            hint="set `source` to the column that arrives, add a step that makes it, or take it off"
            " the contract",
        )


def _declared(name: str, column: ContractColumn, source_type: DataType) -> Column:
    target_type = DataType.fromDDL(column.type)
    # What within a struct may be NULL is no part of the contract.
    is_other = source_type.simpleString() != target_type.simpleString()
    if is_other and not _is_same_family(source_type, target_type):
        raise StepError(
            f"column '{name}' has type {source_type.simpleString()} after the last step, "
            f"the contract says {target_type.simpleString()}",
            code="LS303",
            where=f"column {name}",
            hint="cast it in the step that changed it, or correct the type in the contract",
        )

    value = computed(name, source_type, target_type)

    if not column.description:
        return value.alias(name)

    return value.alias(name, metadata={"comment": column.description})


def _is_same_family(source_type: DataType, target_type: DataType) -> bool:
    if isinstance(source_type, NullType):
        return True
    return any(
        isinstance(source_type, family) and isinstance(target_type, family)
        for family in _FAMILIES
    )
