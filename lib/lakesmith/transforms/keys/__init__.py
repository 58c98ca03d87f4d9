"""Keys of rows, and the one row that a key keeps."""
