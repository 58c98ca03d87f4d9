"""Write a batch in one Delta commit."""
