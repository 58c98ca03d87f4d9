"""The feed that benchmarks and proofs run on: the real one where it is, else a generated one."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from retail.generate import generate

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "LAKESMITH_RETAIL_DATA"
GENERATED_DAYS, GENERATED_SCALE = 60, 20


@dataclass(frozen=True)
class Feed:
    """A directory of daily CSV files and what it is."""

    orders: Path
    about: str

    @property
    def files(self) -> list[Path]:
        """The files in the order of their days."""
        return sorted(self.orders.glob("*.csv"))

    def copy(self, to: Path, last: int | None = None) -> Path:
        """Copy the files, or all but the last few (``last=-1``), to a directory."""
        to.mkdir(parents=True)
        for file in self.files[:last]:
            shutil.copy2(file, to)
        return to


def real_feed() -> Path | None:
    """Return the directory of the real feed: ``LAKESMITH_RETAIL_DATA``, else beside the project; None if absent."""
    place = Path(os.environ.get(VARIABLE, ROOT.parent / "shared" / "data" / "online-retail" / "by-day"))
    return place.resolve() if any(place.glob("*.csv")) else None


def find_feed(scratch: Path) -> Feed:
    """Return the real feed, or generate one in `scratch`."""
    real = real_feed()
    if real:
        return Feed(real, "real feed")
    generate(scratch / "feed", scale=GENERATED_SCALE, days=GENERATED_DAYS)
    return Feed(scratch / "feed" / "retail_orders", f"GENERATED feed, the real one is absent (set {VARIABLE})")
