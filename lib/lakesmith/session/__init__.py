"""Start Spark sessions, open one for each batch, and tell whether Spark still answers."""
