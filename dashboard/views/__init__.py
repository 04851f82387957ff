"""What a visitor sees, drawn from the state of a session."""
