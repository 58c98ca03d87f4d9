r"""Parse JSON text so that whatever follows its first value shows.

The parser stops behind the first value. So the text becomes an item of an array with an item of
its own behind it: where the parser finds both, and nothing else, it has read all of the text. The
last item holds U+0002, which JSON allows in a string as an escape only, so that a text that can
hold it too is found by that escape.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.transforms.values.json_numbers import mark_numbers

_END = "\x02"
_END_AS_JSON = r"\u0002"


def in_array(text: Column, is_changed: Column) -> Column:
    r"""Return an array of JSON text and an end, with numbers marked that would change.

    Examples
    --------
    >>> array = in_array(F.lit('{"a": 1.10}'), F.lit(True))
    >>> print(spark.range(1).select(array.alias("array")).first().array)
    [{"a": "\u00011.10"},{"":"\u0002"}]
    """
    spelled = F.when(is_changed, mark_numbers(text)).otherwise(text)
    end = F.when(_may_hold_end(text), _hash(text)).otherwise(F.lit(_END_AS_JSON))
    return F.concat(F.lit("["), spelled, F.lit(',{"":"'), end, F.lit('"}]'))


def only_object(items: Column, text: Column) -> Column:
    r"""Return the object that a text consists of, NULL where it is anything else.

    Parameters
    ----------
    items : Column
        ARRAY of MAP, what the parser makes of the text by `in_array`.
    text : Column

    Examples
    --------
    >>> from lakesmith.testing import frame
    >>> df = frame(spark, "t string", [('{"a": 1}',), ('{"a": 2}] {"b": 3}',)])
    >>> items = F.from_json(in_array(df.t, F.lit(False)), "array<map<string,string>>")
    >>> df.select(only_object(items, df.t).alias("object")).show()
    +--------+
    |  object|
    +--------+
    |{a -> 1}|
    |    NULL|
    +--------+
    <BLANKLINE>
    """
    last = F.get(items, F.lit(1))[""].cast("string")
    end = F.when(_may_hold_end(text), _hash(text)).otherwise(F.lit(_END))
    is_all = (F.size(items) == 2) & (last == end)
    return F.when(is_all, F.get(items, F.lit(0)))


def _may_hold_end(text: Column) -> Column:
    return F.contains(text, F.lit(_END_AS_JSON))


def _hash(text: Column) -> Column:
    """Return what a text cannot hold, since no text is known that holds its own hash."""
    return F.sha2(text, 256)
