"""What is said beside the open spectrum: what to do, the verdict, and how it was explained."""
