"""Images of a row as JSON text: their fields, found whatever their case, as they are spelled."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from lakesmith.column_refs import named
from lakesmith.transforms.values.json_numbers import (
    has_changed_number,
    mark_numbers,
    may_hold_mark,
    unmark_numbers,
)
from lakesmith.types import Transform


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
    *Columns*: needs `of` STRING -> adds `name`, a STRUCT of the arrays ``names``, ``lowered`` (the same in lower case)
    and ``values`` (text; nested values as JSON text, numbers as they are spelled); NULL where the text is not one
    object.

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
        spelled = F.when(named(changed), mark_numbers(text)).otherwise(text)
        # The parser stops behind the first value; within an array, whatever follows it shows.
        array = F.from_json(
            F.concat(F.lit("["), spelled, F.lit("]")), "array<map<string,string>>"
        )
        parsed = marked.withColumn(objects, array)
        is_clear = (F.size(objects) == 1) & ~(named(changed) & may_hold_mark(text))
        one = parsed.withColumn(fields, F.when(is_clear, F.get(objects, F.lit(0))))
        return one.withColumn(name, _image(named(fields), named(changed))).drop(
            changed, objects, fields
        )

    return apply


def _image(fields: Column, changed: Column) -> Column:
    names = F.map_keys(fields)
    values = F.map_values(fields)
    as_spelled = F.when(changed, F.transform(values, unmark_numbers)).otherwise(values)
    lowered = F.transform(names, F.lower)
    image = F.struct(
        names.alias("names"), lowered.alias("lowered"), as_spelled.alias("values")
    )
    return F.when(fields.isNotNull(), image)


def field_of(image: Column, name: str) -> Column:
    """Return a field of an image as text: the one of exactly this name, else the one that differs by case only."""
    exact = F.array_position(image["names"], name)
    similar = F.array_position(image["lowered"], name.lower())
    place = F.when(exact > 0, exact).otherwise(similar) - 1
    return F.get(image["values"], place.cast("int"))


def has_field(image: Column, name: str) -> Column:
    """Tell whether an image has a field, whatever its case; NULL where there is no image."""
    return F.array_contains(image["lowered"], name.lower())


def is_ambiguous(image: Column, names: Iterable[str]) -> Column:
    """Tell whether an image has one of these names in several cases, and in none of them exactly; never NULL."""
    lowered = image["lowered"]
    has_repeated = F.size(F.array_distinct(lowered)) < F.size(lowered)
    unclear = [
        _has_several(image, name) & ~F.array_contains(image["names"], name)
        for name in names
    ]
    return F.coalesce(
        has_repeated & reduce(Column.__or__, unclear, F.lit(False)), F.lit(False)
    )


def _has_several(image: Column, name: str) -> Column:
    return F.size(F.filter(image["lowered"], lambda known: known == name.lower())) > 1
