"""Check the checks of a table against each other and its columns."""
