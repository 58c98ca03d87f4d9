"""Judge rows and batches without reading, writing or starting anything."""
