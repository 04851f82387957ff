"""What one visitor has chosen, and what came of it."""
