"""Give imported checks their ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.check_imports.drafts import Draft

_LONGEST = 100


class CheckIds:
    """The ids of the checks of one table, each of which it has once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def named(self, given: Draft) -> dict[str, Any]:
        """Return the fields of a check with an id, which comes first.

        Examples
        --------
        >>> from lakesmith.check_imports.drafts import draft
        >>> ids = CheckIds()
        >>> one = draft("unique", columns=["id", "day"])
        >>> ids.named(one)["id"], ids.named(one)["id"]
        ('id_day_unique', 'id_day_unique_2')
        """
        base = _base(given)
        found = base
        count = 1
        while found in self._taken:
            count += 1
            found = f"{base}_{count}"
        self._taken.add(found)
        fields = dict(given.check)
        text: dict[str, Any] = {
            key: fields.pop(key) for key in ("on_fail", "description") if key in fields
        }
        return {"id": found, **fields, **text}


def slug(text: str) -> str:
    """Return text as a name, or nothing when it holds no letter.

    Examples
    --------
    >>> slug("Price is given!"), slug("2 keys"), slug("--")
    ('price_is_given', 'keys', '')
    """
    words = re.sub(r"[^a-z0-9]+", "_", text.lower())
    return re.sub(r"^[0-9_]+", "", words)[:_LONGEST].strip("_")


def _base(given: Draft) -> str:
    check = given.check
    listed = check.get("columns", ())
    column = check.get("column")
    names = [column] if column else listed
    parts = [*names, check["check"]]
    said = [str(part) for part in parts]
    of_parts = "_".join(said)
    return slug(given.name) or slug(of_parts) or "check"
