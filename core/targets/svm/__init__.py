"""Support vector machines as targets: probabilities, margins and closed forms."""
