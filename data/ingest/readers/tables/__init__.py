"""Spectra in tables and arrays of one's own."""
