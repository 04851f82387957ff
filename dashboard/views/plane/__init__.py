"""The plane of all spectra, and the marks on it."""
