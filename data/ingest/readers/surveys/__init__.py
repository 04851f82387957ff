"""Readers of survey formats, one module each."""
