"""Columns of one spectrum: units and notes, flux and noise, masks, order of the pixels."""
