"""Turn rows of a batch into rows of the table."""
