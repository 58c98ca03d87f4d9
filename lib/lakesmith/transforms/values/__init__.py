"""Cast and print values so that each is kept exactly."""
