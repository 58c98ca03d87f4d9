"""Build, merge and estimate sketches."""
