"""List a directory of files, park what cannot be read, and read the rest as text columns."""
