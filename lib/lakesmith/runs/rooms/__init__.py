"""The five rooms of a batch, in their order: read, transform, gate, write, record."""
