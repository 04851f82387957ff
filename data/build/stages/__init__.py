"""The stages of a build, one module each; those of one study in a room of their own."""
