"""Sessions: start one or use the one that is there, one of its own for each batch, and whether it is still alive."""
