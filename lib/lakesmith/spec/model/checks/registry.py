"""Register the checks that a spec may name, those of other packages included."""

from __future__ import annotations

from typing import TypeVar, get_args

from lakesmith.errors import ConfigError, Problem
from lakesmith.spec.installed import load_installed, refused_as
from lakesmith.spec.model.checks.base import Check

GROUP = "lakesmith.checks"
_models: dict[str, type[Check]] = {}

C = TypeVar("C", bound=Check)


def declare(model: type[C]) -> type[C]:
    """Register the model of a check under the name that its field `check` allows.

    Raises
    ------
    ConfigError
        LS148 when another model has the name.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import NotNull
    >>> declare(NotNull) is check_model("not_null")
    True
    """
    name = check_name(model)
    known = _models.setdefault(name, model)
    if (known.__module__, known.__qualname__) != (model.__module__, model.__qualname__):
        what = f"two checks are named '{name}'"
        package = model.__module__.partition(".")[0]
        hint = f"rename the check of package '{package}'"
        raise ConfigError([Problem("LS148", what, hint=hint)])
    return model


def check_name(model: type[Check]) -> str:
    """Return the name by which a spec asks for a check.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import NotNull
    >>> check_name(NotNull)
    'not_null'
    """
    (name,) = get_args(model.model_fields["check"].annotation)
    return str(name)


def check_model(name: str) -> type[Check] | None:
    """Return the model of a check, or None when no package has it.

    Examples
    --------
    >>> check_model("unique").cost, check_model("uniqe")
    ('shuffle', None)
    """
    if name not in _models:
        _load_packages()
    return _models.get(name)


def check_models() -> dict[str, type[Check]]:
    """Return the models of all checks by name, those of other packages last.

    Examples
    --------
    >>> sorted(check_models())[:3]
    ['between', 'cast_failed', 'compare']
    """
    _load_packages()
    return dict(_models)


def check_fields() -> set[str]:
    """Return every field that some check takes, among the checks that are loaded.

    Examples
    --------
    >>> {"max_age", "pattern"} <= check_fields()
    True
    """
    fields: set[str] = set()
    for model in _models.values():
        fields |= set(model.model_fields)
    return fields


def _load_packages() -> None:
    # Importing a module registers what it declares; a second import does nothing.
    refuse = refused_as("LS148", "the package of checks")
    for _ in load_installed(GROUP, refuse):
        pass
