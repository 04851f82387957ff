"""Roles of columns: by their names, by the Virtual Observatory's UCDs, or by users' hints."""
