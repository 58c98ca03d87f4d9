"""Show verdicts, what checks cost and the quarantine, and import checks."""
