"""Read images of a row as JSON text, with fields found whatever their case."""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import is_true, named
from lakesmith.transforms.values.json_numbers import (
    has_changed_number,
    may_hold_mark,
    unmark_numbers,
)
from lakesmith.transforms.values.json_objects import in_array, only_object
from lakesmith.types import Transform

# Numbers keep their digits as variants. A parser of texts would read them as doubles.
_OBJECTS = "array<map<string,variant>>"


def with_image(name: str, of: str) -> Transform:
    """Add the fields of an image as a column.

    Parameters
    ----------
    name : str
        The column to add.
    of : str
        A column with JSON text of one object.

    Returns
    -------
    callable
        DataFrame -> DataFrame

    Notes
    -----
    *Columns*: needs `of` STRING -> adds `name`, a STRUCT of the arrays ``names``, ``lowered`` (the
    same in lower case) and ``values`` (text; nested values as JSON text, numbers as they are
    spelled); NULL where the text is not one object.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "t string", [('{"Id": 1.10, "name": null}',), ('[1]',)])
    >>> df.transform(with_image("image", "t")).select("image.names", "image.values").show()
    +----------+------------+
    |     names|      values|
    +----------+------------+
    |[Id, name]|[1.10, NULL]|
    |      NULL|        NULL|
    +----------+------------+
    <BLANKLINE>
    """
    changed = f"{name}_changed"
    objects = f"{name}_objects"
    fields = f"{name}_fields"

    def apply(df: DataFrame) -> DataFrame:
        text = F.col(of)
        marked = df.withColumn(changed, has_changed_number(text))
        is_changed = named(changed)
        array = in_array(text, is_changed)
        items = F.try_parse_json(array).try_cast(_OBJECTS)
        parsed = marked.withColumn(objects, items)
        is_unclear = is_changed & may_hold_mark(text)
        single = only_object(named(objects), text)
        clear = parsed.withColumn(fields, F.when(~is_unclear, single))

        image = _image(named(fields), is_changed)
        complete = clear.withColumn(name, image)

        return complete.drop(changed, objects, fields)

    return apply


def field_of(image: Column, name: str) -> Column:
    """Return a field of an image as text.

    A field of exactly this name comes before one that differs by case only.

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "t string", [('{"Id": 1, "id": 2}',)]).transform(with_image("i", "t"))
    >>> df.select(field_of(F.col("i"), "id").alias("id")).first().id
    '2'
    """
    exact = F.array_position(image["names"], name)
    similar = F.array_position(image["lowered"], name.lower())
    is_exact = exact > 0
    position = F.when(is_exact, exact).otherwise(similar)
    index = (position - 1).cast("int")

    return F.get(image["values"], index)


def has_field(image: Column, name: str) -> Column:
    """Return whether an image has a field, whatever its case, NULL where there is no image."""
    return F.array_contains(image["lowered"], name.lower())


def is_ambiguous(image: Column, names: Iterable[str]) -> Column:
    """Return whether an image has one of these names in several cases and never exactly.

    The answer is never NULL.
    """
    lowered = image["lowered"]
    has_repeated = F.size(F.array_distinct(lowered)) < F.size(lowered)
    unclear = F.lit(False)

    for name in names:
        is_exact = F.array_contains(image["names"], name)
        unclear |= _has_several(lowered, name) & ~is_exact

    return is_true(has_repeated & unclear)


def _image(fields: Column, changed: Column) -> Column:
    names = F.map_keys(fields)
    values = F.transform(F.map_values(fields), _text_of)
    unmarked = F.transform(values, unmark_numbers)
    as_spelled = F.when(changed, unmarked).otherwise(values)
    lowered = F.transform(names, F.lower)
    image = F.struct(
        names.alias("names"), lowered.alias("lowered"), as_spelled.alias("values")
    )

    return F.when(fields.isNotNull(), image)


def _text_of(value: Column) -> Column:
    return value.cast("string")


def _has_several(lowered: Column, name: str) -> Column:
    same = F.filter(lowered, lambda known: known == name.lower())
    return F.size(same) > 1
