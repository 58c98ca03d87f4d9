"""Lay out verdicts, the cost of checks and bad rows as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lakesmith.cli.table import aligned

Row = Mapping[str, Any]
_VERDICTS = ("table", "check", "column", "on_fail", "status", "failed", "message")
_AUDIT = (*_VERDICTS[:-1], "from", "message")
_STATES = {"unpublished": " (not published)", "replayed": " (replayed)"}
_COSTS = ("check", "kind", "cost", "note")


def quality_text(verdicts: Sequence[Row]) -> str:
    """Return the verdicts of the last run."""
    if not verdicts:
        return "no verdicts yet; start with `lakesmith run`"
    return aligned(verdicts, _VERDICTS)


def audit_text(results: Sequence[Row]) -> str:
    """Return the results of an audit, and where they came from.

    Examples
    --------
    >>> row = {"check": "few", "column": "", "on_fail": "fail", "status": "pass", "failed": 0}
    >>> print(audit_text([{"table": "gold.a", **row, "message": "", "from": "log"}]))
    table   check  column  on_fail  status  failed  from  message
    gold.a  few            fail     pass         0  log
    1 of 1 check(s) answered from the log; no row was read
    """
    from_log = sum(row["from"] == "log" for row in results)
    count = len(results)
    read = "no row was read" if from_log == count else "the rows were read for the rest"
    last = f"{from_log} of {count} check(s) answered from the log; {read}"
    return f"{aligned(results, _AUDIT)}\n{last}"


def costs_text(tables: Sequence[Row]) -> str:
    """Return what the checks of each table cost.

    Examples
    --------
    >>> check = {"check": "one", "kind": "unique", "cost": "shuffle", "note": "of 2 columns"}
    >>> table = {"table": "gold.daily", "scans": 0, "shuffles": 1, "checks": [check]}
    >>> print(costs_text([table]))
    gold.daily: 1 check, 0 extra scans, 1 shuffle
    check  kind    cost     note
    one    unique  shuffle  of 2 columns
    """
    return "\n\n".join(map(_costs, tables)) or "no checks"


def _costs(table: Row) -> str:
    counts = {
        "check": len(table["checks"]),
        "extra scan": table["scans"],
        "shuffle": table["shuffles"],
    }
    said = ", ".join(
        f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items()
    )
    head = f"{table['table']}: {said}"
    if not table["checks"]:
        return head
    return f"{head}\n{aligned(table['checks'], _COSTS)}"


def quarantine_text(rows: Sequence[Row]) -> str:
    """Return quarantined rows with their batch, reasons, name and raw row.

    Examples
    --------
    >>> row = {"_batch_id": 3, "_reasons": [], "_raw": "{}", "_row": "26cb0cd60b957d80"}
    >>> print(quarantine_text([{**row, "_state": "unpublished", "_patch": None}]))
    batch 3 (not published):
      26cb0cd60b957d80 {}
    """
    return "\n".join(map(_bad_row, rows)) or "nothing in quarantine"


def _bad_row(row: Row) -> str:
    state = _STATES.get(row["_state"], "")
    head = f"batch {row['_batch_id']}{state}: {reasons_text(row['_reasons'])}".rstrip()
    patch = row.get("_patch")
    corrected = f"\n  corrected: {patch}" if patch else ""
    return f"{head}\n  {row['_row']} {row['_raw']}{corrected}"


def reasons_text(reasons: Sequence[Any]) -> str:
    """Return the reasons of one bad row on one line.

    Examples
    --------
    >>> reasons_text([{"check": "price_given", "column": "unit_price", "value": None}])
    'price_given (unit_price = null)'
    """
    return "; ".join(_reason(reason) for reason in reasons)


def _reason(reason: Any) -> str:
    value = json.dumps(reason["value"], ensure_ascii=False)
    if reason["column"]:
        return f"{reason['check']} ({reason['column']} = {value})"
    return str(reason["check"])
