"""What one visitor may take of the server: connections, array sizes, log lines, messages."""
