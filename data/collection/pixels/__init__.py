"""Pixels of the stored spectra: as observed, encoded in blocks, and with noise redrawn."""
