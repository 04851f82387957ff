"""One survey, one reader; all return the same Spectrum."""
