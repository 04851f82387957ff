"""What FITS files are made of, checked before it is read; images."""
