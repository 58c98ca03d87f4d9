"""Compare rows by the values in the raw text that a quarantine keeps of them."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from lakesmith.column_refs import WITH_NULLS, json_text, named
from lakesmith.columns import RAW
from lakesmith.transforms.from_raw import is_opaque
from lakesmith.transforms.values.json_objects import texts_of
from lakesmith.types import Transform

_UNREAD = "_unread"


def raw_values(raw: Column, input_type: StructType) -> Column:
    """Return the fields of a raw row that have a value, each spelled as its type spells it.

    Parameters
    ----------
    raw : Column
        The raw row as JSON text.
    input_type : StructType
        The columns of the input as the table reads it today.

    Returns
    -------
    Column
        MAP<STRING, STRING>, NULL where the text is no JSON object.

    Notes
    -----
    Rows of the same values are equal in it, also when one of them was written before a column
    had its type of today. A row of which a value cannot be read in the type of today keeps the
    spelling of all its fields, and so does a field whose type JSON text does not tell. A field
    that a row lacks is as one that is NULL.

    Examples
    --------
    >>> rows = spark.sql('''SELECT '{"qty":2,"code":"2.0","day":null}' AS _raw''')
    >>> kind = StructType.fromDDL("qty DOUBLE, code STRING, day DATE")
    >>> rows.select(raw_values(rows["_raw"], kind)).first()[0]
    {'code': '2.0', 'qty': '2.0'}
    """
    texts = texts_of(raw)
    today = _read_again(raw, input_type)
    is_read = F.try_element_at(today, F.lit(_UNREAD)).isNull()
    renewed = F.map_zip_with(texts, today, _newer)
    values = F.when(is_read, renewed).otherwise(texts)
    return F.map_filter(values, lambda _, value: value.isNotNull())


def as_one_text(values: Column) -> Column:
    """Return values as one text, in the order of their names.

    Examples
    --------
    >>> rows = spark.sql("SELECT map('b', '1', 'a', 'x') AS m")
    >>> rows.select(as_one_text(rows["m"])).first()[0]
    '[{"key":"a","value":"x"},{"key":"b","value":"1"}]'
    """
    entries = F.map_entries(values)
    return F.to_json(F.array_sort(entries))


def without_in_raw(name: str) -> Transform:
    """Take a field out of `_raw`, which a step may use as a whole.

    Parameters
    ----------
    name : str
        A column that was added to the rows before `_raw` was made of them.

    Notes
    -----
    *Columns*: as they are.

    Examples
    --------
    >>> rows = spark.sql("SELECT named_struct('id', '1', '_whole', 'x') AS _raw")
    >>> rows.transform(without_in_raw("_whole")).first()._raw
    Row(id='1')
    """

    def apply(rows: DataFrame) -> DataFrame:
        if RAW not in rows.columns:
            return rows
        as_read = named(RAW).dropFields(name)
        return rows.withColumn(RAW, as_read)

    return apply


def _newer(name: Column, old: Column, new: Column) -> Column:
    return F.coalesce(new, old)


def _read_again(raw: Column, input_type: StructType) -> Column:
    """Return the values of a raw row as the types of today write them.

    A date is read as a timestamp too: no format of timestamps is given.
    """
    known = [field for field in input_type.fields if not is_opaque(field.dataType)]
    unread = StructField(_UNREAD, StringType())
    kind = StructType([*known, unread])
    row = F.from_json(raw, kind, {"columnNameOfCorruptRecord": _UNREAD})
    return texts_of(json_text(row, WITH_NULLS))
