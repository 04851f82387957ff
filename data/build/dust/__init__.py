"""Dust towards each spectrum: the SFD maps, the choice of a correction, line ratios after it."""
