"""Browsing of many spectra: selections, filters, cells, lists and tags."""
