"""Read a document of the standard from a file, and find the table in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from lakesmith.contracts.odcs.element import Element, refused

if TYPE_CHECKING:
    from lakesmith.contracts.odcs.notes import Notes

_MAX_BYTES = 4 * 1024 * 1024
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_VERSION = re.compile(r"v3\.([0-9]+)\.[0-9]+")
_NEWEST = 1


def read_document(file: Path) -> dict[str, Any]:
    """Return the document in a file.

    Raises
    ------
    ConfigError
        LS179 when the file cannot be read, or is no data contract of version 3.
    """
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise refused(f"'{file}' is larger than {_MAX_BYTES // 1024 // 1024} MiB")
        text = file.read_bytes().decode("utf-8-sig")
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
    except OSError as error:
        what = f"'{file}' cannot be read: {error.strerror}"
        raise refused(what, hint="name a file") from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        what = " ".join(str(error).split())
        raise refused(f"'{file}' is no valid YAML: {what}") from error
    return checked(data)


def checked(data: Any) -> dict[str, Any]:
    """Return a document if it is a data contract of version 3.

    Raises
    ------
    ConfigError
        LS179 when it is not.

    Examples
    --------
    >>> checked({"kind": "DataContract", "apiVersion": "v3.0.2"})["apiVersion"]
    'v3.0.2'
    """
    if not isinstance(data, dict) or data.get("kind") != "DataContract":
        raise refused("the document is no data contract", "kind")
    version = str(data.get("apiVersion"))
    if _VERSION.fullmatch(version) is None:
        what = f"apiVersion '{version}' is not known"
        raise refused(what, "apiVersion", "convert the document to version v3.1.0")
    return {str(key): value for key, value in data.items()}


def version_note(data: dict[str, Any], notes: Notes) -> None:
    """Note that a document is newer than what Lakesmith knows."""
    version = str(data["apiVersion"])
    match = _VERSION.fullmatch(version)
    if match and int(match.group(1)) > _NEWEST:
        notes.add(
            f"apiVersion {version} is newer than v3.{_NEWEST}; what is new is named here"
        )


def table_element(root: Element, name: str) -> Element:
    """Return the table of a document.

    Parameters
    ----------
    root : Element
    name : str
        Its name; empty for the only one.

    Raises
    ------
    ConfigError
        LS179 when the document has no such table, or several.
    """
    tables = root.entries("schema")
    names = [table.text("name") for table in tables]
    found = [table for table in tables if table.text("name") == name or not name]
    if len(found) != 1:
        what = f"no table '{name}'" if name else f"{len(names)} tables"
        listed = ", ".join(names) or "none"
        hint = f"write --table NAME; its tables: {listed}"
        raise refused(f"the document has {what}", "schema", hint)
    (table,) = found
    others = [one for one in names if one != table.text("name")]
    if others:
        root.notes.add("other tables of the document", ", ".join(others))
    return Element(
        table.data,
        "",
        root.notes,
        table.read,
    )
