"""Register the tools whose files can be imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.check_imports.drafts import Entry
    from lakesmith.spec.yaml.nodes import Node


@dataclass(frozen=True)
class Tool:
    """A tool with what recognises its files and what reads the checks of one.

    `plain` is how it reads plain values, where that is not as YAML 1.1 does.
    """

    name: str
    title: str
    files: str
    recognises: Callable[[Node], bool]
    entries: Callable[[Node], Iterator[Entry]]
    plain: Callable[[str], Any] | None = None


_tools: dict[str, Tool] = {}


def register(tool: Tool) -> Tool:
    """Add a tool under its name."""
    _tools[tool.name] = tool
    return tool


def tools() -> dict[str, Tool]:
    """Return the tools that were registered, by name.

    Examples
    --------
    >>> from lakesmith.check_imports import every_tool
    >>> sorted(tools())
    ['dbt', 'dqx', 'great_expectations', 'soda']
    """
    return dict(sorted(_tools.items()))
