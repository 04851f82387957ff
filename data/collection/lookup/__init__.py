"""Spectra found by id and by place; repeats of one object."""
