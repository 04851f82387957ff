"""The demo population: seeded, believable rest-frame optical spectra with planted anomalies."""
