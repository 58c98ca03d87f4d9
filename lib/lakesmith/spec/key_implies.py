"""Find the columns of `key_implies` that the spec proves to be functions of the key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lakesmith.spec.model import Table
from lakesmith.spec.window_scope import Step, changed_by, looks_at, name_of, sql_tokens

# Steps that make each row from itself alone, as their options say in full.
_PLAIN = frozenset(
    {
        "filter",
        "select",
        "trim",
        "upper",
        "lower",
        "cast",
        "with_columns",
        "date_parts",
        "hash_key",
        "rename",
    }
)
_WORDS = frozenset(
    "and or not case when then else end as is null in between like rlike true false".split()
)
_TYPES = frozenset("date timestamp int bigint string double decimal boolean".split())


def unproven(table: Table) -> tuple[str, ...]:
    """Return the columns of `key_implies` that the spec does not prove.

    They may differ between rows of one key.

    Parameters
    ----------
    table : Table

    Returns
    -------
    tuple of str
        In the order of the spec. A column is proven where the key has it, or has the hash
        of the raw row, or where a step computes it from proven columns.

    Notes
    -----
    A key of ``hash_key: {of: raw}`` determines the raw row, and with it all that the steps
    make of the row. User functions are trusted to look at the row alone. A lookup table is
    not part of the row, so that `inputs` prove nothing.

    Examples
    --------
    >>> from lakesmith.spec.model import Write
    >>> write = Write(strategy="upsert", keys=("id",), key_implies=("day", "month"))
    >>> unproven(Table(from_="bronze.a", write=write))
    ('day', 'month')
    >>> of_row = {"hash_key": {"name": "id", "of": "raw"}}
    >>> unproven(Table(from_="bronze.a", write=write, steps=(of_row,)))
    ()
    >>> parts = {"date_parts": {"column": "day", "parts": {"month": "month"}}}
    >>> by_day = Write(strategy="upsert", keys=("id", "day"), key_implies=("day", "month"))
    >>> unproven(Table(from_="bronze.a", write=by_day, steps=(parts,)))
    ()
    """
    keys = _lower(table.write.keys)
    others = [name for name in table.write.key_implies if name.lower() not in keys]
    if not others or table.write.recomputes:
        return ()
    if table.inputs or table.sql or table.nondeterministic:
        return tuple(others)
    if _is_hash_of_row(table.steps, keys):
        return ()
    proven = _determined(table.steps, keys)
    return tuple(name for name in others if name.lower() not in proven)


def _is_hash_of_row(steps: tuple[Step, ...], keys: frozenset[str]) -> bool:
    """Return whether a key is the hash of the raw row, and the row has no other input."""
    if any(looks_at(step) or _reads_hidden(step) for step in steps):
        return False
    for place, step in enumerate(steps):
        if (
            name_of(step) == "hash_key"
            and changed_by(step) & keys
            and _options(step).get("of", "raw") == "raw"
        ):
            later = steps[place + 1 :]
            if not any(changed_by(after) & changed_by(step) for after in later):
                return True
    return False


def _determined(steps: tuple[Step, ...], keys: frozenset[str]) -> frozenset[str]:
    """Return the columns that the final keys determine, in lower case."""
    known = _final(keys, steps)
    for place, step in enumerate(steps):
        final = _final(keys, steps[place + 1 :])
        is_plain = name_of(step) in _PLAIN and not looks_at(step)
        known = _after(step, known, final) if is_plain else final
        known |= final
    return known


def _final(keys: frozenset[str], later: Iterable[Step]) -> frozenset[str]:
    """Return the keys that no later step changes."""
    changed = frozenset[str]().union(*[changed_by(step) for step in later])
    return keys - changed


def _after(step: Step, known: frozenset[str], final: frozenset[str]) -> frozenset[str]:
    """Return what is determined after a step.

    `final` are the keys that no later step changes.
    """
    name = name_of(step)
    options = _options(step)
    if name in ("trim", "upper", "lower", "cast", "filter", "select"):
        return known
    if name == "rename":
        renamed = {old.lower(): str(new).lower() for old, new in options.items()}
        kept = known - frozenset(renamed) - frozenset(renamed.values())
        return kept | {new for old, new in renamed.items() if old in known}
    if name == "date_parts":
        parts = _lower(options.get("parts") or ())
        return (
            known | parts
            if str(options.get("column")).lower() in known
            else known - parts
        )
    if name == "with_columns":
        made = {
            column.lower()
            for column, sql in options.items()
            if _names(str(sql)) <= known
        }
        return (known - _lower(options)) | made
    return _after_hash(
        _lower([options.get("name")]), options.get("of", "raw"), known, final
    )


def _after_hash(
    made: frozenset[str], of: object, known: frozenset[str], final: frozenset[str]
) -> frozenset[str]:
    """Return what is determined after a hash.

    The hash is where its parts are, and the parts are where the hash is a final key.
    """
    parts = _lower(of) if isinstance(of, list) else None
    if parts is not None and made & final:
        return known | made | parts
    return known | made if parts is not None and parts <= known else known - made


def _names(sql: str) -> frozenset[str]:
    """Return the columns that a SQL text may name, in lower case.

    A token that is not understood counts as a column.
    """
    tokens = [token.lower() for token in sql_tokens(sql)]
    found = set()
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else ""
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        if token.startswith("`"):
            found.add(token[1:-1])
        elif not token[0].isidentifier() or token in _WORDS or after == "(":
            continue
        elif token in _TYPES and (before == "as" or after[:1] in ("'", '"')):
            continue
        elif token[:2] not in ("r'", 'r"'):
            found.add(token)
    return frozenset(found)


def _reads_hidden(step: Step) -> bool:
    """Return whether a step names a column outside the raw row, such as its ingestion time."""
    texts = {"with_columns": _options(step).values(), "filter": [_value(step)]}.get(
        name_of(step), ()
    )
    names = frozenset[str]().union(*[_names(str(text)) for text in texts])
    return any(name.startswith("_") and name != "_raw" for name in names)


def _options(step: Step) -> Mapping[str, Any]:
    value = _value(step)
    return value if isinstance(value, Mapping) else {}


def _value(step: Step) -> Any:
    return None if isinstance(step, str) else next(iter(step.values()), None)


def _lower(names: Iterable[Any]) -> frozenset[str]:
    return frozenset(str(name).lower() for name in names)
