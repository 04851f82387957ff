"""Stages of the AGN study: the classifier, its tuning, tables and planes."""
