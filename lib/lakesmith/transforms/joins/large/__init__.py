"""Plan joins of two large sides: their keys, the hot ones among them, salts and estimates."""
