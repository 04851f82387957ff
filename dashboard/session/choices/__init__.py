"""What one visitor has chosen, and the results."""
