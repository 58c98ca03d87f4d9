"""Check what the specs say together, beyond the shape of each."""
