"""Export and import contracts of tables."""
