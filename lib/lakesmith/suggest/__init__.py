"""Suggest a contract and checks from a sample of rows, to be reviewed by a person."""
