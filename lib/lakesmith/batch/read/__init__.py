"""Read exactly the rows that an intent names."""
