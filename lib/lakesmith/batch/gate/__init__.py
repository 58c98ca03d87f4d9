"""Tag rows by the checks and build the frames to write."""
