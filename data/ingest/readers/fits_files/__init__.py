"""FITS files: HDUs checked before they are read, packed files, axes of images."""
