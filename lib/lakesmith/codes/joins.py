"""Explain the codes of tables whose rows follow the inputs that they look up, LS188."""

from __future__ import annotations

JOIN_CODES: dict[str, tuple[str, str, str]] = {
    "LS188": (
        "rows that cannot follow their inputs",
        "With on_input_change: recompute a batch computes the rows again that a change of an input"
        " touches, and puts them in place of the old ones. The spec does not tell which rows these"
        " are, or a change could take a row away.",
        "Do what the hint says, or leave on_input_change out: rows then keep what the input held"
        " when they came.",
    ),
}
