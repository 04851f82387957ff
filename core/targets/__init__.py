"""Models as targets: what an explanation asks about many spectra at once."""
