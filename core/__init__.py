"""Arrays in, arrays out: preparation, neighbourhoods, targets and explanations of spectra."""
