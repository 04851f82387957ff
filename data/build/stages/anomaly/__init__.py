"""Stages of the anomaly study: the autoencoder, its scores, their explanations and clusters."""
