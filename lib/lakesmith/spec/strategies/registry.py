"""Find a strategy by its name, among those of Lakesmith and of installed packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.installed import load_installed, refused_as
from lakesmith.spec.strategies.built_in import BUILT_IN

if TYPE_CHECKING:
    from lakesmith.spec.strategies.declaration import Declaration

# An installed package adds a strategy by an entry point of this group. It names the object that
# writes (a `Strategy` of `lakesmith.batch.write.strategies`), whose `declaration` is read here.
GROUP = "lakesmith.strategies"

_declarations = {declaration.name: declaration for declaration in BUILT_IN}


def register(declaration: Declaration) -> None:
    """Add a strategy.

    Raises
    ------
    ConfigError
        LS174 when another strategy has the name.

    Examples
    --------
    >>> register(declaration_of("append"))
    """
    known = _declarations.setdefault(declaration.name, declaration)
    if known != declaration:
        what = f"two write strategies are named '{declaration.name}'"
        hint = "rename the one of your package, or remove the package"
        raise ConfigError([Problem("LS174", what, hint=hint)])


def declaration_of(name: str) -> Declaration:
    """Return what a strategy declares.

    Raises
    ------
    KeyError
        When neither Lakesmith nor an installed package has a strategy of this name.

    Examples
    --------
    >>> declaration_of("append").emits
    'appends'
    """
    if name not in _declarations:
        _load_packages()
    return _declarations[name]


def strategy_names() -> tuple[str, ...]:
    """Return the names that `write.strategy` accepts.

    Examples
    --------
    >>> strategy_names()[:3]
    ('append', 'upsert', 'scd2')
    """
    _load_packages()
    return tuple(_declarations)


def _load_packages() -> None:
    for _, strategy in load_installed(GROUP, refused_as("LS174", "the write strategy")):
        register(strategy.declaration)
