"""What models learn from: labelled spectra, galaxies, or models lent by another collection."""
