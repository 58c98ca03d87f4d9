"""Run selections of tables one after the other in one process, and note when each began and ended.

``python -m tests.benchmarks.phases --report FILE --conf DIR --set key=value ... -- SELECTION...``; a selection is table
names with commas, or ``all``. The times tell which jobs of the event log belong to which selection.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import lakesmith
from lakesmith.lake import Lake


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--conf", type=Path, required=True)
    parser.add_argument("--set", action="append", default=[], dest="sets")
    parser.add_argument("selections", nargs="+")
    options = parser.parse_args()
    lake = lakesmith.open(options.conf, overrides=dict(text.split("=", 1) for text in options.sets))
    lake.spark.range(1).count()
    phases = [_phase(lake, selection) for selection in options.selections]
    options.report.write_text(json.dumps(phases), encoding="utf-8")
    lake.spark.stop()


def _phase(lake: Lake, selection: str) -> dict[str, str | float]:
    begin = time.time()
    result = lake.run(select=[] if selection == "all" else selection.split(","))
    return {"selection": selection, "begin": begin, "end": time.time(), "state": result.state}


if __name__ == "__main__":
    main()
