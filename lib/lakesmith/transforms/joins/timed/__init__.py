"""Choose the row of another table that holds at a point in time, with one exchange and one sort."""
