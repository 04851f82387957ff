"""Files of strangers, read by processes of their own within limits."""
