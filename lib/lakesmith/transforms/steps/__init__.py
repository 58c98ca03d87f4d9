"""Turn the steps of a spec from text into functions."""
