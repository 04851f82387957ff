"""What is done with the open spectrum besides explaining it."""
