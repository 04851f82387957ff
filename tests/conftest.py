"""Settings that hold for every test."""

from hypothesis import settings

# Timings on a shared machine say nothing about an example, so none is failed for being slow.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
