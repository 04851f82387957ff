"""The choices of one visitor, and the results."""
