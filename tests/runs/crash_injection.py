"""Crash runs before or after the commit of a table, as when their process is killed."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest

from tests.shop import Shop

# Before a batch is written, and after its commit.
PLACES = ("runs.batch_runner.run_batch", "batch.run.record")


class Killed(BaseException):
    """As from a killed process: nothing catches it."""


class CrashPoints:
    """The crashes that are still to come: at which place, in which table."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.due: set[tuple[str, str]] = set()
        for place in PLACES:
            self._arm(patch, place)

    def _arm(self, patch: pytest.MonkeyPatch, place: str) -> None:
        module, _, name = place.rpartition(".")
        whole = getattr(importlib.import_module(f"lakesmith.{module}"), name)

        def crash_once(batch: Any, *args: object) -> object:
            crash = (place, getattr(batch, "batch", batch).name)
            if crash in self.due:
                self.due.remove(crash)
                raise Killed(crash)
            return whole(batch, *args)

        patch.setattr(f"lakesmith.{module}.{name}", crash_once)

    def run(self, shop: Shop, crashes: Iterable[tuple[str, str]], **options: Any) -> None:
        """Run until a run meets no crash: each of these comes once."""
        self.due = set(crashes)
        while True:
            before = len(self.due)
            with suppress(Killed):
                shop.run(**options)
            if len(self.due) == before:  # this one met none
                return
