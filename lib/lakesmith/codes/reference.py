"""Write the page of all error codes as Markdown, from the catalogue."""

from __future__ import annotations

import re
from itertools import groupby

from lakesmith.codes import CATALOGUE, Explanation

_HEAD = """# Error codes

Every error has a code. `lakesmith explain CODE` prints its entry of this page, which is generated
from the catalogue.
"""
_GROUPS = {
    "0": "General",
    "1": "Specs",
    "2": "Inputs and tables",
    "3": "Steps",
    "4": "Quality gate",
    "5": "Writes",
    "6": "Ledger, repair and maintenance",
    "7": "Runs",
    "8": "Environment and deployment",
}
_CODE = re.compile(r"(`[^`]*`)")


def error_codes() -> str:
    """Return the page of all codes.

    Examples
    --------
    >>> [line for line in error_codes().splitlines() if line.startswith("## ")][:2]
    ['## General (LS0xx)', '## Specs (LS1xx)']
    """
    page = _HEAD
    for digit, entries in groupby(CATALOGUE.values(), key=lambda entry: entry.code[2]):
        page += f"\n## {_GROUPS[digit]} (LS{digit}xx)\n"
        page += "".join(map(_entry, entries))
    return page


def escape(text: str) -> str:
    r"""Escape what Markdown would read as a tag or as emphasis, outside code.

    Examples
    --------
    >>> escape("see `a_b` or _c in <name>")
    'see `a_b` or \\_c in &lt;name>'
    """
    parts = _CODE.split(text)
    plain = (re.sub(r"([*_])", r"\\\1", part) for part in parts[::2])
    parts[::2] = [part.replace("<", "&lt;") for part in plain]
    return "".join(parts)


def _entry(entry: Explanation) -> str:
    title = f"**{escape(entry.title)}**"
    meaning = escape(entry.meaning)
    action = escape(entry.action)
    return f"\n### {entry.code}\n\n{title}\n\n{meaning}\n\nWhat to do: {action}\n"
