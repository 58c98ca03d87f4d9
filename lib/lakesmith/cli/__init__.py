"""Parse the command line and print answers as text or JSON."""
