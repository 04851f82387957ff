"""Units of spectra: as people write them, and to plain arrays in vacuum Å."""
