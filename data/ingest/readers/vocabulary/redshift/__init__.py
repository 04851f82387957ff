"""What files say of redshift: values, flags, and wavelengths at rest already."""
