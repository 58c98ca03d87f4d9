"""Read suites of checks of other tools as checks of Lakesmith."""
