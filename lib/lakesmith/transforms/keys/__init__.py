"""Make keys of rows, and choose the one row that a key keeps."""
