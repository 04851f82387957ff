"""Small SVG pictures for HTML: painted spectra, curves with axes."""
