"""Validate an entry of `checks` with the model that its `check` names."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, GetJsonSchemaHandler, ValidationError, field_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import (
    CoreSchema,
    ErrorDetails,
    InitErrorDetails,
    PydanticCustomError,
    PydanticKnownError,
    core_schema,
)

from lakesmith.spec.model.checks.base import Check, RowCheck
from lakesmith.spec.model.checks.bounds import NEEDS
from lakesmith.spec.model.checks.registry import (
    check_fields,
    check_model,
    check_models,
    check_name,
)
from lakesmith.spec.yaml.provenance import suggest

# Entries of a spec that stand for other checks before the models see them.
_OF_SET: JsonSchemaValue = {
    "title": "ChecksOfSet",
    "type": "object",
    "required": ["use"],
    "additionalProperties": False,
    "properties": {
        "use": {"type": "string", "description": "Name of the set of checks."},
        "with": {"type": "object", "description": "Values of its variables."},
    },
}
_FOR_EACH_COLUMN: JsonSchemaValue = {
    "title": "CheckForEachColumn",
    "type": "object",
    "required": ["check", "for_each_column"],
    "properties": {
        "for_each_column": {
            "type": "object",
            "additionalProperties": False,
            "description": "Columns of the contract, each of which gets the check.",
            "properties": {
                key: {"type": ["string", "array"], "items": {"type": "string"}}
                for key in ("type", "name", "except")
            },
        }
    },
}
# An error of this type says in its context which code and hint it has.
FINDING = "finding"


def check_from(data: Any) -> Check:
    """Return the check that an entry of a spec describes.

    Parameters
    ----------
    data : mapping, or a check
        The fields by name. One without a value counts as left out.

    Returns
    -------
    Check

    Raises
    ------
    ValidationError
        With an error of type `FINDING` for each field that is missing or does not belong.

    Examples
    --------
    >>> check_from({"id": "small", "check": "between", "column": "n", "max": 9}).max
    9
    >>> check_from({"id": "small", "check": "not_null", "column": "n", "max": 9})
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for NotNull
    max
      check 'not_null' takes no 'max' [type=finding, input_value=9, input_type=int]
    """
    if isinstance(data, Check):
        return data
    name = data.get("check") if isinstance(data, dict) else None
    model = check_model(name) if isinstance(name, str) else None
    if model is None:
        return _UnknownCheck.model_validate(data)
    try:
        return model.model_validate(_without_empty(data))
    except ValidationError as error:
        details = [_detail(one, model) for one in error.errors(include_url=False)]
        raise ValidationError.from_exception_data(model.__name__, details) from None


def finding_error(code: str, what: str, hint: str) -> PydanticCustomError:
    """Return an error of a model that is reported with a code and hint.

    Examples
    --------
    >>> str(finding_error("LS140", "check 'regex' needs 'pattern'", "add it"))
    "check 'regex' needs 'pattern'"
    """
    context = {"code": code, "what": what, "hint": hint}
    return PydanticCustomError(FINDING, "{what}", context)


def takes(model: type[Check]) -> str:
    """Return the fields that a check takes beside the common ones, the needed first.

    Examples
    --------
    >>> from lakesmith.spec.model.checks import Between
    >>> takes(Between)
    "'between' takes column, min, max"
    """
    needed: list[str] = []
    optional: list[str] = []
    for name, field in model.model_fields.items():
        if name not in RowCheck.model_fields:
            names = needed if field.is_required() else optional
            names.append(name)
    fields = ", ".join([*needed, *optional])
    return f"'{check_name(model)}' takes {fields}"


class _UnknownCheck(Check):
    """An entry whose `check` is missing or names no check. It is always refused."""

    model_config = ConfigDict(extra="ignore")

    @field_validator("check")
    @classmethod
    def _is_known(cls, name: str) -> str:
        names = [f"'{known}'" for known in check_models()]
        first = ", ".join(names[:-1])
        expected = f"{first} or {names[-1]}"
        raise PydanticKnownError("literal_error", {"expected": expected})


class _AnyCheck:
    """Tell pydantic that `checks` holds models of the registry."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """Validate by the registry, and dump the fields of the model."""
        as_it_is = core_schema.any_schema()
        dumped = core_schema.wrap_serializer_function_ser_schema(
            lambda check, dump: dump(check), schema=as_it_is
        )
        return core_schema.no_info_plain_validator_function(
            check_from, serialization=dumped
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe one alternative for each registered check."""
        models = check_models().items()
        choices = {name: model.__pydantic_core_schema__ for name, model in models}
        union = core_schema.tagged_union_schema(choices, discriminator="check")
        return {"anyOf": [handler(union), _OF_SET, _FOR_EACH_COLUMN]}


AnyCheck = Annotated[Check, _AnyCheck()]


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    known = check_fields()
    return {
        name: value
        for name, value in data.items()
        if name not in known or value not in (None, [], ())
    }


def _detail(error: ErrorDetails, model: type[Check]) -> InitErrorDetails:
    own = _own_error(error, model)
    place = error["loc"]
    if own is not None and error["type"] == "missing":
        place = ()
    return InitErrorDetails(
        type=own or error["type"],
        loc=place,
        input=error["input"],
        ctx=error.get("ctx", {}),
    )


def _own_error(error: ErrorDetails, model: type[Check]) -> PydanticCustomError | None:
    """Return the error that names the check. None where the general one fits."""
    kind = error["type"]
    name = str(error["loc"][0]) if error["loc"] else ""
    if kind == FINDING:
        return finding_error(**error["ctx"])
    if kind == "extra_forbidden" and name not in check_fields():
        hint = suggest(name, model.model_fields, "known keys")
        return finding_error("LS110", f"unknown key '{name}'", hint)
    if kind == NEEDS:
        problem = f"needs {error['ctx']['fields']}"
    elif kind == "missing" and name not in Check.model_fields:
        problem = f"needs '{name}'"
    elif kind == "extra_forbidden":
        problem = f"takes no '{name}'"
    else:
        return None
    what = f"check '{check_name(model)}' {problem}"
    return finding_error("LS140", what, takes(model))
