"""Writing of a collection: new, added to, or with spectra removed, in one step or not at all."""
