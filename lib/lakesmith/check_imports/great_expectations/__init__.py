"""Read suites of Great Expectations."""
