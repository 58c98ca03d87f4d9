"""Register the files of Soda, checks of version 3 and contracts of version 4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lakesmith.check_imports.plain_values import core_value
from lakesmith.check_imports.registry import Tool, register
from lakesmith.check_imports.soda import contract_kinds
from lakesmith.check_imports.soda.checks_file import check_entries, is_checks_file
from lakesmith.check_imports.soda.contract import contract_entries, is_contract

__all__ = ["SODA", "contract_kinds"]

if TYPE_CHECKING:
    from lakesmith.check_imports.drafts import Entry
    from lakesmith.spec.yaml.nodes import Node


def _recognises(document: Node) -> bool:
    return is_checks_file(document) or is_contract(document)


def _entries(document: Node) -> Iterator[Entry]:
    if is_contract(document):
        return contract_entries(document)
    return check_entries(document)


SODA = register(
    Tool(
        name="soda",
        title="Soda",
        files="'checks for <table>' or, as a contract, 'dataset' with columns",
        recognises=_recognises,
        entries=_entries,
        plain=core_value,
    )
)
