"""Define the record of a step, by its function and by what it does to columns and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from lakesmith.spec.step_kinds.statistics import Statistic

Options: TypeAlias = Mapping[str, Any]
Derived: TypeAlias = dict[str, "frozenset[str] | None"]


def _nothing(options: Options) -> Derived:
    return {}


def _no_statistics(options: Options) -> tuple[Statistic, ...]:
    return ()


def _no_problems(options: Options) -> Iterable[str]:
    return ()


def _never(options: Options) -> bool:
    return False


def _columns(options: Options) -> dict[str, str]:
    columns = options.get("columns")
    if isinstance(columns, Mapping):
        return {str(here): str(there) for here, there in columns.items()}
    names = columns if isinstance(columns, list | tuple) else ()
    return {str(name): str(name) for name in names}


def _by_key(options: Options) -> tuple[str, ...] | None:
    return ()


def _at_any_time(options: Options) -> tuple[str, str, str] | None:
    return None


def always(options: Options) -> bool:
    """Return that a step gives back each row, whatever its options.

    Examples
    --------
    >>> StepRecord("my_package.steps:mask", keeps_rows=always).keeps_rows({})
    True
    """
    return True


@dataclass(frozen=True)
class StepRecord:
    """Describe a step by its function and by what it does to columns and rows.

    Parameters
    ----------
    function : str
        ``module:function`` of the factory, which takes the options and returns a Transform.
        Names and types of the options are those of its parameters.
    whole : str, optional
        The parameter that takes the whole YAML value; without it the value maps options.
    inputs : mapping of str to str
        Option that names an input of the table to the parameter that takes its frame.
    filters_of : mapping of str to str
        Option that names an input to the parameter that takes the Bloom filter which its table
        keeps of its keys, if it does.
    sql : tuple of str
        Options whose texts are SQL expressions.
    derives : callable
        Options to the columns that the step makes, each with the columns that it is computed
        from; None stands for the raw row.
    removes : tuple of str
        Options with the columns that the step takes away.
    removes_others : bool
        Whether the step takes away all columns that it does not name.
    is_row_wise : bool
        Whether each row depends on no other row and no other frame, except by windows in SQL.
    groups_by : str, optional
        The option with the columns that rows have in common which are looked at together.
    orders_by : str, optional
        The option with the columns whose greatest values decide which row of a group stays.
    gives_groups : bool
        Whether the step gives one row for each group.
    filters : bool
        Whether the SQL decides which rows stay.
    is_reversible : bool
        Whether a value that the step makes determines the values it is computed from, where
        empty text and NULL count as one.
    keeps_rows : callable
        Options to whether the step gives back each row with its columns that begin with `_`. One
        that may lose rows sees only those whose input fits the contract.
    passes_rows : bool
        Whether a step that may lose rows gives back each row where `_passes` is true.
    frozen : callable
        Options to the frozen statistics that the step computes with. It takes them as `frozen`.
    may_use : callable
        Options to the frozen statistics that make the step faster where they are there. They change
        no row. It takes them as `frozen`.
    treats : bool
        Whether the step sets values of `column` and marks the rows, so that they are counted.
    needs_whole : bool
        Whether all rows that the step looks at together must be computed together.
    problems : callable
        Options to what is wrong with them beyond their types, in sentences.
    joins_on : str, optional
        The option with the columns by which a row finds its rows of the input, under the same
        names on both sides.
    takes : callable
        Options to the columns that a row gets, each with its name in the input; none means all.
    matches_by : callable
        Options to the other columns of the input that decide which row is found; None means all.
    valid_at : callable
        Options to the time of a row, and to begin and end of the validity of a row of the input, by
        whose half-open interval it is found. None where time does not decide alone.

    Examples
    --------
    >>> mask = StepRecord("my_package.steps:mask", derives=each_itself("columns"))
    >>> mask.derives({"columns": ["email"]})
    {'email': frozenset({'email'})}
    """

    function: str
    whole: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    filters_of: Mapping[str, str] = field(default_factory=dict)
    sql: tuple[str, ...] = ()
    derives: Callable[[Options], Derived] = field(default=_nothing, repr=False)
    removes: tuple[str, ...] = ()
    removes_others: bool = False
    is_row_wise: bool = True
    groups_by: str | None = None
    orders_by: str | None = None
    gives_groups: bool = False
    filters: bool = False
    is_reversible: bool = False
    keeps_rows: Callable[[Options], bool] = field(default=_never, repr=False)
    passes_rows: bool = False
    frozen: Callable[[Options], tuple[Statistic, ...]] = field(
        default=_no_statistics, repr=False
    )
    may_use: Callable[[Options], tuple[Statistic, ...]] = field(
        default=_no_statistics, repr=False
    )
    treats: bool = False
    needs_whole: bool = False
    problems: Callable[[Options], Iterable[str]] = field(
        default=_no_problems, repr=False
    )
    joins_on: str | None = None
    takes: Callable[[Options], Mapping[str, str]] = field(default=_columns, repr=False)
    matches_by: Callable[[Options], tuple[str, ...] | None] = field(
        default=_by_key, repr=False
    )
    valid_at: Callable[[Options], tuple[str, str, str] | None] = field(
        default=_at_any_time, repr=False
    )


def lowered(names: Any) -> frozenset[str]:
    """Return the items of a list, or the keys of a mapping, in lower case.

    Examples
    --------
    >>> sorted(lowered(["A", "b"])), sorted(lowered({"C": "x"})), sorted(lowered(None))
    (['a', 'b'], ['c'], [])
    """
    is_many = isinstance(names, list | tuple | set | frozenset | Mapping)
    if is_many:
        return frozenset(str(name).lower() for name in names)
    return frozenset()


def each_itself(option: str) -> Callable[[Options], Derived]:
    """Return a `derives` for a step that changes each column by its value alone.

    Examples
    --------
    >>> each_itself("columns")({"columns": ["A"]})
    {'a': frozenset({'a'})}
    """

    def derives(options: Options) -> Derived:
        names = lowered(options.get(option))
        return {name: frozenset({name}) for name in names}

    return derives
