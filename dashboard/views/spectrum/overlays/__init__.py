"""What is drawn over and beside the open spectrum on request."""
