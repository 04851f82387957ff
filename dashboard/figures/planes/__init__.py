"""Planes: shading by datashader, numbers beside points, several side by side; the BPT diagram."""
