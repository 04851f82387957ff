"""Features of the open spectrum beyond its explanation."""
