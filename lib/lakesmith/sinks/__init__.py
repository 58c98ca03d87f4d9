"""Keep what consumers outside the lake read of its tables."""
