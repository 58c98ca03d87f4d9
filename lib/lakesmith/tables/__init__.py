"""Tables: references, write strategies, the write helper with its verdicts, and reading changes."""
