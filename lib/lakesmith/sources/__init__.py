"""Find what is new in an input since a position, and read it."""
