"""Read the values that a spec or an input writes as text."""
