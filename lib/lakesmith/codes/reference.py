"""Write the page of all error codes as Markdown, from the catalogue."""

from __future__ import annotations

import re

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
_EMPHASIS = re.compile(r"([*_])")
_CODE = re.compile(r"(`[^`]*`)")


def error_codes() -> str:
    """Return the page of all codes.

    Examples
    --------
    >>> [line for line in error_codes().splitlines() if line.startswith("## ")][:2]
    ['## General (LS0xx)', '## Specs (LS1xx)']
    """
    page = _HEAD
    group = ""
    for code, entry in CATALOGUE.items():
        digit = code[2]
        if digit != group:
            group = digit
            page += f"\n## {_GROUPS[digit]} (LS{digit}xx)\n"
        page += _entry(entry)
    return page


def escape(text: str) -> str:
    r"""Escape what Markdown would read as a tag or as emphasis, outside code.

    Examples
    --------
    >>> escape("see `a_b` or _c in <name>")
    'see `a_b` or \\_c in &lt;name>'
    """
    parts = _CODE.split(text)
    for place in range(0, len(parts), 2):
        without_tags = parts[place].replace("<", "&lt;")
        parts[place] = _EMPHASIS.sub(r"\\\1", without_tags)
    return "".join(parts)


def _entry(entry: Explanation) -> str:
    paragraphs = [
        f"\n### {entry.code}",
        f"**{escape(entry.title)}**",
        escape(entry.meaning),
        f"What to do: {escape(entry.action)}\n",
    ]
    return "\n\n".join(paragraphs)
