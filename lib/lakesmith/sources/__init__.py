"""Sources: each answers "what is new since POSITION?" with a DataFrame and a new position."""
