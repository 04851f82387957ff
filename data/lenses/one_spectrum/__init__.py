"""One spectrum as a lens sees it: stored, from outside, whole, at a tried redshift, redrawn."""
