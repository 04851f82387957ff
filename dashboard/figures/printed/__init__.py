"""Figures for papers, drawn by Matplotlib: an explained spectrum, a plane."""
