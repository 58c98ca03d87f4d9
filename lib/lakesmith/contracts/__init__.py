"""Exchange contracts of tables as ODCS documents, and find changes that break consumers."""
