r"""Parse JSON text so that whatever follows its first value shows.

The parser stops behind the first value. Within an array whatever follows it shows, unless it closes
the array. Where a text may do so, a marker item comes behind it: where the parser finds both,
and nothing else, it has read all of the text. The marker holds U+0002, which JSON allows in a
string as an escape only, so that a text that can hold it too is found by that escape.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from lakesmith.transforms.values.json_numbers import (
    has_changed_number,
    mark_numbers,
    may_hold_mark,
    unmark_numbers,
)

# What closes an array behind an object.
_CLOSING = r"\}[ \t\r\n]*+\]"
_END = "\x02"
_END_AS_JSON = r"\u0002"


def in_array(text: Column, is_changed: Column) -> Column:
    r"""Return JSON text as an item of an array, with numbers marked that would change.

    Examples
    --------
    >>> array = in_array(F.lit('{"a": 1.10}'), F.lit(True))
    >>> print(spark.range(1).select(array.alias("array")).first().array)
    [{"a": "\u00011.10"}]
    """
    opening = F.lit("[")
    closing = F.lit("]")
    marked = F.when(is_changed, mark_numbers(text))
    spelled = marked.otherwise(text)
    end = _marker_of(text, _END_AS_JSON)
    before = F.lit(',{"":"')
    behind = F.lit('"}]')
    item = F.concat(before, end, behind)
    with_item = F.when(_may_close(text), item)
    rest = with_item.otherwise(closing)
    return F.concat(opening, spelled, rest)


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
    first = F.get(items, F.lit(0))
    second = F.get(items, F.lit(1))
    last = second[""].cast("string")
    end = _marker_of(text, _END)
    count = F.size(items)
    may_close = _may_close(text)
    is_single = count == 1
    is_all = is_single & ~may_close
    has_end = (count == 2) & (last == end)
    is_all_before_end = has_end & may_close
    return F.when(is_all | is_all_before_end, first)


def texts_of(text: Column) -> Column:
    """Return the fields of a JSON object as texts, nested ones as JSON.

    Parameters
    ----------
    text : Column
        JSON text that Spark wrote.

    Returns
    -------
    Column
        MAP<STRING, STRING>, NULL where the text is no object. Numbers keep their spelling, where a
        parser of texts would read them as doubles.

    Examples
    --------
    >>> text = F.lit('{"a": 1234567890123456.7890, "b": "1.10", "c": null}')
    >>> spark.range(1).select(texts_of(text)).first()[0]
    {'a': '1234567890123456.7890', 'b': '1.10', 'c': None}
    """
    can_mark = has_changed_number(text) & ~may_hold_mark(text)
    marked = F.when(can_mark, mark_numbers(text)).otherwise(text)
    fields = F.try_parse_json(marked).try_cast("map<string,variant>")
    texts = F.transform_values(fields, lambda _, value: value.cast("string"))
    spelled = F.transform_values(texts, lambda _, value: unmark_numbers(value))
    return F.when(can_mark, spelled).otherwise(texts)


def _may_close(text: Column) -> Column:
    return text.rlike(_CLOSING)


def _marker_of(text: Column, end: str) -> Column:
    """Return a marker that the text cannot hold."""
    may_hold_end = F.contains(text, F.lit(_END_AS_JSON))
    # No text is known that holds its own hash.
    own_hash = F.sha2(text, 256)
    return F.when(may_hold_end, own_hash).otherwise(F.lit(end))
