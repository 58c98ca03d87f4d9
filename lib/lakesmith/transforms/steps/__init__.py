"""The steps of a spec, from their text to functions."""
