"""Values that checks compare with, and numbers that they measure."""
