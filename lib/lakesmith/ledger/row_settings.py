"""Record the settings that decided the rows of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from lakesmith.spec.model import Table, Write

Value: TypeAlias = "str | bool | list[str]"
_TOKEN = re.compile(
    r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|\w+|\S""", re.DOTALL
)


@dataclass(frozen=True)
class Setting:
    """Describe a setting that decides over the rows of all keys.

    A later batch would apply a new value to its own keys only.

    Parameters
    ----------
    name : str
    value : callable
        Returns the value that a commit records.
    decides : callable
        Returns whether the setting has an effect on a table.
    of_rows : str
        What is said of the rows with a recorded value.
    holds : {"value", "texts", "columns", "condition"}
        What the value is, by which two values are compared.
    if_empty : str
        What an empty value is called.
    """

    name: str
    value: Callable[[Write], Value]
    decides: Callable[[Write], bool]
    of_rows: str
    holds: str = "value"
    if_empty: str = "none"

    def is_same(self, had: Value, wanted: Value, renamed: Mapping[str, str]) -> bool:
        """Return whether two values decide alike, after columns were renamed.

        Parameters
        ----------
        had, wanted : str, bool or list of str
        renamed : mapping of str to str
            New names of columns by their old ones, in lower case.

        Examples
        --------
        >>> deletes = next(setting for setting in SETTINGS if setting.name == "apply_as_deletes")
        >>> deletes.is_same("op = 'D'", "Action='D'", {"op": "action"})
        True
        >>> deletes.is_same("op = 'D'", "op = 'd'", {})
        False
        """
        compare = _COMPARE[self.holds]
        return compare(had, wanted, renamed)

    def in_words(self, value: Value) -> str:
        """Return a value as a message shows it.

        Examples
        --------
        >>> [SETTINGS[0].in_words(value) for value in ([], ["city", "plan"], True)]
        ['all columns', 'city, plan', 'true']
        """
        if isinstance(value, bool):
            return str(value).lower()
        text = value if isinstance(value, str) else ", ".join(value)
        return text or self.if_empty


def _tracked(write: Write) -> list[str]:
    return sorted({name.lower() for name in write.track_history_columns})


def _kept(write: Write) -> str:
    return "ignore by sequence_by" if write.keeps_first else write.when_matched


def _reads_deletes(write: Write) -> bool:
    return write.takes("apply_as_deletes")


def _keeps_one(write: Write) -> bool:
    return _reads_deletes(write) and write.keeps_newest


def _reads_parts(write: Write) -> bool:
    return write.takes("partial_updates")


# A tie in one batch is decided by the same rule or refused. No row depends on `on_tie`.
SETTINGS = (
    Setting(
        "track_history_columns",
        _tracked,
        lambda write: write.keeps_history,
        "the table's versions are those of {}",
        holds="columns",
        if_empty="all columns",
    ),
    Setting(
        "apply_as_deletes",
        lambda write: write.apply_as_deletes or "",
        _reads_deletes,
        "the table's deletes were found by {}",
        holds="condition",
    ),
    Setting(
        "apply_as_truncates",
        lambda write: write.apply_as_truncates or "",
        lambda write: write.takes("apply_as_truncates"),
        "the table was emptied by {}",
        holds="condition",
    ),
    Setting("when_matched", _kept, _keeps_one, "the table's rows were kept by {}"),
    Setting(
        "change_format",
        lambda write: write.change_format,
        lambda write: write.takes("change_format"),
        "the table's events were read as {}",
    ),
    Setting(
        "partial_updates",
        lambda write: write.partial_updates,
        _reads_parts,
        "the table's events were read with {}",
    ),
    Setting(
        "null_means",
        lambda write: write.null_means,
        lambda write: _reads_parts(write) and write.partial_updates,
        "NULL in the table's events was read as {}",
    ),
    Setting(
        "unavailable_values",
        lambda write: list(write.placeholders),
        _reads_parts,
        "the table's events were read with {}",
        holds="texts",
    ),
)


def settings_of(spec: Table) -> dict[str, Any]:
    """Return the settings that decide over the rows of a table, for its commits.

    Parameters
    ----------
    spec : Table

    Returns
    -------
    dict
        The value of each setting by its name. A table that is not written by key has none.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> write = {"strategy": "scd2", "keys": ["id"], "track_history_columns": ["Plan"]}
    >>> settings_of(Table.model_validate({"from": "bronze.customers", "write": write}))
    {'track_history_columns': ['plan'], 'apply_as_deletes': ''}
    """
    write = spec.write
    return {
        setting.name: setting.value(write)
        for setting in SETTINGS
        if setting.decides(write)
    }


def changed_settings(recorded: Mapping[str, Any], spec: Table) -> Iterator[str]:
    """Yield the settings in which the rows of a table differ from its spec.

    Parameters
    ----------
    recorded : mapping
        Metadata of the newest commit. A setting that it lacks, or that has no effect by the spec,
        is not judged.
    spec : Table

    Yields
    ------
    str
        The setting with both values.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> recorded = {"partial_updates": True, "null_means": "unchanged"}
    >>> spec = Table.model_validate({"from": "bronze.c", "write": {"strategy": "cdc"}})
    >>> list(changed_settings(recorded, spec))
    ["partial_updates is false, the table's events were read with true"]
    """
    wanted = settings_of(spec)
    known = _with_whole_events(recorded)
    renamed = renames(spec)
    for setting in SETTINGS:
        name = setting.name
        if name not in wanted or name not in known:
            continue
        if setting.is_same(known[name], wanted[name], renamed):
            continue
        of_rows = setting.of_rows.format(setting.in_words(known[name]))
        yield f"{name} is {setting.in_words(wanted[name])}, {of_rows}"


def _with_whole_events(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Return what commits record, with a setting that older ones leave out for whole events."""
    reads_events = "change_format" in recorded
    return {"partial_updates": False, **recorded} if reads_events else dict(recorded)


def renames(spec: Table) -> dict[str, str]:
    """Return the new name of each column that the spec renames, both in lower case.

    Examples
    --------
    >>> from lakesmith.spec.model import Table
    >>> columns = {"tariff": {"type": "string", "renamed_from": "Plan"}}
    >>> renames(Table.model_validate({"from": "bronze.c", "columns": columns}))
    {'plan': 'tariff'}
    """
    return {
        column.renamed_from.lower(): name.lower()
        for name, column in spec.columns.items()
        if column.renamed_from
    }


def _same_value(had: Any, wanted: Any, renamed: Mapping[str, str]) -> bool:
    return bool(had == wanted)


def _same_texts(had: list[str], wanted: list[str], renamed: Mapping[str, str]) -> bool:
    return sorted(had) == sorted(wanted)


def _same_columns(
    had: list[str], wanted: list[str], renamed: Mapping[str, str]
) -> bool:
    return sorted(renamed.get(name, name) for name in had) == sorted(wanted)


def _same_condition(had: str, wanted: str, renamed: Mapping[str, str]) -> bool:
    old = _tokens(had)
    moved = [renamed.get(token, token) for token in old]
    return _tokens(wanted) in (old, moved)


_COMPARE: Mapping[str, Callable[[Any, Any, Mapping[str, str]], bool]] = {
    "value": _same_value,
    "texts": _same_texts,
    "columns": _same_columns,
    "condition": _same_condition,
}


def _tokens(condition: str) -> list[str]:
    """Return a condition without its spaces and in lower case outside quotes."""
    tokens = _TOKEN.findall(condition)
    return [
        token if token[0] in "'\"" else token.lower().strip("`") for token in tokens
    ]
