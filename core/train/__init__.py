"""Fitting the models of both papers."""
