"""Make drafts of checks, whichever tool they come from."""
