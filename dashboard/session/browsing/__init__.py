"""How many spectra are gone through: selections, filters, cells, lists and tags."""
