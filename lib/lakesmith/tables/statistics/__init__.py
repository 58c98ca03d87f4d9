"""Read what the log of a table says of its rows, so that no file is opened."""
