"""The checks of rows and of whole batches."""
