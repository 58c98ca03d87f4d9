"""Look for the keys of a commit among the rows that the table had before it."""
