"""Define an intent, exactly what one batch of one table reads, written down before it is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakesmith.sources.registry import is_beside, reference_of, span_of
from lakesmith.sources.slices import Slice
from lakesmith.spec.fingerprint import spec_hash
from lakesmith.spec.model.table import DEFAULT_REFUSAL, STAGED

if TYPE_CHECKING:
    from lakesmith.ledger.state import TableState
    from lakesmith.spec.model.table import Table

Dates = tuple[str, str]
Versions = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Intent:
    """What a batch reads and which run time it has.

    A retry reads the intent, never "latest". `first` is True when no row of the table counts any
    more, so that the batch replaces all of them.
    `dates` are the event dates ``[from, to)`` that a backfill recomputes. `retyped` is True when a
    column of the upstream has another type than the rows had that merged groups were computed from.
    `lookups` are the versions of the tables that are looked up, by the name of the input, `inputs`
    the tables behind these names (an older ledger does not have them). `references` are the
    versions of what the checks compare with, such as other tables, by its name, and of the frozen
    statistics that the steps compute with. `on_refusal` is what becomes of the batch where a check
    refuses it, whatever the spec says later; `audited` says that it is judged in the staging table.
    """

    table: str
    epoch: int
    batch: int
    run_time: str
    spec_hash: str
    input: Slice
    lookups: Versions = ()
    first: bool = False
    dates: Dates | None = None
    retyped: bool = False
    inputs: tuple[tuple[str, str], ...] = ()
    references: Versions = ()
    on_refusal: str = DEFAULT_REFUSAL
    audited: bool = False

    @property
    def reads(self) -> dict[str, int]:
        """The newest version that the batch reads of each table that the intent names.

        Examples
        --------
        >>> read = Slice("table", "bronze.orders", {"since": 3, "to": 5, "voids": []})
        >>> Intent("silver.orders", 1, 1, "2026-01-01T00:00:00+00:00", "hash", read).reads
        {'bronze.orders': 5}
        """
        versions = dict(self.lookups)
        found = {table: versions[key] for key, table in self.inputs if key in versions}
        span = span_of(self.input)
        if span is not None:
            found[span.name] = max(span.to, found.get(span.name, 0))
        return found

    @property
    def purpose(self) -> str:
        """What the batch is for: ``main``, a backfill of dates, or a replay by its number.

        Examples
        --------
        >>> read = Slice("table", "bronze.orders", {"since": None, "to": 5, "voids": []})
        >>> days = ("2026-01-01", "2026-01-02")
        >>> intent = Intent("silver.orders", 1, 1, "2026-01-03", "hash", read, dates=days)
        >>> intent.purpose
        'backfill:2026-01-01..2026-01-02'
        """
        if self.is_replay:
            return f"replay:{self.batch}"
        return f"backfill:{self.dates[0]}..{self.dates[1]}" if self.dates else "main"

    @property
    def is_replay(self) -> bool:
        """True when the batch reads quarantined rows of its table again.

        Examples
        --------
        >>> read = Slice("quarantine", "bronze.orders", {"to": 5, "version": 2})
        >>> intent = Intent("silver.orders", 1, 7, "2026-01-03", "hash", read)
        >>> intent.is_replay, intent.purpose
        (True, 'replay:7')
        """
        return is_beside(self.input)

    @property
    def is_repair(self) -> bool:
        """True when the batch changes rows, not how far the table has read its input.

        Examples
        --------
        >>> read = Slice("files", "orders", {"files": []})
        >>> Intent("bronze.orders", 1, 1, "2026-01-01", "hash", read).is_repair
        False
        """
        return self.dates is not None or self.is_replay

    @property
    def upstream(self) -> str:
        """What the batch reads, as a spec's `from` names it.

        Examples
        --------
        >>> read = Slice("files", "orders", {"files": []})
        >>> Intent("bronze.orders", 1, 1, "2026-01-01T00:00:00+00:00", "hash", read).upstream
        'sources.orders'
        """
        return reference_of(self.input)

    @property
    def digest(self) -> str:
        """Digest of everything that decides the batch's rows.

        Examples
        --------
        >>> read = Slice("files", "orders", {"files": []})
        >>> one = Intent("bronze.orders", 1, 1, "2026-01-01T00:00:00+00:00", "hash", read)
        >>> two = Intent("bronze.orders", 1, 1, "2026-01-02T00:00:00+00:00", "hash", read)
        >>> one.digest == two.digest
        False
        """
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for the ledger.

        What older ledgers did not have is left out when it is empty, so that digests stay the same.

        Examples
        --------
        >>> read = Slice("files", "orders", {"files": [["in/a.csv", 12, 1700]]})
        >>> intent = Intent("bronze.orders", 1, 1, "2026-01-01T00:00:00+00:00", "hash", read)
        >>> intent.to_dict()["input"]
        {'kind': 'files', 'name': 'orders', 'files': [['in/a.csv', 12, 1700]]}
        """
        data: dict[str, Any] = {
            "run_time": self.run_time,
            "spec_hash": self.spec_hash,
            "first": self.first,
            "lookups": _lists(self.lookups),
            "input": self.input.to_dict(),
        }
        if self.dates:
            data["dates"] = list(self.dates)
        if self.retyped:
            data["retyped"] = True
        if self.inputs:
            data["inputs"] = _lists(self.inputs)
        if self.references:
            data["references"] = _lists(self.references)
        if self.on_refusal != DEFAULT_REFUSAL:
            data["on_refusal"] = self.on_refusal
        if self.audited:
            data["audited"] = True
        return data

    @classmethod
    def from_dict(
        cls, table: str, epoch: int, batch: int, data: dict[str, Any]
    ) -> Intent:
        """Read an intent back from the ledger.

        Examples
        --------
        >>> read = Slice("files", "orders", {"files": []})
        >>> intent = Intent("bronze.orders", 1, 1, "2026-01-01T00:00:00+00:00", "hash", read)
        >>> Intent.from_dict("bronze.orders", 1, 1, intent.to_dict()) == intent
        True
        """
        dates = data.get("dates")
        return cls(
            table=table,
            epoch=epoch,
            batch=batch,
            run_time=data["run_time"],
            spec_hash=data["spec_hash"],
            input=Slice.from_dict(data["input"]),
            lookups=_versions(data["lookups"]),
            first=data["first"],
            dates=(dates[0], dates[1]) if dates else None,
            retyped=data.get("retyped", False),
            inputs=tuple((name, of) for name, of in data.get("inputs", ())),
            references=_versions(data.get("references", ())),
            on_refusal=data.get("on_refusal", DEFAULT_REFUSAL),
            audited=data.get("audited", False),
        )


def next_intent(
    spec: Table,
    state: TableState,
    piece: Slice,
    run_time: str,
    *,
    lookups: Mapping[str, int],
    compared: Mapping[str, int],
    frozen: Versions,
    **what: Any,
) -> Intent:
    """Return the intent of the next batch of a table, with all that its spec decides for it.

    Parameters
    ----------
    spec : Table
    state : TableState
    piece : Slice
        What the batch reads.
    run_time : str
    lookups : mapping of str to int
        The version of each input that is looked up.
    compared : mapping of str to int
        The version of each table that checks compare with.
    frozen : tuple
        The versions of the frozen statistics that steps compute with.
    **what
        Other fields of the intent, such as `dates`.

    Examples
    --------
    >>> from lakesmith.ledger.state import TableState
    >>> from lakesmith.spec.model import Table
    >>> spec = Table.model_validate({"from": "silver.a", "audit": "stage"})
    >>> read = Slice("table", "silver.a", {"since": None, "to": 5, "voids": []})
    >>> state = TableState("gold.b", batch=3)
    >>> intent = next_intent(spec, state, read, "2026-01-03", lookups={}, compared={}, frozen=())
    >>> intent.batch, intent.audited
    (4, True)
    """
    inputs = {name: spec.inputs[name] for name in lookups}
    return Intent(
        table=state.table,
        epoch=state.epoch,
        batch=state.batch + 1,
        run_time=run_time,
        spec_hash=spec_hash(spec),
        input=piece,
        lookups=tuple(sorted(lookups.items())),
        inputs=tuple(sorted(inputs.items())),
        references=tuple(sorted([*compared.items(), *frozen])),
        on_refusal=spec.on_refusal,
        audited=spec.audit == STAGED,
        **what,
    )


def _lists(pairs: Iterable[tuple[str, Any]]) -> list[list[Any]]:
    return [list(pair) for pair in pairs]


def _versions(pairs: Iterable[Any]) -> Versions:
    return tuple((name, version) for name, version in pairs)
