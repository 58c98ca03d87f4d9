"""What ``spark-submit.sh`` asks before a local run: the settings that make it start faster, one a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from lakesmith.session.cold_start import CLASS_PATH, quicken
from lakesmith.session.start import read_properties


def changes(properties: Mapping[str, str]) -> dict[str, str]:
    """Return what is to be set beside a properties file; a setting to be taken away is empty."""
    made = quicken(properties)
    return {
        key: made.get(key, "")
        for key in {**properties, **made}
        if made.get(key) != properties.get(key)
    }


def main() -> None:
    """Print the class path, if there is one, and the settings that differ from those of the file that is named."""
    found = changes(read_properties(Path(sys.argv[1])))
    if found:
        print(f"{CLASS_PATH}={os.environ[CLASS_PATH]}")
    for key, value in found.items():
        print(f"{key}={value}")


if __name__ == "__main__":
    main()
