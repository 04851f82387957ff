"""The open spectrum with its explanation, and what the model says of it."""
