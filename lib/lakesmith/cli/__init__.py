"""The command line: verbs, their options, and answers as text or JSON."""
