"""List the kinds of spec that a project may hold.

A kind is a directory of YAML files with one model. A package adds a kind by an entry point of the
group ``lakesmith.kinds`` that names a `Kind`. What a kind compiles to are ordinary tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint
from types import GenericAlias
from typing import Annotated, Any

from pydantic import Field, create_model

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.installed import load_installed, refused_as
from lakesmith.spec.model.base import LAYERS, NAME_PATTERN
from lakesmith.spec.model.check_sets import CheckSet
from lakesmith.spec.model.project import Project
from lakesmith.spec.model.source_types import AnySource
from lakesmith.spec.model.table import Table
from lakesmith.spec.rules.sources.all_rules import SOURCE_RULES
from lakesmith.spec.yaml.provenance import Finding

SpecRule = Callable[[Any], Iterator[Finding]]
Compile = Callable[[str, Any], Mapping[str, Mapping[str, Any]]]
GROUP = "lakesmith.kinds"


@dataclass(frozen=True)
class Kind:
    """Describe one kind of spec.

    Parameters
    ----------
    name : str
        Directory of the files in ``conf``, and key of the specs in overlays, such as ``sources``.
    noun : str
        What one file describes, such as ``source``.
    model : type
        Model of one file, or a union of models.
    layers : tuple of str
        Folders between the directory and its files; empty when the files are in the directory.
    pattern : str
        Regular expression of the names of files.
    rules : tuple of callable
        Each takes a spec and yields findings, whose keys are relative to the spec.
    compile : callable, optional
        Takes the name and the spec, returns table specs by ``layer.name`` as plain data.
    """

    name: str
    noun: str
    model: Any
    layers: tuple[str, ...] = ()
    pattern: str = NAME_PATTERN
    rules: tuple[SpecRule, ...] = ()
    compile: Compile | None = None

    @property
    def depth(self) -> int:
        """Length of the key path of one spec, such as 2 for ``sources.orders``."""
        return 3 if self.layers else 2

    @property
    def folder(self) -> str:
        """Place of the files in ``conf``.

        Examples
        --------
        >>> KINDS["sources"].folder, KINDS["tables"].folder
        ('sources', 'tables/<layer>')
        """
        if self.layers:
            return f"{self.name}/<layer>"
        return self.name

    def flatten(self, tree: Mapping[str, Any]) -> dict[str, Any]:
        """Return the specs of this kind by key, from a tree of specs.

        Examples
        --------
        >>> KINDS["tables"].flatten({"silver": {"orders": 1}, "gold": {"daily": 2}})
        {'tables.silver.orders': 1, 'tables.gold.daily': 2}
        """
        folders = {self.name: tree}
        if self.layers:
            folders = {f"{self.name}.{layer}": specs for layer, specs in tree.items()}
        return {
            f"{folder}.{name}": spec
            for folder, specs in folders.items()
            for name, spec in specs.items()
        }

    def name_of(self, key: str) -> str:
        """Return the name by which tables read the spec with a key.

        Examples
        --------
        >>> KINDS["sources"].name_of("sources.orders")
        'sources.orders'
        >>> KINDS["tables"].name_of("tables.gold.daily")
        'gold.daily'
        """
        if not self.layers:
            return key
        return key.partition(".")[2]

    def specs(self, project: Project) -> dict[str, Any]:
        """Return the specs of this kind in a project, by key."""
        return self.flatten(getattr(project, self.name, {}))

    def annotation(self) -> GenericAlias:
        """Return the type of the project's field that holds the specs."""
        name = Annotated[str, Field(pattern=self.pattern)]
        specs = GenericAlias(dict, (name, self.model))
        if not self.layers:
            return specs
        return GenericAlias(dict, (str, specs))


KINDS: dict[str, Kind] = {
    "sources": Kind("sources", "source", AnySource, rules=SOURCE_RULES),
    "tables": Kind("tables", "table", Table, layers=LAYERS),
    "check_sets": Kind("check_sets", "check_set", CheckSet),
}


def register_kind(kind: Kind) -> None:
    """Add a kind of spec.

    Raises
    ------
    ConfigError
        LS173 when the project has another setting or kind of this name.
    """
    _require_free(kind.name, KINDS)
    KINDS[kind.name] = kind


def all_kinds() -> tuple[Kind, ...]:
    """Return all kinds, those of installed packages included.

    Examples
    --------
    >>> [kind.name for kind in all_kinds()][:3]
    ['sources', 'tables', 'check_sets']
    """
    return (*KINDS.values(), *installed_kinds().values())


@cache
def installed_kinds() -> Mapping[str, Kind]:
    """Return the kinds that installed packages register as entry points ``lakesmith.kinds``.

    Raises
    ------
    ConfigError
        LS173 for an entry point that cannot be loaded, or whose name is taken.

    Examples
    --------
    >>> isinstance(installed_kinds(), dict)
    True
    """
    kinds: dict[str, Kind] = {}
    refuse = refused_as("LS173", "the kind of spec")
    for entry_point, loaded in load_installed(GROUP, refuse):
        kind = _require_kind(entry_point, loaded)
        _require_free(kind.name, {*KINDS, *kinds})
        kinds[kind.name] = kind
    return kinds


def spec_depth(name: str) -> int:
    """Return the length of the key path of a spec of a kind, 0 for what is no kind.

    Examples
    --------
    >>> spec_depth("sources"), spec_depth("tables"), spec_depth("profile")
    (2, 3, 0)
    """
    depths = {kind.name: kind.depth for kind in all_kinds()}
    return depths.get(name, 0)


def _require_free(name: str, taken: Collection[str]) -> None:
    if name in taken or name in Project.model_fields:
        what = f"the kind of spec '{name}' has the name of another kind or setting"
        hint = "rename it, or remove one of the packages that provide it"
        raise ConfigError([Problem("LS173", what, key=name, hint=hint)])


def _require_kind(entry_point: EntryPoint, loaded: object) -> Kind:
    if isinstance(loaded, Kind):
        return loaded
    wrong = TypeError(f"{type(loaded).__name__} is not a Kind")
    raise refused_as("LS173", "the kind of spec")(entry_point, wrong)


def project_model() -> type[Project]:
    """Return the model of a project with a field for each kind."""
    return _project_model(all_kinds())


@cache
def _project_model(kinds: tuple[Kind, ...]) -> type[Project]:
    fields: dict[str, Any] = {
        kind.name: (kind.annotation(), Field(default_factory=dict))
        for kind in kinds
        if kind.name not in Project.model_fields
    }
    if not fields:
        return Project
    return create_model("Project", __base__=Project, __doc__=Project.__doc__, **fields)
