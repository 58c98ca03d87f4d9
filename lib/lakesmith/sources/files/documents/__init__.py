"""Read files whose records a parser finds."""
