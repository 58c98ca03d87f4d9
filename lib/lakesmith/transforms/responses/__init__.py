"""Treat bad values by declared steps, which mark each row whose value they set."""
