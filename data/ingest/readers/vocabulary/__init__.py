"""Vocabulary of files: names of columns, media, redshifts and warnings; and users' hints."""
