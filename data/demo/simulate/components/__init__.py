"""Components of a simulated spectrum: continuum, lines, iron, dust, noise, and their builder."""
