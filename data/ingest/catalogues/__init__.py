"""Users' tables beside their spectra: catalogues and labels, joined to them."""
