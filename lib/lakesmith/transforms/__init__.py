"""Transform frames to frames, with nothing read, written or started."""
