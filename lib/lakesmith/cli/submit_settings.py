"""Print the settings that make a local ``spark-submit`` start faster."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from lakesmith.session.cold_start import CLASS_PATH, quicken
from lakesmith.session.start import read_properties


def changes(properties: Mapping[str, str]) -> dict[str, str]:
    """Return what to set beside a properties file. A setting to remove is empty."""
    made = quicken(properties)
    return {
        key: made.get(key, "")
        for key in {**properties, **made}
        if made.get(key) != properties.get(key)
    }


def main() -> None:
    """Print the class path, if there is one, and the settings that differ from the given file."""
    found = changes(read_properties(Path(sys.argv[1])))
    if found:
        print(f"{CLASS_PATH}={os.environ[CLASS_PATH]}")
    for key, value in found.items():
        print(f"{key}={value}")


if __name__ == "__main__":
    main()
