"""The stages of a build, a module each."""
