"""Check a warehouse without Spark, and fix what is safe to fix."""
