"""Arrays in files: named ones, rows of large ones, columns of long tables."""
