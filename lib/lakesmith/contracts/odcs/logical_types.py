"""Find the Spark type of a property."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakesmith.contracts.odcs.physical_types import spark_type
from lakesmith.contracts.odcs.spark_types import LOGICAL
from lakesmith.contracts.type_tree import SparkType, read_type

if TYPE_CHECKING:
    from lakesmith.contracts.odcs.element import Element

# What stands for a type that is not known, so that `lakesmith validate` asks for it.
UNKNOWN = "unknown"
_TYPE_OPTIONS = ("timezone", "defaultTimezone")
_UTC = ("Etc/UTC", "UTC", "Etc/GMT", "GMT", "Z", "+00:00")
_BY_FORMAT = {
    (logical, options["format"]): family
    for family, (logical, options) in LOGICAL.items()
    if "format" in options
}
_ALONE = {"string": "string", "boolean": "boolean", "date": "date"}


def type_of(element: Element, options: Element, server: str) -> str:
    """Return the Spark type of a property, and note what of its type is not known.

    Parameters
    ----------
    element : Element
        The property.
    options : Element
        Its `logicalTypeOptions`.
    server : str
        Type of the server in the document.

    Returns
    -------
    str
        `UNKNOWN` where neither the physical nor the logical type says it.

    Examples
    --------
    >>> from lakesmith.contracts.odcs.element import Element
    >>> from lakesmith.contracts.odcs.notes import Notes
    >>> notes = Notes()
    >>> element = Element({"logicalType": "number", "physicalType": "money"}, "column a", notes)
    >>> type_of(element, element.element("logicalTypeOptions"), "")
    'unknown'
    >>> notes.lines()
    ["type not known (logicalType 'number', physicalType 'money'), write one: column a"]
    """
    physical = element.text("physicalType")
    logical = element.text("logicalType")
    for key in _TYPE_OPTIONS:
        options.take(key)
    _note_zone(options)
    by_physical = spark_type(physical, server) if physical else ""
    if by_physical:
        _pass_over(element, options)
    found = by_physical or _by_logical(element, options, server)
    said = f"logicalType '{logical}', physicalType '{physical}'"
    problem = ""
    if not found:
        problem = f"type not known ({said}), write one"
    elif physical and not by_physical:
        problem = f"physicalType '{physical}' is not known, {found} is written"
    elif logical and not _agree(found, logical):
        problem = f"the types differ ({said}), {found} is written"
    if problem:
        element.notes.add(problem, element.place)
    return found or UNKNOWN


def _pass_over(element: Element, options: Element) -> None:
    """Read what says the logical type, where the physical type says it already."""
    element.take("items")
    element.take("properties")
    width = str(options.data.get("format"))
    if (element.text("logicalType"), width) in _BY_FORMAT:
        options.take("format")


def _agree(kind: str, logical: str) -> bool:
    tree = read_type(kind)
    own = LOGICAL[tree.family][0] if tree else ""
    # The standard counts whole numbers among the numbers.
    return (
        own == logical
        or (own, logical) == ("integer", "number")
        or _is_whole(tree, logical)
    )


def _is_whole(tree: SparkType | None, logical: str) -> bool:
    if logical != "integer" or tree is None:
        return False
    scale = tree.numbers[1:]
    return scale == (0,)


def _by_logical(element: Element, options: Element, server: str) -> str:
    logical = element.text("logicalType")
    if logical == "timestamp":
        return _timestamp(options)
    if logical == "array":
        return _array(element, server)
    if logical == "object":
        return _struct(element, server)
    return _simple(logical, options)


def _simple(logical: str, options: Element) -> str:
    width = options.data.get("format")
    by_format = _BY_FORMAT.get((logical, str(width)), "")
    if by_format:
        options.take("format")
        return by_format
    if logical == "integer" and width is None:
        # The standard says that an integer without a format has 32 bits.
        return "int"
    return _ALONE.get(logical, "")


def _note_zone(options: Element) -> None:
    """Note a zone that text without an offset has there, and has not here."""
    zone = options.text("defaultTimezone")
    if zone and zone not in _UTC:
        what = f"text without an offset is UTC here, not defaultTimezone '{zone}'"
        options.notes.add(what, options.place)


def _timestamp(options: Element) -> str:
    given: Any = options.data.get("timezone")
    has_default = "defaultTimezone" in options.data
    return "timestamp_ntz" if given is False and not has_default else "timestamp"


def _array(element: Element, server: str) -> str:
    items = element.element("items")
    part = _nested(items, server) if items.data else ""
    return f"array<{part}>" if part else ""


def _struct(element: Element, server: str) -> str:
    fields: list[str] = []
    for field in element.entries("properties"):
        name = field.text("name")
        part = _nested(field, server)
        if not part:
            return ""
        fields.append(f"{name}:{part}")
    text = f"struct<{','.join(fields)}>"
    return text if fields and read_type(text) else ""


def _nested(element: Element, server: str) -> str:
    options = element.element("logicalTypeOptions")
    found = type_of(element, options, server)
    options.finish()
    element.finish()
    return "" if found == UNKNOWN else found
