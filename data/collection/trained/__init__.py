"""Trained models of a collection with their owner, domains and sets of types."""
