"""Views of the page, drawn from the state of a session."""
