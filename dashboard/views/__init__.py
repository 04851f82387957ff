"""What is drawn; views render, state decides."""
