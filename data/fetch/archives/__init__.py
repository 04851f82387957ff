"""The archives that spectra come from: SDSS, SPARCL and the Multimodal Universe."""
