"""Record the settings that decided the rows of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lakesmith.spec.model import Table, Write

_TOKEN = re.compile(
    r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|\w+|\S""", re.DOTALL
)


@dataclass(frozen=True)
class Setting:
    """Describe a setting that decides over the rows of all keys.

    `value` is what a commit says of it, `decides` tells whether it has any effect on a table,
    `of_rows` is said of the recorded value.
    """

    name: str
    value: Callable[[Write], str | list[str]]
    decides: Callable[[Write], bool]
    of_rows: str


def _tracked(write: Write) -> list[str]:
    return sorted({name.lower() for name in write.track_history_columns})


def _kept(write: Write) -> str:
    return "ignore by sequence_by" if write.keeps_first else write.when_matched


def _reads_events(write: Write) -> bool:
    return write.takes("apply_as_deletes")


def _keeps_one(write: Write) -> bool:
    return _reads_events(write) and write.keeps_newest


# `on_tie` is not among them: a tie in one batch is decided by the same rule or refused, so no row
# depends on it.
SETTINGS = (
    Setting(
        "track_history_columns",
        _tracked,
        lambda write: write.keeps_history,
        "the table's versions are those of {}",
    ),
    Setting(
        "apply_as_deletes",
        lambda write: write.apply_as_deletes or "",
        _reads_events,
        "the table's deletes were found by {}",
    ),
    Setting(
        "apply_as_truncates",
        lambda write: write.apply_as_truncates or "",
        lambda write: write.takes("apply_as_truncates"),
        "the table was emptied by {}",
    ),
    Setting("when_matched", _kept, _keeps_one, "the table's rows were kept by {}"),
    Setting(
        "change_format",
        lambda write: write.change_format,
        lambda write: write.takes("change_format"),
        "the table's events were read as {}",
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
        The value of each setting by its name; none for a table that is not written by key.

    Examples
    --------
    >>> write = {"strategy": "scd2", "keys": ["id"], "sequence_by": ["at"],
    ...     "track_history_columns": ["Plan"]}
    >>> settings_of(Table.model_validate({"from": "bronze.customers", "write": write}))
    {'track_history_columns': ['plan'], 'apply_as_deletes': ''}
    """
    write = spec.write
    return {
        setting.name: setting.value(write)
        for setting in SETTINGS
        if setting.decides(write)
    }


def other_settings(had: Mapping[str, Any], spec: Table) -> Iterator[str]:
    """Say in which settings the rows of a table differ from its spec.

    Parameters
    ----------
    had : Mapping
        What the newest commit says. A setting that it lacks, or that has no effect by the spec, is
        not judged.
    spec : Table

    Yields
    ------
    str
        The setting with both values.
    """
    wanted = settings_of(spec)
    for setting in SETTINGS:
        name = setting.name
        if (
            name in wanted
            and name in had
            and not _is_same(had[name], wanted[name], spec)
        ):
            of_rows = setting.of_rows.format(_in_words(had[name], name))
            yield f"{name} is {_in_words(wanted[name], name)}, {of_rows}"


def renames(spec: Table) -> dict[str, str]:
    """Return the new name of each column that the spec renames, both in lower case.

    Parameters
    ----------
    spec : Table

    Returns
    -------
    dict
    """
    columns = spec.columns.items()
    return {
        column.renamed_from.lower(): name.lower()
        for name, column in columns
        if column.renamed_from
    }


def _is_same(had: str | list[str], wanted: str | list[str], spec: Table) -> bool:
    renamed = renames(spec)
    if isinstance(had, str) and isinstance(wanted, str):
        old = _tokens(had)
        return _tokens(wanted) in (old, [renamed.get(token, token) for token in old])
    return sorted(renamed.get(name, name) for name in had) == sorted(wanted)


def _tokens(condition: str) -> list[str]:
    """Return a condition without its spaces and in lower case outside quotes."""
    tokens = _TOKEN.findall(condition)
    return [
        token if token[0] in "'\"" else token.lower().strip("`") for token in tokens
    ]


def _in_words(value: str | list[str], name: str) -> str:
    if name == "track_history_columns":
        return ", ".join(value) or "all columns"
    return str(value) or "none"
