"""Spectra as surveys write them, one module each."""
