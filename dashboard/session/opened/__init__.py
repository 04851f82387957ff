"""What can be done with the open spectrum beyond explaining it."""
